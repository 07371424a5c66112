"""Colour freed from what it was mixed with: of its alpha, and of the screen behind it.

32-bit floats, each operation rounded by itself; a quotient is that of IEEE 754, which
is the same on every machine.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.linear import (
    Floats,
    Linear,
    as_linear,
    coverage_of_floats,
    empty_linear,
    require_finite,
)
from pipeline.kernels.measure import TILE
from pipeline.kernels.tables import ONE

Screen: TypeAlias = Literal["green", "blue", "red"]

CHANNELS: Final[dict[Screen, tuple[int, int, int]]] = {
    "green": (1, 0, 2),
    "blue": (2, 0, 1),
    "red": (0, 1, 2),
}
"""The screen's channel, then the two others."""

_TO_SHARE: Final = np.float32(1 / ONE)  # 2^-15
_ZERO: Final = np.float32(0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Straight:
    """A picture whose colour was multiplied by its alpha, taken apart.

    Attributes:
        light: what shines where there is no coverage (a glow drawn with alpha 0);
            `None` if nothing does. No division can keep it: it is a layer of its own,
            to be laid as `plus`, or the picture is refused.
    """

    rgb: Linear
    coverage: Coverage
    light: Linear | None


def straighten(rgb: Linear, alpha: Floats) -> Straight:
    """Divide colour by alpha.

    Where alpha rounds to no coverage in Q15, colour is 0 and what was there is light.
    Alpha is cut off at 1 before the division, as it is in the coverage.

    Raises:
        FrameShapeError: alpha differs in size or is no plane of 32-bit floats.
        SampleValueError: a sample is no finite number, or a quotient beyond floats.
    """
    admitted = as_linear(rgb)
    if alpha.shape != rgb.shape[:2] or alpha.dtype != np.float32:
        raise FrameShapeError(
            "alpha in the size of the colour, 32-bit floats",
            met=f"{alpha.shape} on {rgb.shape[:2]}, {alpha.dtype}",
            advice="Export colour and alpha alike.",
        )
    require_finite(alpha)
    coverage = coverage_of_floats(alpha)
    height, width = coverage.shape
    colour = empty_linear(height, width)
    light: Linear | None = None
    for top in range(0, height, TILE):
        rows = slice(top, min(top + TILE, height))
        bare = coverage[rows] == 0
        divisor: Floats = np.minimum(alpha[rows], np.float32(1))
        colour[rows] = _divided(admitted[rows], divisor, bare)
        left = admitted[rows] * bare[:, :, None]
        if left.any():
            light = np.zeros_like(colour) if light is None else light
            light[rows] = left
    require_finite(colour)
    return Straight(rgb=colour, coverage=coverage, light=light)


def divided_by_coverage(rgb: Floats, parts: AnyArray) -> Floats:
    """Divide colour by coverage in 32768ths, 2^24 at most; 0 where there is none."""
    return _divided(rgb, parts.astype(np.float32) * _TO_SHARE, parts <= 0)


def multiplied_by_coverage(rgb: Floats, coverage: Coverage) -> Floats:
    """Multiply colour by Q15 coverage."""
    shares: Floats = coverage.astype(np.float32)
    shares *= _TO_SHARE
    return cast("Floats", rgb * shares[:, :, None])


def without_spill(rgb: Linear, screen: Screen) -> Linear:
    """Limit the screen's channel to the mean of the other two: (A + B) × 1/2."""
    backing, first, second = CHANNELS[screen]
    limit: Floats = rgb[:, :, first] + rgb[:, :, second]
    limit *= np.float32(1 / 2)
    result = rgb.copy()
    np.minimum(rgb[:, :, backing], limit, out=result[:, :, backing])
    return result


def without_screen(rgb: Linear, clean: Linear, coverage: Coverage) -> Linear:
    """Take the screen's light out of half-covered pixels, and make them straight.

    With k the coverage / 32768: `max(P - (1 - k) × C, 0) / k`. Where the coverage is
    whole the plate stays as it is, and where there is none the result is 0.
    """
    left = (ONE - coverage).astype(np.float32) * _TO_SHARE
    screen_light: Floats = left[:, :, None] * clean
    own: Floats = np.maximum(rgb - screen_light, _ZERO)
    divided = divided_by_coverage(own, coverage)
    return cast("Linear", np.where((coverage == ONE)[:, :, None], rgb, divided))


def _divided(
    rgb: Floats, alpha: Floats, bare: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
) -> Floats:
    divisor = alpha.copy()
    divisor[bare] = np.float32(1)
    with np.errstate(over="ignore"):
        quotient: Floats = rgb / divisor[:, :, None]
    quotient[bare] = _ZERO
    return quotient
