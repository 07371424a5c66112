"""The manifest store of a picture file, byte for byte, without c2pa.

The digest of a manifest store is stated in the ledger, so anybody must be able to cut
the same bytes out of the file again: the `caBX` chunk of a PNG (C2PA 2.4 A.3.2), the
APP11 segments of a JPEG put together again (ISO 19566-5 annex D), tag 0xCD41 of a
TIFF, the `C2PA` chunk of a WebP, the `uuid` box of an MP4 or MOV. OpenEXR and DPX have
no place for one: theirs is the whole of a file beside them.

Bounded and strict: lengths must fit, a PNG chunk's checksum must hold, segments must
be numbered without a gap, and two stores in one file are refused, because readers
would not agree about which one speaks.
"""

import struct
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from pipeline.credentials.boxes import bmff_boxes, riff_chunks, tiff_tags
from pipeline.credentials.kinds import media_type_of
from pipeline.errors import UnreadableFrameError
from pipeline.frames.containers import jpeg_segments, png_chunks

LARGEST_STORE: Final = 64 * 2**20

_C2PA_UUID: Final = bytes.fromhex(
    "63327061-0011-0010-8000-00aa00389b71".replace("-", "")
)
_BMFF_UUID: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TIFF_TAG: Final = 0xCD41
_APP11: Final = 0xEB

# Box instance number, sequence number, length of the whole box, its type.
_APP11_HEAD: Final = struct.Struct(">HIII")
_JUMBF: Final = int.from_bytes(b"jumb", "big")


def manifest_store_of(data: bytes) -> bytes | None:
    """The bytes of the C2PA manifest store, or `None` if the file has none within.

    Raises:
        UnreadableFrameError: no kind of file that this program seals, or its
            structure is broken, so that nobody can say whether it has one.
    """
    media_type = media_type_of(data)
    if media_type is None:
        _refuse(
            "a picture or clip of a kind that can be sealed", "another kind of file"
        )
    found = _STORES_BY_TYPE[media_type](data)
    if not found:
        return None
    if len(found) > 1:
        _refuse("at most one manifest store", f"{len(found)}")
    return as_manifest_store(found[0])


def as_manifest_store(store: bytes) -> bytes:
    """Admit bytes as a manifest store; a sidecar is nothing else.

    Raises:
        UnreadableFrameError: another box, another length, or larger than any store.
    """
    if len(store) > LARGEST_STORE:
        _refuse(f"a manifest store of at most {LARGEST_STORE} bytes", f"{len(store)}")
    _check_length(store)
    if not _is_c2pa(store):
        _refuse("a C2PA manifest store", "another JUMBF box")
    return store


def _in_png(data: bytes) -> list[bytes]:
    return [body for kind, body in png_chunks(data) if kind == b"caBX"]


def _in_jpeg(data: bytes) -> list[bytes]:
    return _stores_in(list(jpeg_segments(data)))


def _in_tiff(data: bytes) -> list[bytes]:
    found = [one for one in tiff_tags(data) if one.tag == _TIFF_TAG]
    return [data[one.start : one.end] for one in found[:2]]


def _in_webp(data: bytes) -> list[bytes]:
    return [body for name, body in riff_chunks(data) if name == b"C2PA"]


def _in_bmff(data: bytes) -> list[bytes]:
    """C2PA 2.4 A.5.1: uuid, version and flags, purpose, offset of Merkle boxes."""
    found = []
    for kind, start, end in bmff_boxes(data):
        if kind != b"uuid" or data[start : start + 16] != _BMFF_UUID:
            continue
        purpose, _, rest = data[start + 20 : end].partition(b"\0")
        if purpose == b"manifest":
            found.append(rest[8:])
    return found


def _nowhere(_data: bytes) -> list[bytes]:
    return []


_STORES_BY_TYPE: Final[Mapping[str, Callable[[bytes], list[bytes]]]] = {
    "image/png": _in_png,
    "image/jpeg": _in_jpeg,
    "image/tiff": _in_tiff,
    "image/webp": _in_webp,
    "image/x-exr": _nowhere,
    "image/x-dpx": _nowhere,
    "video/mp4": _in_bmff,
    "video/quicktime": _in_bmff,
}


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
