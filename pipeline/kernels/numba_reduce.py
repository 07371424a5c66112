"""The fingerprint's preparation compiled for the CPU: borders, luma, 32 × 32."""

from typing import Any, TypeAlias

import numpy as np

from pipeline.kernels import scalar
from pipeline.kernels.iscc import SIDE
from pipeline.kernels.numba_cache import kernel, part

Array: TypeAlias = Any
"""An array as numba sees it."""

luma = part(scalar.luma)
settle = part(scalar.settle)


@part
def unlike(pixel: Array, corner: Array, tolerance: int) -> bool:
    """Whether a pixel is not the border's."""
    for channel in range(3):
        code, border = int(pixel[channel]), int(corner[channel])
        if code < border - tolerance or code > border + tolerance:
            return True
    return False


@part
def flat_line(line: Array, corner: Array, tolerance: int) -> bool:
    """Whether a line of pixels is border throughout."""
    for at in range(len(line)):  # noqa: SIM110  # a generator is not compiled
        if unlike(line[at], corner, tolerance):
            return False
    return True


@kernel
def border_lines(frame: Array, tolerance: int) -> Any:  # noqa: ANN401  # four numbers
    """The box of all pixels unlike the upper left one: left, top, right, bottom.

    All 0 when every pixel is like it.
    """
    height, width = frame.shape[:2]
    corner = frame[0, 0]
    top, bottom, left, right = 0, height, 0, width
    while top < bottom and flat_line(frame[top], corner, tolerance):
        top += 1
    if top == bottom:
        return 0, 0, 0, 0
    while flat_line(frame[bottom - 1], corner, tolerance):
        bottom -= 1
    while flat_line(frame[top:bottom, left], corner, tolerance):
        left += 1
    while flat_line(frame[top:bottom, right - 1], corner, tolerance):
        right -= 1
    return left, top, right, bottom


@part
def weighted(codes: Array, weights: Array, start: int, count: int) -> Any:  # noqa: ANN401  # a number
    """One sample of the reduced line."""
    total: Any = np.int32(0)  # as in the NumPy form; weights add up to 2^22
    for at in range(count):
        total += np.int32(codes[start + at] * weights[at])
    return settle(total)


@kernel
def reduce_rows(frame: Array, windows: Array, weights: Array, out: Array) -> None:
    """Luma, and 32 columns of every row.

    Args:
        frame: (height, width, 3) uint8.
        windows: (32, 2) int64, first sample and length of each output.
        weights: (32, longest) int32.
        out: (height, 32) uint8, written.
    """
    height, width = frame.shape[:2]
    grey = np.empty(width, np.int32)
    for y in range(height):
        line = frame[y]
        for x in range(width):
            grey[x] = luma(line[x, 0], line[x, 1], line[x, 2])
        for column in range(SIDE):
            start, count = windows[column]
            out[y, column] = weighted(grey, weights[column], start, count)


@kernel
def reduce_columns(rows: Array, windows: Array, weights: Array, out: Array) -> None:
    """32 rows of the 32 columns; arguments as of `reduce_rows`."""
    line = np.empty(rows.shape[0], np.int32)
    for column in range(SIDE):
        for y in range(rows.shape[0]):
            line[y] = rows[y, column]
        for row in range(SIDE):
            start, count = windows[row]
            out[row, column] = weighted(line, weights[row], start, count)
