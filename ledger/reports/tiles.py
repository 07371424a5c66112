"""Which tiles of a picture to mark: from the tile tables that the log commits to.

Formats: docs/specs/change-1.md, measure-1.md and measure-2.md.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import AlteredEvidenceError
from ledger.records.making import ActivePicture

SIDE: Final = 64
_FULL: Final = 32768
_WORD: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMarks:
    """How much of each tile to mark.

    Attributes:
        levels: row by row: 0 nothing, 1 something, 2 half of the tile's measured pixels
            or more.
    """

    columns: int
    rows: int
    levels: tuple[int, ...]


def change_marks(table: bytes, width: int, height: int) -> TileMarks:
    """Where pixels changed at all, from a change's table of one picture."""
    return _marks(_figures(table, width, height)[0], _areas(width, height), 1)


def coverage_marks(
    table: bytes,
    layer: int,
    width: int,
    height: int,
    active: ActivePicture | None = None,
) -> TileMarks:
    """Where a layer is seen, from a frame's table.

    Args:
        table: of the weights told; bounds, if there are some, are left out.
        layer: its number, from 0 at the bottom.
        width: of the picture.
        height: of the picture.
        active: the part that is measured; `None` for all of it.

    Raises:
        AlteredEvidenceError: a table of another size, or without that layer.
    """
    figures = _figures(table, width, height)
    if not 0 <= layer < len(figures) - 1:
        raise _altered()
    return _marks(figures[layer], _areas(width, height, active), _FULL)


def table_bytes(width: int, height: int, layers: int) -> int:
    """Length of one tile table of a frame; what no layer covers is in it, too."""
    return _WORD * tile_count(width, height) * (layers + 1)


def tile_count(width: int, height: int) -> int:
    """How many tiles a picture has."""
    return -(-width // SIDE) * -(-height // SIDE)


def _figures(table: bytes, width: int, height: int) -> list[tuple[int, ...]]:
    size = tile_count(width, height) * _WORD
    if not table or len(table) % size:
        raise _altered()
    words = struct.Struct(f"<{size // _WORD}I")
    return list(words.iter_unpack(table))


def _areas(
    width: int, height: int, active: ActivePicture | None = None
) -> list[list[int]]:
    """Measured pixels of each tile, row by row."""
    across, down = (0, width), (0, height)
    if active is not None:
        across, down = (active.left, active.right), (active.top, active.bottom)
    wide, high = _lengths(width, *across), _lengths(height, *down)
    return [[one * row for one in wide] for row in high]


def _lengths(size: int, start: int, end: int) -> list[int]:
    """How much of each tile along one side lies from `start` to `end`."""
    tiles = range(0, size, SIDE)
    return [max(0, min(tile + SIDE, end) - max(tile, start)) for tile in tiles]


def _marks(sums: Sequence[int], areas: list[list[int]], unit: int) -> TileMarks:
    pixels = [area for row in areas for area in row]
    levels = tuple(
        0 if found == 0 else 1 + (2 * found >= area * unit)
        for found, area in zip(sums, pixels, strict=True)
    )
    return TileMarks(columns=len(areas[0]), rows=len(areas), levels=levels)


def _altered() -> AlteredEvidenceError:
    return AlteredEvidenceError(
        "a tile table of the picture's size",
        met="another size",
        advice="Run jangbu fsck.",
    )
