"""The kernels for a GPU, from the same scalar functions as the CPU's.

Each pixel is a thread. A block is a quarter of a tile, 64 × 16 pixels by 64 × 4
threads; its sums are added to the tile's by integer atomics, whose order cannot matter.

Everything is read as 64 bits with sign. Unsigned numbers times signed ones would be
floats to numba; and the simulator, which runs this text without a GPU, has NumPy's
own 8 and 32 bits, which overflow.
"""

from typing import Any, Final, TypeAlias

from numba import cuda as numba_cuda
from numba import int32, int64

from pipeline.kernels import scalar
from pipeline.kernels.change import SLIGHT
from pipeline.kernels.measure import TILE
from pipeline.kernels.stack import (
    CORE,
    CORE_BITS,
    COVERED,
    DESPILL,
    GARBAGE,
    GARBAGE_BITS,
    HIGH,
    KEYED,
    KIND,
    LOW,
    MATTE,
    MATTE_BITS,
    RECIPROCAL,
    RGB,
    SCREEN,
    SHINING,
)
from pipeline.kernels.tables import ONE

Array: TypeAlias = Any
"""An array as numba sees it."""

Group: TypeAlias = Any
"""Several numbers or arrays, which belong together."""

Number: TypeAlias = Any
"""A whole number of 64 bits as numba sees it."""

cuda: Any = numba_cuda
"""Known to the type checker in part only."""

MOST_LAYERS: Final = 64
THREADS: Final = (TILE, 4)
BLOCK_ROWS: Final = 16
_FIGURES: Final = MOST_LAYERS + 1
_IN_BLOCK: Final = THREADS[0] * THREADS[1]

device: Any = cuda.jit(device=True)
"""Compile a function that kernels call."""

apart: Any = device(scalar.apart)
level: Any = device(scalar.level)
luma: Any = device(scalar.luma)
mean_light: Any = device(scalar.mean_light)
ramp: Any = device(scalar.ramp)
settle: Any = device(scalar.settle)
weigh: Any = device(scalar.weigh)


def _matte_at(planes: Array, place: int, bits: int, pixel: int, alpha: Array) -> Number:
    if bits == 8:
        return int64(alpha[planes[place + pixel]])
    at = place + 2 * pixel  # little-endian, wherever it lies
    return int64(planes[at]) | (int64(planes[at + 1]) << 8)


matte_at: Any = device(_matte_at)


def _key_coverage(
    row: Array,
    planes: Array,
    pixel: int,
    colour: Group,
    alpha: Array,
) -> Number:
    red, green, blue = colour
    backing, beside = (green, blue) if row[SCREEN] == 1 else (blue, green)
    coverage = ramp(
        backing - max(red, beside),
        int64(row[LOW]),
        int64(row[HIGH]),
        int64(row[RECIPROCAL]),
    )
    if row[CORE_BITS] != 0:
        core = matte_at(planes, row[CORE], row[CORE_BITS], pixel, alpha)
        coverage = max(coverage, core)
    if row[GARBAGE_BITS] != 0:
        garbage = matte_at(planes, row[GARBAGE], row[GARBAGE_BITS], pixel, alpha)
        coverage = weigh(coverage, garbage)
    return coverage


key_coverage: Any = device(_key_coverage)


def _despilled(backing: int, limit: int, light: Array, codes: Array) -> Number:
    # Through a code, as in a file between key and composite.
    return int64(light[codes[limit]]) if limit < backing else backing


despilled: Any = device(_despilled)


def _coverage_at(
    row: Array,
    planes: Array,
    pixel: int,
    colour: Group,
    tables: Group,
) -> Number:
    _, _, alpha, shine = tables
    if row[KIND] == COVERED:
        return matte_at(planes, row[MATTE], row[MATTE_BITS], pixel, alpha)
    if row[KIND] == KEYED:
        return key_coverage(row, planes, pixel, colour, alpha)
    if row[KIND] == SHINING:
        at = row[RGB] + 3 * pixel
        return int64(shine[max(planes[at], planes[at + 1], planes[at + 2])])
    return ONE


coverage_at: Any = device(_coverage_at)


def _colour_of(
    row: Array,
    colour: Group,
    light: Array,
    codes: Array,
) -> Group:
    red, green, blue = colour
    if row[KIND] == KEYED and row[DESPILL] != 0:
        if row[SCREEN] == 1:
            green = despilled(green, mean_light(red, blue), light, codes)
        else:
            blue = despilled(blue, mean_light(red, green), light, codes)
    return red, green, blue


colour_of: Any = device(_colour_of)


