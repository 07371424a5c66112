"""Steps 12 to 14: what was measured, what was sealed, what a shot consists of."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ledger.encoding.cell import CELL_FRAMES, frames_of
from ledger.encoding.digest import sha256_hex
from ledger.errors import MissingEvidenceError
from ledger.evidence import form
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told
from ledger.evidence.steps.disposed import Disposed
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.measures import (
    Table,
    check_leaf,
    check_measure,
    read_tables,
    tables_of,
    tile_count,
)
from ledger.evidence.steps.sources import (
    Files,
    check_kinds,
    check_rivals,
    check_sources,
)
from ledger.evidence.verdict import Reason
from ledger.log.leaves import read_leaves
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.making import Asset, AssetLeaf, Run, Version
from ledger.records.time import FrameRange

PICTURES: Final = frozenset({"image/png", "image/jpeg"})
"""Files that hold one picture."""
Seals: TypeAlias = list[tuple[Told, SealSet]]


@dataclass(slots=True)
class Frames:
    """Leaves that were found as their statements say, by statement and frame."""

    measured: dict[str, dict[int, MeasuredLeaf]] = field(default_factory=dict)
    sealed: dict[str, dict[int, SealedLeaf]] = field(default_factory=dict)
    assets: dict[str, dict[int, AssetLeaf]] = field(default_factory=dict)
    """Files of an asset by their index, by the asset's id."""

    def files(self) -> dict[str, frozenset[str]]:
        """Digests of an asset's files, by the asset's id."""
        return {
            asset: frozenset(leaf.file for leaf in leaves.values())
            for asset, leaves in self.assets.items()
        }


