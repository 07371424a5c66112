"""TIFF in: strips and tiles, row of them by row of them, to samples.

What one strip or tile may decode to is known before it is decoded, and the decoder is
given room for one byte more than that: who fills it is a bomb, who leaves it short is
truncated. A last strip may be padded to full height, as some writers do.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias, cast

import imagecodecs
import numpy as np

from pipeline.frames.arrays import AnyArray
from pipeline.frames.picture import tool_token
from pipeline.frames.png_deep import parted
from pipeline.frames.raster import Raster
from pipeline.frames.survey import RasterSurvey
from pipeline.frames.tiff_structure import TiffStructure, tiff_structure
from pipeline.frames.tiff_tags import damaged_tiff

_Decode: TypeAlias = Callable[..., Any]

_DECODERS: Final[dict[str, _Decode]] = {
    "lzw": imagecodecs.lzw_decode,
    "deflate": imagecodecs.deflate_decode,
    "packbits": imagecodecs.packbits_decode,
    "zstd": imagecodecs.zstd_decode,
}

_PLAIN_BAND_BYTES: Final = 2**21


def survey_tiff(
    data: bytes, name: str = "", *, page: int | None = None
) -> RasterSurvey:
    """Size, depth, channels and declared colour; errors as for `tiff_structure`."""
    return tiff_survey(tiff_structure(data, name, page=page))


def tiff_survey(tiff: TiffStructure) -> RasterSurvey:
    """The structure in the words of all formats."""
    return RasterSurvey(
        format="tiff",
        width=tiff.width,
        height=tiff.height,
        bits=tiff.bits,
        is_float=tiff.is_float,
        grey=tiff.channels == 1,
        alpha=tiff.channels == 4,
        colour=tiff.colour,
    )


def read_tiff(data: bytes, name: str = "", *, page: int | None = None) -> Raster:
    """Decode a TIFF; associated alpha makes the raster `premultiplied`.

    Args:
        data: the whole file.
        name: for errors.
        page: which picture of several, from 0; `None` expects one.

    Raises:
        UnreadableFrameError, FrameShapeError, ColourSpaceError: as for
            `tiff_structure`, and strips that decode to more or less than they must.
    """
    tiff = tiff_structure(data, name, page=page)
    whole = np.empty((tiff.height, tiff.width, tiff.channels), dtype_of(tiff))
    for top, rows in tiff_bands(data, tiff, name):
        whole[top : top + len(rows)] = rows
    rgb, alpha = parted(whole if tiff.channels > 1 else whole[:, :, 0])
    return Raster(
        rgb=rgb,
        alpha=alpha,
        bits=tiff.bits,
        colour=tiff.colour,
        premultiplied=tiff.premultiplied,
        decoder=tiff_decoder(tiff),
    )


def tiff_decoder(tiff: TiffStructure) -> str:
    """Token of the decoder, with the scheme that it undid."""
    if tiff.compression == "none":
        return tool_token("numpy", "tiff")
    return tool_token("imagecodecs", "tiff", tiff.compression)


def dtype_of(tiff: TiffStructure) -> np.dtype[Any]:
    """Type of the samples, in the machine's byte order."""
    return np.dtype(f"{'f' if tiff.is_float else 'u'}{tiff.bits // 8}")


