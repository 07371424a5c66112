"""Checking a tiled log in a folder, ours or anybody's (c2sp.org/tlog-tiles).

1. The checkpoint is signed by a key that the reader has.
2. Leaf hashes come from the entries; where their bundle is not there, from level 0.
3. Every tile follows from the level below it, at the width that the size demands.
4. All of it leads to the checkpoint's root.
5. Whatever else lies among the tiles is named: older partial tiles must be beginnings
   of what they became, tiles of a larger tree must go on from this one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger.encoding.entry import parse_entry
from ledger.errors import LogError, MalformedRecordError, UnreadableInputError
from ledger.evidence.counting import RecordTally
from ledger.evidence.tile_files import TileFiles
from ledger.evidence.tiled_report import Fault, FileFault, TiledReport
from ledger.log.entry_bundle import split_entries
from ledger.log.foreign import ForeignCheckpoint, open_foreign_checkpoint
from ledger.log.note import Verifier
from ledger.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    WIDTH,
    Tile,
    TileEdge,
    Written,
    hashes_at,
    split_hashes,
    tile_at,
    tiles_of,
)
from ledger.log.tree import HASH_BYTES, leaf_hash, root_of

Hashes = tuple[bytes, ...]


def check_tiled_log(
    folder: Path, verifiers: Sequence[Verifier], shots: Iterable[str] = ()
) -> TiledReport:
    """Check every file of a tiled log against its checkpoint.

    Args:
        folder: what a log serves, as files.
        verifiers: keys that the reader already has; without any, the origin stays
            unknown.
        shots: uids; how many records concern them is counted, in a log of ours.

    Raises:
        UnreadableInputError: there is no checkpoint.
        CheckpointError: it is malformed, or the keys did not sign it.
    """
    files = TileFiles(folder)
    point = open_foreign_checkpoint(files.checkpoint(), verifiers)
    walk = _Walk(files, point, RecordTally(frozenset(shots)))
    walk.run()
    walk.look_around()
    return walk.report()


@dataclass(slots=True)
class _Walk:
    """One pass over a log, lowest tiles first."""

    files: TileFiles
    point: ForeignCheckpoint
    tally: RecordTally
    edge: TileEdge = field(default_factory=TileEdge)
    faults: dict[str, Fault] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)
    seen: set[Tile] = field(default_factory=set)
    entries: int = 0
    older: int = 0
    ours: bool = True
    whole: bool = True

    # --- 2 to 4 -------------------------------------------------------------------

    def run(self) -> None:
        """Hash the log from its entries up to its root."""
        groups = -(-self.point.size // WIDTH)
        rivals: Hashes | None = None
        before = self.edge
        for index in range(groups):
            hashes, rivals = self._leaves(index)
            if hashes is None:
                self.whole = False
            elif self.whole:
                before = self.edge
                self._extend(hashes)
        if not self.whole:
            self._only_look()
            return
        if self.edge.root() != self.point.root and rivals is not None:
            # Entries and level 0 differ in the last group: the root decides.
            self._take_rivals(groups - 1, before, rivals)
        if self.edge.root() != self.point.root:
            self.faults[CHECKPOINT] = Fault.ROOT
        for written in self.edge.partial():
            self._compare(written)

    def _take_rivals(self, index: int, before: TileEdge, rivals: Hashes) -> None:
        self.faults[tile_at(ENTRIES, index, self.point.size).path] = Fault.WRONG
        edge, _ = before.extend(rivals)
        if edge.root() == self.point.root:
            self.edge = edge
            del self.faults[tile_at(0, index, self.point.size).path]

    def _extend(self, hashes: Hashes) -> None:
        self.edge, full = self.edge.extend(hashes)
        for written in full:
            self._compare(written)

    def _leaves(self, index: int) -> tuple[Hashes | None, Hashes | None]:
        """Leaf hashes of a group, and what else they may be if two files differ."""
        bundle = tile_at(ENTRIES, index, self.point.size)
        lowest = tile_at(0, index, self.point.size)
        entries = self._entries(bundle)
        told = self._hashes(lowest)
        if entries is None or told is None or entries == told:
            return entries or told, None
        return self._judged(index, entries, told)

    def _judged(
        self, index: int, entries: Hashes, told: Hashes
    ) -> tuple[Hashes, Hashes | None]:
        """Two files differ: the level above knows which is right, or the root."""
        bundle = tile_at(ENTRIES, index, self.point.size)
        lowest = tile_at(0, index, self.point.size)
        above = self._parent(index)
        if above == root_of(told):
            self.faults[bundle.path] = Fault.WRONG
            return told, None
        self.faults[lowest.path] = Fault.WRONG
        if above is None:
            return entries, told
        if above != root_of(entries):
            self.faults[bundle.path] = Fault.WRONG
        return entries, None

    def _parent(self, index: int) -> bytes | None:
        if index >= hashes_at(1, self.point.size):
            return None
        tile = tile_at(1, index // WIDTH, self.point.size)
        try:
            return split_hashes(self.files.served(tile), tile)[index % WIDTH]
        except (UnreadableInputError, LogError):
            return None

    def _entries(self, tile: Tile) -> Hashes | None:
        """Leaf hashes of a bundle; `None` if it is not there or no bundle."""
        if not (self.files.has(tile) or self.files.has(tile.whole())):
            return None
        raw = self._read(tile)
        if raw is None:
            return None
        try:
            entries = split_entries(raw, tile)
        except LogError:
            self.faults[tile.path] = Fault.MALFORMED
            return None
        self.entries += len(entries)
        self._count(entries)
        return tuple(map(leaf_hash, entries))

    def _hashes(self, tile: Tile) -> Hashes | None:
        raw = self._read(tile)
        if raw is None:
            return None
        try:
            return split_hashes(raw, tile)
        except LogError:
            self.faults[tile.path] = Fault.MALFORMED
            return None

    def _read(self, tile: Tile) -> bytes | None:
        try:
            raw = self.files.served(tile)
        except UnreadableInputError:
            there = self.files.has(tile) or self.files.has(tile.whole())
            self.faults[tile.path] = Fault.UNREADABLE if there else Fault.MISSING
        except LogError:
            self.faults[tile.path] = Fault.MALFORMED
        else:
            self.seen.add(tile)
            return raw
        return None

    def _compare(self, written: Written) -> None:
        if written.tile.level == 0:
            return  # compared with its entries before
        raw = self._read(written.tile)
        if raw is None:
            return
        if len(raw) != len(written.content):
            self.faults[written.tile.path] = Fault.MALFORMED
        elif raw != written.content:
            self.faults[written.tile.path] = Fault.WRONG

    def _only_look(self) -> None:
        """Leaves are missing, so nothing above them can be derived."""
        for tile in tiles_of(self.point.size):
            if tile.level > 0:
                self._hashes(tile)

    def _count(self, entries: Iterable[bytes]) -> None:
        if not self.ours:
            return
        try:
            for raw in entries:
                self.tally.add(parse_entry(raw))
        except MalformedRecordError:
            self.ours = False

    # --- 5 ------------------------------------------------------------------------

    def look_around(self) -> None:
        """Name what lies among the tiles and does not belong to this tree."""
        for name in self.files.names():
            tile = Tile.from_path(name)
            if tile is None:
                self.strays.append(name)
            else:
                self._place(name, tile)

    def _place(self, name: str, tile: Tile) -> None:
        width = min(WIDTH, hashes_at(tile.level, self.point.size) - tile.index * WIDTH)
        if width == tile.width:
            return  # read before
        if width <= 0 and not self.files.is_file(tile):
            self.strays.append(name)  # a link to a folder, or to nothing
            return
        if tile.width > width:
            self.ahead.append(name)
        if width > 0:
            self._check_beginning(name, tile, Tile(tile.level, tile.index, width))

    def _check_beginning(self, name: str, other: Tile, ours: Tile) -> None:
        """Of two widths of one tile the narrower must begin the wider."""
        if ours.path in self.faults:
            return
        try:
            both = (self.files.read(other), self.files.served(ours))
        except (UnreadableInputError, LogError):
            self.faults[name] = Fault.UNREADABLE
            return
        narrow, wide = both if other.width < ours.width else reversed(both)
        right = wide.startswith(narrow) and _has_width(both[0], other)
        if not right:
            self.faults[name] = Fault.WRONG
        elif other.width < ours.width:
            self.older += 1

    def report(self) -> TiledReport:
        """What came of it."""
        ours = self.ours and self.entries == self.point.size and not self.faults
        right = [tile for tile in self.seen if tile.path not in self.faults]
        bundles = sum(tile.level == ENTRIES for tile in right)
        return TiledReport(
            origin=self.point.origin,
            size=self.point.size,
            root=self.point.root,
            signers=self.point.signers,
            unknown=self.point.unknown,
            extensions=self.point.extensions,
            tiles=len(right) - bundles,
            bundles=bundles,
            entries=self.entries,
            faults=tuple(
                FileFault(path, fault) for path, fault in sorted(self.faults.items())
            ),
            strays=tuple(sorted(self.strays)),
            ahead=tuple(sorted(self.ahead)),
            older=self.older,
            shots=tuple(sorted(self.tally.shots)),
            records=self.tally.kinds() if ours else None,
        )


def _has_width(raw: bytes, tile: Tile) -> bool:
    if tile.level != ENTRIES:
        return len(raw) == tile.width * HASH_BYTES
    try:
        return len(split_entries(raw, tile)) == tile.width
    except LogError:
        return False
