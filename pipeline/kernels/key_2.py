"""`key/2`: a matte from the plate and a clean plate of its screen, with despill.

The clean plate shows the screen alone, as it was lit: a picture of the empty set, or
one colour. With S the light of the screen's channel and A, B of the other two, in
levels, and their weights in 256ths:

    d(x) = max(256 × S - (weight A × A + weight B × B), 0) >> 8
    n = min(d(plate), d(clean));  r = (2^31 + d(clean) div 2) div d(clean)
    through = (n × r + 32768) >> 16;  0 where d(clean) < least
    coverage = 32768 where 32768 - through ≥ hi, 0 where it is ≤ lo, a ramp between

Everything is whole numbers; the ramp is that of `key/1`. The idea is that of the
image-based keyers of compositing programs. docs/specs/key-2.md fixes the rules.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError, RecipeError
from pipeline.kernels.coverage import Coverage, Plane
from pipeline.kernels.key import KeySettings, ramp
from pipeline.kernels.linear import (
    FULL_LEVEL,
    Levels,
    Linear,
    as_linear,
    empty_linear,
    flat,
    levels_of,
    require_finite,
)
from pipeline.kernels.mattes import Mattes
from pipeline.kernels.measure import TILE
from pipeline.kernels.straight import CHANNELS, Screen, without_screen, without_spill
from pipeline.kernels.tables import ONE

KEY_2: Final = "key/2"
KEY_1_LINEAR: Final = "key/1+levels"
"""The rule of `key/1` on levels of scene-linear light instead of `LIN`."""

Despill: TypeAlias = Literal["average", "subtract", "none"]
ScreenColour: TypeAlias = tuple[int, int, int]
"""R, G, B of a screen of one colour, in levels."""

_WHOLE: Final = 256
_DESPILLS: Final = frozenset({"average", "subtract", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPlateSettings:
    """How a plate is keyed against its clean plate: a person's decision.

    Attributes:
        weights: of the two channels beside the screen's, in the order R, G, B, in
            256ths; 256 together at most.
        least: difference of the clean plate, 1 to 65535, below which there is no screen
            and the plate is opaque.
        lo: opacity in Q15 up to which a pixel is wholly screen.
        hi: opacity from which it is wholly the element's; greater than `lo`.
        despill: `average` as in key/1; `subtract` takes the screen's light out of
            half-covered pixels.
    """

    screen: Screen
    weights: tuple[int, int] = (128, 128)
    least: int = 256
    lo: int = 0
    hi: int = ONE
    despill: Despill = "average"

    def __post_init__(self) -> None:
        names = self.screen in CHANNELS and self.despill in _DESPILLS
        weights = min(self.weights) >= 0 and sum(self.weights) <= _WHOLE
        levels = 1 <= self.least <= FULL_LEVEL and 0 <= self.lo < self.hi <= ONE
        if names and weights and levels:
            return
        raise RecipeError(
            "a green, blue or red screen, two weights of 256 together at most, least 1 "
            "to 65535, 0 ≤ lo < hi ≤ 32768, despill average, subtract or none",
            met=f"{self.screen}, weights {self.weights}, least {self.least}, "
            f"lo {self.lo}, hi {self.hi}, {self.despill}",
            advice="Correct the key.",
            where="key",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeyedLinear:
    """An element cut from its screen: straight, despilled colour and coverage."""

    rgb: Linear
    coverage: Coverage


def key_clean_plate(
    plate: Linear,
    clean: Linear | ScreenColour,
    settings: CleanPlateSettings,
    mattes: Mattes | None = None,
) -> KeyedLinear:
    """Cut an element from a screen of which a clean plate is there.

    Raises:
        FrameShapeError: clean plate or mattes of another size than the plate.
        RecipeError: a screen colour beyond 0 to 65535.
        SampleValueError: a sample that is no finite number, or a sum beyond floats.
    """
    admitted, screen = as_linear(plate), _clean(clean, plate)
    bounds = mattes or Mattes()
    coverage = np.empty(admitted.shape[:2], np.uint16)
    for rows in _strips(admitted):
        behind = screen if screen.shape[0] == 1 else screen[rows]
        coverage[rows] = clean_plate_coverage(
            levels_of(admitted[rows]), levels_of(behind), settings
        )
    held = bounds.raise_by_core(cast("Coverage", coverage))
    rgb = admitted
    if settings.despill != "none":
        rgb = empty_linear(*held.shape)
        for rows in _strips(admitted):
            if settings.despill == "average":
                rgb[rows] = without_spill(admitted[rows], settings.screen)
                continue
            behind = screen if screen.shape[0] == 1 else screen[rows]
            rgb[rows] = without_screen(admitted[rows], behind, held[rows])
        require_finite(rgb)
    return KeyedLinear(rgb=rgb, coverage=bounds.cut(held))


def key_difference(
    plate: Linear, settings: KeySettings, mattes: Mattes | None = None
) -> KeyedLinear:
    """Cut an element from a screen by the rule of key/1, on levels of light.

    Raises:
        FrameShapeError: mattes of another size than the plate.
        SampleValueError: a sample that is no finite number, or a sum beyond floats.
    """
    admitted = as_linear(plate)
    bounds = mattes or Mattes()
    coverage = np.empty(admitted.shape[:2], np.uint16)
    rgb = admitted if settings.despill == "none" else empty_linear(*coverage.shape)
    backing, first, second = CHANNELS[settings.screen]
    for rows in _strips(admitted):
        steps = levels_of(admitted[rows]).astype(np.int32)
        beside = np.maximum(steps[:, :, first], steps[:, :, second])
        difference = steps[:, :, backing] - beside
        coverage[rows] = ramp(difference, settings.lo, settings.hi)
        if settings.despill == "average":
            rgb[rows] = without_spill(admitted[rows], settings.screen)
    require_finite(rgb)
    return KeyedLinear(rgb=rgb, coverage=bounds.bound(cast("Coverage", coverage)))


def clean_plate_coverage(
    plate: Levels, clean: Levels, settings: CleanPlateSettings
) -> Coverage:
    """What of each pixel is not the screen, before any matte.

    Args:
        plate: levels of a strip.
        clean: levels of the same strip without the element, or one pixel for all.
        settings: see `CleanPlateSettings`.
    """
    screen = _difference(clean, settings)
    numerator = np.minimum(_difference(plate, settings), screen)
    there = screen >= settings.least  # so that nothing is divided by 0
    divisor = np.maximum(screen, 1)
    numerator *= (np.uint32(1 << 31) + (divisor >> 1)) // divisor
    numerator += np.uint32(1 << 15)
    numerator >>= 16
    through = (numerator * there).astype(np.int32)
    return ramp(cast("Any", through), ONE - settings.hi, ONE - settings.lo)


def _difference(levels: Levels, settings: CleanPlateSettings) -> Plane:
    backing, first, second = CHANNELS[settings.screen]
    weigh_first, weigh_second = settings.weights
    total = levels[:, :, backing] * np.int32(_WHOLE)  # at most 2^24
    total -= levels[:, :, first] * np.int32(weigh_first)
    total -= levels[:, :, second] * np.int32(weigh_second)
    steps: Plane = np.maximum(total, 0).astype(np.uint32)
    steps >>= 8
    return steps


def _clean(clean: Linear | ScreenColour, plate: Linear) -> Linear:
    if isinstance(clean, tuple):
        if min(clean) >= 0 and max(clean) <= FULL_LEVEL:
            return flat(clean)
        raise RecipeError(
            "a screen colour of three levels, 0 to 65535",
            met=f"{clean}",
            advice="Correct the colour, or give a clean plate.",
            where="key",
        )
    admitted = as_linear(clean)
    if admitted.shape != plate.shape:
        raise FrameShapeError(
            "a clean plate in the size of the plate",
            met=f"{admitted.shape[:2]} on {plate.shape[:2]}",
            advice="Export the clean plate in the plate's size.",
        )
    return admitted


def _strips(plate: Linear) -> list[slice]:
    return [slice(top, top + TILE) for top in range(0, plate.shape[0], TILE)]