def tiff_bands(
    data: bytes, tiff: TiffStructure, name: str
) -> Iterator[tuple[int, AnyArray]]:
    """Top and samples of each strip, or of each row of tiles.

    Yields:
        Number of the first row, and (rows, width, channels) in the machine's byte
        order; valid until the next one is taken.

    Raises:
        UnreadableFrameError: a strip or tile that decodes to more or less than it must.
    """
    if not tiff.grid.tiled:
        for index, top in enumerate(range(0, tiff.height, tiff.grid.height)):
            rows = min(tiff.grid.height, tiff.height - top)
            yield from _strip(data, tiff, (index, top, rows), name)
        return
    across = -(-tiff.width // tiff.grid.width)
    for row, top in enumerate(range(0, tiff.height, tiff.grid.height)):
        tiles = [
            _samples(data, tiff, row * across + column, tiff.grid.height, name)
            for column in range(across)
        ]
        band = np.concatenate(tiles, axis=1) if across > 1 else tiles[0]
        yield top, band[: tiff.height - top, : tiff.width]


def _strip(
    data: bytes, tiff: TiffStructure, place: tuple[int, int, int], name: str
) -> Iterator[tuple[int, AnyArray]]:
    """One strip; an uncompressed one in pieces, since it may be the whole picture."""
    index, top, rows = place
    if tiff.compression != "none":
        yield top, _samples(data, tiff, index, rows, name)
        return
    offset, size = tiff.segments[index]
    row_bytes = tiff.width * tiff.pixel_bytes
    if size < rows * row_bytes:
        raise damaged_tiff(f"{size} bytes in a strip of {rows * row_bytes}", name)
    step = max(1, _PLAIN_BAND_BYTES // row_bytes)
    for first in range(0, rows, step):
        count = min(step, rows - first)
        start = offset + first * row_bytes
        part = memoryview(data)[start : start + count * row_bytes]
        yield top + first, _shaped(part, tiff, count, tiff.width)


def _samples(
    data: bytes, tiff: TiffStructure, index: int, rows: int, name: str
) -> AnyArray:
    """Samples of a strip or tile, of which `rows` rows must be there."""
    offset, size = tiff.segments[index]
    row_bytes = tiff.grid.width * tiff.pixel_bytes
    least, most = rows * row_bytes, tiff.grid.height * row_bytes
    packed = memoryview(data)[offset : offset + size]
    content = packed
    if tiff.compression != "none":
        content = _decoded(packed, tiff.compression, most, name)
    if not least <= len(content) or (len(content) > most and content is not packed):
        raise damaged_tiff(f"{len(content)} bytes in a part of {least}", name)
    samples = _shaped(content[:least], tiff, rows, tiff.grid.width)
    return _unpredicted(samples, tiff)


def _decoded(packed: memoryview, scheme: str, most: int, name: str) -> memoryview:
    try:
        return memoryview(_DECODERS[scheme](packed, out=most + 1))
    except RuntimeError as error:  # what every codec of that library raises
        raise damaged_tiff(str(error), name) from error


def _shaped(
    content: memoryview, tiff: TiffStructure, rows: int, width: int
) -> AnyArray:
    shape = (rows, width, tiff.channels)
    if tiff.predictor == 3:  # bytes in planes yet
        return np.frombuffer(content, np.uint8).reshape(rows, -1)
    native = dtype_of(tiff)
    samples: AnyArray = np.frombuffer(content, native.newbyteorder(tiff.order))
    return samples.reshape(shape).astype(native, copy=False)


def _unpredicted(samples: AnyArray, tiff: TiffStructure) -> AnyArray:
    """Undo the predictor (TIFF 6.0 section 14, supplement 3)."""
    if tiff.predictor == 1:
        return samples
    if tiff.predictor == 2:
        # Differences of floats are those of their bits.
        whole = samples.view(f"u{samples.itemsize}")
        summed = imagecodecs.delta_decode(whole, axis=1)
        return cast("AnyArray", summed).view(samples.dtype)
    rows, width, step = len(samples), tiff.grid.width, tiff.bits // 8
    summed = imagecodecs.delta_decode(
        samples.reshape(rows, step * width, tiff.channels), axis=1
    )
    # Planes of bytes, the highest first, whatever the file's byte order is.
    planes = cast("AnyArray", summed).reshape(rows, step, width * tiff.channels)
    together = np.ascontiguousarray(planes.transpose(0, 2, 1))
    floats = together.view(f">f{step}").reshape(rows, width, tiff.channels)
    return floats.astype(dtype_of(tiff))
