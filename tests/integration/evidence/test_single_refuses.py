"""What `jangbu verify` refuses, `verify.py` must not pass: bundles made to deceive."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.digest import sha256
from ledger.encoding.kinds import KINDS as KNOWN
from ledger.errors import UnreadableInputError
from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.companions import Companions
from ledger.evidence.single.checking import Asked, check_bundle
from ledger.evidence.single.encoding import Refused
from ledger.evidence.single.naming import KINDS
from ledger.evidence.single.outside import read_trust
from ledger.evidence.single.tokens import read_token
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import parse_trust
from ledger.evidence.verify import verify_bundle
from ledger.log.cosignature import Cosigner
from ledger.log.note import Verifier
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import Shot, SmallStudio
from tests.simulators.stated_log import STUDIO_PARTY, StatedLog

Made = tuple[SmallStudio, Shot]
AT = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())


def key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()))


def vkey(name: str, of: Ed25519PrivateKey) -> str:
    return Cosigner(name=name, public_key=of.public_key().public_bytes_raw()).to_vkey()


def codes(log: StatedLog, raw: bytes, trust: bytes | None = None) -> tuple[int, int]:
    """What the command and the one file answer to a bundle."""
    known = trust or log.trust().to_bytes()
    ours = verify_bundle(raw, parse_trust(known), Readers())
    single = check_bundle(raw, Asked(trust=read_trust(known)))
    return ours.exit_code, single.exit_code


def trusting(log: StatedLog, **more: object) -> bytes:
    value = {**json.loads(log.trust().to_bytes()), **more}
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def test_it_knows_the_kinds_that_we_know() -> None:
    assert set(KNOWN) == KINDS


def test_a_second_genesis_gives_nobody_the_log() -> None:
    log = StatedLog(seed="second genesis")
    for name in ("log", "studio"):
        log.keys[f"old {name}"] = log.keys[name]
        log.keys[name] = key(f"thief's {name}")
    stolen = {
        "studio": STUDIO_PARTY,
        "log_key": log.public("log").hex(),
        "recovery_key": log.public("log").hex(),
        "admission_roots": [log.public("studio").hex()],
        "canonical": "rfc8785-restricted/1",
        "hashing": "rfc6962-sha256/1",
        "commitment": "hmac-sha256/1",
        "cell_size": 32,
    }
    log.state("genesis.1", stolen, by="old studio")
    trust = log.trust().to_bytes()
    raw = log.bundle(Request()).to_bytes()
    assert codes(log, raw, trust) == (5, 5)


Change = Callable[[dict[str, bytes]], dict[str, object]]


def _without_media(parts: dict[str, bytes]) -> dict[str, object]:
    for name in [name for name in parts if name.startswith("media/")]:
        del parts[name]
    return {}


def _index_true(parts: dict[str, bytes]) -> dict[str, object]:
    rows = parts[form.STATEMENTS]
    parts[form.STATEMENTS] = rows.replace(b'"index":1,', b'"index":true,', 1)
    return {}


CHANGES: dict[str, Change] = {
    "announced frames that are not there": _without_media,
    "an index that is no number": _index_true,
    "erased entries that there are not": lambda _: {"erased": (9999,)},
    "shots twice": lambda _: {"shots": ("50" * 16, "50" * 16)},
    "a choice of frames that there is not": lambda _: {"frames": "none"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_studio_itself_cannot_make_it_say_yes(
    name: str, made: Made, raw: bytes
) -> None:
    parts = contents(raw)
    about = CHANGES[name](parts)
    packed = resign(raw, parts, made[0].keys["studio"], **about)
    assert codes(made[0], packed) == (5, 5)


def _twice(_log: StatedLog) -> dict[str, object]:
    return {"witnesses": [vkey("a.example/w", key("w"))] * 2, "quorum": 2}


def _two_names(_log: StatedLog) -> dict[str, object]:
    names = [vkey(name, key("w")) for name in ("a.example/w", "b.example/w")]
    return {"witnesses": names, "quorum": 2}


def _own_key(log: StatedLog) -> dict[str, object]:
    return {"witnesses": [vkey("a.example/w", log.keys["log"])], "quorum": 1}


def _no_quorum(_log: StatedLog) -> dict[str, object]:
    return {"witnesses": [vkey("a.example/w", key("w"))]}


def _quorum_of(count: int) -> Callable[[StatedLog], dict[str, object]]:
    return lambda _log: {
        "witnesses": [vkey("a.example/w", key("w"))],
        "quorum": count,
    }


def _plain_key(_log: StatedLog) -> dict[str, object]:
    public_key = key("w").public_key().public_bytes_raw()
    plain = Verifier(name="a.example/w", public_key=public_key).to_vkey()
    return {"witnesses": [plain], "quorum": 1}


@pytest.mark.parametrize(
    "more",
    [
        _twice,
        _two_names,
        _own_key,
        _no_quorum,
        _quorum_of(0),
        _quorum_of(2),
        _plain_key,
    ],
)
def test_a_trust_file_that_would_count_too_much_is_unreadable(
    more: Callable[[StatedLog], dict[str, object]], made: Made
) -> None:
    trust = trusting(made[0], **more(made[0]))
    with pytest.raises(Refused):
        read_trust(trust)
    with pytest.raises(UnreadableInputError):
        parse_trust(trust)


@pytest.mark.parametrize(("time", "code"), [(AT, 0), (0, 5), (2**63, 5)])
def test_times_that_nobody_can_mean_are_no_cosignatures(time: int, code: int) -> None:
    log = StatedLog(seed="witness times")
    note = log.log.checkpoint()
    text = note.decode().partition("\n\n")[0] + "\n"
    public_key = key("w").public_key().public_bytes_raw()
    said = f"cosignature/v1\ntime {time}\n{text}".encode()
    hint = Cosigner(name="a.example/w", public_key=public_key).key_id
    signed = hint + time.to_bytes(8, "big") + key("w").sign(said)

    line = f"— a.example/w {base64.b64encode(signed).decode()}\n".encode()
    size = log.log.size()
    raw = log.bundle(Request(), Companions(cosigned={size: note + line})).to_bytes()
    trust = trusting(log, witnesses=[vkey("a.example/w", key("w"))], quorum=1)
    assert codes(log, raw, trust) == (code, code)


def test_witnesses_of_another_log_say_nothing_of_this_one(raw: bytes) -> None:
    other = StatedLog(seed="other", origin="jangbu.invalid/0f0f0f0f0f0f0f0f")
    trust = trusting(other, witnesses=[vkey("a.example/w", key("w"))], quorum=1)
    verdict = check_bundle(raw, Asked(trust=read_trust(trust)))
    assert (verdict.origin, verdict.witnessed, verdict.exit_code) == ("unknown", 0, 3)


def test_what_only_looks_like_a_token_inside_another_structure_is_not_read() -> None:
    info = bytes.fromhex("060b2a864886f70d0109100104") + b"\xa0\x02\x04\x00"
    status = b"\x30" + bytes([len(info) + 3]) + b"\x02\x01\x00" + info
    response = b"\x30" + bytes([len(status) + 2]) + status + b"\x30\x00"
    with pytest.raises(Refused):
        read_token(response)
