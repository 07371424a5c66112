"""The windows of the fingerprint's reduction as tables, which compiled kernels take."""

from functools import lru_cache

import numpy as np

from pipeline.frames.arrays import AnyArray
from pipeline.kernels import iscc


@lru_cache(maxsize=64)
def windows_of(size: int) -> tuple[AnyArray, AnyArray]:
    """The 32 windows on a line of samples: (32, 2) int64, and weights (32, n) int32."""
    windows = iscc.windows(size)
    longest = max(len(weights) for _, weights in windows)
    table = np.zeros((iscc.SIDE, longest), np.int32)
    for row, (_, weights) in zip(table, windows, strict=True):
        row[: len(weights)] = weights
    places = [(start, len(weights)) for start, weights in windows]
    return np.array(places, np.int64), table
