"""The header of an OpenEXR file, read within bounds before any library sees it.

Layout: "OpenEXR File Layout" of the format's technical documentation. A header is a
list of attributes (name, type, size, value) closed by a zero byte; a multi-part file
has one header a part, and a further zero byte.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import check_size
from pipeline.frames.raster import Box

MAGIC: Final = b"v/1\x01"
TILED: Final = 0x200
LONG_NAMES: Final = 0x400
DEEP: Final = 0x800
MULTI_PART: Final = 0x1000

MAX_NAME_BYTES: Final = 255
MAX_ATTRIBUTES: Final = 4096
"""A part; renderers write some hundreds."""
MAX_PARTS: Final = 256
MAX_CHANNELS: Final = 1024
MAX_VALUE_BYTES: Final = 2**24
"""Of one attribute: the manifest of a Cryptomatte is the largest that there is."""
MAX_COORDINATE: Final = 2**20
"""Of a window's corner: far outside of every picture, far inside 32 bits."""

MAX_TILE_PIXELS: Final = 2**20
"""Tiles are 16 to 512 pixels a side; the library unpacks a whole one at a time."""

COMPRESSIONS: Final[Mapping[int, tuple[str, int]]] = {
    0: ("none", 1),
    1: ("rle", 1),
    2: ("zips", 1),
    3: ("zip", 16),
    4: ("piz", 32),
    5: ("pxr24", 16),
    6: ("b44", 32),
    7: ("b44a", 32),
    8: ("dwaa", 32),
    9: ("dwab", 256),
}
"""Number in the file → name, and the scanlines of one chunk."""

PIXEL_TYPES: Final[Mapping[int, tuple[str, int]]] = {
    0: ("uint32", 4),
    1: ("float16", 2),
    2: ("float32", 4),
}
"""Number in the file → type, and bytes a sample."""

Attributes = Mapping[str, tuple[str, bytes]]
"""By name: type and value."""


