"""Exporting a log as a static tree (c2sp.org/tlog-tiles): headers and hashes only.

1. What an earlier export published is opened with the log's own keys: another log's
   tree, a longer one or a fork is refused and left as it is.
2. New entries are hashed on from its right edge, which must lead to the new root.
3. Bundles and tiles are added; none is ever rewritten.
4. Keys, cosigned checkpoints and time tokens are laid beside them.
5. The checkpoint comes last, in one step: it never promises what is not there.
6. Partial tiles that have become full ones are taken away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import (
    CheckpointError,
    ConflictingRecordError,
    ConsistencyError,
    LogError,
    RollbackError,
)
from ledger.files import read_bounded
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint
from ledger.log.entry_bundle import join_entries
from ledger.log.key_file import NAME, key_periods, print_keys
from ledger.log.note import MAX_BYTES
from ledger.log.tiles import (
    CHECKPOINT,
    ENTRIES,
    ROOT_FOLDER,
    WIDTH,
    TileEdge,
    edge_from,
    edge_tiles,
    tile_at,
    tiles_of,
)
from ledger.log.tree import EMPTY_ROOT, leaf_hash
from ledger.ports import LogReader
from ledger.production.tile_folder import TileFolder

COSIGNED: Final = "cosigned"
TOKENS: Final = "tokens"

_AT_ONCE: Final = 16 * WIDTH
"""Entries in memory at a time."""
_SIZE = re.compile(r"[0-9]{20}")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}\.tsr")
_LARGEST_TOKEN: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export did.

    Attributes:
        before: size of the tree that was there.
        size: size of the tree that is there now.
        written: files that are new.
    """

    before: int
    size: int
    root: bytes
    written: int


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes one log into folders.

    Attributes:
        keys: the log's keys, by the sizes that they sign.
        beside: the folder with `cosigned` and `tokens`, if there are any.
    """

    log: LogReader
    keys: LogKeys
    beside: Path

    def export(self, folder: Path, *, whole: bool = False) -> Exported:
        """Write the tree of the newest checkpoint, or bring an older one up to it.

        Args:
            folder: absent, empty, or with an earlier export of this log.
            whole: compare and, where missing, write every file again.

        Raises:
            ConflictingRecordError: the folder holds something else.
            RollbackError: it holds more of this log than the log itself.
            ConsistencyError: it holds another history of this log.
            AlteredEvidenceError, MissingEvidenceError: its files were changed.
            StoreFullError, StoreUnavailableError: it was not finished; the tree that
                was published before is still whole.
        """
        note = self._note()
        point = self.keys.open(note, self.log.origin)
        files = TileFolder(folder)
        with files.writing():
            before = self._published(files, point)
            edge = TileEdge() if whole else self._edge(files, before)
            # Twice over the new entries: nothing is written before they are known to
            # go on from what was published.
            self._check_continues(edge, before, point)
            self._add(files, edge, point)
            self._lay_beside(files, point)
            files.settle()
            files.replace(CHECKPOINT, note)
            files.settle()
            for tile in tiles_of(point.size, edge.size):
                if tile.full:
                    files.remove_partial(tile)
        return Exported(
            before=before.size,
            size=point.size,
            root=point.root,
            written=files.written,
        )

    # --- 1. what is there ------------------------------------------------------------

    def _published(self, files: TileFolder, point: Checkpoint) -> Checkpoint:
        note = files.checkpoint()
        if note is None:
            strangers = files.names() - {ROOT_FOLDER, NAME, COSIGNED, TOKENS}
            if strangers:
                raise _occupied("other files", files.folder)
            return Checkpoint(origin=self.log.origin, size=0, root=EMPTY_ROOT)
        try:
            before = self.keys.open(note, self.log.origin)
        except CheckpointError as error:
            raise _occupied("another log's tree", files.folder) from error
        if before.size > point.size:
            raise RollbackError(
                f"a log of at least the {before.size} entries that were published",
                met=f"{point.size} entries",
                advice="Nothing was changed. The log was restored from an old backup, "
                "or this is an old copy: keep the folder, it is the longer history.",
                where=str(files.folder),
                published=before.size,
                size=point.size,
            )
        if before.size == point.size and before.root != point.root:
            raise _forked(before, point)
        return before

    def _edge(self, files: TileFolder, before: Checkpoint) -> TileEdge:
        size = before.size
        contents = [files.read(tile.path) for tile in edge_tiles(size)]
        edge = edge_from(size, contents)
        if edge.root() != before.root:
            raise LogError(
                "tiles that lead to the root of the published checkpoint",
                met="another root",
                advice="Nothing was changed. jangbu log check names the file; export "
                "into an empty folder.",
                where=str(files.folder),
            )
        return edge

    # --- 2, 3. what is new -----------------------------------------------------------

    def _check_continues(
        self, edge: TileEdge, before: Checkpoint, point: Checkpoint
    ) -> None:
        start = edge.size - edge.size % WIDTH
        known = edge.levels[0] if edge.levels else ()
        for at, entries in self._groups(start, point.size):
            leaves = [leaf_hash(raw) for raw in entries]
            if at == start:
                if tuple(leaves[: len(known)]) != known:
                    raise _forked(before, point)
                leaves = leaves[len(known) :]
            if edge.size < before.size <= edge.size + len(leaves):
                # Only when everything is looked at again.
                reached, _ = edge.extend(leaves[: before.size - edge.size])
                if reached.root() != before.root:
                    raise _forked(before, point)
            edge, _ = edge.extend(leaves)
        if edge.root() != point.root:
            raise _forked(before, point)

    def _add(self, files: TileFolder, edge: TileEdge, point: Checkpoint) -> None:
        start = edge.size - edge.size % WIDTH
        for at, entries in self._groups(start, point.size):
            for index in range(0, len(entries), WIDTH):
                tile = tile_at(ENTRIES, (at + index) // WIDTH, point.size)
                bundle = join_entries(entries[index : index + WIDTH])
                files.add(tile.path, bundle)
            edge, full = edge.extend(
                [leaf_hash(raw) for raw in entries[edge.size - at :]]
            )
            for written in full:
                files.add(written.tile.path, written.content)
        for written in edge.partial():
            files.add(written.tile.path, written.content)

    def _groups(self, start: int, end: int) -> Iterator[tuple[int, list[bytes]]]:
        for at in range(start, end, _AT_ONCE):
            yield at, self.log.entries(at, min(at + _AT_ONCE, end))

    # --- 4, 5. what is signed --------------------------------------------------------

    def _note(self) -> bytes:
        """The newest checkpoint, with the witnesses' signatures once they are there."""
        note = self.log.checkpoint()
        path = self.beside / COSIGNED / f"{self.log.size():020d}"
        if not path.is_file():
            return note
        cosigned = read_bounded(path, MAX_BYTES)
        same = self.keys.open(cosigned, self.log.origin) == self.keys.open(
            note, self.log.origin
        )
        return cosigned if same else note

    def _lay_beside(self, files: TileFolder, point: Checkpoint) -> None:
        periods = key_periods(self.log.origin, self.keys.periods)
        files.replace(NAME, print_keys(periods))
        for path in _sized(self.beside / COSIGNED, point.size):
            files.replace(f"{COSIGNED}/{path.name}", read_bounded(path, MAX_BYTES))
        for folder in _sized(self.beside / TOKENS, point.size):
            for path in sorted(folder.iterdir()):
                if _TOKEN.fullmatch(path.name):
                    name = f"{TOKENS}/{folder.name}/{path.name}"
                    files.replace(name, read_bounded(path, _LARGEST_TOKEN))


def _sized(folder: Path, size: int) -> list[Path]:
    """What is named after a size up to this one."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if _SIZE.fullmatch(path.name) and int(path.name) <= size
    )


def _forked(before: Checkpoint, point: Checkpoint) -> ConsistencyError:
    return ConsistencyError(
        "a log that continues what was published",
        met="another history",
        advice="The published checkpoint was not changed. Keep the folder and the log: "
        "together they show that the log was rewritten. Run jangbu fsck.",
        old_size=before.size,
        new_size=point.size,
    )


def _occupied(met: str, folder: Path) -> ConflictingRecordError:
    return ConflictingRecordError(
        "an empty folder, or an earlier export of this log",
        met=met,
        advice="Export into another folder; nothing in this one was changed.",
        where=str(folder),
    )