@dataclass(frozen=True, slots=True)
class FrameReader:
    """Checks everything about frames that needs no file of a frame."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    audit: Audit

    def read(self) -> Frames:
        """All leaves that hold; what does not is a failure in the audit."""
        frames = Frames()
        check_kinds(self.audit, self.disclosure)
        disposed = Disposed.of(self.disclosure, self.audit)
        for told, asset in self.disclosure.all_of(Asset):
            if disposed.lacks(told):
                continue
            with self.audit.step("assets"):
                leaves = read_leaves(
                    AssetLeaf, self._blob(asset.files.blob), asset.files
                )
                frames.assets[told.id] = {leaf.index: leaf for leaf in leaves}
        files = frames.files()
        for told, measured in self.disclosure.all_of(FrameSet):
            if not disposed.lacks(told):
                with self.audit.step("frame_sets"):
                    self._take_measured(told, measured, frames, files)
        for told, sealed in self.disclosure.all_of(SealSet):
            if not disposed.lacks(told):
                with self.audit.step("seal_sets"):
                    self._take_sealed(told, sealed, frames)
        check_rivals(self.audit, self.disclosure)
        seals = self._seals_by_set()
        for _, version in self.disclosure.versions():
            with self.audit.step("seal_sets", 0):
                _check_files(version, seals, frames)
        return frames

    # --- 12. measured: the frames of the cell, and sums that add up ---------------

    def _take_measured(
        self, told: Told, body: FrameSet, frames: Frames, files: Files
    ) -> None:
        leaves = read_leaves(
            MeasuredLeaf, self._blob(body.measured.blob), body.measured
        )
        # 12.1 Each frame of the cell once: against frames that were left out.
        expected = cell_frames(told, body)
        if [leaf.frame for leaf in leaves] != expected:
            raise altered("each frame of the cell within the range, once", "others")
        found = self.disclosure.find(body.run, Run)
        if found is None:
            # It is counted as withheld by the last step.
            self.audit.leave_open(Reason.WITHHELD, "frame.set.run")
        else:
            _check_place(told, found[0])
            check_measure(found[1])
            tables = self._tables(body, found[1], len(leaves))
            for leaf, table in zip(leaves, tables, strict=True):
                check_leaf(leaf, table, found[1], files)
        self.audit.held("frames.measured", len(leaves))
        frames.measured[told.id] = {leaf.frame: leaf for leaf in leaves}

    def _tables(self, body: FrameSet, run: Run, count: int) -> list[Table]:
        # 12.2 The tile blob is what was stated, with one table for each frame.
        raw = self._blob(body.tiles.blob)
        tiles = tile_count(run.width, run.height)
        length = 4 * (len(run.layers) + 1) * tiles * tables_of(run)
        if len(raw) != body.tiles.length or sha256_hex(raw) != body.tiles.blob:
            raise altered("the tile tables that were stated", "others")
        if len(raw) != count * length:
            raise altered("the tile tables of each frame", "another length")
        return read_tables(raw, run, length)

    # --- 13. sealed: exactly the frames that were measured ------------------------

    def _take_sealed(self, told: Told, body: SealSet, frames: Frames) -> None:
        leaves = read_leaves(SealedLeaf, self._blob(body.sealed.blob), body.sealed)
        measured = self.disclosure.find(body.set, FrameSet)
        if measured is None:
            self.audit.leave_open(Reason.WITHHELD, "seal.set.set")
        else:
            _check_place(told, measured[0])
            expected = cell_frames(*measured)
            # 13.1 Against a frame sealed that nobody measured, and the reverse.
            if [leaf.frame for leaf in leaves] != expected:
                raise altered("the frames of its frame.set, each once", "others")
            self._check_pictures(measured[1], leaves)
        # 13.2 Each frame is a picture of its own: against one shown for another.
        pictures = {(leaf.file, leaf.part, leaf.index) for leaf in leaves}
        if len(pictures) != len(leaves):
            raise altered("another picture for each frame", "one for two frames")
        self.audit.held("frames.sealed", len(leaves))
        frames.sealed[told.id] = {leaf.frame: leaf for leaf in leaves}

    def _check_pictures(self, measured: FrameSet, leaves: Sequence[SealedLeaf]) -> None:
        # 13.3 Else one file could be several frames by names that mean nothing in it.
        run = self.disclosure.find(measured.run, Run)
        if run is None or run[1].encoder.type not in PICTURES:
            return
        if any((leaf.part, leaf.index) != (0, 0) for leaf in leaves):
            raise altered("picture 0 of part 0 of an image file", "another")

    def _seals_by_set(self) -> Mapping[str, Seals]:
        found: defaultdict[str, Seals] = defaultdict(list)
        for told, body in self.disclosure.seals():
            found[body.set].append((told, body))
        return found

    def _blob(self, digest: str) -> bytes:
        try:
            return self.parts[form.blob_name(digest)]
        except KeyError as error:
            raise MissingEvidenceError(
                "each blob that a disclosed statement commits to",
                met="none",
                advice="Ask for the bundle again.",
                blob=digest,
            ) from error


def _check_files(version: Version, seals: Mapping[str, Seals], frames: Frames) -> None:
    # 13.4 Each file is one frame, across cells, too.
    files = Counter(
        (body.audience, leaf.file, leaf.part, leaf.index)
        for used in {cell.set for cell in version.cells}
        for told, body in seals.get(used, ())
        for leaf in frames.sealed.get(told.id, {}).values()
    )
    if max(files.values(), default=0) > 1:
        raise altered("another file for each frame", "one for two frames")


def check_versions(audit: Audit, disclosure: Disclosure, frames: Frames) -> None:
    """14. A current version covers its range exactly once: against gaps and doubles.

    Args:
        audit: takes what is found.
        disclosure: what the bundle shows.
        frames: leaves that were found as their statements say.
    """
    seen: Counter[tuple[str | None, str]] = Counter()
    for told, body in disclosure.versions():
        with audit.step("versions"):
            shown = _check_version(disclosure, told, body, frames)
            audit.held("frames.in_versions", shown)
            withheld = sum(
                disclosure.find(one.set, FrameSet) is None for one in body.cells
            )
            audit.leave_open(Reason.WITHHELD, "version.set", withheld)
        seen[told.said.scope.shot, body.view] += 1
        if disclosure.history.contradicted(told.id):
            audit.leave_open(Reason.DISPUTED, "version")
    with audit.step("sources", 0):
        check_sources(audit, disclosure, frames.files())
    doubles = sum(count > 1 for count in seen.values())
    audit.leave_open(Reason.CONFLICT, "version", doubles)
    shots = {shot for shot, _ in seen}
    # All entries are here, also of statements that are withheld.
    known = {entry.scope.shot for entry in disclosure.entries} - {None}
    asked = disclosure.shots or known
    audit.leave_open(Reason.MISSING, "version", len(asked - shots))


def cell_frames(told: Told, body: FrameSet) -> list[int]:
    """The frames of a frame.set: those of its cell within its range."""
    span = _range_of(told)
    return [frame for frame in frames_of(body.cell) if span.contains(frame)]


def _check_version(
    disclosure: Disclosure, told: Told, body: Version, frames: Frames
) -> int:
    """How many of the version's frames are there with what was measured of them."""
    covered: Counter[int] = Counter()
    complete, shown = True, 0
    for cell in body.cells:
        found = disclosure.find(cell.set, FrameSet)
        if found is None:
            complete = False
            continue
        _check_cell(disclosure, told, body, found)
        if found[1].cell != cell.cell:
            raise altered("the frame.set of the cell that it stands for", "another")
        covered.update(cell_frames(*found))
        shown += len(frames.measured.get(cell.set, ()))
    span = _range_of(told)
    if span.count() > len(body.cells) * CELL_FRAMES:
        raise altered("each frame of the range exactly once", "gaps")
    counts = [covered[frame] for frame in span.frames()]
    if max(counts) > 1 or (complete and min(counts) < 1):
        raise altered("each frame of the range exactly once", "gaps or doubles")
    return shown


def _check_cell(
    disclosure: Disclosure,
    told: Told,
    body: Version,
    found: tuple[Told, FrameSet],
) -> None:
    measured, frame_set = found
    if measured.said.scope.shot != told.said.scope.shot:
        raise altered("frames of the version's shot", "another shot's")
    if _range_of(measured).rate != _range_of(told).rate:
        raise altered("frames at the version's rate", "another rate")
    run = disclosure.find(frame_set.run, Run)
    if run is not None and run[1].view != body.view:
        raise altered("frames of the version's view", "another view")


def _check_place(part: Told, whole: Told) -> None:
    inner, outer = _range_of(part), _range_of(whole)
    if part.said.scope.shot != whole.said.scope.shot or inner.rate != outer.rate:
        raise altered("the shot and rate of what it names", "another shot or rate")
    if not outer.start <= inner.start < inner.end <= outer.end:
        raise altered("a range within that of what it names", "another range")


def _range_of(told: Told) -> FrameRange:
    span = told.said.scope.range
    if span is None:
        raise altered("a range in the scope", "none")
    return span
