"""WebP in and out by libwebp.

Lossy colour is stored in quarter-size chroma; it is decoded with libwebp's smooth
upsampling, which is whole-number arithmetic. Pixels under a clear alpha may have been
changed by whoever wrote the file: they are taken as they are.
"""

import struct
from typing import Final, cast

import imagecodecs

from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import AnyArray, Frame, as_frame
from pipeline.frames.icc_profile import PROFILED, profile_of
from pipeline.frames.picture import tool_token
from pipeline.frames.png_deep import parted
from pipeline.frames.raster import Raster
from pipeline.frames.survey import RasterSurvey
from pipeline.frames.webp_structure import webp_structure

WEBP_SPACES: Final = PROFILED
"""Spaces that a WebP of ours can declare."""

LARGEST_SIDE: Final = 16_383

_PROFILE_FLAG: Final = 0x20
_FAST: Final = 0
_LOSSY_METHOD: Final = 4


def survey_webp(data: bytes, name: str = "") -> RasterSurvey:
    """Size, channels and declared colour; errors as for `webp_structure`."""
    webp = webp_structure(data, name)
    return RasterSurvey(
        format="webp",
        width=webp.width,
        height=webp.height,
        bits=8,
        is_float=False,
        grey=False,
        alpha=webp.alpha,
        colour=webp.colour,
    )


def read_webp(data: bytes, name: str = "") -> Raster:
    """Decode a WebP of one picture; its alpha is straight (RFC 9649, 2.7.1.2).

    Raises:
        UnreadableFrameError, FrameShapeError, ColourSpaceError: as for
            `webp_structure`, and data that does not decode.
    """
    webp = webp_structure(data, name)
    try:
        samples = cast("AnyArray", imagecodecs.webp_decode(data, hasalpha=webp.alpha))
    except (RuntimeError, ValueError) as error:
        raise _damaged(str(error), name) from error
    expected = (webp.height, webp.width, 4 if webp.alpha else 3)
    if samples.shape != expected:
        raise _damaged(f"a picture of {samples.shape} for {expected}", name)
    rgb, alpha = parted(samples)
    return Raster(
        rgb=rgb,
        alpha=alpha,
        bits=8,
        colour=webp.colour,
        decoder=webp_decoder(),
    )


def webp_decoder() -> str:
    """Token of the decoder."""
    return tool_token("imagecodecs", "webp")


def encode_webp(
    frame: Frame,
    *,
    lossless: bool = True,
    quality: int = 90,
    colour: str | None = None,
) -> bytes:
    """Encode a frame; without loss by libwebp's fastest method.

    Args:
        frame: (height, width, 3) uint8.
        lossless: keeps every pixel.
        quality: 1 to 100, for lossy files only.
        colour: one of `WEBP_SPACES`, as an ICC profile; `None` declares nothing.

    Raises:
        FrameShapeError: no frame, or a side over 16,383 pixels.
    """
    admitted = as_frame(frame)
    height, width = admitted.shape[:2]
    if max(height, width) > LARGEST_SIDE:
        raise FrameShapeError(
            f"at most {LARGEST_SIDE} pixels a side in a WebP",
            met=f"{width} × {height}",
            advice="Write another format.",
        )
    # `lossless` is said always: left open, this library takes 100 levels for lossless.
    level, method = (_FAST, _FAST) if lossless else (quality, _LOSSY_METHOD)
    encoded = bytes(
        imagecodecs.webp_encode(admitted, level, lossless=lossless, method=method)
    )
    return encoded if colour is None else _profiled(encoded, width, height, colour)


def webp_encoder(*, lossless: bool, quality: int) -> str:
    """The encoder's token."""
    how = f"lossless{_FAST}" if lossless else f"q{quality}"
    return tool_token("imagecodecs", "webp", how)


def _profiled(encoded: bytes, width: int, height: int, colour: str) -> bytes:
    """The same picture as an extended file with a profile before it."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    flags = struct.pack("<I", _PROFILE_FLAG)
    chunks = _chunk(b"VP8X", flags + sides) + _chunk(b"ICCP", profile_of(colour))
    body = b"WEBP" + chunks + encoded[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _damaged(met: str, name: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "a WebP that decodes to its stated size",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )
