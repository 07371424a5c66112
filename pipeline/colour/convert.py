"""Codes to scene-linear light and back, and light between primaries, in NumPy.

The arithmetic is that of docs/specs/colour.md and the same on every machine: look-ups,
comparisons, and single float32 products and sums, each rounded by itself. A compiled
version must not contract a product and a sum into one operation: in numba no
`fastmath`, and LLVM contracts nothing by itself. CUDA's compilers do contract unless
told otherwise, and numba-cuda passes no such switch on, `fastmath=False` or not: there
every product and sum is `libdevice.fmul_rn`, `fadd_rn`, `fsub_rn`, `fdiv_rn`. Denormal
floats are kept; no library may have switched the processor to flush them.
"""

from functools import cache
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from pipeline.colour.quantise import Buckets, Codes, Light, buckets_for, quantise
from pipeline.colour.spaces import CodeRange, Space
from pipeline.colour.tables import (
    codes_to_light,
    half_to_light,
    matrix,
    thresholds,
)
from pipeline.errors import ColourSpaceError, FrameShapeError

SampleType: TypeAlias = Literal["uint8", "uint16", "float16", "float32"]
Samples: TypeAlias = np.ndarray[Any, np.dtype[Any]]

MOST_HALF: Final = np.float32(65504)
"""The largest half float; brighter light becomes it."""

_STRIP: Final = 3 * 2**14
"""Samples worked on at once: what stays in a core's second cache."""


def decode(
    samples: Samples, bits: int, space: Space, *, code_range: CodeRange = "full"
) -> Light:
    """Turn samples into linear light in the space's own primaries.

    Args:
        samples: any shape; uint8, uint16, float16 or float32, as a `Raster` holds them.
        bits: depth of the samples; 10-bit codes lie in uint16.
        space: what the samples are encoded in.
        code_range: which codes carry 0 to 1; integers only.

    Returns:
        float32 of the same shape, finite.

    Raises:
        ColourSpaceError: a depth, range or type in which the space is not read, or a
            float that is no finite amount of light.
        FrameShapeError: codes above the depth.

    Examples:
        >>> from pipeline.colour.spaces import space_of
        >>> decode(np.uint8([0, 255]), 8, space_of("srgb")).tolist()
        [0.0, 1.0]
    """
    if samples.dtype.kind == "u":
        return _from_codes(samples, bits, codes_to_light(space, bits, code_range))
    if code_range != "full" or bits != 8 * samples.dtype.itemsize:
        raise _unread(space, f"{samples.dtype}, {bits} bits, range {code_range}")
    if samples.dtype == np.float16 and space.is_log:
        patterns = np.ascontiguousarray(samples).view(np.uint16)
        return _finite(half_to_light(space).take(patterns), space)
    if not space.is_linear or samples.dtype.name not in ("float16", "float32"):
        raise _unread(space, f"{samples.dtype}")
    return _finite(samples.astype(np.float32), space)


def encode(
    linear: Light,
    space: Space,
    dtype: SampleType,
    bits: int,
    *,
    code_range: CodeRange = "full",
) -> Samples:
    """Turn linear light in the space's own primaries into samples.

    A code is the number of thresholds that the light has reached: the nearest code in
    encoded values, 0 and the highest code for what is beyond. `encode` undoes `decode`
    for every code. Halves are rounded to the nearest, ties to even.

    Raises:
        ColourSpaceError: a depth, range or type in which the space is not written, or
            light that is NaN.

    Examples:
        >>> from pipeline.colour.spaces import space_of
        >>> encode(np.float32([0.18, 2]), space_of("srgb"), "uint8", 8).tolist()
        [118, 255]
    """
    if np.isnan(linear).any():
        raise _unread(space, "light that is NaN")
    if dtype in ("uint8", "uint16"):
        if (dtype == "uint8") != (bits == 8):
            raise _unread(space, f"{bits} bits in {dtype}")
        return _to_codes(linear, np.dtype(dtype), _buckets(space, bits, code_range))
    if not space.is_linear or code_range != "full":
        raise _unread(space, f"{dtype}, which only linear spaces are written in")
    if (dtype, bits) == ("float16", 16):
        return np.clip(linear, -MOST_HALF, MOST_HALF).astype(np.float16)
    if (dtype, bits) == ("float32", 32):
        return linear.astype(np.float32)
    raise _unread(space, f"{bits} bits in {dtype}")


