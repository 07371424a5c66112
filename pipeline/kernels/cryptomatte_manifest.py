"""Names of a Cryptomatte's objects: their hash, their id in a pixel, the manifest.

Psyop, "Cryptomatte Specification" 1.2.0: "ID Generation" and "Manifest".
"""

import json
import re
from typing import Any, Final

from pipeline.errors import CryptomatteError

MAX_MANIFEST_BYTES: Final = 2**24
MAX_OBJECTS: Final = 2**18
_MASK: Final = 0xFFFFFFFF
_HEX: Final = re.compile("[0-9a-f]{8}", re.IGNORECASE | re.ASCII)


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """Hash bytes by MurmurHash3_x86_32 (Appleby, public domain, version of 2011).

    Examples:
        >>> murmur3_32(b"torus")
        4053562365
    """
    whole = len(data) & ~3
    found = seed
    for at in range(0, whole, 4):
        found ^= _scrambled(int.from_bytes(data[at : at + 4], "little"))
        found = (_rotated(found, 13) * 5 + 0xE6546B64) & _MASK
    # A tail of no bytes scrambles to 0 and changes nothing.
    found ^= _scrambled(int.from_bytes(data[whole:], "little"))
    found ^= len(data)
    found ^= found >> 16
    found = found * 0x85EBCA6B & _MASK
    found ^= found >> 13
    found = found * 0xC2B2AE35 & _MASK
    return found ^ found >> 16


def object_id(name: str) -> int:
    """Say which 32 bits stand in a pixel for an object of this name.

    The hash of the name's UTF-8, with its lowest exponent bit turned over where the
    bits would be no normal number as a float (`uint32_to_float32`).

    Examples:
        >>> f"{object_id('bunny'):08x}"
        '13851a76'
    """
    found = murmur3_32(name.encode("utf-8", "surrogatepass"))
    return found if is_object_id(found) else found ^ 1 << 23


def is_object_id(found: int) -> bool:
    """Whether these bits can come out of the conversion."""
    return found >> 23 & 0xFF not in {0, 0xFF}


def read_manifest(text: str | bytes, where: str) -> dict[str, int]:
    """Read a manifest: names and their ids.

    Args:
        text: JSON, `{"bunny": "13851a76"}`.
        where: for errors.

    Two names may have one id: of a hundred thousand, two do more often than not.

    Raises:
        CryptomatteError: too long, no such JSON, a name twice, or an id that is not
            the name's.
    """
    if len(text) > MAX_MANIFEST_BYTES:
        raise _wrong(where, f"{len(text)} bytes")
    try:
        pairs = json.loads(text, object_pairs_hook=_Pairs)
    # RecursionError: a manifest of nothing but brackets.
    except (ValueError, RecursionError) as error:
        raise _wrong(where, "no JSON") from error
    if not isinstance(pairs, _Pairs) or len(pairs) > MAX_OBJECTS:
        raise _wrong(where, f"no JSON object of up to {MAX_OBJECTS} names")
    found = {name: _number(name, stated, where) for name, stated in pairs}
    if len(found) != len(pairs):
        raise _wrong(where, "a name twice")
    return found


class _Pairs(list[tuple[str, Any]]):
    """Members of a JSON object, repeated ones too."""


def _number(name: str, stated: object, where: str) -> int:
    if not isinstance(stated, str) or not _HEX.fullmatch(stated):
        raise _wrong(where, f"{name!r} without an id of 8 hexadecimal digits")
    number = int(stated, 16)
    if number != object_id(name):
        raise _wrong(where, f"{name!r} with id {stated}, not {object_id(name):08x}")
    return number


def _wrong(where: str, met: str) -> CryptomatteError:
    return CryptomatteError(
        "a manifest that gives each name the id that is its hash",
        met=met,
        advice="Render the Cryptomatte again, or leave its manifest out.",
        where=where,
    )


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> 32 - by) & _MASK


def _scrambled(block: int) -> int:
    return _rotated(block * 0xCC9E2D51 & _MASK, 15) * 0x1B873593 & _MASK
