"""Which tiles of a picture to mark: from the tile tables that the log commits to.

Formats: docs/specs/change-1.md and measure-1.md.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import AlteredEvidenceError

SIDE: Final = 64
_FULL: Final = 32768
_WORD: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMarks:
    """How much of each tile to mark.

    Attributes:
        levels: row by row: 0 nothing, 1 something, 2 half of the tile or more.
    """

    columns: int
    rows: int
    levels: tuple[int, ...]


def change_marks(table: bytes, width: int, height: int) -> TileMarks:
    """Where pixels changed at all, from a change's table of one picture."""
    return _marks(_figures(table, width, height)[0], width, height, 1)


def coverage_marks(table: bytes, layer: int, width: int, height: int) -> TileMarks:
    """Where a layer, by its number from 0, is seen, from a frame's table."""
    figures = _figures(table, width, height)
    if not 0 <= layer < len(figures) - 1:
        raise _altered()
    return _marks(figures[layer], width, height, _FULL)


def tile_count(width: int, height: int) -> int:
    """How many tiles a picture has."""
    return -(-width // SIDE) * -(-height // SIDE)


def _figures(table: bytes, width: int, height: int) -> list[tuple[int, ...]]:
    size = tile_count(width, height) * _WORD
    if not table or len(table) % size:
        raise _altered()
    words = struct.Struct(f"<{size // _WORD}I")
    return list(words.iter_unpack(table))


def _marks(sums: Sequence[int], width: int, height: int, unit: int) -> TileMarks:
    columns, rows = -(-width // SIDE), -(-height // SIDE)
    levels = []
    for place, found in enumerate(sums):
        row, column = divmod(place, columns)
        pixels = min(SIDE, width - column * SIDE) * min(SIDE, height - row * SIDE)
        half = 2 * found >= pixels * unit
        levels.append(0 if found == 0 else 1 + half)
    return TileMarks(columns=columns, rows=rows, levels=tuple(levels))


def _altered() -> AlteredEvidenceError:
    return AlteredEvidenceError(
        "a tile table of the picture's size",
        met="another size",
        advice="Run jangbu fsck.",
    )
