"""Walking ISO BMFF (MP4, QuickTime) and Matroska files, without decoding anything.

Bounded: every length is compared with the file before anything is read for it.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, NoReturn

from pipeline.errors import UnreadableFrameError

EBML_MAGIC: Final = b"\x1aE\xdf\xa3"
_MOST_BOXES: Final = 100_000
_SEGMENT: Final = 0x18538067
_DOC_TYPE: Final = 0x4282
_LONGEST_HEADER: Final = 1024


@dataclass(frozen=True, slots=True)
class MediaBox:
    """One box: its type, and where its content starts and ends in the file."""

    kind: bytes
    start: int
    end: int


def file_size(file: BinaryIO) -> int:
    """The length of an open file."""
    return file.seek(0, os.SEEK_END)


def boxes_in(
    file: BinaryIO, start: int, end: int, name: str = ""
) -> Iterator[MediaBox]:
    """The boxes that lie between two places of a file, one after the other.

    Raises:
        UnreadableFrameError: a box ends elsewhere than its length says.
    """
    offset = start
    for _ in range(_MOST_BOXES):
        # QuickTime ends some containers with four zero bytes.
        if offset == end or (start and end - offset == 4):
            return
        box, offset = _box_at(file, offset, end, name)
        yield box
    _refuse(f"at most {_MOST_BOXES} boxes in a row", "more", name)


def _box_at(file: BinaryIO, offset: int, end: int, name: str) -> tuple[MediaBox, int]:
    file.seek(offset)
    head = file.read(16)
    if len(head) < 8 or offset + 8 > end:
        _refuse("whole boxes", "the end of the file", name)
    length, kind = struct.unpack_from(">I4s", head)
    size = 8
    if length == 1:
        size, length = 16, int.from_bytes(head[8:16])
    elif length == 0:
        length = end - offset
    if length < size or offset + length > end:
        _refuse(
            "boxes that end within the file",
            f"{_shown(kind)} of {length} bytes, {end - offset} are left",
            name,
            "The file was cut off while it was copied or written: ask for it again.",
        )
    return MediaBox(kind, offset + size, offset + length), offset + length


def find_box(file: BinaryIO, within: MediaBox, *path: bytes) -> MediaBox | None:
    """The first box on a path of types, or `None`."""
    for kind in path:
        found = [
            one for one in boxes_in(file, within.start, within.end) if one.kind == kind
        ]
        if not found:
            return None
        within = found[0]
    return within


def content_of(file: BinaryIO, box: MediaBox, most: int, name: str = "") -> bytes:
    """The content of a box that may hold at most so many bytes."""
    if box.end - box.start > most:
        _refuse(f"{_shown(box.kind)} of at most {most} bytes", "more", name)
    file.seek(box.start)
    return file.read(box.end - box.start)


def check_matroska(file: BinaryIO, name: str = "") -> str:
    """The document type of a Matroska file whose segment ends within the file.

    Raises:
        UnreadableFrameError: truncated, or a segment of unknown length.
    """
    size = file_size(file)
    file.seek(0)
    _, length, offset = _element_at(file, 0, name)
    if length is None or length > _LONGEST_HEADER:
        _refuse("an EBML header", "another length", name)
    header = io.BytesIO(_read(file, offset, length, name))
    doc_type, at = "", 0
    while at < length:
        kind, inner, start = _element_at(header, at, name)
        if inner is None:
            _refuse("an EBML header", "an element of unknown length", name)
        if kind == _DOC_TYPE:
            doc_type = _read(header, start, inner, name).decode("latin-1")
        at = start + inner
    kind, segment, start = _element_at(file, offset + length, name)
    if kind != _SEGMENT or segment is None:
        _refuse("a segment of stated length", "another element, or a stream", name)
    if start + segment > size:
        _refuse(
            "a segment that ends within the file",
            f"{segment} bytes stated, {size - start} there",
            name,
            "The file was cut off while it was copied or written: ask for it again.",
        )
    return doc_type.rstrip("\0")


def _element_at(file: BinaryIO, offset: int, name: str) -> tuple[int, int | None, int]:
    """Id, length (`None`: unknown) and start of the content (RFC 8794)."""
    kind, offset = _number_at(file, offset, name, keep_marker=True)
    length, after = _number_at(file, offset, name, keep_marker=False)
    unknown = length == (1 << 7 * (after - offset)) - 1
    return kind, None if unknown else length, after


def _number_at(
    file: BinaryIO, offset: int, name: str, *, keep_marker: bool
) -> tuple[int, int]:
    first = _read(file, offset, 1, name)[0]
    width = 9 - first.bit_length()
    if not first:
        _refuse("an EBML number of up to 8 bytes", "a longer one", name)
    value = int.from_bytes(_read(file, offset, width, name))
    return value if keep_marker else value - (1 << 7 * width), offset + width


def _read(file: BinaryIO, offset: int, size: int, name: str) -> bytes:
    file.seek(offset)
    found = file.read(size)
    if len(found) != size:
        _refuse("a whole file", "the end of the file", name)
    return found


def _shown(kind: bytes) -> str:
    return repr(kind.decode("latin-1"))


def _refuse(
    expected: str,
    met: str,
    where: str,
    advice: str = "The file is damaged or was built to mislead; ask for it again.",
) -> NoReturn:
    raise UnreadableFrameError(expected, met=met, advice=advice, where=where)
