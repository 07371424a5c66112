"""Canonical JSON: one form, and every refusal names the field."""

import json
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.errors import MalformedRecordError

DECOMPOSED = "\u1112\u1161\u11ab"  # 한 as a Mac writes it in a file name
DEEPEST = canonical.MAX_DEPTH


def nested(levels: int) -> Any:  # noqa: ANN401  # a list of lists of lists …
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [{"b": 1.5}]}, "/a/0/b"),
        ({"a": [1.0]}, "/a/0"),
        ({"a": float("nan")}, "/a"),
        ({"a": {"b": None}}, "/a/b"),
        (None, "/"),
        ({"a": 2**53}, "/a"),
        ([0, -(2**53)], "/1"),
        ({"name": DECOMPOSED}, "/name"),
        ({"name": "e\u0301"}, "/name"),
        ({"name": "\ud800"}, "/name"),
        ({"list": [b"bytes"]}, "/list/0"),
        ({"list": (1, 2)}, "/list"),
        ({"a": {"이름": 1}}, "/a"),
        ({"a": {"\n": 1}}, "/a"),
        ({"a": {1: 1}}, "/a"),
        ({"a/b": {"m~n": None}}, "/a~1b/m~0n"),
        (nested(DEEPEST + 1), "/0" * DEEPEST),
    ],
)
def test_writing_refuses_what_has_no_canonical_form_and_names_the_field(
    value: Any,  # noqa: ANN401
    where: str,
) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        canonical.encode(value)
    assert refused.value.where == where


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b'{"a":[{"b":1.5}]}', "/a/0/b"),
        (b'{"a":1.0}', "/a"),
        (b'{"a":1e2}', "/a"),
        (b'{"a":NaN}', "/a"),
        (b'{"a":-Infinity}', "/a"),
        (b'{"a":{"b":null}}', "/a/b"),
        (b'{"a":9007199254740992}', "/a"),
        (b'{"a":-9007199254740992}', "/a"),
        (b'{"a":' + b"9" * 5000 + b"}", "/a"),
        (json.dumps({"a": DECOMPOSED}, ensure_ascii=False).encode(), "/a"),
        (b'{"a":"\\ud83c"}', "/a"),
        (b'{"\\ud83c":1}', "/"),
        (b'{"a":{"b":1,"b":1}}', "/a/b"),
        (b'{"a":[0,{"b":1,"c":2,"b":3}]}', "/a/1/b"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "/0" * DEEPEST),
        (b"[" * 100_000 + b"]" * 100_000, "/"),
        (b'{"a":1', "/"),
        (b"", "/"),
        (b"\xff", "/"),
        (b"\xef\xbb\xbf{}", "/"),
        (b"{}{}", "/"),
    ],
)
def test_reading_refuses_what_is_not_permitted_and_names_the_field(
    raw: bytes, where: str
) -> None:
    for read in (canonical.parse, canonical.parse_lenient):
        with pytest.raises(MalformedRecordError) as refused:
            read(raw)
        assert refused.value.where == where


@pytest.mark.parametrize(
    "raw",
    [
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":-0}',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\u000a"',
        b'"\\u001F"',
        b'"\\uac00"',
    ],
)
def test_another_spelling_of_a_permitted_value_is_refused_unless_asked_for(
    raw: bytes,
) -> None:
    value = canonical.parse_lenient(raw)
    with pytest.raises(MalformedRecordError, match="another spelling"):
        canonical.parse(raw)
    assert canonical.parse(canonical.encode(value)) == value


def test_true_and_one_are_different_values() -> None:
    assert canonical.encode([True, 1]) == b"[true,1]"


def test_the_deepest_permitted_nesting_is_written_and_read() -> None:
    value = nested(DEEPEST)
    assert canonical.parse(canonical.encode(value)) == value


def test_a_value_that_will_stand_deeper_is_measured_from_there() -> None:
    canonical.check(nested(DEEPEST - 1), "/body/name", depth=1)
    with pytest.raises(MalformedRecordError) as refused:
        canonical.check(nested(DEEPEST), "/body/name", depth=1)
    assert refused.value.where == "/body/name" + "/0" * (DEEPEST - 1)


def test_lines_are_read_as_they_were_written() -> None:
    values: list[canonical.JsonValue] = [{"a": 1}, ["장부"], "\n"]
    raw = canonical.lines(values)
    assert raw.count(b"\n") == len(values)
    assert canonical.parse_lines(raw) == values
    assert canonical.parse_lines(b"") == []


@pytest.mark.parametrize("raw", [b"{}", b"\n", b"{}\n\n", b"{}\r\n", b"{}\n{}"])
def test_unfinished_and_empty_lines_are_refused(raw: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        canonical.parse_lines(raw)
