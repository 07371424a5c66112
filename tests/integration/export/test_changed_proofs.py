"""Every change to a proof is found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from ledger.encoding import canonical
from ledger.encoding.sheet import key_id_of
from ledger.errors import UnreadableInputError
from ledger.evidence.proofs.checking import check_proof
from ledger.evidence.proofs.opening import Known
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.evidence.verdict import State
from ledger.log.proof_bundle import ProofBundle, parse_proof_bundle
from tests.simulators.proven_shot import documents, frame_proof, prover
from tests.simulators.small_studio import SHOT, Shot, SmallStudio

Place: TypeAlias = tuple[str | int, ...]


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
