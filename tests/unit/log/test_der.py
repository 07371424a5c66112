"""The DER reader takes one form and refuses the rest as a token's own error."""

from collections.abc import Callable

import pytest

from ledger.log import der
from ledger.log.der import Reader, TimeTokenError


def test_a_reader_walks_over_values_in_order() -> None:
    reader = Reader(bytes.fromhex("3006020105040161")).enter(der.SEQUENCE, "a list")
    assert reader.integer("a number") == 5
    assert reader.optional(der.BOOLEAN) is None
    assert reader.take(der.OCTET_STRING, "bytes").content == b"a"
    reader.end("the list")


def test_a_long_length_in_its_shortest_form_is_read() -> None:
    content = b"a" * 300
    raw = bytes([der.OCTET_STRING, 0x82]) + (300).to_bytes(2, "big") + content
    assert der.only(raw, der.OCTET_STRING, "bytes").content == content


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "nothing"),
        ("30", "no length"),
        ("3002", "truncated"),
        ("300000", "something after it"),
        ("3080", "an indefinite length (BER)"),
        ("308100", "a length that needs no second byte"),
        ("30820000", "a length with a zero in front"),
        ("3085000000000000", "a length of five bytes"),
        ("1f8101", "a tag of several bytes"),
        ("0400", "another tag"),
    ],
)
def test_another_form_is_refused(raw: str, why: str) -> None:
    with pytest.raises(TimeTokenError):
        der.only(bytes.fromhex(raw), der.SEQUENCE, why)


@pytest.mark.parametrize(
    ("content", "value"), [("00", 0), ("ff", -1), ("0080", 128), ("7f", 127)]
)
def test_integers_are_read_with_their_sign(content: str, value: int) -> None:
    assert der.as_integer(bytes.fromhex(content), "a number") == value


@pytest.mark.parametrize(
    ("read", "content"),
    [
        (der.as_integer, b""),
        (der.as_integer, b"\x00\x01"),
        (der.as_integer, b"\xff\x80"),
        (der.as_oid, b""),
        (der.as_oid, b"\x60\x86"),
        (der.as_oid, b"\x2a\x80\x01"),
        (der.as_oid, b"\x2a" * 65),
        (der.as_moment, b"20261122083000"),
        (der.as_moment, b"20261122083000+0900"),
        (der.as_moment, b"20261122083000.Z"),
        (der.as_moment, b"20261122083000.50Z"),
        (der.as_moment, b"20260231083000Z"),
        (der.as_moment, b"202611220830Z"),
    ],
)
def test_values_have_one_form(
    read: Callable[[bytes, str], object], content: bytes
) -> None:
    with pytest.raises(TimeTokenError):
        read(content, "a value")


def test_object_identifiers_below_two_are_told_apart() -> None:
    assert der.as_oid(bytes.fromhex("2a8648"), "a name") == "1.2.840"
    assert der.as_oid(bytes.fromhex("8837"), "a name") == "2.999"
    assert der.as_oid(bytes.fromhex("0909"), "a name") == "0.9.9"
