"""Step 12.7: the change between pictures before and after somebody worked on them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure
from ledger.evidence.form import blob_name
from ledger.evidence.steps.disposed import Disposed
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.frames import Frames
from ledger.evidence.steps.measures import tile_areas, tile_count
from ledger.evidence.verdict import Reason
from ledger.log.leaves import read_leaves
from ledger.records.editing import Change, ChangeLeaf
from ledger.records.making import AssetLeaf

MEASURE: Final = "change/1"
"""The measure whose tables can be checked; no other is known yet."""
STATISTICS: Final = 4
"""changed_0, changed_2, sum_abs, sum_sq: docs/specs/change-1.md."""
_CHANNELS: Final = 3
_WIDEST: Final = 255
_MOST: Final = _CHANNELS * _WIDEST


@dataclass(frozen=True, slots=True)
class ChangeReader:
    """Checks measured changes against their assets and their own tables."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    frames: Frames
    audit: Audit

    def read(self) -> None:
        """Check all of them; what does not hold is a failure in the audit."""
        disposed = Disposed.of(self.disclosure, self.audit)
        for told, body in self.disclosure.all_of(Change):
            if not disposed.lacks(told):
                with self.audit.step("changes"):
                    self._check(body)

    def _check(self, body: Change) -> None:
        leaves = read_leaves(ChangeLeaf, self._blob(body.frames.blob), body.frames)
        tables = self._blob(body.tiles.blob)
        if len(tables) != body.tiles.length or sha256_hex(tables) != body.tiles.blob:
            raise altered("the tile tables that were stated", "others")
        before = self.frames.assets.get(body.before)
        after = self.frames.assets.get(body.after)
        if before is None or after is None:
            self.audit.leave_open(Reason.WITHHELD, "change.asset")
            return
        if body.measure != MEASURE:
            self.audit.leave_open(Reason.WEAK, "change.measure")
            return
        # Each picture after, once: against a change that leaves some out.
        if [leaf.index for leaf in leaves] != sorted(after):
            raise altered("a change for each picture after", "others")
        start = 0
        for leaf in leaves:
            _check_files(leaf, before, after)
            last = after[leaf.index]
            length = 4 * STATISTICS * tile_count(last.width, last.height)
            # Before the tiles are counted out: the size may be anything.
            if start + length > len(tables):
                raise altered("one tile table for each picture", "another length")
            areas = tile_areas(last.width, last.height).tolist()
            _check_table(leaf, tables[start : start + length], areas)
            start += length
        if start != len(tables):
            raise altered("one tile table for each picture", "another length")
        self.audit.held("pictures.changed", len(leaves))

    def _blob(self, digest: str) -> bytes:
        try:
            return self.parts[blob_name(digest)]
        except KeyError as error:
            raise altered("each blob that a change commits to", "none") from error


def _check_files(
    leaf: ChangeLeaf, before: Mapping[int, AssetLeaf], after: Mapping[int, AssetLeaf]
) -> None:
    # A still before, which stands at 0 alone, stands for each picture after.
    still = before[0] if set(before) == {0} else None
    first = before.get(leaf.index, still)
    last = after[leaf.index]
    if first is None or (first.file, last.file) != (leaf.before, leaf.after):
        raise altered("files of the assets before and after", "others", leaf.index)
    if (first.width, first.height) != (last.width, last.height):
        raise altered("pictures of one size", "two sizes", leaf.index)
    if leaf.pixels != last.width * last.height:
        raise altered("the pixels of the picture", "another number", leaf.index)


def _check_table(leaf: ChangeLeaf, table: bytes, areas: list[int]) -> None:
    if sha256_hex(table) != leaf.tiles:
        raise altered("the tile table of this picture", "another", leaf.index)
    cells = struct.unpack(f"<{len(table) // 4}I", table)
    tiles = len(areas)
    rows = [cells[start : start + tiles] for start in range(0, len(cells), tiles)]
    stated = (leaf.changed_0, leaf.changed_2, leaf.sum_abs, leaf.sum_sq)
    if tuple(map(sum, rows)) != stated:
        raise altered("tiles that sum to the change", "others", leaf.index)
    for area, *figures in zip(areas, *rows, strict=True):
        if not _possible(area, *figures):
            raise altered("a change that pixels can have", "another", leaf.index)
    if not _possible(leaf.pixels, *stated):
        raise altered("a change that pixels can have", "another", leaf.index)
    same = (leaf.before, leaf.before_decoder) == (leaf.after, leaf.after_decoder)
    if same and any(stated):
        raise altered("no change where nothing was changed", "some", leaf.index)


def _possible(area: int, some: int, more: int, total: int, squares: int) -> bool:
    """Rules 1 to 5 of docs/specs/change-1.md: each figure bounds the others."""
    small = some - more
    return (
        more <= some <= area
        and some + 2 * more <= total <= 6 * small + _MOST * more
        and some + 8 * more <= squares <= 12 * small + _MOST * _WIDEST * more
        and total <= squares <= _WIDEST * total
        and (total - squares) % 2 == 0
        and total * total <= _CHANNELS * some * squares
    )
