"""Scene-linear colour in 32-bit floats, and the only ways from it to whole numbers.

What is measured is whole numbers. Where they come from floats, each step is exact:
a product with a power of two, a comparison, and one stated rounding of IEEE 754.
Every machine therefore gets the same. The rules are in docs/specs/picture-2.md.
"""

from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError, SampleValueError
from pipeline.frames.arrays import AnyArray, check_size
from pipeline.kernels.coverage import Coverage, Plane
from pipeline.kernels.tables import ONE

Linear: TypeAlias = np.ndarray[tuple[int, int, Literal[3]], np.dtype[np.float32]]
"""(height, width, 3) float32, RGB, scene-linear in the show's working space, straight
unless said otherwise, finite, C order. 1 is a white surface; less than 0 and much more
than 1 occur."""

Levels: TypeAlias = np.ndarray[tuple[int, int, Literal[3]], np.dtype[np.uint16]]
"""(height, width, 3) uint16: linear light in steps of 1/65536, from 0 to just below 1;
what lies outside is cut off."""

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

FULL_LEVEL: Final = 65535
_STEPS: Final = np.float32(65536)
_ONE: Final = np.float32(ONE)
# Nearer to 1 than half a step of 12 bits: a factor that changes no picture.
_NEAR_ONE: Final = np.float32(2**-12)
_STRIP_ROWS: Final = 64


def as_linear(array: AnyArray, *, where: str = "") -> Linear:
    """Admit an array as scene-linear colour.

    Raises:
        FrameShapeError: another shape or type, no C order, or too large.
        SampleValueError: a sample that is no finite number.
    """
    fits = array.ndim == 3 and array.shape[2] == 3 and array.dtype == np.float32
    if not (fits and array.dtype.isnative and array.flags.c_contiguous):
        raise FrameShapeError(
            "height × width × 3 (RGB) of 32-bit floats, in one piece",
            met=f"shape {array.shape}, {array.dtype}",
            advice="Bring the picture into the working space first.",
            where=where,
        )
    check_size(int(array.shape[1]), int(array.shape[0]), where=where)
    require_finite(array, where=where)
    return cast("Linear", array)


def require_finite(samples: AnyArray, *, where: str = "") -> None:
    """Refuse samples of which one is infinite or no number.

    Raises:
        SampleValueError: with the place of the first such row.
    """
    for top in range(0, samples.shape[0], _STRIP_ROWS):
        fine = np.isfinite(samples[top : top + _STRIP_ROWS])
        if fine.all():
            continue
        broken = ~fine.reshape(fine.shape[0], -1).all(axis=1)
        raise SampleValueError(
            "finite samples",
            met="one that is infinite or not a number",
            advice="Repair the picture where it was made; what such a sample shows is "
            "not known.",
            where=where,
            row=top + int(broken.argmax()),
        )


def empty_linear(height: int, width: int) -> Linear:
    """Room for a picture, with any content."""
    return cast("Linear", np.empty((height, width, 3), np.float32))


def levels_of(rgb: Linear) -> Levels:
    """Light as whole levels: the greatest n with n/65536 ≤ x, from 0 to 65535.

    Examples:
        >>> levels_of(as_linear(np.array([[[-1, 0.5, 9]]], np.float32))).tolist()
        [[[0, 32768, 65535]]]
    """
    steps: Floats = np.clip(rgb, np.float32(0), np.float32(1))
    steps *= _STEPS
    np.minimum(steps, np.float32(FULL_LEVEL), out=steps)
    return cast("Levels", steps.astype(np.uint16))  # cut off, not rounded


def coverage_of_floats(values: AnyArray) -> Coverage:
    """Q15 of values, 0 to 1, cut off there: to the nearest, halves to even.

    Examples:
        >>> coverage_of_floats(np.array([[-0.1, 0.5, 1.01]], np.float32)).tolist()
        [[0, 16384, 32768]]
    """
    # A half float is a 32-bit float without rounding.
    parts: Floats = values.astype(np.float32)
    np.clip(parts, np.float32(0), np.float32(1), out=parts)
    parts *= _ONE
    return cast("Coverage", np.rint(parts, out=parts).astype(np.uint16))


def brightest(rgb: Linear) -> Floats:
    """The greatest of three channels."""
    greatest: Floats = np.maximum(rgb[:, :, 0], rgb[:, :, 1])
    return np.maximum(greatest, rgb[:, :, 2], out=greatest)


def shine_at_most(rgb: Linear) -> Plane:
    """Q15 of the channel that is farthest from 0, rounded up; 1 and more are full."""
    greatest = brightest(cast("Linear", np.abs(rgb)))
    np.minimum(greatest, np.float32(1), out=greatest)
    greatest *= _ONE
    return np.ceil(greatest, out=greatest).astype(np.uint32)


def shine_at_least(rgb: Linear) -> Plane:
    """Q15 of the darkest channel, rounded down; 1 and more are full, below 0 is 0."""
    least: Floats = np.minimum(rgb[:, :, 0], rgb[:, :, 1])
    np.minimum(least, rgb[:, :, 2], out=least)
    np.clip(least, np.float32(0), np.float32(1), out=least)
    least *= _ONE
    return least.astype(np.uint32)


def filters(rgb: Linear) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where a factor changes what it multiplies: a channel off 1 by over 1/4096."""
    off: Floats = np.abs(rgb - np.float32(1))
    return brightest(cast("Linear", off)) > _NEAR_ONE


def flat(levels: tuple[int, int, int]) -> Linear:
    """One pixel of one colour, from levels; n/65536 is exact."""
    return cast("Linear", (np.array(levels, np.float32) / _STEPS).reshape(1, 1, 3))