def to_primaries(linear: Light, source: Space, target: Space) -> Light:
    """Express linear light in the primaries and white of another space.

    Each row is `((m0 × r) + (m1 × g)) + (m2 × b)`, every product and sum rounded to
    float32 by itself. Between spaces of the same primaries nothing is computed.

    Args:
        linear: (..., 3) float32 in the primaries of `source`.
        source: space whose primaries it is in.
        target: space whose primaries are wanted.

    Raises:
        ColourSpaceError: a space without colour, or light too large to multiply.
        FrameShapeError: no three channels.

    Examples:
        >>> from pipeline.colour.spaces import space_of
        >>> white = np.ones((1, 3), np.float32)
        >>> to_primaries(white, space_of("acescg"), space_of("aces2065-1")).tolist()
        [[1.0, 1.0, 1.0]]
    """
    _check_colour(linear, source, target)
    if source.gamut == target.gamut:
        return linear.copy()
    rows = matrix(source.gamut, target.gamut)
    pixels = np.ascontiguousarray(linear).reshape(-1, 3)
    result = np.empty_like(pixels)
    try:
        with np.errstate(over="raise", invalid="raise"):
            for start in range(0, len(pixels), _STRIP):
                strip = slice(start, start + _STRIP)
                _multiply(pixels[strip], rows, result[strip])
    except FloatingPointError as error:
        raise _unread(source, "light beyond the range of float32") from error
    return result.reshape(linear.shape)


def _multiply(pixels: Light, rows: Light, out: Light) -> None:
    red, green, blue = (np.ascontiguousarray(pixels[:, c]) for c in range(3))
    product = np.empty_like(red)
    for channel in range(3):
        first, second, third = rows[channel]
        total = red * first
        total += np.multiply(green, second, out=product)
        total += np.multiply(blue, third, out=product)
        out[:, channel] = total


def _from_codes(samples: Samples, bits: int, table: Light) -> Light:
    if samples.dtype.itemsize != (1 if bits == 8 else 2):
        raise _too_high(f"{bits} bits in {samples.dtype}", bits)
    if bits in (10, 12) and samples.size and int(samples.max()) >= len(table):
        raise _too_high(f"{int(samples.max())}", bits)
    # No index is out of range now; `clip` only spares NumPy a copy of its own.
    return table.take(samples, mode="clip")


def _to_codes(linear: Light, dtype: np.dtype[Any], buckets: Buckets) -> Codes:
    values = np.ascontiguousarray(linear, np.float32).ravel()
    codes = np.empty(values.shape, dtype)
    for start in range(0, len(values), _STRIP):
        strip = slice(start, start + _STRIP)
        quantise(values[strip], buckets, codes[strip])
    return codes.reshape(linear.shape)


@cache
def _buckets(space: Space, bits: int, code_range: CodeRange) -> Buckets:
    return buckets_for(thresholds(space, bits, code_range))


def _check_colour(linear: Light, source: Space, target: Space) -> None:
    for space in (source, target):
        if space.kind == "data":
            raise _unread(space, "a picture in colour")
    if linear.shape[-1:] != (3,) or linear.dtype != np.float32:
        raise FrameShapeError(
            "three channels of float32",
            met=f"shape {linear.shape}, {linear.dtype}",
            advice="Decode the picture first; grey has no primaries.",
        )


def _finite(values: Light, space: Space) -> Light:
    if np.isfinite(values).all():
        return values
    raise _unread(space, "samples that are NaN, infinite or brighter than 65504")


def _too_high(met: str, bits: int) -> FrameShapeError:
    return FrameShapeError(
        f"codes of {bits} bits, in bytes if they are 8 and in 16-bit words if more",
        met=met,
        advice="Give the depth that the codes have.",
    )


def _unread(space: Space, met: str) -> ColourSpaceError:
    return ColourSpaceError(
        "samples in a form that the space has: docs/reference/colour.md lists them",
        met=f"{space.token}, {met}",
        advice="Deliver the picture in another depth, or name the space it is in.",
    )