class ExrChannel(NamedTuple):
    """One channel: its name and the type of its samples, such as `float16`."""

    name: str
    dtype: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrPart:
    """One picture in the file.

    Attributes:
        name: empty in a file of one part that does not name it.
        data: data window, where there are pixels, in the file's coordinates.
        display: display window, the frame that is shown, in the same coordinates.
        tile: width and height of a tile; `None` for scanlines.
        compression: its number in `COMPRESSIONS`.
        attributes: all of them, unread.
    """

    name: str
    channels: tuple[ExrChannel, ...]
    data: Box
    display: Box
    pixel_aspect: float
    compression: int
    tile: tuple[int, int] | None
    attributes: Attributes

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the data window."""
        left, top, right, bottom = self.data
        return right - left, bottom - top

    @property
    def pixel_bytes(self) -> int:
        """What one pixel takes before compression."""
        sizes = dict(PIXEL_TYPES.values())
        return sum(sizes[channel.dtype] for channel in self.channels)


def read_parts(data: bytes, name: str) -> tuple[tuple[ExrPart, ...], int]:
    """Read the headers of all parts, and say where they end.

    Raises:
        UnreadableFrameError: truncated or not well formed.
        FrameShapeError: deep, subsampled, mip-mapped or of an impossible size.
    """
    flags = _flags(data, name)
    if not flags & MULTI_PART:
        attributes, at = _attributes(data, 8, name)
        return (_part(attributes, tiled=bool(flags & TILED), name=name),), at
    parts: list[ExrPart] = []
    at = 8
    while data[at : at + 1] != b"\0":
        if len(parts) == MAX_PARTS:
            raise damaged(name, f"more than {MAX_PARTS} parts")
        attributes, at = _attributes(data, at, name)
        tiled = _kind(attributes, name) == "tiledimage"
        parts.append(_part(attributes, tiled=tiled, name=name))
    names = [part.name for part in parts]
    if not parts or "" in names or len(set(names)) != len(names):
        raise damaged(name, "parts without a name of their own")
    return tuple(parts), at + 1


def text_of(attributes: Attributes, key: str) -> str | None:
    """A text attribute; `None` where there is none of that name."""
    kind, value = attributes.get(key, ("", b""))
    return value.decode("utf-8", "backslashreplace") if kind == "string" else None


def damaged(name: str, met: str) -> UnreadableFrameError:
    """The error for an OpenEXR file that is not whole or not well formed."""
    return UnreadableFrameError(
        "a whole, well-formed OpenEXR file",
        met=met,
        advice="Render, export or copy the file again.",
        where=name,
    )


def refused(name: str, expected: str, met: str, advice: str) -> FrameShapeError:
    """The error for an OpenEXR file that is well formed and not readable here."""
    return FrameShapeError(expected, met=met, advice=advice, where=name)


def _flags(data: bytes, name: str) -> int:
    if len(data) < 8 or data[:4] != MAGIC:
        raise damaged(name, "no OpenEXR signature")
    (flags,) = struct.unpack_from("<I", data, 4)
    if flags & 0xFF != 2 or flags & ~(0xFF | TILED | LONG_NAMES | DEEP | MULTI_PART):
        raise damaged(name, f"version and flags {flags:#x}")
    if flags & DEEP:
        raise _deep(name)
    return int(flags)


def _deep(name: str) -> FrameShapeError:
    return refused(
        name,
        "an OpenEXR file of flat pictures",
        "deep data",
        "Flatten it first, with mattes or a Cryptomatte for its elements.",
    )


def _attributes(data: bytes, at: int, name: str) -> tuple[Attributes, int]:
    """The attributes of one header, and where the next thing begins."""
    found: dict[str, tuple[str, bytes]] = {}
    while True:
        if at >= len(data):
            raise damaged(name, "the file ends inside the header")
        if data[at] == 0:
            return found, at + 1
        key, at = read_name(data, at, name)
        kind, at = read_name(data, at, name)
        if at + 4 > len(data):
            raise damaged(name, "the file ends inside the header")
        (size,) = struct.unpack_from("<i", data, at)
        at += 4
        if not 0 <= size <= min(MAX_VALUE_BYTES, len(data) - at):
            raise damaged(name, f"attribute {key!r} of {size} bytes")
        if key in found or len(found) == MAX_ATTRIBUTES:
            raise damaged(name, f"too many attributes, or {key!r} twice")
        found[key] = (kind, data[at : at + size])
        at += size


def read_name(data: bytes, at: int, name: str) -> tuple[str, int]:
    """A text closed by a zero byte, and where the next thing begins."""
    end = data.find(b"\0", at, at + MAX_NAME_BYTES + 1)
    if end <= at:
        raise damaged(name, "a name in the header that is empty or does not end")
    try:
        return data[at:end].decode("utf-8"), end + 1
    except UnicodeDecodeError as error:
        raise damaged(name, "a name in the header that is no UTF-8") from error


def _kind(attributes: Attributes, name: str) -> str:
    kind = text_of(attributes, "type") or ""
    if kind in {"deepscanline", "deeptile"}:
        raise _deep(name)
    if kind not in {"scanlineimage", "tiledimage"}:
        raise damaged(name, f"a part of type {kind!r}")
    return kind


def _part(attributes: Attributes, *, tiled: bool, name: str) -> ExrPart:
    aspect = _value(attributes, "pixelAspectRatio", ("float", "<f"), name)[0]
    if not 0.01 <= aspect <= 100:  # also refuses NaN
        raise damaged(name, f"a pixel aspect ratio of {aspect}")
    (number,) = _value(attributes, "compression", ("compression", "<B"), name)
    compression = int(number)
    if compression not in COMPRESSIONS:
        raise refused(
            name,
            "none, RLE, ZIPS, ZIP, PIZ, PXR24, B44, B44A, DWAA or DWAB compression",
            f"compression number {compression}",
            "Render or convert it with ZIP or PIZ.",
        )
    return ExrPart(
        name=text_of(attributes, "name") or "",
        channels=_channels(attributes, name),
        data=_window(attributes, "dataWindow", name),
        display=_window(attributes, "displayWindow", name),
        pixel_aspect=aspect,
        compression=compression,
        tile=_tile(attributes, name) if tiled else None,
        attributes=attributes,
    )


def _value(
    attributes: Attributes, key: str, form: tuple[str, str], name: str
) -> tuple[float, ...]:
    """A required attribute of fixed size; `form` is its type and its layout."""
    kind, value = attributes.get(key, ("", b""))
    if kind != form[0] or len(value) != struct.calcsize(form[1]):
        raise damaged(name, f"attribute {key!r} missing or not of type {form[0]}")
    return struct.unpack(form[1], value)


def _window(attributes: Attributes, key: str, name: str) -> Box:
    corners = _value(attributes, key, ("box2i", "<4i"), name)
    left, top, right, bottom = (int(corner) for corner in corners)
    # The file's corners are inside the window, ours are half open.
    check_size(right + 1 - left, bottom + 1 - top, where=name)
    if max(abs(corner) for corner in (left, top, right, bottom)) > MAX_COORDINATE:
        raise damaged(name, f"{key} {left} {top} {right} {bottom}")
    return Box(left, top, right + 1, bottom + 1)


def _tile(attributes: Attributes, name: str) -> tuple[int, int]:
    form = ("tiledesc", "<IIB")
    width, height, mode = (int(v) for v in _value(attributes, "tiles", form, name))
    if mode & 0x0F:
        raise refused(
            name,
            "a picture of one resolution",
            "a mip-mapped texture",
            "Export the picture without smaller levels.",
        )
    check_size(width, height, where=name)
    if width * height > MAX_TILE_PIXELS:
        raise damaged(name, f"tiles of {width} × {height}")
    return width, height


def _channels(attributes: Attributes, name: str) -> tuple[ExrChannel, ...]:
    kind, value = attributes.get("channels", ("", b""))
    if kind != "chlist":
        raise damaged(name, "no list of channels")
    found: list[ExrChannel] = []
    at = 0
    while value[at : at + 1] != b"\0":
        key, at = read_name(value, at, name)
        if at + 16 > len(value) or len(found) == MAX_CHANNELS:
            raise damaged(name, "a list of channels that does not end")
        number, _, across, down = struct.unpack_from("<iIii", value, at)
        at += 16
        if (across, down) != (1, 1):
            raise refused(
                name,
                "channels in full resolution",
                f"channel {key!r} sampled 1 in {across} × {down}",
                "Export RGB; luminance with subsampled chroma is not read.",
            )
        if number not in PIXEL_TYPES:
            raise damaged(name, f"channel {key!r} of type {number}")
        found.append(ExrChannel(key, PIXEL_TYPES[number][0]))
    names = [channel.name for channel in found]
    # The order of the list is that of the samples (OpenEXR File Layout, chlist).
    if at + 1 != len(value) or names != sorted(set(names), key=str.encode) or not found:
        raise damaged(name, "channels that are none, repeated or out of order")
    return tuple(found)
