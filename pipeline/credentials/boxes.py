"""Walking RIFF, TIFF and ISO BMFF files, as far as a seal needs it.

Bounded: lengths must fit into the file, directories end, nothing is decoded and
nothing is allocated by what a header says.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from pipeline.errors import UnreadableFrameError

_MOST_DIRECTORIES: Final = 64
_BYTES_OF_TYPE: Final = {
    **dict.fromkeys((1, 2, 6, 7), 1),
    **dict.fromkeys((3, 8), 2),
    **dict.fromkeys((4, 9, 11, 13), 4),
    **dict.fromkeys((5, 10, 12), 8),
}
"""TIFF 6.0 section 2, and 13 for an offset to a directory (TIFF supplement 1)."""

_MOST_BOXES: Final = 100_000


@dataclass(frozen=True, slots=True)
class TiffTag:
    """An entry of a directory, and where in the file its content lies.

    Not the content itself: many entries may point to the same large piece.
    """

    directory: int
    tag: int
    start: int
    end: int


def riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each chunk of a WebP file, to the end of the file."""
    if len(data) < 12 or int.from_bytes(data[4:8], "little") + 8 != len(data):
        _refuse("a RIFF file of its stated length", f"{len(data)} bytes")
    offset = 12
    while offset < len(data):
        if offset + 8 > len(data):
            _refuse("whole chunks", "the end of the file")
        name, length = struct.unpack_from("<4sI", data, offset)
        end = offset + 8 + length
        if end + length % 2 > len(data):
            _refuse("whole chunks", "a chunk longer than the file")
        yield name, data[offset + 8 : end]
        offset = end + length % 2


def tiff_tags(data: bytes) -> Iterator[TiffTag]:
    """The entries of each directory of a classic TIFF, in the order of the file."""
    order = "<" if data[:2] == b"II" else ">"
    offset = _number(data, 4, order)
    seen: set[int] = set()
    while offset:
        if offset in seen or len(seen) >= _MOST_DIRECTORIES:
            _refuse(f"at most {_MOST_DIRECTORIES} directories", "a circle, or more")
        count = int.from_bytes(
            _piece(data, offset, 2), "little" if order == "<" else "big"
        )
        end = offset + 2 + 12 * count
        following = _number(data, end, order)
        for row in range(offset + 2, end, 12):
            yield _tag(data, order, row, len(seen))
        seen.add(offset)
        offset = following


def _tag(data: bytes, order: str, row: int, directory: int) -> TiffTag:
    tag, kind, count = struct.unpack_from(order + "HHI", data, row)
    size = count * _BYTES_OF_TYPE.get(kind, 0)
    if not size:
        _refuse("TIFF entries of a known type", f"type {kind}, {count} values")
    start = row + 8 if size <= 4 else _number(data, row + 8, order)
    if start + size > len(data):
        _refuse("what an entry points to", "the end of the file")
    return TiffTag(directory, tag, start, start + size)


def bmff_boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of the content of each box on the top level."""
    offset = 0
    for _ in range(_MOST_BOXES):
        if offset == len(data):
            return
        if offset + 8 > len(data):
            _refuse("whole boxes", "the end of the file")
        length, kind = struct.unpack_from(">I4s", data, offset)
        head = 8
        if length == 1:
            head, length = 16, int.from_bytes(_piece(data, offset + 8, 8))
        elif length == 0:
            length = len(data) - offset
        if length < head or offset + length > len(data):
            _refuse("whole boxes", "a box longer than the file")
        yield kind, offset + head, offset + length
        offset += length
    _refuse(f"at most {_MOST_BOXES} boxes", "more")


def _number(data: bytes, offset: int, order: str) -> int:
    (value,) = struct.unpack(order + "I", _piece(data, offset, 4))
    return int(value)


def _piece(data: bytes, offset: int, size: int) -> bytes:
    if offset + size > len(data):
        _refuse("what a header points to", "the end of the file")
    return data[offset : offset + size]


def _refuse(expected: str, met: str) -> NoReturn:
    raise UnreadableFrameError(
        expected,
        met=met,
        advice="The file is damaged or was built to mislead; ask for it again.",
    )
