"""Canonical JSON: RFC 8785, restricted so that there is one form and no trap.

Permitted: objects with ASCII keys, arrays, NFC strings, booleans, integers with an
absolute value below 2^53. Refused with the JSON pointer of the field: floats, null,
larger integers, text that is not NFC or holds lone surrogates, non-ASCII keys,
duplicate keys, nesting deeper than 32. Within these limits msgspec's deterministic
encoder writes the same bytes as RFC 8785 (a property test compares the two).

Most of what is read is permitted, and nearly all time goes into reading: what is
permitted is told apart quickly, and only a refusal takes the way that knows the path.
"""

import contextlib
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any, Final, NoReturn, TypeAlias

import msgspec

from ledger.errors import MalformedRecordError

JsonValue: TypeAlias = (
    "dict[str, JsonValue] | list[JsonValue] | str | bool | int"  # no null, no float
)

MAX_DEPTH = 32
MAX_INTEGER = 2**53 - 1

_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder()


def _limited(depth: int) -> Any:  # noqa: ANN401  # a type
    integer = Annotated[int, msgspec.Meta(ge=-MAX_INTEGER, le=MAX_INTEGER)]
    limited: Any = str | bool | integer
    for _ in range(depth):
        limited = str | bool | integer | dict[str, limited] | list[limited]
    return limited


# A decoder that refuses all but permitted sorts of values by itself. Records are no
# deeper, and each level more doubles what it takes to make it.
_record_decoder = msgspec.json.Decoder(_limited(6))


class _Unwanted:
    """Stands for a token that JSON allows and we refuse, until its path is known."""

    def __init__(self, met: str) -> None:
        self.met = met


class _Duplicated(dict[str, Any]):
    """An object that named a key twice."""

    duplicate: str = ""


def encode(value: JsonValue) -> bytes:
    """The canonical bytes of a value.

    Raises:
        MalformedRecordError: with the JSON pointer of what is not permitted.

    Examples:
        >>> encode({"b": [1, True], "a": "장부"}).decode()
        '{"a":"장부","b":[1,true]}'
    """
    check(value)
    return _encoder.encode(value)


def encode_checked(value: JsonValue) -> bytes:
    """The bytes of a value that was read or checked here: its limits hold already."""
    return _encoder.encode(value)


def check(value: object, path: str = "", depth: int = 0) -> None:
    """Refuse a value that has no canonical form.

    Args:
        value: what is to be written.
        path: where it will stand.
        depth: how many objects and arrays will stand around it.

    Raises:
        MalformedRecordError: with the JSON pointer of what is not permitted.
    """
    if not _permitted(value, depth):
        _check(value, path, depth)


def parse(raw: bytes) -> JsonValue:
    """The value of canonical bytes; any other spelling of it is refused.

    Raises:
        MalformedRecordError: with the JSON pointer of what is not permitted.
    """
    found = _decoded_record(raw)
    # Written again it is the same: no key stood there twice, any reader finds this.
    if found is not None and _encoder.encode(found) == raw:
        return found
    value = parse_lenient(raw)
    if _encoder.encode(value) != raw:
        _refuse("", "canonical JSON (RFC 8785)", "another spelling of the same value")
    return value


