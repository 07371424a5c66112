"""A signature serves one call to one log at one moment."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import key_id_of
from ledger.errors import JangbuError, StoreUnavailableError
from ledger.history.authority import Authority
from ledger.remote.errors import UnsignedRequestError
from ledger.remote.request import Asked, authorization
from ledger.service.authentication import WINDOW, Doorkeeper, Nonces

LOG = "jangbu.invalid/0123456789abcdef"
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
ROOTS = Authority(roots={key_id_of(PUBLIC): PUBLIC})
CALL = Asked(method="POST", path="/v1/claim", digest=sha256_hex(b"{}"))


def admitted(header: str, *, asked: Asked = CALL, log: str = LOG) -> str:
    return Doorkeeper(log).admit(header, asked, ROOTS, NOW)


def test_a_root_is_admitted() -> None:
    assert admitted(authorization(CALL, LOG, KEY, NOW)) == key_id_of(PUBLIC)


@pytest.mark.parametrize("offset", [WINDOW, -WINDOW])
def test_clocks_may_differ_by_five_minutes(offset: timedelta) -> None:
    assert admitted(authorization(CALL, LOG, KEY, NOW + offset))
    second = timedelta(seconds=1 if offset > timedelta() else -1)
    with pytest.raises(UnsignedRequestError, match="five minutes"):
        admitted(authorization(CALL, LOG, KEY, NOW + offset + second))


@pytest.mark.parametrize(
    "other",
    [
        Asked(method="PUT", path=CALL.path, digest=CALL.digest),
        Asked(method="POST", path="/v1/claim?a", digest=CALL.digest),
        Asked(method="POST", path=CALL.path, digest=sha256_hex(b"[]")),
    ],
)
def test_a_signature_for_another_call_is_refused(other: Asked) -> None:
    with pytest.raises(UnsignedRequestError, match="another call"):
        admitted(authorization(CALL, LOG, KEY, NOW), asked=other)


def test_a_signature_for_another_log_is_refused() -> None:
    with pytest.raises(UnsignedRequestError, match="another log"):
        admitted(authorization(CALL, "jangbu.invalid/ffffffffffffffff", KEY, NOW))


def test_a_stranger_is_refused() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    with pytest.raises(UnsignedRequestError, match="without a delegation"):
        admitted(authorization(CALL, LOG, stranger, NOW))


@pytest.mark.parametrize(
    "header",
    ["", "Jangbu", "Jangbu ", "Basic YTpi", "Jangbu !!!", "Jangbu e30=", "Jangbu W1td"],
)
def test_what_is_no_envelope_is_refused(header: str) -> None:
    with pytest.raises(UnsignedRequestError):
        admitted(header)
    with pytest.raises(UnsignedRequestError):
        admitted(header + "A" * 10_000)


def test_any_changed_character_is_refused() -> None:
    header = authorization(CALL, LOG, KEY, NOW)
    for place in range(7, len(header), 17):
        other = "A" if header[place] != "A" else "B"
        with pytest.raises(JangbuError):
            admitted(header[:place] + other + header[place + 1 :])


def test_a_request_is_admitted_once() -> None:
    door, header = Doorkeeper(LOG), authorization(CALL, LOG, KEY, NOW)
    door.admit(header, CALL, ROOTS, NOW)
    for later in (timedelta(), WINDOW):
        with pytest.raises(UnsignedRequestError, match="made before"):
            door.admit(header, CALL, ROOTS, NOW + later)


def test_nonces_are_bounded_and_none_is_forgotten_in_its_time() -> None:
    nonces = Nonces(most=3)
    for name in "abc":
        nonces.use(name, NOW)
    with pytest.raises(StoreUnavailableError):
        nonces.use("d", NOW + 2 * WINDOW)
    with pytest.raises(UnsignedRequestError):
        nonces.use("a", NOW + 2 * WINDOW)
    nonces.use("d", NOW + 2 * WINDOW + timedelta(seconds=1))
    nonces.use("a", NOW + 2 * WINDOW + timedelta(seconds=1))
