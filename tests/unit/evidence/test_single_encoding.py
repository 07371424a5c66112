"""JSON in the one file's own words: what the library reads, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.errors import MalformedRecordError
from ledger.evidence.single.encoding import DEEPEST, Refused, parse_json

VALUES = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-(2**54), 2**54),
        st.sampled_from([2**53 - 1, 2**53, 10**15 - 1, 10**15, None, 1.5, "null"]),
        st.text(max_size=8),
        st.text("0123456789[,:-", min_size=15, max_size=20),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab~ é\\\x7f", max_size=2), inner, max_size=3)
    ),
    max_leaves=12,
)


def ours(raw: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        return parse_json(raw)
    except Refused:
        return Refused


def theirs(raw: bytes) -> Any:  # noqa: ANN401  # any JSON
    try:
        return canonical.parse(raw)
    except MalformedRecordError:
        return Refused


def same(raw: bytes) -> None:
    # As text, since Python holds 1 and True to be equal.
    assert repr(ours(raw)) == repr(theirs(raw))


def spelled(value: object, *, ascii_only: bool) -> bytes:
    printed = json.dumps(
        value, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":")
    )
    return printed.encode("utf-8", "surrogatepass")


@given(st.dictionaries(st.text("abz", max_size=2), VALUES), st.booleans())
@example({"a": 2**53}, False)  # how it is spelled
@example({"a": [-(2**53)]}, False)
@example({"a": "x:1234567890123456"}, False)
@example({"a": None}, False)
@example({"a": "null"}, False)
@example({"\x7f": 1}, False)
def test_it_is_read_as_the_library_reads_it(
    value: dict[str, Any],
    ascii_only: bool,  # noqa: FBT001  # how it is spelled
) -> None:
    same(spelled(value, ascii_only=ascii_only))


@given(
    st.dictionaries(st.text("abz", max_size=2), VALUES, min_size=1),
    st.data(),
    st.sampled_from(
        [b"", b" ", b",", b'"', b"0", b"-", b".", b"e1", b"\\", b"}", b"["]
    ),
)
def test_a_byte_put_in_or_left_out_changes_nothing_about_that(
    value: dict[str, Any], data: st.DataObject, put: bytes
) -> None:
    raw = spelled(value, ascii_only=False)
    at = data.draw(st.integers(0, len(raw)))
    same(raw[:at] + put + raw[at + data.draw(st.integers(0, 1)) :])


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'{"a":1.0}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":1}\n',
        b'{"a":"\\u0041"}',
        b"{}{}",
        b"{",
        b"",
    ],
)
def test_another_spelling_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        parse_json(raw)


def test_levels_are_counted_not_brackets() -> None:
    wide = b'{"a":[' + b",".join([b"[]"] * 100) + b"]}"
    assert len(parse_json(wide)["a"]) == 100
    deep = b'{"a":' + b"[" * DEEPEST + b"]" * DEEPEST + b"}"
    with pytest.raises(Refused):
        parse_json(deep)
    same(deep)
