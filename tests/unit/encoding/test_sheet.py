"""Sheets: one signature of one key over ids, in one spelling."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import (
    MAX_IDS,
    SHEET_TYPE,
    Sheet,
    key_id_of,
    open_sheet,
    parse_envelope,
    payload_of,
    pre_authentication,
    sign_envelope,
    sign_sheet,
    verify_envelope,
)
from ledger.errors import MalformedRecordError, SheetSignatureError
from tests.vectors import sample_records as sample

SHEET = sample.sheet()
KEY = sample.SIGNING_KEY
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"2" * 32)
RAW = sign_sheet(SHEET, KEY)
ENVELOPE = json.loads(RAW)
(SIGNATURE,) = ENVELOPE["signatures"]


def with_members(**members: Any) -> bytes:  # noqa: ANN401
    return canonical.encode({**ENVELOPE, **members})


def signed(payload: Any, key: Ed25519PrivateKey = KEY) -> bytes:  # noqa: ANN401
    return sign_envelope(SHEET_TYPE, canonical.encode(payload), key)


def said(**members: Any) -> dict[str, Any]:  # noqa: ANN401
    return {**json.loads(payload_of(SHEET)), **members}


def with_ids(count: int) -> dict[str, Any]:
    return said(ids=[f"{number:064x}" for number in range(count)])


def test_a_signed_sheet_opens_to_what_it_said() -> None:
    assert open_sheet(RAW, PUBLIC_KEY) == SHEET


def test_signing_is_deterministic() -> None:
    assert sign_sheet(SHEET, KEY) == RAW


def test_the_pre_authentication_encoding_is_that_of_dsse() -> None:
    # The example of the DSSE specification, protocol.md.
    assert pre_authentication("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_a_keys_id_is_the_start_of_its_digest() -> None:
    assert key_id_of(PUBLIC_KEY) == sha256_hex(PUBLIC_KEY)[:32] == SHEET.key_id


@pytest.mark.parametrize(
    "raw",
    [
        with_members(signatures=[]),
        with_members(signatures=[SIGNATURE, SIGNATURE]),
        with_members(signatures=SIGNATURE),
        with_members(signatures=[{**SIGNATURE, "cert": ""}]),
        with_members(signatures=[{"sig": SIGNATURE["sig"]}]),
        with_members(signatures=[{**SIGNATURE, "keyid": 1}]),
        with_members(payload=1),
        with_members(extra=1),
        canonical.encode({"payload": ENVELOPE["payload"]}),
        b"[]",
        b'"text"',
        RAW + b"\n",
        json.dumps(ENVELOPE).encode(),
        b"",
    ],
)
def test_an_envelope_of_another_form_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedRecordError):
        parse_envelope(raw)


@pytest.mark.parametrize(
    "text",
    ["AB==", "QQ", "QQ=", "QQ==\n", " QQ==", "QQ==QQ==", "-_==", "Q*==", "é", "="],
)
def test_base64_has_one_spelling_and_no_spare_bits(text: str) -> None:
    for raw, where in (
        (with_members(payload=text), "/payload"),
        (with_members(signatures=[{**SIGNATURE, "sig": text}]), "/signatures/0/sig"),
    ):
        with pytest.raises(MalformedRecordError) as refused:
            parse_envelope(raw)
        assert refused.value.where == where


def test_every_spare_bit_of_the_signatures_spelling_is_checked() -> None:
    # 64 bytes leave four bits of the last character unused.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = SIGNATURE["sig"]
    alike = [
        changed
        for letter in alphabet
        if (changed := f"{text[:-3]}{letter}==") != text
        and base64.b64decode(changed) == base64.b64decode(text)
    ]
    assert len(alike) == 15
    for spelling in alike:
        with pytest.raises(MalformedRecordError):
            parse_envelope(with_members(signatures=[{**SIGNATURE, "sig": spelling}]))


@pytest.mark.parametrize("at", [0, 31, 32, 63])
def test_a_flipped_byte_of_the_signature_fails(at: int) -> None:
    raw = bytearray(base64.b64decode(SIGNATURE["sig"]))
    raw[at] ^= 1
    sig = base64.b64encode(raw).decode()
    with pytest.raises(SheetSignatureError):
        open_sheet(with_members(signatures=[{**SIGNATURE, "sig": sig}]), PUBLIC_KEY)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_fails(length: int) -> None:
    sig = base64.b64encode(bytes(length)).decode()
    with pytest.raises(SheetSignatureError):
        open_sheet(with_members(signatures=[{**SIGNATURE, "sig": sig}]), PUBLIC_KEY)


def test_a_signature_with_the_groups_order_added_fails() -> None:
    # Both satisfy the equation; RFC 8032 permits the smaller one only.
    order = 2**252 + 27742317777372353535851937790883648493
    raw = base64.b64decode(SIGNATURE["sig"])
    scalar = int.from_bytes(raw[32:], "little") + order
    sig = base64.b64encode(raw[:32] + scalar.to_bytes(32, "little")).decode()
    with pytest.raises(SheetSignatureError):
        open_sheet(with_members(signatures=[{**SIGNATURE, "sig": sig}]), PUBLIC_KEY)


def test_a_changed_payload_fails() -> None:
    payload = payload_of(SHEET).replace(b"09:00", b"09:01")
    raw = with_members(payload=base64.b64encode(payload).decode())
    with pytest.raises(SheetSignatureError):
        open_sheet(raw, PUBLIC_KEY)


def test_a_signature_for_another_type_is_not_a_sheet() -> None:
    kind = "application/vnd.jangbu.bundle.1+json"
    raw = sign_envelope(kind, payload_of(SHEET), KEY)
    with pytest.raises(SheetSignatureError, match="type"):
        open_sheet(raw, PUBLIC_KEY)
    renamed = canonical.encode({**json.loads(raw), "payloadType": SHEET_TYPE})
    with pytest.raises(SheetSignatureError):
        open_sheet(renamed, PUBLIC_KEY)
    assert verify_envelope(parse_envelope(raw), kind, PUBLIC_KEY) == payload_of(SHEET)


def test_a_sheet_is_signed_by_the_key_that_it_names_inside_and_outside() -> None:
    with pytest.raises(SheetSignatureError, match="another key"):
        open_sheet(sign_sheet(SHEET, OTHER_KEY), PUBLIC_KEY)
    other = OTHER_KEY.public_key().public_bytes_raw()
    with pytest.raises(SheetSignatureError, match="names another key"):
        open_sheet(sign_sheet(SHEET, OTHER_KEY), other)
    claimed = with_members(signatures=[{**SIGNATURE, "keyid": key_id_of(other)}])
    with pytest.raises(SheetSignatureError):
        open_sheet(claimed, PUBLIC_KEY)


@pytest.mark.parametrize("public_key", [b"", bytes(31), b"\x02" + bytes(31)])
def test_bytes_that_are_no_key_verify_nothing(public_key: bytes) -> None:
    raw = with_members(signatures=[{**SIGNATURE, "keyid": key_id_of(public_key)}])
    with pytest.raises(SheetSignatureError):
        open_sheet(raw, public_key)


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        (said(ids=[]), "/ids"),
        (said(ids=["ab" * 32, "ab" * 32]), "/ids"),
        (with_ids(MAX_IDS + 1), "/ids"),
        (said(ids=["AB" * 32]), "/ids/0"),
        (said(v=2), "/v"),
        (said(v=True), "/v"),
        (said(extra=1), "/extra"),
        (said(log="nowhere"), "/log"),
        (said(signed_at="2026-11-22"), "/signed_at"),
        ({key: one for key, one in said().items() if key != "v"}, "/v"),
        ([], "/"),
    ],
)
def test_a_payload_of_another_form_is_refused_even_if_signed(
    payload: Any,  # noqa: ANN401
    where: str,
) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        open_sheet(signed(payload), PUBLIC_KEY)
    assert refused.value.where == where


def test_a_payload_that_is_not_canonical_is_refused_even_if_signed() -> None:
    raw = sign_envelope(SHEET_TYPE, payload_of(SHEET) + b"\n", KEY)
    with pytest.raises(MalformedRecordError):
        open_sheet(raw, PUBLIC_KEY)


def test_a_sheet_lists_up_to_a_thousand_statements() -> None:
    assert len(open_sheet(signed(with_ids(MAX_IDS)), PUBLIC_KEY).ids) == MAX_IDS


def test_a_sheet_with_an_id_twice_cannot_even_be_made() -> None:
    members = {name: getattr(SHEET, name) for name in Sheet.model_fields}
    with pytest.raises(ValidationError):
        Sheet.model_validate({**members, "ids": SHEET.ids * 2})
