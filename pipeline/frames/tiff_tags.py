"""Directories and tags of a TIFF, read with every count and offset in doubt."""

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

from pipeline.errors import UnreadableFrameError
from pipeline.frames.exif import ByteOrder

WIDTH: Final = 256
HEIGHT: Final = 257
BITS: Final = 258
COMPRESSION: Final = 259
PHOTOMETRIC: Final = 262
FILL_ORDER: Final = 266
STRIP_OFFSETS: Final = 273
ORIENTATION: Final = 274
CHANNELS: Final = 277
ROWS_PER_STRIP: Final = 278
STRIP_BYTES: Final = 279
X_RESOLUTION: Final = 282
Y_RESOLUTION: Final = 283
PLANAR: Final = 284
RESOLUTION_UNIT: Final = 296
TRANSFER: Final = 301
PREDICTOR: Final = 317
WHITE: Final = 318
PRIMARIES: Final = 319
TILE_WIDTH: Final = 322
TILE_HEIGHT: Final = 323
TILE_OFFSETS: Final = 324
TILE_BYTES: Final = 325
EXTRA_SAMPLES: Final = 338
SAMPLE_FORMAT: Final = 339
ICC: Final = 34675
_SUBFILE: Final = 254

_BYTE, _SHORT, _LONG, _RATIONAL, _UNDEFINED = 1, 3, 4, 5, 7
_CODES: Final = {_BYTE: "B", _SHORT: "H", _LONG: "I"}
_SIZES: Final = {_BYTE: 1, _SHORT: 2, _LONG: 4}
_ORDERS: Final[dict[bytes, ByteOrder]] = {b"II*\x00": "<", b"MM\x00*": ">"}

_MOST_ENTRIES: Final = 512
_MOST_DIRECTORIES: Final = 1024
_LARGEST_PROFILE: Final = 2**22


class Field(NamedTuple):
    """One entry: type, number of values, and four bytes of value or offset."""

    kind: int
    length: int
    value: bytes


Directory = Mapping[int, Field]


class Tags(NamedTuple):
    """One directory, with the file that its offsets lead into."""

    fields: Directory
    data: bytes
    order: ByteOrder
    name: str

    def one(self, tag: int, default: int | None = None) -> int:
        """A tag of one whole number.

        Raises:
            UnreadableFrameError: absent without a default, or not one number.
        """
        values = self.many(tag, () if default is None else (default,), most=1)
        if len(values) != 1:
            raise damaged_tiff(f"tag {tag} absent or empty", self.name)
        return values[0]

    def many(self, tag: int, default: tuple[int, ...], *, most: int) -> tuple[int, ...]:
        """Whole numbers of a tag; no more than `most` may be there.

        Raises:
            UnreadableFrameError: more, another type, or an offset beyond the file.
        """
        field = self.fields.get(tag)
        if field is None:
            return default
        if field.kind not in _CODES or not 1 <= field.length <= most:
            met = f"tag {tag} of type {field.kind} with {field.length} values"
            raise damaged_tiff(met, self.name)
        body = self._body(tag, field, field.length * _SIZES[field.kind])
        return struct.unpack(f"{self.order}{field.length}{_CODES[field.kind]}", body)

    def fractions(self, tag: int, count: int) -> tuple[tuple[int, int], ...] | None:
        """Numerators and denominators of a tag; `None` when absent.

        Raises:
            UnreadableFrameError: another type or count, or beyond the file.
        """
        field = self.fields.get(tag)
        if field is None:
            return None
        if field.kind != _RATIONAL or field.length != count:
            met = f"tag {tag} of type {field.kind} with {field.length} values"
            raise damaged_tiff(met, self.name)
        body = self._body(tag, field, 8 * count)
        numbers = struct.unpack(f"{self.order}{2 * count}I", body)
        return tuple(zip(numbers[::2], numbers[1::2], strict=True))

    def raw(self, tag: int) -> bytes | None:
        """The bytes of a tag; `None` when absent.

        Raises:
            UnreadableFrameError: not bytes, over 4 MiB, or beyond the file.
        """
        field = self.fields.get(tag)
        if field is None:
            return None
        if field.kind not in {_BYTE, _UNDEFINED} or field.length > _LARGEST_PROFILE:
            met = f"tag {tag} of type {field.kind} with {field.length} values"
            raise damaged_tiff(met, self.name)
        return self._body(tag, field, field.length)

    def _body(self, tag: int, field: Field, size: int) -> bytes:
        if size <= 4:
            return field.value[:size]
        (offset,) = struct.unpack(self.order + "I", field.value)
        if offset + size > len(self.data):
            raise damaged_tiff(f"tag {tag} beyond the end of the file", self.name)
        return self.data[offset : offset + size]


def directories(data: bytes, name: str) -> tuple[ByteOrder, list[Directory]]:
    """Byte order and pages of a file, smaller copies left out.

    Raises:
        UnreadableFrameError: no classic TIFF, a chain that leads in a circle or out of
            the file, or a directory that is not well formed.
    """
    order = _ORDERS.get(data[:4])
    if order is None or len(data) < 8:
        raise damaged_tiff("another header, or none", name)
    (at,) = struct.unpack_from(order + "I", data, 4)
    seen: set[int] = set()
    pages: list[Directory] = []
    while at:
        if at in seen or len(seen) >= _MOST_DIRECTORIES:
            raise damaged_tiff("directories without an end", name)
        seen.add(at)
        fields, at = _directory(data, at, order, name)
        if not Tags(fields, data, order, name).one(_SUBFILE, 0) & 1:
            pages.append(fields)
    if not pages:
        raise damaged_tiff("no picture", name)
    return order, pages


def _directory(
    data: bytes, at: int, order: ByteOrder, name: str
) -> tuple[Directory, int]:
    if at + 2 > len(data):
        raise damaged_tiff("a directory beyond the end of the file", name)
    (count,) = struct.unpack_from(order + "H", data, at)
    end = at + 2 + 12 * count
    if not 1 <= count <= _MOST_ENTRIES or end + 4 > len(data):
        raise damaged_tiff(f"a directory of {count} entries", name)
    fields: dict[int, Field] = {}
    for tag, *rest in struct.iter_unpack(order + "HHI4s", data[at + 2 : end]):
        if tag in fields:
            raise damaged_tiff(f"tag {tag} twice", name)
        fields[tag] = Field(*rest)
    (following,) = struct.unpack_from(order + "I", data, end)
    return fields, int(following)


def damaged_tiff(met: str, name: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "a whole, well-formed TIFF",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )
