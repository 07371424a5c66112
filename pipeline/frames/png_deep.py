"""PNG of 8 and 16 bits as a raster, with the colour space that it declares.

`pipeline.frames.png` reads what `picture/1` knows. Here 16 bits, grey, alpha and
several declared spaces are known as well. Palettes, `tRNS`, grey with alpha and fewer
than 8 bits are refused by both.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from fpng_py_fix import fpng_encode_image_to_memory

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.exif import check_exif
from pipeline.frames.picture import tool_token
from pipeline.frames.png_colour import DECLARING, colour_chunk, declared_space
from pipeline.frames.png_rows import (
    CHANNELS,
    Layout,
    check_plausible,
    compressed,
    empty_samples,
    header_chunk,
    inflated,
    png_chunk,
    unfiltered,
)
from pipeline.frames.png_structure import SIGNATURE, check_order, header_of, walk
from pipeline.frames.raster import Raster, Samples, check_alpha, check_samples
from pipeline.frames.survey import RasterSurvey

LEVEL: Final = 1
"""Of libdeflate; the next costs a half more for one per cent less."""

_BAND_BYTES: Final = 2**21


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepPng:
    """What the chunks say, and the compressed rows.

    Attributes:
        parts: contents of the IDAT chunks, as views of the file.
        colour: token of the declared space; `None` if there is none.
    """

    layout: Layout
    colour: str | None
    parts: tuple[memoryview, ...]

    @property
    def alpha(self) -> bool:
        return self.layout.colour == 6

    @property
    def grey(self) -> bool:
        return self.layout.colour == 0

    @property
    def decoder(self) -> str:
        return tool_token("imagecodecs", f"png{self.layout.depth}")


def deep_png(data: bytes, name: str = "") -> DeepPng:
    """Check a PNG's chunks and declarations without decoding it.

    Raises:
        UnreadableFrameError: truncated, damaged, animated or not well formed.
        FrameShapeError: a palette, `tRNS`, grey with alpha, fewer than 8 bits, turned,
            or a size that no frame may have.
        ColourSpaceError: a declared space that is not known here.
    """
    chunks = list(walk(data, name))
    header = header_of(chunks[0], name)
    check_order(chunks, name)
    kinds = {chunk.kind for chunk in chunks}
    layout = Layout(*header, interlaced=chunks[0].body[12] == 1)
    if layout.colour not in CHANNELS or layout.depth not in {8, 16} or b"tRNS" in kinds:
        raise FrameShapeError(
            "a PNG of 8 or 16 bits: grey, RGB or RGBA",
            met=f"{layout.depth} bits, colour type {layout.colour}"
            + (", a transparent colour (tRNS)" if b"tRNS" in kinds else ""),
            advice="Export it again in that form; nothing is converted silently.",
            where=name,
        )
    said = {c.kind: bytes(c.body) for c in chunks if c.kind in (*DECLARING, b"eXIf")}
    check_exif(said.get(b"eXIf"), name)
    parts = tuple(chunk.body for chunk in chunks if chunk.kind == b"IDAT")
    check_plausible(sum(map(len, parts)), layout, name)
    return DeepPng(layout=layout, colour=declared_space(said, name), parts=parts)


def survey_deep_png(data: bytes, name: str = "") -> RasterSurvey:
    """Size, depth, channels and declared colour; errors as for `deep_png`."""
    return png_survey(deep_png(data, name))


def png_survey(png: DeepPng) -> RasterSurvey:
    """The structure in the words of all formats."""
    return RasterSurvey(
        format="png",
        width=png.layout.width,
        height=png.layout.height,
        bits=png.layout.depth,
        is_float=False,
        grey=png.grey,
        alpha=png.alpha,
        colour=png.colour,
    )


def read_png(data: bytes, name: str = "") -> Raster:
    """Decode a PNG of 8 or 16 bits; its alpha is straight by specification (12.2).

    Raises:
        UnreadableFrameError, FrameShapeError, ColourSpaceError: as for `deep_png`, and
            data that does not inflate to the picture.
    """
    png = deep_png(data, name)
    layout = png.layout
    packed = png.parts[0] if len(png.parts) == 1 else b"".join(png.parts)
    rows = memoryview(inflated(packed, layout, name))
    if layout.interlaced:
        samples = unfiltered(rows, layout, None, name)
    else:
        samples = _all_rows(rows, layout, name)
    rgb, alpha = parted(samples)
    return Raster(
        rgb=rgb,
        alpha=alpha,
        bits=layout.depth,
        colour=png.colour,
        decoder=png.decoder,
    )


def encode_deep_png(
    samples: Samples,
    bits: int,
    *,
    alpha: Samples | None = None,
    colour: str | None = None,
) -> bytes:
    """Encode 8 or 16 bits as IHDR, the colour chunk, one IDAT and IEND.

    One IDAT because a signer's cost grows with the number of chunks. RGB and RGBA of
    8 bits go through fpng, all else through libdeflate.

    Args:
        samples: (height, width, 3), or (height, width) for grey.
        bits: 8 or 16.
        alpha: straight, in the same type.
        colour: one of `PNG_SPACES`; `None` declares nothing.

    Raises:
        FrameShapeError: samples of another type.
    """
    check_samples(samples, bits)
    if alpha is not None:
        check_alpha(samples, alpha)
    height, width = samples.shape[:2]
    kind = 0 if samples.ndim == 2 else 2 if alpha is None else 6
    layout = Layout(width, height, bits, kind)
    pixels = joined(samples, alpha)
    fast = bits == 8 and kind
    data = _fpng(pixels) if fast else compressed(pixels, layout, LEVEL)
    said = colour_chunk(colour)
    chunks = (header_chunk(layout), said, b"IDAT" + data, b"IEND")
    return SIGNATURE + b"".join(png_chunk(chunk) for chunk in chunks if chunk)


def deep_png_encoder(bits: int) -> str:
    """The encoder's token for colour; grey of 8 bits goes the way of 16."""
    if bits == 8:
        return tool_token("fpng-py-fix", "png8")
    return tool_token("imagecodecs", "png16", "sub", f"deflate{LEVEL}")


def parted(samples: AnyArray) -> tuple[Samples, Samples | None]:
    """Colour and alpha of one, three or four channels, each in C order."""
    if samples.ndim == 2 or samples.shape[2] == 3:
        return np.ascontiguousarray(samples), None
    colour, alpha = samples[:, :, :3], samples[:, :, 3]
    return np.ascontiguousarray(colour), np.ascontiguousarray(alpha)


def joined(samples: Samples, alpha: Samples | None) -> AnyArray:
    """Colour and alpha together, as files interleave them."""
    return samples if alpha is None else np.dstack((samples, alpha))


def _all_rows(rows: memoryview, layout: Layout, name: str) -> AnyArray:
    """Band by band, since a band stays in the cache and libpng copies it twice."""
    step = max(1, _BAND_BYTES // layout.row_bytes)
    whole = empty_samples(layout)
    for top in range(0, layout.height, step):
        part = rows[top * layout.row_bytes : (top + step) * layout.row_bytes]
        band = layout._replace(height=len(part) // layout.row_bytes)
        above = whole[top - 1] if top else None
        whole[top : top + step] = unfiltered(part, band, above, name)
    return whole


def _fpng(pixels: AnyArray) -> bytes:
    """The data of the one IDAT that fpng writes."""
    height, width, channels = pixels.shape
    written = fpng_encode_image_to_memory(pixels.tobytes(), width, height, channels)
    encoded = bytes(written)
    start = encoded.index(b"IDAT", len(SIGNATURE) + 25) + 4
    length = int.from_bytes(encoded[start - 8 : start - 4], "big")
    return encoded[start : start + length]
