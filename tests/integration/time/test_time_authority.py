"""The client against a real authority, and against every kind of bad one."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from rfc3161_client import decode_timestamp_response

from ledger.keys.time_authority import Stamp, TimeAuthority, TimeAuthorityError
from ledger.keys.token_check import TokenState, check_token
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.der import OCTET_STRING, SEQUENCE, only
from ledger.log.time_token import MAX_BYTES
from ledger.production.opening import SystemClock
from tests.simulators.time_authority import (
    YEAR,
    HonestTime,
    Saying,
    authority,
    forge_reply,
    needs_openssl,
    saying,
    served,
    verified_by_openssl,
)

NOTE = sign_checkpoint(
    Checkpoint(origin="jangbu.invalid/5111a11570d10000", size=3, root=b"\x07" * 32),
    Ed25519PrivateKey.from_private_bytes(b"\x01" * 32),
)
AUTHORITY = authority()
Lie = Callable[[Saying], Saying]


def client(url: str, *, seconds: float = 20, trusting: bool = True) -> TimeAuthority:
    return TimeAuthority(
        name="example",
        url=url,
        clock=SystemClock(),
        roots_pem=(AUTHORITY.root_pem,) if trusting else (),
        seconds=seconds,
    )


def nonce_of(request: bytes) -> int:
    asked = only(request, SEQUENCE, "a request").inside()
    asked.integer("a version")
    imprint = asked.enter(SEQUENCE, "an imprint")
    imprint.take(SEQUENCE, "a hash function")
    assert len(imprint.take(OCTET_STRING, "an imprint").content) == 32
    return asked.integer("a nonce")


def forger(lie: Lie = lambda said: said) -> Callable[..., bytes]:
    def answer(request: bytes, _handler: BaseHTTPRequestHandler) -> bytes:
        honest = replace(saying(NOTE), nonce=nonce_of(request))
        return forge_reply(lie(honest), AUTHORITY)

    return answer


def refusal(answer: Callable[..., bytes | None], **told: str) -> TimeAuthorityError:
    with served(answer, **told) as there, pytest.raises(TimeAuthorityError) as caught:
        client(there.url).stamp(NOTE)
    return caught.value


@needs_openssl
@pytest.mark.parametrize("with_chain", [False, True])
def test_a_real_authority_stamps_a_checkpoint(
    tmp_path: Path, *, with_chain: bool
) -> None:
    openssl = HonestTime(tmp_path / "tsa", AUTHORITY, with_chain=with_chain)
    with served(lambda asked, _: openssl.reply(asked)) as there:
        stamp = client(there.url).stamp(NOTE)
    assert stamp.reading.state is TokenState.TRUSTED
    assert stamp.reading.at is not None
    assert abs(datetime.now(UTC) - stamp.reading.at) < timedelta(minutes=1)
    # OpenSSL's own verdict on the kept bytes.
    assert verified_by_openssl(stamp.raw, NOTE, AUTHORITY.root_pem, tmp_path)


@needs_openssl
def test_every_byte_of_a_real_token_counts(tmp_path: Path) -> None:
    openssl = HonestTime(tmp_path / "tsa", AUTHORITY)
    with served(lambda asked, _: openssl.reply(asked)) as there:
        raw = client(there.url).stamp(NOTE).raw
    roots = (AUTHORITY.root_pem,)
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 0x01
        assert check_token(bytes(changed), NOTE, roots).state is not TokenState.TRUSTED


@needs_openssl
def test_a_token_whose_certificates_are_in_another_order_is_judged_by_openssl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, own = (
        one.public_bytes(Encoding.DER)
        for one in (AUTHORITY.root, AUTHORITY.certificate)
    )
    # SET OF is sorted in DER; this is the other order.
    unsorted = tuple(sorted((root, own), reverse=True))
    raw = forge_reply(replace(saying(NOTE), certificates=unsorted), AUTHORITY)
    with pytest.raises(ValueError, match="SetOrdering"):
        decode_timestamp_response(raw)
    assert verified_by_openssl(raw, NOTE, AUTHORITY.root_pem, tmp_path)
    assert check_token(raw, NOTE, [AUTHORITY.root_pem]).state is TokenState.TRUSTED
    # Under another root, OpenSSL says no; where it is not installed, nobody says.
    stranger = authority("Another Time (fictional)").root_pem
    reading = check_token(raw, NOTE, [stranger])
    assert (reading.state, reading.reason) == (
        TokenState.INTACT,
        "authority-not-trusted",
    )
    monkeypatch.setenv("PATH", "")
    reading = check_token(raw, NOTE, [AUTHORITY.root_pem])
    assert (reading.state, reading.reason) == (TokenState.INTACT, "chain-not-checked")


@needs_openssl
def test_the_forger_writes_what_openssl_takes(tmp_path: Path) -> None:
    raw = forge_reply(saying(NOTE), AUTHORITY)
    assert verified_by_openssl(raw, NOTE, AUTHORITY.root_pem, tmp_path)


def test_an_authority_learns_the_imprint_and_nothing_else() -> None:
    with served(forger()) as there:
        stamp = client(there.url).stamp(NOTE)
    (asked,) = there.asked
    assert isinstance(stamp, Stamp)
    assert b"jangbu" not in asked
    assert len(asked) < 100


def test_without_roots_a_token_is_kept_as_intact() -> None:
    with served(forger()) as there:
        reading = client(there.url, trusting=False).stamp(NOTE).reading
    assert (reading.state, reading.reason) == (TokenState.INTACT, "authority-unknown")


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (lambda said: replace(said, imprint=b"\x00" * 32), "refused"),
        (lambda said: replace(said, status=2), "refused"),
        (lambda said: replace(said, digest=b"\x00" * 32), "refused"),
        (lambda said: replace(said, certificates=()), "refused"),
        (lambda said: replace(said, nonce=1), "nonce"),
        (lambda said: replace(said, nonce=None), "nonce"),
        (lambda said: replace(said, at=said.at + timedelta(hours=1)), "time"),
        (lambda said: replace(said, at=said.at - timedelta(hours=1)), "time"),
        (lambda said: replace(said, at=said.at + 3 * YEAR), "refused"),
    ],
    ids=[
        "imprint",
        "status",
        "unsigned",
        "no certificate",
        "another nonce",
        "no nonce",
        "future",
        "past",
        "expired",
    ],
)
def test_an_authority_that_lies_is_refused(lie: Lie, reason: str) -> None:
    assert refusal(forger(lie)).facts == {"reason": reason}


def test_an_authority_that_is_not_the_expected_one_is_refused() -> None:
    other = authority("Another Time (fictional)")

    def answer(request: bytes, _handler: BaseHTTPRequestHandler) -> bytes:
        return forge_reply(replace(saying(NOTE), nonce=nonce_of(request)), other)

    assert refusal(answer).facts == {"reason": "refused"}


def test_a_page_of_something_else_is_no_reply() -> None:
    assert refusal(lambda *_: b"<html>", kind="text/html").facts["reason"] == "type"
    assert refusal(lambda *_: b"<html>").facts["reason"] == "refused"
    assert refusal(lambda *_: b"").facts["reason"] == "refused"


def test_an_answer_with_another_status_is_refused() -> None:
    def answer(_request: bytes, handler: BaseHTTPRequestHandler) -> None:
        handler.send_error(503)

    def moved(_request: bytes, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:9/")
        handler.end_headers()

    assert refusal(answer).facts["reason"] == "http"
    assert refusal(moved).facts["reason"] == "http"


def test_a_body_without_end_is_cut_off() -> None:
    sent: list[int] = []

    def answer(_request: bytes, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/timestamp-reply")
        handler.end_headers()
        while True:
            handler.wfile.write(b"\x30" * 4096)
            sent.append(4096)

    assert refusal(answer).facts["reason"] == "length"
    assert sum(sent) > MAX_BYTES


@pytest.mark.parametrize("part", ["headers", "body"])
def test_an_authority_that_drips_is_left_in_time(part: str) -> None:
    enough = threading.Event()

    def answer(_request: bytes, handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/timestamp-reply")
        if part == "body":
            handler.end_headers()
        else:
            handler.flush_headers()
            handler.wfile.write(b"X-Slow: ")
        # Each byte comes well before a reader's patience with one read ends.
        while not enough.wait(0.05):
            handler.wfile.write(b"a")

    try:
        with (
            served(answer) as there,
            pytest.raises(TimeAuthorityError) as caught,
        ):
            client(there.url, seconds=0.5).stamp(NOTE)
    finally:
        enough.set()
    assert caught.value.facts == {"reason": "slow"}


def test_an_authority_that_is_not_there_is_unreachable() -> None:
    with served(forger()) as there:
        gone: AbstractContextManager[object] | str = there.url
    with pytest.raises(TimeAuthorityError) as caught:
        client(str(gone)).stamp(NOTE)
    assert caught.value.facts == {"reason": "unreachable"}
    assert caught.value.exit_code == 7
