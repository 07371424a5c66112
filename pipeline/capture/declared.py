"""What a picture file says of itself: EXIF, XMP, text chunks, comments.

Generators write prompts, seeds, models and whole workflows there; cameras write who
owned them and where they stood. So all of it is private: the value goes to the vault
and only a commitment is stated.

A pure function of the bytes, with bounded sizes, that decodes no pixels. What it does
not understand stands there as bytes; beyond a bound, as length and digest.
"""

import unicodedata
import zlib
from collections.abc import Iterator
from typing import Final

from ledger.encoding.canonical import JsonValue
from pipeline.capture.declared_film import film_items
from pipeline.capture.exif import exif_fields, raw, text
from pipeline.frames.containers import (
    JPEG_MAGIC,
    PNG_MAGIC,
    jpeg_segments,
    png_chunks,
)
from pipeline.frames.sniff import RasterKind, sniff_raster

LARGEST_TEXT: Final = 4 * 2**20
MOST_ITEMS: Final = 256

DECLARED: Final = "declared/1"
"""The reading that this module does; another result is another number."""

_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_XMP_MORE: Final = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_XMP_KEYWORD: Final = "XML:com.adobe.xmp"

_APP1, _APP13, _COM = 0xE1, 0xED, 0xFE

Declaration = dict[str, JsonValue]


def declared(content: bytes) -> Declaration | None:
    """What a picture declares, fit for canonical JSON; `None` if nothing.

    Each item names where it stood (`chunk`, `segment`, `attribute` …); the order is
    the file's.

    Raises:
        UnreadableFrameError: of no known format, or cut short.
    """
    container: RasterKind
    if content.startswith(PNG_MAGIC):
        items, container = _png_items(content), "png"
    elif content.startswith(JPEG_MAGIC):
        items, container = _jpeg_items(content), "jpeg"
    else:
        container = sniff_raster(content)
        items = film_items(content, container)
    found: list[JsonValue] = []
    for item in items:
        if len(found) == MOST_ITEMS:
            found.append({"more": True})
            break
        found.append(item)
    return {"v": 1, "container": container, "items": found} if found else None


def _png_items(content: bytes) -> Iterator[Declaration]:
    """Text may stand behind the picture data too, so the walk goes on to IEND."""
    for kind, body in png_chunks(content):
        if kind == b"eXIf":
            yield {"chunk": "eXIf", "exif": exif_fields(body)}
        elif kind in (b"tEXt", b"zTXt", b"iTXt"):
            yield {"chunk": kind.decode("ascii"), **_png_text(kind, body)}


def _png_text(kind: bytes, body: bytes) -> Declaration:
    word, _, rest = body.partition(b"\0")
    keyword = _normal(word.decode("latin-1"))
    if kind == b"tEXt":
        return {"keyword": keyword, "text": _latin(rest)}
    if kind == b"zTXt":
        return {"keyword": keyword, **_inflated(rest[1:], latin=True)}
    compressed = rest[:1] == b"\1"
    language, _, rest = rest[2:].partition(b"\0")
    translated, _, rest = rest.partition(b"\0")
    shown: Declaration = {"keyword": keyword}
    if language:
        shown["language"] = _latin(language)
    if translated:
        shown["translated"] = text(translated[:LARGEST_TEXT])
    said = _inflated(rest, latin=False) if compressed else {"text": _utf8(rest)}
    if keyword == _XMP_KEYWORD and "text" in said:
        said = {"xmp": said["text"]}
    return {**shown, **said}


def _inflated(packed: bytes, *, latin: bool) -> Declaration:
    # One byte more than permitted tells a long text from a permitted one; a bomb is
    # never unpacked further.
    inflater = zlib.decompressobj()
    try:
        unpacked = inflater.decompress(packed, LARGEST_TEXT + 1)
    except zlib.error:
        return {"unreadable": True, **raw(packed)}
    if len(unpacked) > LARGEST_TEXT or not inflater.eof:
        return {"unreadable": True, **raw(packed)}
    return {"text": _latin(unpacked) if latin else _utf8(unpacked)}


def _jpeg_items(content: bytes) -> Iterator[Declaration]:
    for marker, body in jpeg_segments(content):
        if marker == _COM:
            yield {"segment": "COM", "text": _utf8(body.rstrip(b"\0"))}
        elif marker == _APP1 and body.startswith(_EXIF):
            yield {"segment": "APP1", "exif": exif_fields(body[len(_EXIF) :])}
        elif marker == _APP1 and body.startswith(_XMP):
            yield {"segment": "APP1", "xmp": _utf8(body[len(_XMP) :])}
        elif marker == _APP1 and body.startswith(_XMP_MORE):
            yield {"segment": "APP1", "xmp_part": raw(body[len(_XMP_MORE) :])}
        elif marker == _APP13 and body.startswith(_PHOTOSHOP):
            yield {"segment": "APP13", "photoshop": raw(body[len(_PHOTOSHOP) :])}


def _latin(content: bytes) -> JsonValue:
    if len(content) > LARGEST_TEXT:
        return raw(content)
    # The standard says Latin-1, but generators write UTF-8 all the same.
    try:
        return _normal(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _normal(content.decode("latin-1"))


def _utf8(content: bytes) -> JsonValue:
    return text(content) if len(content) <= LARGEST_TEXT else raw(content)


def _normal(characters: str) -> str:
    return unicodedata.normalize("NFC", characters)
