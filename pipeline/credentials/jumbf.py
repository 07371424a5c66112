"""The manifest store of a picture file, byte for byte, without c2pa.

The digest of a manifest store is stated in the ledger, so anybody must be able to cut
the same bytes out of the file again: the `caBX` chunk of a PNG (C2PA 2.4 A.3.2), or
the APP11 segments of a JPEG put together again (ISO 19566-5 annex D).

Bounded and strict: lengths must fit, a PNG chunk's checksum must hold, segments must
be numbered without a gap, and two stores in one file are refused, because readers
would not agree about which one speaks.
"""

import struct
from typing import Final, NoReturn

from pipeline.errors import UnreadableFrameError
from pipeline.frames.containers import (
    JPEG_MAGIC,
    PNG_MAGIC,
    jpeg_segments,
    png_chunks,
)

LARGEST_STORE: Final = 64 * 2**20

_C2PA_UUID: Final = bytes.fromhex(
    "63327061-0011-0010-8000-00aa00389b71".replace("-", "")
)
_APP11: Final = 0xEB

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
