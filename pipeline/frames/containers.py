"""Walking a picture file's chunks or segments, without decoding anything.

For whoever wants what stands beside the pixels: text, EXIF, manifests. The readers of
pixels are stricter and have walks of their own (png_structure, jpeg_structure).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final, NoReturn

from pipeline.errors import UnreadableFrameError

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC: Final = b"\xff\xd8\xff"

_SOS: Final = 0xDA
_EOI: Final = 0xD9

# A marker inside a scan: stuffed zeros, restarts and fill bytes are not markers.
_MARKER_IN_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7\x01]")


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of each chunk up to IEND; checksums hold, but IDAT's."""
    offset = len(PNG_MAGIC)
    kind = b""
    while kind != b"IEND":
        if offset + 12 > len(data):
            _refuse("chunks up to IEND", "the end of the file")
        length, kind = struct.unpack_from(">I4s", data, offset)
        end = offset + 12 + length
        if end > len(data):
            _refuse("whole chunks", "a chunk longer than the file")
        # The picture's own data is checked by whoever decodes it.
        if kind == b"IDAT":
            yield kind, b""
        else:
            body = data[offset + 8 : end - 4]
            if zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(
                data[end - 4 : end]
            ):
                _refuse("chunks with their checksum", "one with another")
            yield kind, body
        offset = end


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment from SOI to EOI, scans left out."""
    offset = 2
    while True:
        marker, offset = _marker_at(data, offset)
        if marker == _EOI:
            return
        if offset + 2 > len(data):
            _refuse("segments up to the end of the picture", "the end of the file")
        length = int.from_bytes(data[offset : offset + 2])
        if length < 2 or offset + length > len(data):
            _refuse("whole segments", "a segment longer than the file")
        yield marker, data[offset + 2 : offset + length]
        offset += length
        if marker == _SOS:
            offset = _end_of_scan(data, offset)


def _marker_at(data: bytes, offset: int) -> tuple[int, int]:
    start = offset
    while data[offset : offset + 1] == b"\xff":
        offset += 1
    if offset == start or offset >= len(data):
        _refuse("a marker after each segment", "something else")
    return data[offset], offset + 1


def _end_of_scan(data: bytes, offset: int) -> int:
    found = _MARKER_IN_SCAN.search(data, offset)
    if found is None:
        _refuse("an end of the picture", "the end of the file")
    return found.start()


def _refuse(expected: str, met: str) -> NoReturn:
    raise UnreadableFrameError(
        expected,
        met=met,
        advice="The file is damaged or was built to mislead; ask for it again.",
    )
