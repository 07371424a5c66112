"""Coverage planes in Q15: where a layer is, before anything stands in front."""

from typing import Any, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray, Matte, as_matte
from pipeline.kernels.tables import ALPHA, ONE

Coverage: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint16]]
"""(height, width) uint16, 0 absent to 32768 opaque."""

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]
"""(rows, width) uint32; wide enough for a Q15 × Q15 product."""


def as_coverage(array: AnyArray) -> Coverage:
    """Admit an array as a coverage plane.

    Raises:
        FrameShapeError: another shape or depth, or a value over 32768, which
            would take from layers below more than they have.
    """
    fits = array.ndim == 2 and array.dtype == np.uint16 and array.size > 0
    if not fits or int(array.max()) > ONE:
        raise FrameShapeError(
            "height × width of 16 bits unsigned, 0 to 32768",
            met=f"shape {array.shape}, {array.dtype}",
            advice="Make coverage from an 8-bit matte or a key.",
        )
    return cast("Coverage", np.ascontiguousarray(array))


def coverage_of(matte: Matte) -> Coverage:
    """Turn an 8-bit matte into coverage; 0 and 255 become exactly 0 and 32768."""
    return cast("Coverage", ALPHA.take(as_matte(matte), mode="clip"))


def intersect(one: Coverage, other: Coverage) -> Coverage:
    """Multiply two coverages, to the nearest: a matte inside a garbage matte.

    Raises:
        FrameShapeError: the planes differ in size.
    """
    if one.shape != other.shape:
        raise FrameShapeError(
            "coverage planes of one size",
            met=f"{one.shape} and {other.shape}",
            advice="Deliver a layer's mattes in the layer's size.",
        )
    product = one.astype(np.uint32)
    product *= other
    product += ONE // 2
    product >>= 15
    return cast("Coverage", product.astype(np.uint16))
