"""Trust files: one form, checked names, and a clear answer about a log."""

import json
from datetime import UTC, datetime

import pytest

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.errors import AlteredEvidenceError, UnreadableInputError
from ledger.evidence.trust import (
    LogIdentity,
    TrustFile,
    check_identity,
    parse_trust,
    trust_for,
    with_outsiders,
)
from ledger.keys.certificates import make_development_chain
from ledger.log.cosignature import Cosigner
from ledger.log.note import Verifier
from ledger.records.authority import Genesis
from ledger.records.identity import as_digest, as_origin, as_uid

LOG = as_origin("jangbu.invalid/5111a11570d10000")
LOG_KEY, RECOVERY_KEY, LEAF = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
GENESIS = Genesis(
    studio=as_uid("57" * 16),
    log_key=as_digest(LOG_KEY.hex()),
    recovery_key=as_digest(RECOVERY_KEY.hex()),
    admission_roots=(as_digest("04" * 32),),
)
ROOT = make_development_chain("trust-test", datetime.now(UTC)).root_pem.decode()
TRUST = trust_for(LOG, GENESIS, LEAF, [ROOT])
W1 = Cosigner(name="funder.example/w1", public_key=b"\x05" * 32)
W2 = Cosigner(name="guild.example/w1", public_key=b"\x06" * 32)
SAME_KEY = Cosigner(name="other.example/w1", public_key=W1.public_key)
IDENTITY = LogIdentity(
    log=LOG, log_key=LOG_KEY, recovery_key=RECOVERY_KEY, genesis_leaf=LEAF.hex()
)


def changed(**members: JsonValue) -> bytes:
    value = json.loads(TRUST.to_bytes())
    return canonical.encode({**value, **members})


def test_a_trust_file_is_read_as_it_was_written() -> None:
    assert parse_trust(TRUST.to_bytes()) == TRUST


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        TRUST.to_bytes() + b"\n",
        json.dumps(json.loads(TRUST.to_bytes()), indent=1).encode(),
        changed(v=2),
        changed(v=True),
        changed(extra=1),
        changed(witnesses=["somebody"], quorum=1),
        changed(witnesses=[W1.to_vkey()]),
        changed(quorum=1),
        changed(witnesses=[W1.to_vkey()], quorum=0),
        changed(witnesses=[W1.to_vkey()], quorum=2),
        changed(witnesses=[W1.to_vkey(), SAME_KEY.to_vkey()], quorum=1),
        changed(witnesses=[Cosigner(name=LOG, public_key=LOG_KEY).to_vkey()], quorum=1),
        changed(witnesses=[TRUST.log_vkeys[0]], quorum=1),
        changed(
            witnesses=[Cosigner(name="w.example", public_key=RECOVERY_KEY).to_vkey()],
            quorum=1,
        ),
        changed(time_roots=[]),
        changed(time_roots=["no certificate"]),
        changed(log_vkeys=[]),
        changed(log_vkeys=["no key"]),
        changed(log_vkeys=[TRUST.recovery_vkey]),
        changed(recovery_vkey=TRUST.log_vkeys[0]),
        changed(genesis_leaf="03"),
        changed(log="jangbu.invalid/0000000000000000"),
        changed(c2pa_roots=["-----BEGIN CERTIFICATE-----"]),
        changed(c2pa_roots=[ROOT + ROOT]),
        changed(c2pa_roots=[ROOT.replace("\n", "\r\n")]),
        b" " * (1 << 20 | 1),
    ],
)
def test_any_other_form_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableInputError) as refused:
        parse_trust(raw)
    assert refused.value.exit_code == 4


def test_the_log_of_a_trust_file_is_recognised() -> None:
    check_identity(TRUST, IDENTITY)


@pytest.mark.parametrize(
    ("log_key", "recovery_key", "leaf"),
    [
        (b"\x09" * 32, RECOVERY_KEY, LEAF),
        (LOG_KEY, b"\x09" * 32, LEAF),
        (LOG_KEY, RECOVERY_KEY, b"\x09" * 32),
    ],
    ids=["log key", "recovery key", "genesis"],
)
def test_a_log_of_the_same_name_with_another_identity_is_altered_evidence(
    log_key: bytes, recovery_key: bytes, leaf: bytes
) -> None:
    met = LogIdentity(
        log=LOG, log_key=log_key, recovery_key=recovery_key, genesis_leaf=leaf.hex()
    )
    with pytest.raises(AlteredEvidenceError) as refused:
        check_identity(TRUST, met)
    assert refused.value.exit_code == 5


def test_a_trust_file_may_list_several_log_keys() -> None:
    newer = Verifier(name=LOG, public_key=b"\x08" * 32).to_vkey()
    both = TrustFile.model_validate(
        {**TRUST.model_dump(), "log_vkeys": (newer, *TRUST.log_vkeys)}
    )
    check_identity(parse_trust(both.to_bytes()), IDENTITY)


def test_a_reader_adds_witnesses_and_authorities_to_a_file_of_its_own() -> None:
    own = with_outsiders(TRUST, witnesses=[W1.to_vkey()], time_roots=[ROOT])
    assert (own.cosigners(), own.quorum, own.time_roots) == ((W1,), 1, (ROOT,))
    both = with_outsiders(own, witnesses=[W1.to_vkey(), W2.to_vkey()], quorum=2)
    assert (both.cosigners(), both.quorum, both.time_roots) == ((W1, W2), 2, (ROOT,))
    assert parse_trust(both.to_bytes()) == both
    assert (TRUST.witnesses, TRUST.quorum, TRUST.time_roots) == ((), None, None)
    check_identity(both, IDENTITY)


def test_a_quorum_that_cannot_be_reached_is_refused() -> None:
    with pytest.raises(UnreadableInputError):
        with_outsiders(TRUST, witnesses=[W1.to_vkey()], quorum=2)
    with pytest.raises(UnreadableInputError):
        with_outsiders(TRUST, quorum=1)
