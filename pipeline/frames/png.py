"""PNG in and out: decoded by Pillow after our own checks, encoded by fpng."""

import io
import struct
import zlib
from typing import Final

import numpy as np
from fpng_py_fix import fpng_encode_image_to_memory
from PIL import Image

from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import (
    AnyArray,
    Frame,
    Matte,
    as_frame,
    as_matte,
)
from pipeline.frames.picture import Picture, tool_token
from pipeline.frames.png_structure import SIGNATURE, PngStructure, survey_png

_GREY, _RGB, _RGBA = 0, 2, 6
_COLOUR_NAMES: Final = {
    0: "grey",
    2: "RGB",
    3: "palette",
    4: "grey with alpha",
    6: "RGBA",
}
_MODES: Final = {_GREY: "L", _RGB: "RGB", _RGBA: "RGBA"}
_SRGB_PERCEPTUAL: Final = b"sRGB\x00"


def decode_png(data: bytes, name: str = "") -> Picture:
    """Decode an 8-bit RGB or RGBA PNG.

    The alpha of an RGBA file is that layer's own matte: PNG alpha is straight
    by specification (12.2), so colour is taken as stored, also where it is
    clear. Grey, palette and 16-bit files are refused rather than converted.

    Raises:
        UnreadableFrameError: truncated or damaged.
        FrameShapeError: another colour type, depth or size.
        ColourSpaceError: it declares something other than sRGB.
    """
    structure = survey_png(data, name)
    _check_type(structure, (_RGB, _RGBA), "8-bit RGB or RGBA", name)
    samples = _samples(structure, name)
    if structure.colour_type == _RGB:
        rgb, alpha = as_frame(samples, where=name), None
        return Picture(rgb=rgb, alpha=alpha, decoder=tool_token("pillow", "rgb"))
    return Picture(
        rgb=as_frame(samples[:, :, :3], where=name),
        alpha=as_matte(samples[:, :, 3], where=name),
        decoder=tool_token("pillow", "rgba"),
    )


def decode_matte_png(data: bytes, name: str = "") -> Matte:
    """Decode an 8-bit grey PNG as a matte.

    Its samples are coverage and not light: no transfer curve applies, and an
    RGB picture of a matte is refused because its channels might differ.

    Raises:
        UnreadableFrameError: truncated or damaged.
        FrameShapeError: not 8-bit grey.
        ColourSpaceError: a declared curve that would change the samples.
    """
    structure = survey_png(data, name)
    _check_type(structure, (_GREY,), "an 8-bit grey matte", name)
    return as_matte(_samples(structure, name), where=name)


def encode_png(frame: Frame) -> bytes:
    """Encode a frame as a PNG of four chunks: IHDR, sRGB, one IDAT, IEND.

    One IDAT because a signer's cost grows with the number of chunks. The same
    frame may give other bytes on another machine or version; never other pixels.
    """
    height, width = frame.shape[:2]
    encoded = bytes(fpng_encode_image_to_memory(frame.tobytes(), width, height, 3))
    header_end = len(SIGNATURE) + 25
    data_start = encoded.index(b"IDAT", header_end) - 4
    # Between the two stands fpng's private mark fdEC; the colour space takes its
    # place, since a file should say what its numbers mean.
    return encoded[:header_end] + _chunk(_SRGB_PERCEPTUAL) + encoded[data_start:]


def encode_matte_png(matte: Matte) -> bytes:
    """Encode a matte as an 8-bit grey PNG without any declared curve."""
    out = io.BytesIO()
    Image.fromarray(matte).save(out, "PNG", compress_level=1)
    return out.getvalue()


def png_encoder() -> str:
    """The encoder's token for the statement of a run."""
    return tool_token("fpng-py-fix", "srgb")


def _chunk(kind_and_body: bytes) -> bytes:
    length = struct.pack(">I", len(kind_and_body) - 4)
    return length + kind_and_body + struct.pack(">I", zlib.crc32(kind_and_body))


def _check_type(
    structure: PngStructure, allowed: tuple[int, ...], expected: str, name: str
) -> None:
    fits = structure.colour_type in allowed and structure.depth == 8
    if fits and not structure.has_transparency:
        return
    kind = _COLOUR_NAMES.get(structure.colour_type, "unknown")
    clear = " with a transparent colour (tRNS)" if structure.has_transparency else ""
    raise FrameShapeError(
        expected,
        met=f"a {structure.depth}-bit {kind} PNG{clear}",
        advice="Export it again in that form; nothing is converted silently.",
        where=name,
    )


def _samples(structure: PngStructure, name: str) -> AnyArray:
    try:
        with Image.open(io.BytesIO(structure.stream), formats=("PNG",)) as image:
            image.load()
            samples = np.asarray(image)
    # Pillow's readers raise all of these on damaged input.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UnreadableFrameError(
            "PNG image data that inflates to the whole picture",
            met=str(error),
            advice="Export or copy the file again.",
            where=name,
        ) from error
    if image.mode != _MODES[structure.colour_type]:
        raise UnreadableFrameError(
            f"a PNG that decodes as {_MODES[structure.colour_type]}",
            met=image.mode,
            advice="Export the file again.",
            where=name,
        )
    return samples
