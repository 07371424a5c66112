"""Proofs after the log's keys were rotated, and by keys that were revoked."""

import json
from dataclasses import replace

import pytest

from ledger.encoding import canonical
from ledger.encoding.sheet import key_id_of
from ledger.errors import AlteredEvidenceError, LedgerError, UnreadableInputError
from ledger.evidence.proofs.checking import check_proof, follow_keys
from ledger.evidence.proofs.making import Prover
from ledger.evidence.proofs.opening import Known
from ledger.evidence.verdict import Origin, State
from ledger.history.log_keys import LogKeys
from tests.simulators.rotated_log import rotate
from tests.simulators.small_studio import Shot, SmallStudio

FRAME = 1022


class Rotated:
    """A studio whose keys are replaced after its first shot.

    Attributes:
        known: what a reader had before.
        before: the last checkpoint by the first log key.
    """

    def __init__(self) -> None:
        self.studio = SmallStudio()
        self.known = Known(trust=self.studio.trust())
        self.shot = self.studio.shoot()
        self.before = self.studio.log.note
        size = self.studio.log.size()
        first = self.studio.public("log")
        rotate(self.studio)
        periods = ((1, first), (size + 1, self.studio.public("log")))
        self.keys = LogKeys(periods)

    def prover(self) -> Prover:
        return Prover(self.studio.log, self.studio.vault)

    def frame(self) -> bytes:
        return frame_of(self.studio, self.shot)


def frame_of(studio: SmallStudio, shot: Shot) -> bytes:
    stored = {one.id: one for one in studio.log.stored}
    sets, seals = stored[shot.sets[0].id], [stored[shot.seals[0].id]]
    return Prover(studio.log, studio.vault).frame(FRAME, sets, seals, studio.shelf)


@pytest.fixture(scope="module")
def rotated() -> Rotated:
    return Rotated()


def test_documents_follow_the_log_key_through_a_rotation(rotated: Rotated) -> None:
    growth = rotated.prover().growth(rotated.before, rotated.keys)
    for raw in (growth, rotated.frame(), rotated.prover().complete([])):
        verdict = check_proof(raw, rotated.known)
        assert (verdict.state, verdict.origin) == (State.VERIFIED, Origin.KNOWN)


def test_a_rotation_cannot_be_left_out(rotated: Rotated) -> None:
    document = json.loads(rotated.frame())
    kinds = [one["entry"]["kind"] for one in document["keys"]]
    document["keys"].pop(kinds.index("rotation.1"))
    assert check_proof(canonical.encode(document), rotated.known).exit_code == 5


def test_an_entry_needs_a_document_that_follows_the_keys(rotated: Rotated) -> None:
    raw = rotated.prover().entry(3)
    assert check_proof(raw, rotated.known).exit_code == 5
    followed = follow_keys(rotated.prover().complete([]), rotated.known)
    assert check_proof(raw, followed).state is State.VERIFIED
    frame = follow_keys(rotated.frame(), rotated.known)
    assert check_proof(raw, frame).state is State.VERIFIED


def test_keys_are_followed_from_the_trust_files_genesis_only(rotated: Rotated) -> None:
    document = rotated.prover().complete([])
    with pytest.raises(AlteredEvidenceError):
        follow_keys(document, Known())
    impostor = SmallStudio(seed="impostor")
    with pytest.raises(LedgerError):
        follow_keys(document, Known(trust=impostor.trust()))
    with pytest.raises(UnreadableInputError):
        follow_keys(rotated.prover().entry(3), rotated.known)


def test_what_a_key_said_after_it_was_compromised_stays_open() -> None:
    studio = SmallStudio()
    known = Known(trust=studio.trust())
    shot = studio.shoot()
    assert check_proof(frame_of(studio, shot), known).state is State.VERIFIED
    studio.state(
        "revocation.1",
        {
            "key_id": key_id_of(studio.public("pipeline")),
            "good_until": 3,
            "reason": "compromised",
        },
        by="studio",
    )
    verdict = check_proof(frame_of(studio, shot), known)
    assert (verdict.state, verdict.exit_code) == (State.OPEN, 3)
    assert verdict.open == ("weak: revoked key",)
    assert replace(verdict, open=()).state is State.VERIFIED
