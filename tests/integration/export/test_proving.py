"""Proofs of entries, frames, growth and completeness, and every change to one."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from ledger.encoding import canonical
from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import key_id_of
from ledger.errors import (
    CheckpointError,
    ConsistencyError,
    InclusionError,
    MissingEvidenceError,
    UnreadableInputError,
)
from ledger.evidence.bundle import Request
from ledger.evidence.proofs.checking import check_proof
from ledger.evidence.proofs.making import Prover
from ledger.evidence.proofs.opening import Known
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Origin, State
from ledger.evidence.verify import verify_bundle
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.proof_bundle import ProofBundle, parse_proof_bundle
from ledger.log.tree import leaf_hash, root_of
from ledger.vault.disclosure import disclose
from tests.simulators.small_studio import OTHER_SHOT, SHOT, Shot, SmallStudio

Place: TypeAlias = tuple[str | int, ...]

FRAME, THIRD = 1022, "52" * 16


@pytest.fixture(scope="module")
def made() -> tuple[SmallStudio, Shot]:
    """A studio with three shots, and the statements of the third."""
    studio = SmallStudio()
    studio.shoot()
    studio.shoot(OTHER_SHOT)
    return studio, studio.shoot(THIRD)


@pytest.fixture(scope="module")
def studio(made: tuple[SmallStudio, Shot]) -> SmallStudio:
    return made[0]


@pytest.fixture(scope="module")
def shot(made: tuple[SmallStudio, Shot]) -> Shot:
    return made[1]


@pytest.fixture(scope="module")
def known(studio: SmallStudio) -> Known:
    return Known(trust=studio.trust())


def prover(studio: SmallStudio) -> Prover:
    return Prover(studio.log, studio.vault)


def keys_of(studio: SmallStudio) -> LogKeys:
    return LogKeys(((1, studio.public("log")),))


def frame_proof(studio: SmallStudio, shot: Shot, frame: int = FRAME) -> bytes:
    stored = {one.id: one for one in studio.log.stored}
    return prover(studio).frame(
        frame, stored[shot.sets[0].id], [stored[shot.seals[0].id]], studio.shelf
    )


def note_at(studio: SmallStudio, size: int) -> bytes:
    """The checkpoint that the log signed when it had this size."""
    root = root_of([leaf_hash(raw) for raw in studio.log.raw_entries[:size]])
    point = Checkpoint(origin=studio.origin, size=size, root=root)
    return sign_checkpoint(point, studio.keys["log"])


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


def documents(studio: SmallStudio, shot: Shot) -> Iterator[tuple[str, bytes]]:
    yield "entry", prover(studio).entry(7)
    yield "frame", frame_proof(studio, shot)
    yield "growth", prover(studio).growth(note_at(studio, 5), keys_of(studio))
    yield "complete", prover(studio).complete([SHOT])
    index = next(one.index for one in studio.log.stored if one.kind == "generation.1")
    yield "disclosure", disclose(studio.log, studio.vault, index, "/body/prompt")


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


def failed(verdict: ProofVerdict) -> bool:
    return verdict.exit_code == 5 and verdict.failure is not None


def texts(value: object, path: Place = ()) -> Iterator[Place]:
    """Where the texts and numbers of a document stand."""
    match value:
        case dict():
            for key, item in value.items():
                yield from texts(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from texts(item, (*path, index))
        case _:
            yield path


def changed(value: object) -> bool | int | str:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value:
            last = "0" if value[-1] != "0" else "1"
            return value[:-1] + last
        case _:
            return "0"


def test_no_value_of_any_document_can_be_changed(
    studio: SmallStudio, shot: Shot, known: Known
) -> None:
    public = studio.public("pipeline")
    full = replace(known, signers={key_id_of(public): public})
    for name, raw in documents(studio, shot):
        if name == "entry":
            continue
        places = list(texts(json.loads(raw)))
        # Every entry is a leaf: some of them stand for all.
        for path in places if len(places) < 700 else places[::11]:
            document = json.loads(raw)
            holder: Any = document
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = changed(holder[path[-1]])
            try:
                verdict = check_proof(canonical.encode(document), full)
            except UnreadableInputError:
                assert path == ("form",)
                continue
            assert failed(verdict), (name, path)


def test_no_bit_of_a_frames_proof_can_be_changed(
    studio: SmallStudio, shot: Shot, known: Known
) -> None:
    raw = frame_proof(studio, shot)
    assert check_proof(raw, known).state is State.VERIFIED
    for at in range(0, len(raw), 7):
        flipped = bytearray(raw)
        flipped[at] ^= 1 << at % 8
        try:
            assert failed(check_proof(bytes(flipped), known)), at
        except UnreadableInputError:
            continue


def test_parts_of_two_proofs_cannot_be_mixed(
    studio: SmallStudio, shot: Shot, known: Known
) -> None:
    one = json.loads(frame_proof(studio, shot, 1022))
    other = json.loads(frame_proof(studio, shot, 1023))
    for member in ("measured", "sealed", "frame"):
        mixed = {**one, member: other[member]}
        assert failed(check_proof(canonical.encode(mixed), known)), member
    # A seal of other frames, and a measurement in the place of a seal.
    wrong = {**one, "sealed": [one["measured"]]}
    assert failed(check_proof(canonical.encode(wrong), known))
    for keys in (one["keys"][1:], one["keys"][:1], one["keys"][::-1]):
        assert failed(check_proof(canonical.encode({**one, "keys": keys}), known))


def test_entries_that_were_left_out_are_missed(
    studio: SmallStudio, known: Known
) -> None:
    document = json.loads(prover(studio).complete([SHOT]))
    for entries in (document["entries"][:-1], document["entries"][::-1]):
        verdict = check_proof(canonical.encode({**document, "entries": entries}), known)
        assert failed(verdict)


def test_a_proof_without_its_entry_needs_it_from_the_reader(
    studio: SmallStudio, known: Known
) -> None:
    bundle = parse_proof_bundle(prover(studio).entry(5))
    bare = ProofBundle(
        index=bundle.index, hashes=bundle.hashes, checkpoint=bundle.checkpoint
    ).to_bytes()
    assert failed(check_proof(bare, known))
    right = replace(known, entry=bundle.extra)
    assert check_proof(bare, right).state is State.VERIFIED
    wrong = replace(known, entry=studio.log.raw_entries[4])
    assert failed(check_proof(bare, wrong))
    opaque = replace(known, entry=b"not an entry of ours")
    assert failed(check_proof(bare, opaque))


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"form":"x"}', b'{"form":1}', b"PK\x03\x04", b"\xff"]
)
def test_what_is_no_proof_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        check_proof(raw, Known())
