"""`measure/1`: how much of a picture each layer is, in whole numbers.

Q15 weights are summed per layer over the whole picture and per tile of 64 × 64.
At every pixel they add up to 32768, what the bottom layer leaves open included,
so that sums add up to 32768 × pixels without a remainder. Coverage is what is
*visible*; it says nothing about effort or authorship.

The rules are fixed in docs/specs/measure-1.md and can never change.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.kernels.coverage import Plane

MEASURE: Final = "measure/1"
TILE: Final = 64

Tiles: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measures:
    """What one frame's layers cover.

    Attributes:
        layers: Q15 sum per layer, bottom to top.
        unattributed: Q15 sum of what no layer covers.
        tiles: (layers + 1, tile rows, tile columns) uint32; unattributed last.
            Tiles at the right and bottom edge may be smaller than 64 × 64.
    """

    layers: tuple[int, ...]
    unattributed: int
    tiles: Tiles

    def tile_bytes(self) -> bytes:
        """The tile table as it is hashed: [layer][row][column], little-endian."""
        return self.tiles.astype("<u4").tobytes()

    def tiles_digest(self) -> str:
        return hashlib.sha256(self.tile_bytes()).hexdigest()


class TileTally:
    """Adds up weights strip by strip.

    A strip lies within one row of tiles. A full tile's sum is 2^27 and fits
    32 bits; sums over the picture are 64-bit.
    """

    def __init__(self, layers: int, height: int, width: int) -> None:
        rows, columns = -(-height // TILE), -(-width // TILE)
        self._tiles = np.zeros((layers + 1, rows, columns), np.uint32)
        self._starts = np.arange(0, width, TILE)

    def add(self, layer: int, tile_row: int, weights: Plane) -> None:
        """Count a layer's weights in a strip; layer -1 is the unattributed one."""
        by_column = weights.sum(axis=0, dtype=np.uint32)
        self._tiles[layer, tile_row] += np.add.reduceat(by_column, self._starts)

    def finish(self) -> Measures:
        sums = [int(total) for total in self._tiles.sum(axis=(1, 2), dtype=np.uint64)]
        return Measures(
            layers=tuple(sums[:-1]), unattributed=sums[-1], tiles=self._tiles
        )
