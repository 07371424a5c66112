import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import CheckpointError
from ledger.log.note import (
    MAX_BYTES,
    MAX_SIGNATURES,
    Verifier,
    open_note,
    parse_note,
    sign_note,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
VERIFIER = Verifier.of("log.example", KEY)
OTHER = Verifier.of("other.example", OTHER_KEY)
TEXT = "one\n\n— not a signature\n"
NOTE = sign_note(TEXT, "log.example", KEY)
LINE = NOTE[len(TEXT.encode()) + 1 :]
OTHER_LINE = sign_note(TEXT, "other.example", OTHER_KEY)[len(TEXT.encode()) + 1 :]


def test_a_signed_text_opens_with_its_key() -> None:
    opened = open_note(NOTE, [VERIFIER])
    assert opened.text == TEXT
    assert [signature.name for signature in opened.verified] == ["log.example"]
    assert opened.unverified == ()


def test_the_key_id_is_taken_from_name_type_and_key() -> None:
    typed = b"\x01" + VERIFIER.public_key
    assert VERIFIER.key_id == sha256(b"log.example\n" + typed).digest()[:4]


def test_an_unknown_key_counts_for_nothing_beside_a_known_one() -> None:
    opened = open_note(NOTE + OTHER_LINE, [VERIFIER])
    assert [signature.name for signature in opened.unverified] == ["other.example"]
    both = open_note(NOTE + OTHER_LINE, [VERIFIER, OTHER])
    assert [signature.name for signature in both.verified] == [
        "log.example",
        "other.example",
    ]


def test_a_note_without_a_known_signature_is_refused() -> None:
    with pytest.raises(CheckpointError, match="known key"):
        open_note(NOTE, [])
    with pytest.raises(CheckpointError, match="known key"):
        open_note(NOTE, [OTHER])


def test_the_same_key_under_another_name_is_another_key() -> None:
    with pytest.raises(CheckpointError, match="known key"):
        open_note(NOTE, [Verifier.of("log.example2", KEY)])


def test_one_failing_known_signature_fells_the_whole_note() -> None:
    for_another_text = sign_note("x\n", "other.example", OTHER_KEY)[3:]
    with pytest.raises(CheckpointError, match="fits text and key"):
        open_note(NOTE + for_another_text, [VERIFIER, OTHER])


def test_a_known_signature_of_another_length_fails() -> None:
    short = base64.b64encode(VERIFIER.key_id + bytes(5))
    note = TEXT.encode() + "\n— log.example ".encode() + short + b"\n"
    with pytest.raises(CheckpointError, match="fits text and key"):
        open_note(note, [VERIFIER])


def test_a_known_key_may_sign_once_only() -> None:
    with pytest.raises(CheckpointError, match="one signature for each key"):
        open_note(NOTE + LINE, [VERIFIER])


def test_two_keys_that_name_and_id_do_not_tell_apart_are_refused() -> None:
    class Colliding(Verifier):
        key_id = VERIFIER.key_id

    twin = Colliding(name="log.example", public_key=OTHER.public_key)
    with pytest.raises(CheckpointError, match="tell apart"):
        open_note(NOTE, [VERIFIER, twin])
    assert open_note(NOTE, [VERIFIER, VERIFIER]).text == TEXT


def test_a_public_key_that_is_no_point_of_the_curve_verifies_nothing() -> None:
    nowhere = Verifier(name="log.example", public_key=b"\x02" + bytes(31))
    assert not nowhere.verifies(TEXT, bytes(64))


TEXT_PART = TEXT.encode() + b"\n"


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"\n",
        TEXT.encode(),
        TEXT_PART,
        TEXT.encode() + LINE,  # the empty line is missing
        NOTE[:-1],
        NOTE + b"\n",
        NOTE + b"more\n",
        NOTE.replace(b"\n", b"\r\n"),
        b"\x01" + NOTE,
        b"a\tb" + NOTE,
        b"\xff" + NOTE,
        b"\xed\xa0\x80" + NOTE,  # half of a surrogate pair
        LINE,
        TEXT_PART + LINE.replace("—".encode(), b"-"),
        TEXT_PART + LINE.replace(b" log", b"  log"),
        TEXT_PART + LINE.replace(b"log.example", b"log+example"),
        TEXT_PART + LINE.replace(b"log.example", "log\u2003example".encode()),
        TEXT_PART + LINE.replace(b"log.example ", b""),
        TEXT_PART + LINE.replace(b"=\n", b"\n"),
        TEXT_PART + LINE.replace(b"=\n", b"==\n"),
        TEXT_PART + LINE[:-1] + b" \n",
        TEXT_PART + "— log.example AAAAAA==\n".encode(),  # a key id alone
        TEXT_PART + "— log.example AAAAAAB=\n".encode(),  # unused bits set
        TEXT_PART + "— log.example ąąąą\n".encode(),
        TEXT_PART + LINE * (MAX_SIGNATURES + 1),
        b"a" * MAX_BYTES + NOTE,
    ],
)
def test_a_note_in_any_other_form_is_refused(note: bytes) -> None:
    with pytest.raises(CheckpointError):
        parse_note(note)


def test_line_separators_of_other_scripts_do_not_split_lines() -> None:
    text = "one\u2028two\u0085three\n"
    assert open_note(sign_note(text, "a", KEY), [Verifier.of("a", KEY)]).text == text


@pytest.mark.parametrize("text", ["", "no newline", "a\rb\n", "a\0\n", "\ud800\n"])
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(CheckpointError):
        sign_note(text, "log.example", KEY)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "\x01", "\udc80"]
)
def test_a_name_that_no_signature_line_can_hold_is_refused(name: str) -> None:
    with pytest.raises(CheckpointError, match="key name"):
        Verifier.of(name, KEY)
    with pytest.raises(CheckpointError, match="key name"):
        sign_note(TEXT, name, KEY)


def test_a_verifier_key_prints_and_parses_alike() -> None:
    assert Verifier.from_vkey(VERIFIER.to_vkey()) == VERIFIER


def test_a_verifier_key_in_capitals_or_with_spaces_is_refused() -> None:
    vkey = VERIFIER.to_vkey()
    name, key_id, key = vkey.split("+", 2)
    for wrong in (
        f"{name}+{key_id.upper()}+{key}",
        f"{name}+00000000+{key}",
        f"{name}+{key_id}",
        f"{vkey}=",
        f" {vkey}",
        f"{vkey}\n",
        "",
    ):
        with pytest.raises(CheckpointError):
            Verifier.from_vkey(wrong)


def test_a_public_key_has_32_bytes() -> None:
    with pytest.raises(CheckpointError, match="32 bytes"):
        Verifier(name="log.example", public_key=bytes(31))