def parse_lenient(raw: bytes) -> JsonValue:
    """The value of JSON text in any spelling, with the same restrictions on values."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("", "UTF-8 text", f"an invalid byte at offset {error.start}")
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=lambda number: _Unwanted(f"the number {number}"),
            parse_constant=_Unwanted,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        _refuse("", "JSON", f"a syntax error at offset {error.pos}")
    except RecursionError:
        _refuse("", f"nesting of at most {MAX_DEPTH} levels", "deeper nesting")
    check(value)
    return value  # type: ignore[no-any-return]  # _check has seen every node


def is_plain(raw: bytes) -> bool:
    """Whether no text in it can hold anything but printable ASCII."""
    return raw.isascii() and b"\\" not in raw and b"\x7f" not in raw


def check_depth(value: JsonValue, most: int, path: str = "") -> None:
    """Refuse a value with more levels of nesting than `most`."""
    check(value, path, MAX_DEPTH - most)


def pointer(path: str, key: str | int) -> str:
    """One more step on a JSON pointer (RFC 6901)."""
    return f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    seen: set[str] = set()
    marked = _Duplicated(value)
    for key, _ in pairs:
        if key in seen:
            marked.duplicate = key
        seen.add(key)
    return marked


def _integer(digits: str) -> int | _Unwanted:
    # A number of thousands of digits must not reach int(): it is slow, and refused
    # by Python itself beyond a limit that differs between versions.
    if len(digits) > 17:
        return _Unwanted(f"an integer of {len(digits)} digits")
    return int(digits)


def _decoded_record(raw: bytes) -> "JsonValue | None":
    """The value of JSON text; `None` if it is not permitted, or not surely so."""
    with contextlib.suppress(ValueError, RecursionError):
        if is_plain(raw):
            return _record_decoder.decode(raw)  # type: ignore[no-any-return]  # limited
        found = _decoder.decode(raw)
        if _permitted(found, 0):
            return found  # type: ignore[no-any-return]  # every node was looked at
    return None


def _permitted(value: object, depth: int) -> bool:
    """Whether a value is permitted for sure; `_check` decides about the others."""
    if type(value) is str:
        return _permitted_text(value)
    if type(value) is int:
        return -MAX_INTEGER <= value <= MAX_INTEGER
    if type(value) is dict:
        return depth < MAX_DEPTH and _permitted_members(value, depth + 1)
    if type(value) is list:
        return depth < MAX_DEPTH and all(_permitted(item, depth + 1) for item in value)
    return type(value) is bool


def _permitted_members(value: dict[Any, Any], depth: int) -> bool:
    for key, item in value.items():
        if type(key) is not str or not (key.isascii() and key.isprintable()):
            return False
        if not _permitted(item, depth):
            return False
    return True


def _permitted_text(value: str) -> bool:
    if value.isascii():
        return True
    # A lone surrogate counts as normal.
    return unicodedata.is_normalized("NFC", value) and not _SURROGATE.search(value)


def _check(value: object, path: str, depth: int) -> None:
    match value:
        case bool():
            return
        case str():
            _check_text(value, path)
        case int():
            if not -MAX_INTEGER <= value <= MAX_INTEGER:
                _refuse(path, "an integer below 2^53", "a larger one")
        case dict():
            _check_object(value, path, depth)
        case list():
            _check_depth(path, depth)
            for index, item in enumerate(value):
                _check(item, f"{path}/{index}", depth + 1)
        case _:
            _refuse_sort(value, path)


def _refuse_sort(value: object, path: str) -> NoReturn:
    match value:
        case None:
            _refuse(path, "a value", "null")
        case _Unwanted():
            _refuse(path, "an integer below 2^53, or a string", value.met)
        case float():
            _refuse(path, "an integer below 2^53, or a string", "a float")
        case _:
            _refuse(path, "a JSON value", type(value).__name__)


def _check_object(value: dict[Any, Any], path: str, depth: int) -> None:
    _check_depth(path, depth)
    if isinstance(value, _Duplicated):
        _refuse(pointer(path, value.duplicate), "each key once", "a duplicate key")
    for key, item in value.items():
        if not isinstance(key, str) or not key.isascii() or not key.isprintable():
            _refuse(path, "printable ASCII keys", "another key")
        _check(item, pointer(path, key), depth + 1)


def _check_text(value: str, path: str) -> None:
    if value.isascii():
        return
    if not unicodedata.is_normalized("NFC", value):
        _refuse(path, "text in Unicode NFC", "text in another normal form")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        _refuse(path, "valid Unicode", "a lone surrogate")


def _check_depth(path: str, depth: int) -> None:
    if depth >= MAX_DEPTH:
        _refuse(path, f"nesting of at most {MAX_DEPTH} levels", "deeper nesting")


def _refuse(path: str, expected: str, met: str) -> NoReturn:
    raise MalformedRecordError(
        expected,
        met=met,
        advice="Correct the field and write the record again.",
        where=path or "/",
    )


def lines(values: Iterable[JsonValue]) -> bytes:
    """JSON lines: each value canonical, each line ended by one newline."""
    return b"".join(encode(value) + b"\n" for value in values)


def parse_lines(raw: bytes) -> list[JsonValue]:
    """The values of JSON lines; an unfinished last line is refused."""
    if not raw:
        return []
    if not raw.endswith(b"\n"):
        _refuse("", "a newline at the end", "an unfinished last line")
    return [parse(line) for line in raw[:-1].split(b"\n")]
