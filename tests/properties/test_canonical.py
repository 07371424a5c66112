"""Canonical JSON against rfc8785, which is another implementation of RFC 8785."""

import json
import unicodedata
from collections.abc import Callable

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import MalformedRecordError

KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
TEXT = st.text(st.characters(exclude_categories=["Cs"])).map(
    lambda text: unicodedata.normalize("NFC", text)
)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.booleans() | INTEGERS | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)
BROKEN: st.SearchStrategy[object] = (
    st.none()
    | st.floats()
    | st.integers(min_value=2**53)
    | st.integers(max_value=-(2**53))
    | st.binary(max_size=3)
    | st.sampled_from(["\ud800", "x\udfff", "\u1112\u1161", "e\u0301", "\u212b"])
)


@given(VALUES)
def test_whatever_we_write_is_byte_equal_to_rfc_8785(value: JsonValue) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_what_was_written_is_read_back_and_is_the_one_spelling(
    value: JsonValue,
) -> None:
    raw = canonical.encode(value)
    read = canonical.parse(raw)
    assert canonical.encode(read) == raw
    assert rfc8785.dumps(read) == raw


@given(VALUES, st.sampled_from([None, 1, 2, "\t"]), st.booleans())
def test_every_other_spelling_of_a_value_is_refused(
    value: JsonValue,
    indent: int | str | None,
    plain: bool,  # noqa: FBT001  # drawn by hypothesis
) -> None:
    raw = canonical.encode(value)
    other = json.dumps(value, indent=indent, ensure_ascii=plain).encode(
        "utf-8", "surrogatepass"
    )
    assert canonical.encode(canonical.parse_lenient(other)) == raw
    if other != raw:
        with pytest.raises(MalformedRecordError):
            canonical.parse(other)


@given(st.lists(KEYS | st.integers(0, 3), max_size=6), BROKEN)
def test_a_refusal_names_the_broken_member_wherever_it_stands(
    steps: list[str | int], broken: object
) -> None:
    value, path = broken, ""
    for step in reversed(steps):
        value = [0] * step + [value] if isinstance(step, int) else {step: value}
    for step in steps:
        path = canonical.pointer(path, step)
    with pytest.raises(MalformedRecordError) as refused:
        canonical.encode(value)  # type: ignore[arg-type]  # broken on purpose
    assert refused.value.where == (path or "/")


@given(st.binary(max_size=64) | st.text(max_size=64).map(str.encode))
def test_no_bytes_surface_as_anything_but_a_malformed_record(raw: bytes) -> None:
    for read in (canonical.parse, canonical.parse_lenient, canonical.parse_lines):
        try:
            read(raw)
        except MalformedRecordError:
            continue


SPELLED = st.recursive(
    st.sampled_from(
        [
            *("true", "null", "0", "-0", "1.0", "1e2", "NaN", "Infinity", "-1", "01"),
            *("9007199254740991", "9007199254740992", "9" * 20, "9" * 5000),
            *('""', '"a"', '"\\n"', '"\\u0041"', '"\\ud800"', '"\x7f"', '"\n"'),
            *('"\u1112\u1161"', '"e\u0301"', '"장"', " ", "", "[" * 40 + "]" * 40),
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.lists(
            st.tuples(
                st.sampled_from(['"a"', '"b"', '"é"', '"\x7f"', '"\\t"', "1"]), inner
            ),
            max_size=3,
        ).map(lambda each: f"{{{','.join(map(':'.join, each))}}}")
    ),
    max_leaves=6,
).map(str.encode)


def outcome(read: Callable[[bytes], JsonValue], raw: bytes) -> tuple[object, ...]:
    try:
        return ("value", canonical.encode(read(raw)))
    except MalformedRecordError as refused:
        return ("refusal", refused.where)


def read_slowly(raw: bytes) -> JsonValue:
    value = canonical.parse_lenient(raw)
    if canonical.encode(value) != raw:
        raise MalformedRecordError("canonical", met="another", advice="", where="/")
    return value


@given(SPELLED)
def test_reading_quickly_and_reading_slowly_come_to_the_same(raw: bytes) -> None:
    assert outcome(canonical.parse, raw) == outcome(read_slowly, raw)


@given(VALUES, st.data())
def test_a_flipped_byte_is_refused_or_is_another_value(
    value: JsonValue, data: st.DataObject
) -> None:
    raw = bytearray(canonical.encode(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = canonical.parse(bytes(raw))
    except MalformedRecordError:
        return
    assert canonical.encode(read) == bytes(raw) != canonical.encode(value)
