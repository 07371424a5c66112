"""`key/1`: a difference matte in linear light, with despill.

For a green screen, with R, G, B the light of a pixel (`LIN`):

    d = G - max(R, B)
    coverage = 32768 where d ≤ lo, 0 where d ≥ hi, and a straight ramp between
    despill:  G = min(G, (R + B) >> 1), then back to a code by `ENC`

For a blue screen G and B change places. The ramp divides by an integer
reciprocal, so that a GPU needs no division. The parameters are a person's
decision and are stated with the run.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError, RecipeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.coverage import Coverage, Plane, as_coverage, intersect
from pipeline.kernels.tables import ENC, LIN, ONE

KEY: Final = "key/1"

Screen: TypeAlias = Literal["green", "blue"]
Despill: TypeAlias = Literal["average", "none"]

_LIGHT: Final = LIN.astype(np.int32)
_FULL_LIGHT: Final = 65535
_STRIP_ROWS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySettings:
    """How a screen is keyed.

    Attributes:
        lo: difference up to which a pixel is wholly the element's, 0 to 65534.
        hi: difference from which it is wholly the screen's; greater than `lo`.
        despill: `average` limits the screen's channel to the mean of the other
            two, everywhere and whatever the mattes say.
    """

    screen: Screen
    lo: int
    hi: int
    despill: Despill = "average"

    def __post_init__(self) -> None:
        names_fit = self.screen in {"green", "blue"}
        names_fit = names_fit and self.despill in {"average", "none"}
        if names_fit and 0 <= self.lo < self.hi <= _FULL_LIGHT:
            return
        raise RecipeError(
            "a green or blue screen, 0 ≤ lo < hi ≤ 65535, despill average or none",
            met=f"{self.screen}, lo {self.lo}, hi {self.hi}, {self.despill}",
            advice="Correct the key.",
            where="key",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keyed:
    """An element cut from its screen: straight, despilled colour and coverage."""

    rgb: Frame
    coverage: Coverage


def key(
    plate: Frame,
    settings: KeySettings,
    *,
    garbage: Coverage | None = None,
    core: Coverage | None = None,
) -> Keyed:
    """Cut an element from a screen.

    Args:
        plate: the picture in front of the screen.
        settings: see `KeySettings`.
        garbage: what to keep at all; coverage is multiplied by it, last, so
            that it wins over `core`.
        core: where the element is opaque whatever its colour; the greater of
            key and core counts.

    Raises:
        FrameShapeError: a matte of another size than the plate.
    """
    admitted = as_frame(plate)
    _check_mattes(admitted, garbage, core)
    frame = np.empty_like(admitted)
    coverage = np.empty(admitted.shape[:2], np.uint16)
    for top in range(0, admitted.shape[0], _STRIP_ROWS):
        rows = slice(top, top + _STRIP_ROWS)
        _key_strip(admitted[rows], settings, frame[rows], coverage[rows])
    if core is not None:
        np.maximum(coverage, core, out=coverage)
    keyed = as_coverage(coverage)
    if garbage is not None:
        keyed = intersect(keyed, garbage)
    return Keyed(rgb=as_frame(frame), coverage=keyed)


def _key_strip(
    plate: Frame, settings: KeySettings, frame: Frame, coverage: Coverage
) -> None:
    screen, other = (1, 2) if settings.screen == "green" else (2, 1)
    red, beside, backing = (
        _LIGHT.take(plate[:, :, channel], mode="clip") for channel in (0, other, screen)
    )
    difference = backing - np.maximum(red, beside)
    coverage[:] = ramp(difference, settings.lo, settings.hi)
    frame[:] = plate
    if settings.despill == "average":
        limit = (red + beside) >> 1
        frame[:, :, screen] = ENC.take(np.minimum(backing, limit), mode="clip")


def ramp(
    difference: np.ndarray[tuple[int, int], np.dtype[np.int32]], lo: int, hi: int
) -> Coverage:
    """Turn differences into coverage: 32768 up to `lo`, 0 from `hi` on.

    `n × reciprocal` is at most 2^31 + span / 2, which fits 32 bits unsigned, and
    both ends come out exact for every span.
    """
    span = hi - lo
    reciprocal = np.uint32(((ONE << 16) + span // 2) // span)
    steps: Plane = (np.clip(difference, lo, hi) - np.int32(lo)).astype(np.uint32)
    steps *= reciprocal
    steps += np.uint32(1 << 15)
    steps >>= np.uint32(16)
    return cast("Coverage", (ONE - steps).astype(np.uint16))


def _check_mattes(
    plate: Frame, garbage: Coverage | None, core: Coverage | None
) -> None:
    for matte in (garbage, core):
        if matte is not None and as_coverage(matte).shape != plate.shape[:2]:
            raise FrameShapeError(
                "mattes in the size of the plate",
                met=f"{matte.shape} on {plate.shape[:2]}",
                advice="Export the matte in the plate's size.",
            )
