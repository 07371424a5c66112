"""The ISCC Image-Code of a frame (ISO 24138), from our own integer reduction.

The preparation is that of iscc-sdk 0.9.7 for an opaque, upright RGB picture:
trim near-uniform borders, luma, bicubic to 32 × 32. Luma and resampling equal
Pillow's in every value, except that passes are always horizontal first (`h1`);
Pillow 13 turns the order round for very tall pictures and so moves their codes.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np
from iscc_lib import gen_image_code_v0

from pipeline.frames.arrays import Frame, as_frame

Luma: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Bits: TypeAlias = Literal[64, 128, 192, 256]
Box: TypeAlias = tuple[int, int, int, int]
"""left, top, right, bottom; half-open."""

SIDE: Final = 32
TOLERANCE: Final = 16
MAX_TRIMS: Final = 16
_PRECISION: Final = 22  # Pillow's fixed point for 8-bit samples
_HALF: Final = 1 << (_PRECISION - 1)


def fingerprint(frame: Frame, *, bits: Bits = 64) -> tuple[str, str]:
    """Compute a frame's Image-Code.

    Take it from the written file as decoded, not from the composite buffer:
    that is what somebody will look up.

    Returns:
        The code (`ISCC:…`) and the token of the profile it was made with.
        Codes of different profiles must not be compared.
    """
    return code_of(reduce_luma(luma(trim(as_frame(frame)))), bits)


def code_of(reduced: Luma, bits: Bits) -> tuple[str, str]:
    """The code of a picture's 32 × 32 luma, and the token of the profile."""
    return gen_image_code_v0(bytes(reduced.data), bits).iscc, profile(bits)


def profile(bits: Bits = 64) -> str:
    """Name how a code is made: algorithm, bits, trim tolerance, pass order.

    Examples:
        >>> profile()
        'iscc-image-v0/64+trim16+h1'
    """
    return f"iscc-image-v0/{bits}+trim{TOLERANCE}+h1"


def trim(
    frame: Frame, border: Callable[[Frame, int], Box | None] | None = None
) -> Frame:
    """Cut near-uniform borders until none is left, as iscc-sdk 0.9.7 does.

    The upper left pixel is the border's colour. A cut on one side only must
    remove a flat band, so that a sky is kept.

    Args:
        frame: the picture.
        border: finds the border; `None` for `border_box`.
    """
    border = border or border_box
    for _ in range(MAX_TRIMS):
        height, width = frame.shape[:2]
        box = border(frame, TOLERANCE)
        if box is None or box == (0, 0, width, height):
            break
        cut = (box[0] > 0, box[1] > 0, box[2] < width, box[3] < height)
        if sum(cut) == 1 and border(frame, TOLERANCE // 2) != box:
            break
        frame = as_frame(frame[box[1] : box[3], box[0] : box[2]])
    return frame


def border_box(frame: Frame, tolerance: int) -> Box | None:
    """The box of all pixels unlike the upper left one; None when all are like it.

    Looks inwards from each edge, so that a frame without borders costs four
    lines of pixels and not a pass over the picture.
    """
    corner = frame[0, 0].astype(np.int16)
    low, high = corner - tolerance, corner + tolerance
    height, width = frame.shape[:2]

    def differs(lines: np.ndarray[Any, np.dtype[np.uint8]]) -> bool:
        return bool(((lines < low) | (lines > high)).any())

    top = next((y for y in range(height) if differs(frame[y])), None)
    if top is None:
        return None
    bottom = next(y for y in range(height, top, -1) if differs(frame[y - 1]))
    inside = frame[top:bottom]
    left = next(x for x in range(width) if differs(inside[:, x]))
    right = next(x for x in range(width, left, -1) if differs(inside[:, x - 1]))
    return left, top, right, bottom


def luma(frame: Frame) -> Luma:
    """Rec. 601 luma of the coded values, rounded as Pillow rounds it.

    Examples:
        >>> luma(as_frame(np.full((1, 1, 3), 200, np.uint8))).tolist()
        [[200]]
    """
    total = frame[:, :, 0] * np.uint32(19595)
    total += frame[:, :, 1] * np.uint32(38470)
    total += frame[:, :, 2] * np.uint32(7471)
    total += np.uint32(32768)
    total >>= np.uint32(16)
    return cast("Luma", total.astype(np.uint8))


def reduce_luma(grey: Luma) -> Luma:
    """Resample to 32 × 32: bicubic, horizontal first, 8 bits between passes."""
    return _reduce_columns(_reduce_columns(grey).T).T.copy()


def _reduce_columns(grey: Luma) -> Luma:
    height, width = grey.shape
    reduced = np.empty((height, SIDE), np.uint8)
    wide = grey.astype(np.int32)
    for column, (start, weights) in enumerate(windows(width)):
        total = wide[:, start : start + len(weights)] @ weights
        total += _HALF
        total >>= _PRECISION
        reduced[:, column] = np.clip(total, 0, 255)
    return reduced


@lru_cache(maxsize=64)
def windows(
    size: int,
) -> tuple[tuple[int, np.ndarray[tuple[int], np.dtype[np.int32]]], ...]:
    """First sample and 22-bit weights of each of the 32 outputs of a line.

    Everything is counted in 64ths of a sample, in which the middle of an output
    is a whole number; Pillow computes the same in doubles.
    """
    windows = []
    reach = 2 * max(2 * size, 2 * SIDE)  # the kernel's support, twice its unit
    for output in range(SIDE):
        middle = (2 * output + 1) * size
        start = max(0, (middle - reach + 32) // 64)
        stop = min(size, (middle + reach + 32) // 64)
        raw = [_bicubic(64 * x + 32 - middle, reach // 2) for x in range(start, stop)]
        total = sum(raw)
        weights = [_nearest(value << _PRECISION, total) for value in raw]
        windows.append((start, np.array(weights, np.int32)))
    return tuple(windows)


def _bicubic(distance: int, unit: int) -> int:
    """Keys' kernel with a = -1/2 at distance/unit, times 2 × unit³."""
    p, q = abs(distance), unit
    if p < q:
        return 3 * p**3 - 5 * p * p * q + 2 * q**3
    if p < 2 * q:
        return -(p**3) + 5 * p * p * q - 8 * p * q * q + 4 * q**3
    return 0


def _nearest(numerator: int, denominator: int) -> int:
    """Divide to the nearest, halves away from zero; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size
