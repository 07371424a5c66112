"""Lines of records: JSON, one object a line, from somebody who may mean no good.

Every line is bounded and checked before any field of it is looked at: canonical JSON's
restrictions on values (no floats, no null, each key once, text in NFC), no control
characters but tab and newline, and none that are never seen outside of prompts and
parameters.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError, RecordFileError
from ledger.records.visible import unseen

LARGEST_FILE: Final = 64 << 20
LARGEST_LINE: Final = 1 << 20
MOST_LINES: Final = 10_000

_PERMITTED: Final = "\t\n"
_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_VERBATIM: Final = frozenset({"prompt", "parameters"})


@dataclass(frozen=True, slots=True)
class Line:
    """One object, with the number of its line, counted from 1."""

    number: int
    value: dict[str, JsonValue]


def split_lines(raw: bytes) -> list[Line]:
    """The objects of a file of records; empty lines are passed over.

    Raises:
        RecordFileError: with line and field of what is not permitted.
    """
    if len(raw) > LARGEST_FILE:
        met = f"more than {LARGEST_FILE} bytes"
        _refuse(f"at most {LARGEST_FILE} bytes", met, "")
    found = list(_objects(raw))
    if not found:
        _refuse("at least one line", "an empty file", "")
    return found


def _objects(raw: bytes) -> Iterator[Line]:
    count = 0
    for number, text in enumerate(raw.split(b"\n"), start=1):
        if not text.strip():
            continue
        count += 1
        if count > MOST_LINES:
            _refuse(f"at most {MOST_LINES} lines", "more", f"line {number}", number)
        yield Line(number, _object(text, number))


def _object(text: bytes, number: int) -> dict[str, JsonValue]:
    where = f"line {number}"
    if len(text) > LARGEST_LINE:
        expected = f"a line of at most {LARGEST_LINE} bytes"
        _refuse(expected, f"{len(text)} bytes", where, number)
    try:
        value = canonical.parse_lenient(text)
    except MalformedRecordError as error:
        raise RecordFileError(
            f"one JSON object on the line: {error.expected}",
            met=error.met,
            advice="Correct the line; docs/reference/records.md has the form.",
            where=f"{where}: {error.where}",
            line=number,
        ) from error
    if not isinstance(value, dict):
        _refuse("one JSON object on the line", "another value", where, number)
    for pointer, words in _texts(value, ""):
        if any(_is_refused(letter) for letter in words):
            expected = "text without control characters but tab and newline"
            _refuse(expected, "a control character", f"{where}: {pointer}", number)
        # What a model got is evidence, kept as it was; nobody is named by it.
        field = pointer.split("/")[1]
        if field not in _VERBATIM and (hidden := unseen(words)):
            expected = "text without characters that are never seen"
            _refuse(expected, hidden, f"{where}: {pointer}", number)
    return value


def _texts(value: JsonValue, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, item in value.items():
                yield from _texts(item, canonical.pointer(path, key))
        case list():
            for place, item in enumerate(value):
                yield from _texts(item, f"{path}/{place}")
        case _:
            return


def _is_refused(letter: str) -> bool:
    return letter not in _PERMITTED and unicodedata.category(letter) in _REFUSED


def _refuse(expected: str, met: str, where: str, number: int = 0) -> NoReturn:
    facts = {"line": number} if number else {}
    raise RecordFileError(
        expected,
        met=met,
        advice="Correct the line; docs/reference/records.md has the form.",
        where=where,
        **facts,
    )
