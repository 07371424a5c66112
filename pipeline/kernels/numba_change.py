"""`change/1` compiled for the CPU."""

from typing import Any, TypeAlias

from pipeline.kernels import scalar
from pipeline.kernels.change import SLIGHT, STATS
from pipeline.kernels.measure import TILE
from pipeline.kernels.numba_cache import kernel, part
from pipeline.kernels.numba_memory import bytes_at, longs_at

Array: TypeAlias = Any
"""An array as numba sees it."""

apart = part(scalar.apart)


@part
def add_differences(one: Array, other: Array, sums: Array) -> None:
    """Add the four figures of neighbouring pixels of a line.

    Args:
        one: samples, R G B R G B …
        other: as many.
        sums: (4,) int64, in the order of `STATS`.
    """
    changed = slightly = total = squares = 0
    for i in range(len(one) // 3):
        red = apart(one[3 * i], other[3 * i])
        green = apart(one[3 * i + 1], other[3 * i + 1])
        blue = apart(one[3 * i + 2], other[3 * i + 2])
        greatest = max(red, green, blue)
        changed += greatest > 0
        slightly += greatest > SLIGHT
        total += red + green + blue
        squares += red * red + green * green + blue * blue
    sums[0] += changed
    sums[1] += slightly
    sums[2] += total
    sums[3] += squares


@kernel
def difference_tile_rows(
    rows: Any,  # noqa: ANN401  # a pair of numbers
    before: Array,
    after: Array,
    tiles: Array,
) -> None:
    """Measure rows of tiles.

    Args:
        rows: the first row of tiles, and the one after the last.
        before: (height, width, 3) uint8.
        after: the same.
        tiles: (tile rows, tile columns, 4) int64, added to.
    """
    height, width = before.shape[:2]
    for y in range(rows[0] * TILE, min(rows[1] * TILE, height)):
        for x in range(0, width, TILE):
            first, size = 3 * (y * width + x), 3 * min(TILE, width - x)
            tile = (y // TILE) * tiles.shape[1] + x // TILE
            add_differences(
                bytes_at(before.ctypes.data + first, size),
                bytes_at(after.ctypes.data + first, size),
                longs_at(tiles.ctypes.data + 8 * len(STATS) * tile, len(STATS)),
            )
