"""`change/1`: how much two pictures of one size differ, in whole numbers.

For each tile of 64 × 64, with d the difference of a sample's two codes:

    changed_0, changed_2   pixels of which some |d| is greater than 0, than 2
    sum_abs, sum_sq        of |d| and of d × d, over all samples

It says where pictures differ and by how much; not who did it, nor what it is worth.
The rules are fixed in docs/specs/change-1.md and can never change.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.measure import TILE, Tiles

CHANGE: Final = "change/1"
STATS: Final = ("changed_0", "changed_2", "sum_abs", "sum_sq")
"""In the order of the tile table."""
SLIGHT: Final = 2
"""Up to this many code values, a difference can be another encoder's rounding."""

Difference: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
"""(rows, width, 3) uint8: |d| of each sample."""

Mask: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
"""(height, width) bool."""

Columns: TypeAlias = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differences:
    """How much two pictures differ.

    Attributes:
        pixels: width times height.
        tiles: (4, tile rows, tile columns) uint32, in the order of `STATS`; tiles at
            the right and bottom edge may be smaller than 64 × 64.
    """

    pixels: int
    changed_0: int
    changed_2: int
    sum_abs: int
    sum_sq: int
    tiles: Tiles

    def tile_bytes(self) -> bytes:
        """The tile table as it is hashed: [stat][row][column], little-endian."""
        return self.tiles.astype("<u4").tobytes()

    def tiles_digest(self) -> str:
        return hashlib.sha256(self.tile_bytes()).hexdigest()


def measure_differences(before: Frame, after: Frame) -> Differences:
    """Compare two pictures sample by sample; which of them is first plays no part.

    Raises:
        FrameShapeError: they differ in size.
    """
    check_sizes(before, after)
    height, width = before.shape[:2]
    starts = np.arange(0, width, TILE)
    table = np.zeros((len(STATS), -(-height // TILE), starts.size), np.uint32)
    # One row of tiles at a time: its differences stay in the cache, and sums over
    # its 64 rows fit 8, 16 and 32 bits, which is most of the speed.
    for tile_row in range(table.shape[1]):
        rows = slice(tile_row * TILE, (tile_row + 1) * TILE)
        difference = _difference(before[rows], after[rows])
        if difference.any():
            table[:, tile_row] = _strip(difference, starts)
    totals = [int(total) for total in table.sum(axis=(1, 2), dtype=np.uint64)]
    return Differences(
        pixels=height * width,
        tiles=table,
        **dict(zip(STATS, totals, strict=True)),
    )


def changed_pixels(before: Frame, after: Frame, *, beyond: int = 0) -> Mask:
    """Mark the pixels of which some channel differs by more than `beyond` codes.

    For pictures of a change; what is stated are the counts.

    Raises:
        FrameShapeError: they differ in size.

    Examples:
        >>> grey = as_frame(np.full((1, 2, 3), 90, np.uint8))
        >>> touched = grey.copy()
        >>> touched[0, 1, 2] = 93
        >>> changed_pixels(grey, touched).tolist()
        [[False, True]]
        >>> changed_pixels(grey, touched, beyond=3).tolist()
        [[False, False]]
    """
    check_sizes(before, after)
    return cast("Mask", _greatest(_difference(before, after)) > beyond)


def _strip(difference: Difference, starts: Columns) -> Tiles:
    """The four sums of each tile of a strip, at most 64 rows high."""
    greatest = _greatest(difference)
    flat = difference.reshape(difference.shape[0], -1)
    squares = flat.astype(np.uint16)
    squares *= squares  # 255 × 255 < 2^16
    by_sample = (
        flat.sum(axis=0, dtype=np.uint16),  # 64 × 255 < 2^16
        squares.sum(axis=0, dtype=np.uint32),
    )
    counts = [_per_tile(_count(greatest > over), starts) for over in (0, SLIGHT)]
    # A full tile's greatest sum is 64 × 64 × 3 × 255 × 255 < 2^30.
    sums = [_per_tile(columns, 3 * starts) for columns in by_sample]
    return np.stack([*counts, *sums])


def _per_tile(columns: Columns, starts: Columns) -> Columns:
    sums: Columns = np.add.reduceat(columns, starts, dtype=np.uint32)
    return sums


def _count(mask: Mask) -> Columns:
    # At most 64 in a column.
    counts: Columns = mask.view(np.uint8).sum(axis=0, dtype=np.uint8)
    return counts


def _difference(before: Frame, after: Frame) -> Difference:
    # |d| without leaving 8 bits.
    difference: Difference = np.maximum(before, after)
    difference -= np.minimum(before, after)
    return difference


def _greatest(difference: Difference) -> Difference:
    greatest: Difference = np.maximum(difference[:, :, 0], difference[:, :, 1])
    np.maximum(greatest, difference[:, :, 2], out=greatest)
    return greatest


def check_sizes(before: Frame, after: Frame) -> None:
    """Refuse two pictures that differ in size."""
    one, other = as_frame(before).shape, as_frame(after).shape
    if one != other:
        raise FrameShapeError(
            f"two pictures of one size, {one[1]} × {one[0]}",
            met=f"{other[1]} × {other[0]}",
            advice="Deliver the picture after in the size of the picture before.",
        )
