"""Scaling by whole-number weights: Keys' cubic with a = -1/2, widened to reduce.

The weights of an output are 22-bit whole numbers that sum to 2^22, from exact
arithmetic: no machine can disagree about them. A matte is scaled with them in whole
numbers, colour (`pipeline.kernels.transform`) in floats, where n / 2^22 is exact. The
middle of a picture stays its middle; nothing is taken from outside the picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.tables import ONE

RESAMPLE: Final = "cubic-a05/1"
PRECISION: Final = 22
STRONGEST: Final = 16
"""How many times a side may be reduced or enlarged."""

_UNIT: Final = 1 << PRECISION

Indices: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Which samples along one side make each output, and by how much.

    Attributes:
        first: (outputs,) the first sample of each.
        weights: (outputs, taps) int64; each row sums to 2^22. Samples `first` to
            `first + taps - 1` are within the picture.
    """

    first: Indices
    weights: Indices

    @property
    def taps(self) -> int:
        return int(self.weights.shape[1])


@lru_cache(maxsize=32)
def windows(size: int, outputs: int) -> Windows:
    """The windows that scale `size` samples to `outputs`.

    In units of 1 / (2 × outputs) of a sample every middle is a whole number.

    Raises:
        FrameShapeError: reduced or enlarged more than 16 times.
    """
    if not (size <= outputs * STRONGEST and outputs <= size * STRONGEST):
        raise FrameShapeError(
            f"a scale of at most {STRONGEST} times",
            met=f"{size} to {outputs}",
            advice="Scale the layer where it is made.",
        )
    unit = 2 * max(size, outputs)
    rows = [_weights(size, outputs, unit, output) for output in range(outputs)]
    taps = max(len(weights) for _, weights in rows)
    first, table = [], []
    for start, weights in rows:
        moved = min(start, size - taps)
        padding = [0] * (start - moved)
        first.append(moved)
        table.append((padding + weights + [0] * taps)[:taps])
    return Windows(np.array(first, np.int64), np.array(table, np.int64))


def _weights(size: int, outputs: int, unit: int, output: int) -> tuple[int, list[int]]:
    middle = (2 * output + 1) * size
    # Samples x with |(2x + 1) × outputs - middle| < 2 × unit, within the picture.
    start = max(0, (middle - 2 * unit - outputs) // (2 * outputs) + 1)
    stop = min(size, -((outputs - middle - 2 * unit) // (2 * outputs)))
    raw = [_cubic((2 * x + 1) * outputs - middle, unit) for x in range(start, stop)]
    weights = [_nearest(value << PRECISION, sum(raw)) for value in raw]
    # What rounding left over goes to the greatest weight, the first of equals.
    weights[raw.index(max(raw))] += _UNIT - sum(weights)
    return start, weights


def _cubic(distance: int, unit: int) -> int:
    """Keys' kernel with a = -1/2 at distance / unit, times 2 × unit³."""
    p, q = abs(distance), unit
    if p < q:
        return 3 * p**3 - 5 * p * p * q + 2 * q**3
    return -(p**3) + 5 * p * p * q - 8 * p * q * q + 4 * q**3


def _nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest, halves away from zero; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


def scale_matte(
    matte: Coverage, across: Windows, down: Windows, rows: slice
) -> Indices:
    """Some rows of a scaled matte, not cut off yet.

    First across, then down, each sum rounded as (n + 2^21) >> 22 with a shift that
    keeps the sign. A cubic swings over at edges: below 0 and above 32768.

    Args:
        matte: the whole matte.
        across: windows along a row.
        down: windows along a column.
        rows: which rows of the output.
    """
    top, bottom = source_rows(down, rows)
    wide = matte[top:bottom].astype(np.int64)
    passed = _rounded(
        sum(
            wide[:, across.first + tap] * across.weights[:, tap]
            for tap in range(across.taps)
        )
    )
    first = down.first[rows] - top
    return _rounded(
        sum(
            passed[first + tap] * down.weights[rows, tap, None]
            for tap in range(down.taps)
        )
    )


def cut_off(scaled: Indices) -> Coverage:
    """A scaled matte as coverage: cut off to 0 to 32768, once, at the end."""
    return cast("Coverage", np.clip(scaled, 0, ONE).astype(np.uint16))


def source_rows(down: Windows, rows: slice) -> tuple[int, int]:
    """The rows of the source that some rows of the output are made of."""
    first = down.first[rows]
    return int(first.min()), int(first.max()) + down.taps


def _rounded(sums: Any) -> Indices:  # noqa: ANN401  # what `sum` of arrays is
    rounded: Indices = sums
    rounded += _UNIT >> 1
    rounded >>= PRECISION
    return rounded
