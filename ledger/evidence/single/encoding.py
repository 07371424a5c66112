"""Canonical JSON, hashes, trees and commitments, as docs/specs describes them."""

import hashlib
import hmac
import json
import re
from typing import Any

LARGEST = 2**53 - 1
DEEPEST = 32
DIGEST = re.compile(r"[0-9a-f]{64}")
PLAIN_KEY = re.compile(r"[ -~]*")
# An object without text that needs a second look.
PLAIN = re.compile(rb"\{[ !#-\[\]-~\"]*\}")
# What may be null, or a number near 2^53 and beyond; in a text it is harmless.
DOUBTFUL = re.compile(rb"null|[:,\[]-?[0-9]{16}")


class Refused(Exception):  # noqa: N818  # what the reader of the one file will see
    """What was looked at is not what it must be; the text says what is wrong."""


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of some bytes after one another."""
    return hashlib.sha256(b"".join(parts)).digest()


def demand(condition: object, reason: str) -> None:
    """Go on only if something holds."""
    if not condition:
        raise Refused(reason)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    demand(len(found) == len(pairs), "an object names a key twice")
    return found


def _number(text: str) -> Any:
    raise Refused(f"a number with a fraction or an exponent: {text[:32]}")


def _integer(text: str) -> int:
    demand(len(text) <= len(str(-LARGEST)), "a number that is too large")
    return int(text)


def _check_value(value: Any, depth: int) -> None:
    demand(depth <= DEEPEST, f"more than {DEEPEST} levels")
    if isinstance(value, dict):
        for key, item in value.items():
            demand(PLAIN_KEY.fullmatch(key), "a key that is not printable ASCII")
            _check_value(item, depth + isinstance(item, (dict, list)))
    elif isinstance(value, list):
        for item in value:
            _check_value(item, depth + isinstance(item, (dict, list)))
    elif isinstance(value, int):
        demand(abs(value) <= LARGEST, "a number that is too large")
    else:
        demand(isinstance(value, str), "null")


READER = json.JSONDecoder(parse_float=_number, parse_constant=_number)
PRINTER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def print_json(value: Any) -> bytes:
    """The one spelling of a value (docs/specs/canonical-json.md)."""
    try:
        return PRINTER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise Refused("a lone surrogate") from error


def parse_json(raw: bytes) -> Any:
    """Read the one spelling of a value; any other is refused."""
    return _plain_object(raw) or _parse_slowly(raw)


def _plain_object(raw: bytes) -> Any:
    """The value of an object that the bytes alone show to be in order, else `None`."""
    levels = raw.count(b"{") + raw.count(b"[")
    if levels > DEEPEST or not PLAIN.fullmatch(raw) or DOUBTFUL.search(raw):
        return None
    try:
        value = READER.decode(raw.decode("ascii"))
    except ValueError:
        return None
    # A key that comes twice is printed once.
    return value if PRINTER.encode(value).encode() == raw else None


def _parse_slowly(raw: bytes) -> Any:
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_number,
            parse_constant=_number,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:
        raise Refused("text that is no JSON in UTF-8") from error
    _check_value(value, int(isinstance(value, (dict, list))))
    demand(print_json(value) == raw, "JSON in another spelling")
    return value


def parse_object(raw: bytes, required: str, optional: str = "") -> dict[str, Any]:
    """Read an object with exactly these members (names divided by spaces)."""
    value = parse_json(raw)
    demand(isinstance(value, dict), "no object")
    check_members(value, required, optional)
    return dict(value)


def check_members(value: Any, required: str, optional: str = "") -> None:
    """Refuse unknown and missing members."""
    demand(isinstance(value, dict), "no object")
    names, needed = set(value), set(required.split())
    demand(needed <= names, f"members missing: {' '.join(sorted(needed - names))}")
    strange = names - needed - set(optional.split())
    demand(not strange, f"unknown members: {' '.join(sorted(strange))[:80]}")


def parse_lines(raw: bytes) -> list[bytes]:
    """The lines of a part, each ended by one newline."""
    if not raw:
        return []
    lines = raw.split(b"\n")
    demand(lines.pop() == b"", "a last line without its end")
    demand(all(lines), "an empty line")
    return lines


def digest_of(value: Any) -> bytes:
    """The bytes of a digest in hex."""
    demand(isinstance(value, str) and DIGEST.fullmatch(value), "no digest")
    return bytes.fromhex(value)


def leaf_hash(leaf: bytes) -> bytes:
    """RFC 6962 §2.1: the hash of one leaf."""
    return sha256(b"\x00", leaf)


def root_of(leaf_hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1: the root over leaf hashes, level by level."""
    level = list(leaf_hashes)
    if not level:
        return sha256()
    while len(level) > 1:
        odd = [level.pop()] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [sha256(b"\x01", left, right) for left, right in pairs] + odd
    return level[0]


def commitment(place: list[str], path: str, value: Any, blind: bytes) -> str:
    """What stands in the place of a private value (docs/specs/commitment.md)."""
    demand(len(blind) == 32, "a blind of another length")
    said = print_json([*place, path, value])
    return sha256(b"jangbu/field/1\0", blind, said).hex()


def statement_id(blind: bytes, raw: bytes) -> str:
    """The id of a statement (docs/specs/statement.md)."""
    demand(len(blind) == 32, "a blind of another length")
    return sha256(b"jangbu/statement/1\0", blind, sha256(raw)).hex()


def key_id(public_key: bytes) -> str:
    """The id of a key that signs sheets."""
    return sha256(public_key).hex()[:32]


def same(left: bytes, right: bytes) -> bool:
    """Compare digests."""
    return hmac.compare_digest(left, right)
