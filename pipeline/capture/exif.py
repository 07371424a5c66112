"""EXIF as a camera or generator wrote it: every tag by number, no floats, no names.

The values go into the vault and their commitment into the log, so two machines must
read the same file alike. A library's names and roundings change between versions;
tag numbers and fractions do not.
"""

import base64
import hashlib
import struct
import unicodedata
from typing import Final, Literal

from ledger.encoding.canonical import JsonValue

LARGEST_VALUE: Final = 64 * 1024
MOST_TAGS: Final = 512
_MOST_NUMBERS: Final = 64

_SIZES: Final = {
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8,
}  # fmt: skip
_BYTE, _ASCII, _RATIONAL, _UNDEFINED, _SRATIONAL = 1, 2, 5, 7, 10
_NUMBERS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d"}

_POINTERS: Final = {0x8769: "exif", 0x8825: "gps", 0xA005: "interop"}
_USER_COMMENT: Final = 0x9286
_WINDOWS_TEXT: Final = range(0x9C9B, 0x9CA0)  # XPTitle to XPSubject, UTF-16

_Order = Literal["<", ">"]


def exif_fields(tiff: bytes) -> dict[str, JsonValue]:
    """Read the tags of an EXIF block, directory by directory.

    Directories are `0` (the picture), `1` (its thumbnail, if any), `exif`, `gps` and
    `interop`; each is a list of `{tag, value}` in the file's order. What cannot be
    read is marked, not left out: `{"unreadable": true}`.
    """
    if tiff[:4] == b"II*\0":
        order: _Order = "<"
    elif tiff[:4] == b"MM\0*":
        order = ">"
    else:
        return {"unreadable": True, **raw(tiff)}
    found: dict[str, JsonValue] = {}
    waiting = [("0", _number(tiff, 4, 4, order))]
    seen: set[int] = set()
    while waiting:
        name, offset = waiting.pop(0)
        if offset in seen or name in found:
            continue  # a loop, or a second directory of the same name
        seen.add(offset)
        entries, pointers, following = _directory(tiff, offset, order)
        found[name] = entries
        waiting += pointers
        if name == "0" and following:
            waiting.append(("1", following))
    return found


def text(content: bytes) -> JsonValue:
    """UTF-8 text in NFC; bytes of another encoding stay bytes, marked as such."""
    try:
        return unicodedata.normalize("NFC", content.decode("utf-8"))
    except UnicodeDecodeError:
        return raw(content)


def raw(content: bytes, largest: int = LARGEST_VALUE) -> dict[str, JsonValue]:
    """Bytes as base64; beyond `largest`, their length and digest only.

    Examples:
        >>> raw(b"abc")
        {'base64': 'YWJj'}
    """
    if len(content) <= largest:
        return {"base64": base64.b64encode(content).decode("ascii")}
    return {"length": len(content), "sha256": hashlib.sha256(content).hexdigest()}


_Directory = tuple[list[JsonValue], list[tuple[str, int]], int]


def _directory(tiff: bytes, offset: int, order: _Order) -> _Directory:
    count = _number(tiff, offset, 2, order)
    end = offset + 2 + 12 * count
    if not 8 <= offset <= len(tiff) - 2 or count > MOST_TAGS or end > len(tiff):
        return [{"unreadable": True}], [], 0
    entries: list[JsonValue] = []
    pointers: list[tuple[str, int]] = []
    for start in range(offset + 2, end, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", tiff, start)
        if tag in _POINTERS:
            pointers.append((_POINTERS[tag], _number(tiff, start + 8, 4, order)))
            continue
        content = _content(tiff, start, (kind, number), order)
        value: JsonValue = (
            {"unreadable": True}
            if content is None
            else _value(tag, kind, content, order)
        )
        entries.append({"tag": f"{tag:04x}", "value": value})
    return entries, pointers, _number(tiff, end, 4, order)


def _content(
    tiff: bytes, start: int, form: tuple[int, int], order: _Order
) -> bytes | None:
    kind, number = form
    size = _SIZES.get(kind, 0) * number
    if size == 0:
        return None if kind not in _SIZES else b""
    # Up to four bytes stand in the entry itself.
    place = start + 8 if size <= 4 else _number(tiff, start + 8, 4, order)
    return tiff[place : place + size] if place + size <= len(tiff) else None


def _value(tag: int, kind: int, content: bytes, order: _Order) -> JsonValue:
    if kind == _ASCII:
        return text(content.rstrip(b"\0"))
    if tag == _USER_COMMENT:
        return _comment(content)
    if kind == _BYTE and tag in _WINDOWS_TEXT:
        return _utf16(content, "utf-16-le").rstrip("\0")
    if kind == _UNDEFINED or len(content) > _MOST_NUMBERS * _SIZES[kind]:
        return raw(content)
    numbers = _numbers(kind, content, order)
    return numbers[0] if len(numbers) == 1 else numbers


def _numbers(kind: int, content: bytes, order: _Order) -> list[JsonValue]:
    if kind in (_RATIONAL, _SRATIONAL):
        code = "I" if kind == _RATIONAL else "i"
        parts = struct.unpack(f"{order}{len(content) // 4}{code}", content)
        return [
            f"{over}/{under}"
            for over, under in zip(parts[::2], parts[1::2], strict=True)
        ]
    code = _NUMBERS[kind]
    found = struct.unpack(f"{order}{len(content) // _SIZES[kind]}{code}", content)
    # A float enters canonical JSON as the shortest text that reads back the same.
    return [one if isinstance(one, int) else repr(one) for one in found]


def _comment(content: bytes) -> JsonValue:
    charset, body = content[:8], content[8:]
    if charset == b"ASCII\0\0\0":
        return text(body.rstrip(b"\0"))
    if charset == b"UNICODE\0":
        # The standard leaves the byte order open and writers differ; in any script
        # the more frequent zero byte of ASCII punctuation tells.
        big = body[::2].count(0) > body[1::2].count(0)
        return _utf16(body, "utf-16-be" if big else "utf-16-le").rstrip("\0")
    return raw(content)


def _utf16(content: bytes, codec: str) -> str:
    return unicodedata.normalize("NFC", content.decode(codec, errors="replace"))


def _number(tiff: bytes, offset: int, size: int, order: _Order) -> int:
    # A slice beyond the end is shorter; the caller checks the offset it makes.
    return int.from_bytes(
        tiff[offset : offset + size], "little" if order == "<" else "big"
    )
