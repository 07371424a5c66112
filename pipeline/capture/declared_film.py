"""What pictures of film declare beside their pixels: TIFF, WebP, OpenEXR, DPX.

Only what says how to read the pixels is left out: sizes, offsets, compression, windows.
Everything else stands there, also what nobody knows.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeAlias

from ledger.encoding.canonical import JsonValue
from pipeline.capture.exif import exif_fields, raw, text
from pipeline.errors import UnreadableFrameError
from pipeline.frames.exr_header import read_parts
from pipeline.frames.sniff import RasterKind

Item: TypeAlias = dict[str, JsonValue]

LARGEST_TEXT: Final = 4 * 2**20

# TIFF 6.0, section 8, and Technical Notes: what the samples are and where they lie.
_STRUCTURAL_TAGS: Final = frozenset(
    (
        *(254, 255, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 280, 281, 282),
        *(283, 284, 290, 291, 296, 317, 318, 319, 320, 322, 323, 324, 325, 330, 338),
        *(339, 340, 341),
        34675,  # the ICC profile, of which the colour is told by itself
    )
)
# OpenEXR File Layout: attributes that a reader of pixels needs.
_STRUCTURAL_ATTRIBUTES: Final = frozenset(
    (
        *("channels", "compression", "dataWindow", "displayWindow", "lineOrder"),
        *("pixelAspectRatio", "screenWindowCenter", "screenWindowWidth", "tiles"),
        *("chunkCount", "type", "version"),
    )
)
# SMPTE ST 268-1, texts of the generic, orientation and film headers: start, length.
_DPX_TEXTS: Final[Mapping[str, tuple[int, int]]] = {
    "file name": (36, 100),
    "creation time": (136, 24),
    "creator": (160, 100),
    "project": (260, 200),
    "copyright": (460, 200),
    "source file name": (792, 100),
    "source time": (892, 24),
    "input device": (916, 32),
    "input serial number": (948, 32),
    "film manufacturer": (1664, 2),
    "film type": (1666, 2),
    "perforation offset": (1668, 2),
    "film prefix": (1670, 6),
    "film count": (1676, 4),
    "film format": (1680, 32),
    "frame id": (1732, 32),
    "slate": (1764, 100),
}
_USER_DATA: Final = 2048
_UNSET: Final = b"\xff"


def film_items(content: bytes, kind: RasterKind) -> Iterator[Item]:
    """What a file of one of these formats declares, in its order.

    Raises:
        UnreadableFrameError: cut short, or not of that format.
    """
    return _READERS[kind](content)


def _tiff(content: bytes) -> Iterator[Item]:
    for directory, fields in exif_fields(content).items():
        found = [one for one in _fields(fields) if not _is_structural(one)]
        if found:
            yield {"directory": directory, "tags": [*found]}


def _fields(fields: JsonValue) -> list[JsonValue]:
    return fields if isinstance(fields, list) else [fields]


def _is_structural(entry: JsonValue) -> bool:
    tag = entry.get("tag") if isinstance(entry, dict) else None
    return isinstance(tag, str) and int(tag, 16) in _STRUCTURAL_TAGS


def _webp(content: bytes) -> Iterator[Item]:
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, at)
        body = content[at + 8 : at + 8 + length]
        if len(body) < length:
            raise UnreadableFrameError(
                "whole chunks",
                met="a chunk longer than the file",
                advice="The file is damaged; ask for it again.",
            )
        if kind == b"EXIF":
            yield {"chunk": "EXIF", "exif": exif_fields(body.removeprefix(b"Exif\0\0"))}
        elif kind == b"XMP ":
            yield {"chunk": "XMP", "xmp": _text(body)}
        at += 8 + length + length % 2


def _exr(content: bytes) -> Iterator[Item]:
    parts, _ = read_parts(content, "")
    for number, part in enumerate(parts):
        for key, (kind, value) in part.attributes.items():
            if key not in _STRUCTURAL_ATTRIBUTES:
                said: Item = {"attribute": text(key.encode()), "kind": kind}
                where: Item = {"part": number} if len(parts) > 1 else {}
                yield {**where, **said, **_value(kind, value)}


def _value(kind: str, value: bytes) -> Item:
    if kind == "string":
        return {"text": _text(value)}
    return raw(value)


def _dpx(content: bytes) -> Iterator[Item]:
    for field, (start, length) in _DPX_TEXTS.items():
        said = content[start : start + length].split(b"\0")[0].strip()
        if said.strip(_UNSET):
            yield {"field": field, "text": _text(said)}
    order = ">" if content.startswith(b"SDPX") else "<"
    pixels, _, length = islice(_numbers(content, order), 3)
    user = content[_USER_DATA : min(pixels, _USER_DATA + length)]
    if user.strip(b"\0"):
        yield {"field": "user data", **raw(user)}


def _numbers(content: bytes, order: str) -> Iterator[int]:
    """Offset of the pixels, length of the generic headers, length of user data."""
    for at in (4, 24, 32):
        found = content[at : at + 4]
        yield struct.unpack(f"{order}I", found)[0] if len(found) == 4 else 0


def _text(content: bytes) -> JsonValue:
    return text(content) if len(content) <= LARGEST_TEXT else raw(content)


_READERS: Final[Mapping[RasterKind, Callable[[bytes], Iterator[Item]]]] = {
    "tiff": _tiff,
    "webp": _webp,
    "exr": _exr,
    "dpx": _dpx,
}
