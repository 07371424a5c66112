"""The text of a proof bundle, by the example of c2sp.org/tlog-proof."""

import pytest

from ledger.errors import InclusionError
from ledger.log.checkpoint import open_checkpoint
from ledger.log.proof import inclusion_proof
from ledger.log.proof_bundle import (
    LARGEST,
    ProofBundle,
    looks_like_proof_bundle,
    parse_proof_bundle,
)
from ledger.log.tree import leaf_hash
from tests.simulators.public_logs import PublicLog

LOG = PublicLog(5)
LEAVES = [leaf_hash(raw) for raw in LOG.log.raw_entries]


def bundle(extra: bytes | None = b"entry") -> ProofBundle:
    return ProofBundle(
        index=3,
        hashes=inclusion_proof(LEAVES, 3, 5),
        checkpoint=LOG.log.note,
        extra=extra,
    )


@pytest.mark.parametrize("extra", [None, b"", b"entry", bytes(300)])
def test_a_bundle_comes_back_from_its_text(extra: bytes | None) -> None:
    raw = bundle(extra).to_bytes()
    assert looks_like_proof_bundle(raw)
    assert parse_proof_bundle(raw) == bundle(extra)


def test_a_bundle_has_the_lines_of_the_specification() -> None:
    head, _, checkpoint = bundle().to_bytes().partition(b"\n\n")
    lines = head.decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZW50cnk=", "index 3"]
    assert len(lines) == 6
    assert checkpoint == LOG.log.note


def test_a_single_entry_has_a_proof_without_hashes() -> None:
    log = PublicLog(1)
    alone = ProofBundle(index=0, hashes=(), checkpoint=log.log.note)
    raw = alone.to_bytes()
    assert raw.startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\njangbu.invalid")
    point = open_checkpoint(log.log.note, [log.verifier], log.origin)
    parse_proof_bundle(raw).check(log.log.raw_entries[0], point)


def test_the_entry_is_checked_against_an_opened_checkpoint() -> None:
    point = open_checkpoint(LOG.log.note, [LOG.verifier], LOG.origin)
    bundle().check(LOG.log.raw_entries[3], point)
    with pytest.raises(InclusionError):
        bundle().check(LOG.log.raw_entries[2], point)


TEXT = bundle().to_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        TEXT[:40],
        TEXT.replace(b"@v1", b"@v2"),
        TEXT.replace(b"index 3", b"index 03"),
        TEXT.replace(b"index 3", b"index -3"),
        TEXT.replace(b"index 3", b"index 99999999999999999999"),
        TEXT.replace(b"index 3", b"Index 3"),
        TEXT.replace(b"index 3\n", b""),
        TEXT.replace(b"index 3", b"index 9999999999999999999"),
        TEXT.replace(b"ZW50cnk=", b"ZW50cnl="),
        TEXT.replace(b"ZW50cnk=", b"ZW50cnk"),
        TEXT.replace(b"ZW50cnk=", b"ZW5 cnk="),
        TEXT.replace(b"ZW50cnk=", b"ZW50cnk=\nextra ZW50cnk="),
        TEXT.replace(b"index 3\n", b"index 3\nZW50cnk=\n"),
        TEXT.replace(b"index 3\n", b"index 3\n" + b"A" * 43 + b"=\n" * 64),
        TEXT.replace(b"\n", b"\r\n", 2),
        "é".encode() + TEXT,
        TEXT + bytes(LARGEST),
    ],
)
def test_any_other_form_is_refused(raw: bytes) -> None:
    with pytest.raises(InclusionError):
        parse_proof_bundle(raw)
