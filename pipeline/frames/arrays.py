"""The one gate through which arrays become frames and mattes.

Colour is RGB everywhere, never BGR. Nothing else in Jangbu casts an array to
`Frame` or `Matte`: what passed here has the shape and depth that its type says,
lies in one piece in memory, and is small enough for every sum taken over it.
"""

import hashlib
from typing import Any, Final, Literal, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError

Frame: TypeAlias = np.ndarray[tuple[int, int, Literal[3]], np.dtype[np.uint8]]
"""(height, width, 3) uint8, RGB, display-referred sRGB, C order."""

Matte: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
"""(height, width) uint8, 0 transparent to 255 opaque, linear in coverage, C order."""

AnyArray: TypeAlias = np.ndarray[Any, np.dtype[Any]]

MAX_SIDE: Final = 65_535
"""What a JPEG header can say; the ISCC resampler's tables are bounded by it."""

MAX_PIXELS: Final = 2**26
"""8192 × 8192. Below the size at which Pillow warns of a decompression bomb, so
that reading a picture never depends on that process-wide setting."""


def as_frame(array: AnyArray, *, where: str = "") -> Frame:
    """Admit an array as a frame.

    Args:
        array: (height, width, 3) uint8 in RGB order; copied only when its
            samples do not already lie in C order.
        where: file or field for the error, shown in a terminal only.

    Raises:
        FrameShapeError: another shape, depth or channel count.

    Examples:
        >>> as_frame(np.zeros((2, 4, 3), np.uint8)).shape
        (2, 4, 3)
    """
    fits = array.ndim == 3 and array.shape[2] == 3
    return cast("Frame", _admit(array, "height × width × 3 (RGB)", where, fits=fits))


def as_matte(array: AnyArray, *, where: str = "") -> Matte:
    """Admit an array as a matte: (height, width) uint8.

    Raises:
        FrameShapeError: another shape or depth.

    Examples:
        >>> as_matte(np.zeros((2, 4), np.uint8)).shape
        (2, 4)
    """
    fits = array.ndim == 2
    return cast("Matte", _admit(array, "height × width", where, fits=fits))


def check_size(width: int, height: int, *, where: str = "") -> None:
    """Refuse a size that no frame may have, before anything is allocated for it.

    Raises:
        FrameShapeError: no pixels, a side over 65,535 or over 2^26 pixels.
    """
    sides_fit = 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE
    if sides_fit and width * height <= MAX_PIXELS:
        return
    raise FrameShapeError(
        f"1 to {MAX_SIDE} pixels a side and at most {MAX_PIXELS} pixels",
        met=f"{width} × {height}",
        advice="Deliver the picture in a size that a frame may have.",
        where=where,
        width=width,
        height=height,
    )


def pixels_digest(array: Frame | Matte) -> str:
    """Name the pixels of a frame or matte, whatever file they came from.

    SHA-256 over the RFC 8785 form of `{channels, dtype, h, w}` and then the
    samples in C order. The header keeps a 4 × 2 frame apart from a 2 × 4 one
    with the same samples, and a matte apart from a frame.

    Returns:
        64 lower-case hexadecimal digits.

    Examples:
        >>> pixels_digest(as_matte(np.zeros((1, 1), np.uint8)))[:16]
        '1ac901038847378f'
    """
    admitted: AnyArray = as_frame(array) if array.ndim == 3 else as_matte(array)
    height, width = admitted.shape[:2]
    channels = 3 if admitted.ndim == 3 else 1
    # RFC 8785 by hand: this package may not import the ledger's encoder. A test
    # holds it against the reference implementation.
    header = f'{{"channels":{channels},"dtype":"uint8","h":{height},"w":{width}}}'
    digest = hashlib.sha256(header.encode("ascii"))
    digest.update(admitted.data)
    return digest.hexdigest()


def _admit(array: AnyArray, shape: str, where: str, *, fits: bool) -> AnyArray:
    if not fits or array.dtype != np.uint8:
        raise FrameShapeError(
            f"{shape}, 8 bits unsigned",
            met=f"shape {array.shape}, {array.dtype}",
            advice="Convert it before it enters the pipeline; nothing is converted "
            "silently.",
            where=where,
        )
    check_size(int(array.shape[1]), int(array.shape[0]), where=where)
    return np.ascontiguousarray(array)
