"""What a token shows: every lie that an authority, or a forger, could tell."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import CheckpointError
from ledger.keys.token_check import TokenState, check_token
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Signature, parse_note, sign_note
from ledger.log.time_token import MAX_BYTES, parse_token, stamped_bytes
from tests.simulators.time_authority import (
    TIME_STAMPING,
    YEAR,
    Authority,
    Saying,
    authority,
    forge_reply,
    saying,
)

ORIGIN = "jangbu.invalid/5111a11570d10000"
NOTE = sign_checkpoint(
    Checkpoint(origin=ORIGIN, size=3, root=b"\x07" * 32),
    Ed25519PrivateKey.from_private_bytes(b"\x01" * 32),
)
AUTHORITY, STRANGER = authority(), authority("Another Time (fictional)")
ROOTS = (AUTHORITY.root_pem,)
HONEST = saying(NOTE)


def state(said: Saying, by: Authority = AUTHORITY) -> TokenState:
    return check_token(forge_reply(said, by), NOTE, [by.root_pem]).state


def der_of(by: Authority) -> bytes:
    return by.certificate.public_bytes(Encoding.DER)


def test_a_token_under_the_readers_own_root_is_trusted() -> None:
    reading = check_token(forge_reply(HONEST, AUTHORITY), NOTE, ROOTS)
    assert reading.state is TokenState.TRUSTED
    assert reading.at == HONEST.at
    assert reading.authority == "Example Time (fictional)"
    assert reading.until == AUTHORITY.certificate.not_valid_after_utc
    assert reading.reason == ""


def test_without_roots_a_token_is_intact_and_its_authority_unknown() -> None:
    reading = check_token(forge_reply(HONEST, AUTHORITY), NOTE, ())
    assert (reading.state, reading.reason) == (TokenState.INTACT, "authority-unknown")
    assert reading.at == HONEST.at


def test_under_anothers_root_a_token_is_not_trusted() -> None:
    reading = check_token(forge_reply(HONEST, AUTHORITY), NOTE, [STRANGER.root_pem])
    assert reading.state is TokenState.INTACT
    assert reading.reason == "authority-not-trusted"


def test_one_of_several_roots_is_enough() -> None:
    roots = [STRANGER.root_pem, AUTHORITY.root_pem]
    reading = check_token(forge_reply(HONEST, AUTHORITY), NOTE, roots)
    assert reading.state is TokenState.TRUSTED


def test_cosignatures_of_witnesses_are_not_stamped() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
    parsed = parse_note(NOTE)
    extra = parse_note(sign_note(parsed.text, "witness.invalid", witness))
    cosigned = replace(parsed, signatures=(*parsed.signatures, *extra.signatures))
    assert stamped_bytes(cosigned.to_bytes()) == NOTE
    reading = check_token(forge_reply(HONEST, AUTHORITY), cosigned.to_bytes(), ROOTS)
    assert reading.state is TokenState.TRUSTED


def test_a_note_that_the_log_did_not_sign_has_nothing_to_stamp() -> None:
    parsed = parse_note(NOTE)
    lines = (Signature(name="witness.invalid", key_id=b"1234", value=b"5" * 64),)
    with pytest.raises(CheckpointError):
        stamped_bytes(replace(parsed, signatures=lines).to_bytes())


@pytest.mark.parametrize(
    "lie",
    [
        {"imprint": sha256(b"another").digest()},
        {"imprint": b"short"},
        {"hashing": "608648016503040203"},
        {"hashing": "2b0e03021a"},
        {"status": 1},
        {"status": 2},
        {"version": 2},
        {"digest": b"\x00" * 32},
        {"names": b"\x00" * 32},
        {"tail": b"\x00"},
        {"certificates": (der_of(STRANGER),)},
        {"certificates": (b"\x30\x00",)},
        {"at": datetime.now(UTC) + 3 * YEAR},
        {"at": datetime.now(UTC) - 3 * YEAR},
    ],
    ids=lambda lie: next(iter(lie)),
)
def test_a_token_that_lies_is_refused(lie: dict[str, object]) -> None:
    assert state(replace(HONEST, **lie)) is TokenState.REFUSED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "by",
    [
        authority("no purpose", purposes=()),
        authority("web server", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        authority("both", purposes=(TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH)),
        authority("not critical", critical=False),
    ],
    ids=lambda by: by.certificate.subject.rfc4514_string(),
)
def test_a_certificate_for_something_else_stamps_nothing(by: Authority) -> None:
    assert state(HONEST, by) is TokenState.REFUSED


def test_a_signature_by_another_key_is_refused() -> None:
    thief = replace(AUTHORITY, key=STRANGER.key)
    assert state(HONEST, thief) is TokenState.REFUSED


def test_a_certificate_that_expired_since_still_says_what_it_said() -> None:
    now = datetime.now(UTC)
    old = authority("old", since=now - 3 * YEAR, until=now - YEAR)
    said = replace(HONEST, at=(now - 2 * YEAR).replace(microsecond=0))
    reading = check_token(forge_reply(said, old), NOTE, [old.root_pem])
    assert reading.state is TokenState.TRUSTED
    assert reading.expired(now)
    assert not reading.expired(now - 2 * YEAR)


def test_a_token_made_after_its_certificate_expired_is_refused() -> None:
    now = datetime.now(UTC)
    old = authority("old", since=now - 3 * YEAR, until=now - YEAR)
    assert state(HONEST, old) is TokenState.REFUSED


def test_without_a_certificate_only_the_imprint_is_known() -> None:
    reply = forge_reply(replace(HONEST, certificates=()), AUTHORITY)
    for roots in ((), ROOTS):
        reading = check_token(reply, NOTE, roots)
        assert reading.state is TokenState.IMPRINT_ONLY
        assert reading.reason == "signature-not-checked"


@pytest.mark.parametrize("fraction", [0, 500_000, 123_456])
def test_fractions_of_seconds_are_read(fraction: int) -> None:
    said = replace(HONEST, at=HONEST.at.replace(microsecond=fraction))
    reading = check_token(forge_reply(said, AUTHORITY), NOTE, ROOTS)
    assert (reading.state, reading.at) == (TokenState.TRUSTED, said.at)


def test_the_order_of_certificates_does_not_make_a_token_intact_or_not() -> None:
    pair = (AUTHORITY.root.public_bytes(Encoding.DER), der_of(AUTHORITY))
    for held in (pair, pair[::-1]):
        reply = forge_reply(replace(HONEST, certificates=held), AUTHORITY)
        assert len(parse_token(reply).certificates) == 2
        assert check_token(reply, NOTE, ()).state is TokenState.INTACT


def test_a_token_cut_at_any_byte_is_refused() -> None:
    reply = forge_reply(HONEST, AUTHORITY)
    for end in range(len(reply)):
        assert check_token(reply[:end], NOTE, ROOTS).state is TokenState.REFUSED


@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_token_with_any_byte_changed_is_never_trusted(flip: int) -> None:
    reply = forge_reply(replace(HONEST, nonce=5), AUTHORITY)
    for place in range(len(reply)):
        changed = bytearray(reply)
        changed[place] ^= flip
        reading = check_token(bytes(changed), NOTE, ROOTS)
        assert reading.state is not TokenState.TRUSTED, place


@pytest.mark.parametrize(
    "raw", [b"", b"<html>no such page</html>", b"\x30\x80", b"\x00" * (MAX_BYTES + 1)]
)
def test_garbage_is_refused(raw: bytes) -> None:
    assert check_token(raw, NOTE, ROOTS).state is TokenState.REFUSED


def test_a_token_of_one_checkpoint_says_nothing_of_another() -> None:
    other = sign_checkpoint(
        Checkpoint(origin=ORIGIN, size=4, root=b"\x07" * 32),
        Ed25519PrivateKey.from_private_bytes(b"\x01" * 32),
    )
    reply = forge_reply(HONEST, AUTHORITY)
    assert check_token(reply, other, ROOTS).state is TokenState.REFUSED
