"""The manifest store of a picture file, byte for byte, without c2pa.

The digest of a manifest store is stated in the ledger, so anybody must be able to cut
the same bytes out of the file again: the `caBX` chunk of a PNG (C2PA 2.4 A.3.2), or
the APP11 segments of a JPEG put together again (ISO 19566-5 annex D).

Bounded and strict: lengths must fit, a PNG chunk's checksum must hold, segments must
be numbered without a gap, and two stores in one file are refused, because readers
would not agree about which one speaks.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final, NoReturn

from pipeline.errors import UnreadableFrameError

LARGEST_STORE: Final = 64 * 2**20

PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC: Final = b"\xff\xd8\xff"

_C2PA_UUID: Final = bytes.fromhex(
    "63327061-0011-0010-8000-00aa00389b71".replace("-", "")
)
_APP11: Final = 0xEB
_SOS: Final = 0xDA
_EOI: Final = 0xD9

# A marker inside a scan: stuffed zeros, restarts and fill bytes are not markers.
_MARKER_IN_SCAN: Final = re.compile(rb"\xff[^\x00\xff\xd0-\xd7\x01]")

# Box instance number, sequence number, length of the whole box, its type.
_APP11_HEAD: Final = struct.Struct(">HIII")
_JUMBF: Final = int.from_bytes(b"jumb", "big")


def manifest_store_of(data: bytes) -> bytes | None:
    """The bytes of the C2PA manifest store, or `None` if the picture has none.

    Raises:
        UnreadableFrameError: neither a PNG nor a JPEG, or its structure is broken,
            so that nobody can say whether it has one.
    """
    if data.startswith(PNG_MAGIC):
        found = [body for kind, body in png_chunks(data) if kind == b"caBX"]
    elif data.startswith(JPEG_MAGIC):
        found = _stores_in(list(jpeg_segments(data)))
    else:
        _refuse("a PNG or JPEG picture", "another kind of file")
    if not found:
        return None
    if len(found) > 1:
        _refuse("at most one manifest store", f"{len(found)}")
    store = found[0]
    if len(store) > LARGEST_STORE:
        _refuse(f"a manifest store of at most {LARGEST_STORE} bytes", f"{len(store)}")
    _check_length(store)
    if not _is_c2pa(store):
        _refuse("a C2PA manifest store", "another JUMBF box")
    return store


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


def _stores_in(segments: list[tuple[int, bytes]]) -> list[bytes]:
    """Put JUMBF boxes together; those that are not C2PA's are left alone."""
    boxes: dict[int, list[bytes]] = {}
    for marker, body in segments:
        if marker != _APP11 or not body.startswith(b"JP") or len(body) < 16:
            continue
        instance, sequence, length, kind = _APP11_HEAD.unpack_from(body, 2)
        if kind != _JUMBF:
            continue
        parts = boxes.setdefault(instance, [])
        if sequence != len(parts) + 1:
            _refuse("JUMBF segments numbered from 1", f"number {sequence}")
        # Every segment repeats the box's head; only the first keeps it.
        head = 16 if length == 1 else 8
        parts.append(body[8:] if not parts else body[8 + head :])
    stores = [b"".join(parts) for parts in boxes.values()]
    for store in stores:
        _check_length(store)
    return [store for store in stores if _is_c2pa(store)]


def _is_c2pa(store: bytes) -> bool:
    described = 20 if store[:4] == b"\0\0\0\1" else 12
    return store[described:].startswith(b"jumd" + _C2PA_UUID)


def _check_length(store: bytes) -> None:
    length = int.from_bytes(store[:4])
    if length == 1:
        length = int.from_bytes(store[8:16])
    if store[4:8] != b"jumb" or length != len(store):
        _refuse("a JUMBF box of its stated length", f"{len(store)} bytes")


def _refuse(expected: str, met: str) -> NoReturn:
    raise UnreadableFrameError(
        expected,
        met=met,
        advice="The file is damaged or was built to mislead; ask for it again.",
    )
