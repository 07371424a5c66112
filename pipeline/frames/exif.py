"""The two things in EXIF that change what pixels mean: orientation and gamut."""

import struct
from typing import Final, Literal, TypeAlias

from pipeline.errors import ColourSpaceError, FrameShapeError

ByteOrder: TypeAlias = Literal["<", ">"]

_ORDERS: Final[dict[bytes, ByteOrder]] = {b"II*\x00": "<", b"MM\x00*": ">"}
_ORIENTATION: Final = 0x0112
_EXIF_IFD: Final = 0x8769
_INTEROP_IFD: Final = 0xA005
_INTEROP_INDEX: Final = 0x0001
_COLOUR_SPACE: Final = 0xA001
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12


def check_exif(block: bytes | None, name: str) -> None:
    """Refuse a picture that its EXIF block turns or declares to be Adobe RGB.

    Pixels are measured as they are stored. A picture that a viewer would turn
    has its mattes and tiles in another place than people saw them. A block that
    cannot be parsed declares nothing: every viewer ignores it too.

    Args:
        block: the TIFF structure, without the `Exif` marker; None when absent.
        name: for the error.

    Raises:
        FrameShapeError: orientation 2 to 8.
        ColourSpaceError: interoperability index R03, a camera's mark for
            Adobe RGB without a profile (DCF 2.0).
    """
    if block is None:
        return
    try:
        orientation, interop = _declared(block)
    except (struct.error, IndexError):
        return
    if 2 <= orientation <= 8:
        raise FrameShapeError(
            "a picture stored upright (EXIF orientation 1 or none)",
            met=f"orientation {orientation}",
            advice="Turn the pixels and remove the tag, then register the new file.",
            where=name,
            orientation=orientation,
        )
    if interop == b"R03":
        raise ColourSpaceError(
            "sRGB",
            met="EXIF interoperability R03 (Adobe RGB)",
            advice="Convert the picture to sRGB.",
            where=name,
        )


def exif_space(block: bytes | None) -> str | None:
    """`srgb` if the block says so (tag ColorSpace is 1), otherwise `None`.

    "Uncalibrated" (65535) says only that it is something else or unknown.
    """
    if block is None:
        return None
    try:
        order = _ORDERS[block[:4]]
        (first,) = struct.unpack_from(order + "I", block, 4)
        root = _directory(block, first, order)
        exif = _directory(block, _pointer(root, _EXIF_IFD, order), order)
        kind, raw = exif.get(_COLOUR_SPACE, (0, b""))
        said = struct.unpack(order + "H", raw[:2])[0] if kind == _SHORT else 0
    except (struct.error, IndexError, KeyError):
        return None  # what cannot be parsed declares nothing
    return "srgb" if said == 1 else None


def _declared(block: bytes) -> tuple[int, bytes]:
    order = _ORDERS.get(block[:4])
    if order is None:
        return 0, b""
    (first,) = struct.unpack_from(order + "I", block, 4)
    root = _directory(block, first, order)
    kind, raw = root.get(_ORIENTATION, (0, b""))
    orientation = struct.unpack(order + "H", raw[:2])[0] if kind == _SHORT else 0
    exif = _directory(block, _pointer(root, _EXIF_IFD, order), order)
    interop = _directory(block, _pointer(exif, _INTEROP_IFD, order), order)
    return int(orientation), interop.get(_INTEROP_INDEX, (0, b""))[1].rstrip(b"\0")


def _directory(
    block: bytes, offset: int, order: ByteOrder
) -> dict[int, tuple[int, bytes]]:
    """Tags of one directory, each with its type and the four bytes of its value."""
    if offset == 0:
        return {}
    (count,) = struct.unpack_from(order + "H", block, offset)
    tags: dict[int, tuple[int, bytes]] = {}
    for index in range(count):
        at = offset + 2 + index * _ENTRY_BYTES
        tag, kind, _, value = struct.unpack_from(order + "HHI4s", block, at)
        tags.setdefault(tag, (kind, value))
    return tags


def _pointer(tags: dict[int, tuple[int, bytes]], tag: int, order: ByteOrder) -> int:
    raw = tags.get(tag, (0, bytes(4)))[1]
    return int(struct.unpack(order + "I", raw)[0])
