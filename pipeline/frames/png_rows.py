"""Rows of a PNG: filtered bytes to samples and back, a band of them at a time.

Inflating and undoing the filters are two steps here. libdeflate inflates to exactly
as many bytes as the header promises and checks their checksum, so that neither a bomb
nor a truncated file passes. libpng undoes the filters: a band of rows goes to it as a
small PNG of its own whose data is stored and not compressed. The row above a band goes
before it as an unfiltered one.
"""

import struct
import zlib
from typing import Any, Final, NamedTuple, cast

import imagecodecs
import numpy as np

from pipeline.errors import UnreadableFrameError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.png_structure import SIGNATURE

CHANNELS: Final = {0: 1, 2: 3, 6: 4}
"""Channels by colour type: grey, RGB, RGBA."""

_SUB: Final = 1
_ADAM7: Final = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
# A bit of deflate data stands for at most 129 bytes (RFC 1951, 3.2.5).
_MOST_PER_BYTE: Final = 1032


class Layout(NamedTuple):
    """How samples lie in rows: `colour` is a key of `CHANNELS`, `depth` 8 or 16."""

    width: int
    height: int
    depth: int
    colour: int
    interlaced: bool = False

    @property
    def row_bytes(self) -> int:
        """Bytes of a row with its filter byte."""
        return 1 + self.width * self.pixel_bytes

    @property
    def pixel_bytes(self) -> int:
        return CHANNELS[self.colour] * self.depth // 8

    @property
    def filtered_bytes(self) -> int:
        """Bytes of the whole picture with its filter bytes, before compression."""
        if not self.interlaced:
            return self.height * self.row_bytes
        total = 0
        for top, left, down, right in _ADAM7:
            rows = len(range(top, self.height, down))
            columns = len(range(left, self.width, right))
            total += rows * (1 + columns * self.pixel_bytes) if columns else 0
        return total


def check_plausible(compressed: int, layout: Layout, name: str) -> None:
    """Refuse data too short to inflate to the picture, before memory is taken.

    Raises:
        UnreadableFrameError: deflate cannot make so much of so little.
    """
    if layout.filtered_bytes > compressed * _MOST_PER_BYTE:
        raise damaged_rows("less data than the picture needs", name)


def inflated(data: Any, layout: Layout, name: str) -> bytes:  # noqa: ANN401 -- a buffer
    """The filtered bytes of the whole picture, exactly as many as there must be.

    Raises:
        UnreadableFrameError: more, less, or a wrong checksum.
    """
    check_plausible(len(data), layout, name)
    try:
        decode = imagecodecs.deflate_decode
        rows = cast("bytes", decode(data, out=layout.filtered_bytes))
    except RuntimeError as error:  # what every codec of that library raises
        raise damaged_rows(str(error), name) from error
    if len(rows) != layout.filtered_bytes:
        raise damaged_rows(f"{len(rows)} of {layout.filtered_bytes} bytes", name)
    return rows


def unfiltered(
    rows: Any,  # noqa: ANN401 -- a buffer
    layout: Layout,
    above: AnyArray | None,
    name: str,
) -> AnyArray:
    """Undo the filters of a band.

    Args:
        rows: filtered bytes; of `layout.height` rows.
        layout: of this band, or of the whole picture if it is interlaced.
        above: samples of the row before the band; `None` at the top.
        name: for the error.

    Returns:
        (rows, width) or (rows, width, channels), uint8 or uint16.

    Raises:
        UnreadableFrameError: a filter that does not exist.
    """
    before = b"" if above is None else b"\x00" + _big_endian(above).tobytes()
    stored = imagecodecs.deflate_encode(before + bytes(rows), 0)
    height = layout.height + bool(before)
    parts = (
        SIGNATURE,
        png_chunk(header_chunk(layout._replace(height=height))),
        png_chunk(b"IDAT" + stored),
        png_chunk(b"IEND"),
    )
    try:
        samples = cast("AnyArray", imagecodecs.png_decode(b"".join(parts)))
    except RuntimeError as error:
        raise damaged_rows(str(error), name) from error
    return samples[1:] if before else samples


def empty_samples(layout: Layout) -> AnyArray:
    """An array for the samples of a picture, not yet filled."""
    channels = CHANNELS[layout.colour]
    shape: tuple[int, ...] = (layout.height, layout.width)
    dtype = np.uint8 if layout.depth == 8 else np.uint16
    return np.empty(shape if channels == 1 else (*shape, channels), dtype)


def compressed(samples: AnyArray, layout: Layout, level: int) -> bytes:
    """Filter all rows by their left neighbour, and deflate them to one stream.

    One filter for all rows costs a fortieth of libpng's choice for each, and files of
    film frames grow by two to three per cent.
    """
    lines = _big_endian(samples).view(np.uint8).reshape(layout.height, -1)
    step = layout.pixel_bytes
    rows = np.empty((layout.height, layout.row_bytes), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1 : step + 1] = lines[:, :step]
    np.subtract(lines[:, step:], lines[:, :-step], out=rows[:, step + 1 :])
    return bytes(imagecodecs.deflate_encode(cast("Any", rows), level))


def header_chunk(layout: Layout) -> bytes:
    """Type and content of IHDR."""
    return b"IHDR" + struct.pack(
        ">IIBBBBB",
        layout.width,
        layout.height,
        layout.depth,
        layout.colour,
        0,
        0,
        layout.interlaced,
    )


def png_chunk(kind_and_body: bytes) -> bytes:
    """A chunk with its length and checksum."""
    length = struct.pack(">I", len(kind_and_body) - 4)
    return length + kind_and_body + struct.pack(">I", zlib.crc32(kind_and_body))


def damaged_rows(met: str, name: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "PNG image data that inflates to the whole picture and no more",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )


def _big_endian(samples: AnyArray) -> AnyArray:
    return np.ascontiguousarray(
        samples.astype(samples.dtype.newbyteorder(">"), copy=False)
    )