def _compose_pixel(
    planes: Array,
    stack: Array,
    pixel: int,
    tables: Group,
    frame: Array,
    sums: Array,
) -> None:
    light, codes, _, _ = tables
    layers = stack.shape[0]
    open_part, red, green, blue = ONE, 0, 0, 0
    for behind in range(layers):
        row = stack[layers - 1 - behind]
        at = row[RGB] + 3 * pixel
        colour = (
            int64(light[planes[at]]),
            int64(light[planes[at + 1]]),
            int64(light[planes[at + 2]]),
        )
        weight = weigh(open_part, coverage_at(row, planes, pixel, colour, tables))
        one, two, three = colour_of(row, colour, light, codes)
        share = open_part if row[KIND] == SHINING else weight
        red, green, blue = red + share * one, green + share * two, blue + share * three
        open_part -= weight
        sums[layers - 1 - behind] += weight
        if open_part == 0:
            break
    sums[layers] += open_part
    frame[3 * pixel] = codes[level(red)]
    frame[3 * pixel + 1] = codes[level(green)]
    frame[3 * pixel + 2] = codes[level(blue)]


compose_pixel: Any = device(_compose_pixel)


def _add_up(sums: Array, figures: int, tiles: Array, column: int, row: int) -> None:
    """Add the threads' sums to the tile's."""
    shared = cuda.shared.array(_IN_BLOCK, int32)
    own = cuda.threadIdx.y * TILE + cuda.threadIdx.x
    for figure in range(figures):
        shared[own] = sums[figure]
        cuda.syncthreads()
        reach = _IN_BLOCK // 2
        while reach > 0:
            if own < reach:
                shared[own] += shared[own + reach]
            cuda.syncthreads()
            reach //= 2
        if own == 0:
            cuda.atomic.add(tiles, (figure, row, column), shared[0])
        cuda.syncthreads()


add_up: Any = device(_add_up)


def _compose_frame(
    planes: Array,
    stack: Array,
    tables: Group,
    size: Group,
    frame: Array,
    tiles: Array,
) -> None:
    """Compose a picture; a block for each quarter of a tile.

    Args:
        planes: all pictures and mattes, one after another, bytes.
        stack: (layers, 13) int64; planes by their offsets.
        tables: light, codes, alpha, shine.
        size: height and width.
        frame: height × width × 3 bytes, written.
        tiles: (layers + 1, tile rows, tile columns) int32, added to.
    """
    height, width = size
    sums = cuda.local.array(_FIGURES, int32)
    for figure in range(stack.shape[0] + 1):
        sums[figure] = 0
    x = cuda.blockIdx.x * TILE + cuda.threadIdx.x
    top = cuda.blockIdx.y * BLOCK_ROWS
    for step in range(BLOCK_ROWS // THREADS[1]):
        y = top + step * THREADS[1] + cuda.threadIdx.y
        if x < width and y < height:
            compose_pixel(planes, stack, y * width + x, tables, frame, sums)
    add_up(sums, stack.shape[0] + 1, tiles, cuda.blockIdx.x, top // TILE)


compose_frame: Any = cuda.jit(_compose_frame)


def _compare_frames(before: Array, after: Array, size: Group, tiles: Array) -> None:
    """Measure `change/1`; blocks and tiles as of `compose_frame`."""
    height, width = size
    sums = cuda.local.array(4, int32)
    for figure in range(4):
        sums[figure] = 0
    x = cuda.blockIdx.x * TILE + cuda.threadIdx.x
    top = cuda.blockIdx.y * BLOCK_ROWS
    for step in range(BLOCK_ROWS // THREADS[1]):
        y = top + step * THREADS[1] + cuda.threadIdx.y
        if x < width and y < height:
            at, greatest = 3 * (y * width + x), 0
            for channel in range(3):
                d = apart(int64(before[at + channel]), int64(after[at + channel]))
                greatest = max(greatest, d)
                sums[2] += d
                sums[3] += d * d
            sums[0] += 1 if greatest > 0 else 0
            sums[1] += 1 if greatest > SLIGHT else 0
    add_up(sums, 4, tiles, cuda.blockIdx.x, top // TILE)


compare_frames: Any = cuda.jit(_compare_frames)


def _reduce_rows(
    frame: Array, width: int, windows: Array, weights: Array, rows: Array
) -> None:
    """Luma, and 32 columns of every row; threads 32 × 4."""
    column, y = cuda.threadIdx.x, cuda.blockIdx.x * THREADS[1] + cuda.threadIdx.y
    if y < rows.shape[0]:
        start, total = windows[column, 0], 0
        for i in range(windows[column, 1]):
            at = 3 * (y * width + start + i)
            grey = luma(int64(frame[at]), int64(frame[at + 1]), int64(frame[at + 2]))
            total += grey * int64(weights[column, i])
        rows[y, column] = settle(total)


reduce_rows: Any = cuda.jit(_reduce_rows)


def _reduce_columns(rows: Array, windows: Array, weights: Array, out: Array) -> None:
    """32 rows of the 32 columns; one block of 32 × 32 threads."""
    column, row = cuda.threadIdx.x, cuda.threadIdx.y
    start, total = windows[row, 0], 0
    for i in range(windows[row, 1]):
        total += int64(rows[start + i, column]) * int64(weights[row, i])
    out[row, column] = settle(total)


reduce_columns: Any = cuda.jit(_reduce_columns)
