"""Proofs of entries, frames, growth and completeness, and whose log they are of."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import key_id_of
from ledger.errors import (
    CheckpointError,
    ConsistencyError,
    InclusionError,
    MissingEvidenceError,
)
from ledger.evidence.bundle import Request
from ledger.evidence.proofs.checking import check_proof
from ledger.evidence.proofs.opening import Known
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Origin, State
from ledger.evidence.verify import verify_bundle
from ledger.log.note import Verifier
from ledger.vault.disclosure import disclose
from tests.simulators.proven_shot import (
    FRAME,
    THIRD,
    documents,
    frame_proof,
    keys_of,
    note_at,
    prover,
)
from tests.simulators.small_studio import SHOT, Shot, SmallStudio

# --- what holds ---------------------------------------------------------------------


def test_an_entry_is_proven_with_the_trust_file_alone(
    studio: SmallStudio, known: Known
) -> None:
    for index in (0, 7, studio.log.size() - 1):
        verdict = check_proof(prover(studio).entry(index), known)
        assert (verdict.state, verdict.origin) == (State.VERIFIED, Origin.KNOWN)
        assert verdict.shown["index"] == index
        assert verdict.shown["id"] == studio.log.stored[index].id
    with pytest.raises(InclusionError):
        prover(studio).entry(studio.log.size())


def test_a_frame_is_proven_in_two_steps(
    studio: SmallStudio, shot: Shot, known: Known
) -> None:
    verdict = check_proof(frame_proof(studio, shot), known)
    assert (verdict.state, verdict.origin) == (State.VERIFIED, Origin.KNOWN)
    assert (verdict.shown["shot"], verdict.shown["frame"]) == (THIRD, FRAME)
    shown: Any = verdict.shown
    (sealed,) = shown["sealed"]
    content = studio.files[shot.seals[0].id, FRAME]
    assert sealed["file"] == sha256_hex(content)


def test_a_frame_of_another_cell_is_not_there(studio: SmallStudio, shot: Shot) -> None:
    with pytest.raises(MissingEvidenceError):
        frame_proof(studio, shot, 1025)


def test_a_log_still_holds_what_an_older_checkpoint_promised(
    studio: SmallStudio, known: Known
) -> None:
    for size in (1, 14, studio.log.size()):
        raw = prover(studio).growth(note_at(studio, size), keys_of(studio))
        verdict = check_proof(raw, known)
        assert verdict.state is State.VERIFIED
        newer: Any = verdict.shown["newer"]
        assert newer["size"] == studio.log.size()


def test_a_checkpoint_that_the_log_does_not_continue_is_refused(
    studio: SmallStudio,
) -> None:
    rewritten = SmallStudio()
    rewritten.shoot("53" * 16)
    with pytest.raises(ConsistencyError):
        prover(studio).growth(rewritten.log.note, keys_of(studio))
    stranger = SmallStudio(seed="another studio")
    with pytest.raises(CheckpointError):
        prover(studio).growth(stranger.log.note, keys_of(studio))


def test_records_are_counted_exactly_withheld_ones_included(
    studio: SmallStudio, known: Known
) -> None:
    verdict = check_proof(prover(studio).complete([SHOT]), known)
    assert verdict.state is State.VERIFIED
    records: Any = verdict.shown["records"]
    assert records["frame.set.1"] == {"of_shot": 2, "without_shot": 0, "elsewhere": 4}
    assert records["asset.1"] == {"of_shot": 0, "without_shot": 9, "elsewhere": 0}
    total = sum(sum(one.values()) for one in records.values())
    assert total == studio.log.size()
    # A bundle about the same shot counts the same, however much it shows.
    bundle = studio.bundle(Request(shots=(SHOT,))).to_bytes()
    counted = verify_bundle(bundle, studio.trust(), Readers()).records
    for kind, one in counted.items():
        assert one.outside == records[kind]["elsewhere"]
        seen = one.disclosed + one.withheld + one.erased
        assert seen == records[kind]["of_shot"] + records[kind]["without_shot"]


def test_a_disclosure_is_checked_with_its_signers_key(
    studio: SmallStudio, known: Known
) -> None:
    index = next(one.index for one in studio.log.stored if one.kind == "generation.1")
    raw = disclose(studio.log, studio.vault, index, "/body/prompt")
    open_verdict = check_proof(raw, known)
    assert (open_verdict.state, open_verdict.open) == (
        State.OPEN,
        ("signer unknown",),
    )
    public = studio.public("pipeline")
    signed = replace(known, signers={key_id_of(public): public})
    verdict = check_proof(raw, signed)
    assert verdict.state is State.VERIFIED
    assert verdict.private == {"/body/prompt": "a creature in a house"}
    assert "a creature" not in json.dumps(verdict.to_json())


# --- whose log ----------------------------------------------------------------------


def test_without_the_logs_trust_file_its_origin_stays_unknown(
    studio: SmallStudio, shot: Shot
) -> None:
    other = SmallStudio(seed="other", origin="jangbu.invalid/00000000000000aa")
    for _, raw in documents(studio, shot):
        for trust in (None, other.trust()):
            verdict = check_proof(raw, Known(trust=trust))
            assert (verdict.exit_code, verdict.origin) == (3, Origin.UNKNOWN)


def test_a_log_of_the_same_name_with_other_keys_is_refused(
    studio: SmallStudio, shot: Shot
) -> None:
    impostor = SmallStudio(seed="impostor")
    for name, raw in documents(studio, shot):
        verdict = check_proof(raw, Known(trust=impostor.trust()))
        assert verdict.exit_code == 5, name


def test_a_reader_may_know_the_log_by_its_verifier_key(studio: SmallStudio) -> None:
    key = Verifier(name=studio.origin, public_key=studio.public("log"))
    verdict = check_proof(prover(studio).entry(3), Known(log_vkeys=[key]))
    assert verdict.state is State.VERIFIED


# --- what does not hold ---------------------------------------------------------------
