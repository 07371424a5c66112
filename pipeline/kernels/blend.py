"""The colour of `picture/2`: layers added up from front to back, in 32-bit floats.

Each product and each sum is rounded by itself to the nearest, in the order written
here; nothing is fused, and subnormal numbers are kept. With S a layer's sample, w its
weight and a its coverage, both divided by 32768 (which is exact), and F the share of
the light behind that the filters in front let through, 1 in the beginning:

    add          light = light + ((w × F) × S)
    screen       F = F × (1 - min(max(a × S, 0), 1))
    multiply     F = F × ((1 - a) + (a × S))

`1 - a` is exact. F is counted for each channel. Light starts at 0, so that a sum is
never the negative zero.
"""

from typing import Any, Final, cast

import numpy as np

from pipeline.kernels.coverage import Coverage, Plane
from pipeline.kernels.linear import Floats, Linear
from pipeline.kernels.tables import ONE

_TO_SHARE: Final = np.float32(1 / ONE)  # 2^-15
_CHANNELS: Final = range(3)


class Light:
    """The light that has been added up so far, in one strip of a picture."""

    def __init__(self, height: int, width: int) -> None:
        self._sum: Floats = np.zeros((3, height, width), np.float32)
        self._part: Floats = np.empty((height, width), np.float32)
        self._let_through: Floats | None = None  # None is 1 everywhere

    def add(self, rgb: Linear, weights: Plane) -> None:
        """Add a layer's colour, each pixel by its weight in Q15."""
        shares: Floats = weights.astype(np.float32)
        shares *= _TO_SHARE
        for channel in _CHANNELS:
            if self._let_through is None:
                np.multiply(shares, rgb[:, :, channel], out=self._part)
            else:
                np.multiply(shares, self._let_through[channel], out=self._part)
                self._part *= rgb[:, :, channel]
            self._sum[channel] += self._part

    def screen(self, rgb: Linear, coverage: Coverage | None) -> None:
        """Dim what is behind a screened layer, by as much as the layer shines."""
        self._filter(1 - np.clip(_covered(rgb, coverage), 0, 1))

    def multiply(self, rgb: Linear, coverage: Coverage | None) -> None:
        """Multiply what is behind a layer by the layer, where it covers."""
        factors = _covered(rgb, coverage)
        if coverage is not None:
            factors += (_TO_SHARE * (ONE - coverage).astype(np.float32))[:, :, None]
        self._filter(factors)

    def write(self, rgb: Linear) -> None:
        """Write the sum as rows of pixels."""
        for channel in _CHANNELS:
            rgb[:, :, channel] = self._sum[channel]

    def _filter(self, factors: Floats) -> None:
        by_channel: Floats = np.moveaxis(factors, 2, 0)
        if self._let_through is None:
            self._let_through = np.ascontiguousarray(by_channel)  # 1 × F is F
        else:
            self._let_through *= by_channel


def _covered(rgb: Linear, coverage: Coverage | None) -> Floats:
    if coverage is None:
        return rgb.copy()  # 1 × S is S
    shares: np.ndarray[Any, np.dtype[np.float32]] = coverage.astype(np.float32)
    shares *= _TO_SHARE
    return cast("Floats", shares[:, :, None] * rgb)
