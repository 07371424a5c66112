"""Checking a proof from its bytes and a trust file that the reader already has.

1. Form: which document it is, in its one encoding.
2. Keys: genesis, rotations and signers, each stated by whom it must be.
3. Origin: the trust file lists this genesis, or does not know the log.
4. Checkpoint: signed by the log key in force at its size.
5. All statements are leaves of its tree.
6. What the document is about.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.entry import parse_entry
from ledger.encoding.models import parse_model
from ledger.errors import (
    InclusionError,
    LedgerError,
    MalformedRecordError,
    UnreadableInputError,
)
from ledger.evidence.counting import tally
from ledger.evidence.proofs.field import DISCLOSURE, check_field
from ledger.evidence.proofs.forms import (
    COMPLETE,
    CONSISTENCY,
    FRAME,
    CompleteProof,
    FrameProof,
    GrowthProof,
    Proof,
)
from ledger.evidence.proofs.frame import check_frame
from ledger.evidence.proofs.opening import Known, altered, open_proof, opened_checkpoint
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.evidence.verdict import Origin
from ledger.log.proof_bundle import HEADER, looks_like_proof_bundle, parse_proof_bundle
from ledger.log.tree import leaf_hash, root_of

ENTRY: Final = HEADER


def check_proof(raw: bytes, known: Known) -> ProofVerdict:
    """Check any proof that `jangbu prove` or `jangbu disclose` writes.

    Raises:
        UnreadableInputError: the bytes are no proof at all.
    """
    form, check = _form_of(raw)
    try:
        return check(raw, known)
    except LedgerError as error:
        return ProofVerdict(form=form, failure=error)


def follow_keys(raw: bytes, known: Known) -> Known:
    """Also know the keys that a document follows from the genesis of the trust file.

    Args:
        raw: any document that brings `keys`.
        known: with the trust file of its log.

    Raises:
        UnreadableInputError: another file.
        AlteredEvidenceError: it is not of the log that the trust file lists.
        LedgerError: it does not hold.
    """
    form, _ = _form_of(raw)
    models: dict[str, type[Proof]] = {
        FRAME: FrameProof,
        CONSISTENCY: GrowthProof,
        COMPLETE: CompleteProof,
    }
    if form not in models:
        raise _unreadable("a document that brings no keys")
    opened = open_proof(parse_model(models[form], raw), form, known)
    if opened.verdict.origin is not Origin.KNOWN:
        raise altered("keys of the log that the trust file lists", "another log's")
    return replace(known, log_keys=(opened.verdict.log, opened.last.log_keys))


def _form_of(raw: bytes) -> tuple[str, Callable[[bytes, Known], ProofVerdict]]:
    if looks_like_proof_bundle(raw):
        return ENTRY, _check_entry
    try:
        document = canonical.parse(raw)
    except MalformedRecordError as error:
        raise _unreadable(error.met) from error
    form = document.get("form") if isinstance(document, dict) else None
    if form is None and isinstance(document, dict) and "opening" in document:
        form = DISCLOSURE
    checks = {
        FRAME: check_frame,
        CONSISTENCY: _check_growth,
        COMPLETE: _check_complete,
        DISCLOSURE: _check_disclosure,
    }
    if not isinstance(form, str) or form not in checks:
        raise _unreadable("another document")
    return form, checks[form]


# --- an entry ---------------------------------------------------------------------


def _check_entry(raw: bytes, known: Known) -> ProofVerdict:
    bundle = parse_proof_bundle(raw)
    checkpoint, origin = opened_checkpoint(bundle.checkpoint, known)
    entry = known.entry if known.entry is not None else bundle.extra
    if entry is None:
        raise InclusionError(
            "the entry that the proof is of",
            met="a proof without it, and no --entry",
            advice="Give the entry's bytes with --entry.",
        )
    bundle.check(entry, checkpoint)
    return ProofVerdict(
        form=ENTRY,
        log=checkpoint.origin,
        size=checkpoint.size,
        origin=origin,
        shown={"index": bundle.index, "leaf": leaf_hash(entry).hex(), **_about(entry)},
    )


def _about(raw: bytes) -> dict[str, JsonValue]:
    """What an entry of our own form says; nothing for another log's."""
    try:
        entry = parse_entry(raw)
    except MalformedRecordError:
        return {}
    return {"kind": entry.kind, "id": entry.id, "at": entry.at}


# --- documents --------------------------------------------------------------------


def _check_growth(raw: bytes, known: Known) -> ProofVerdict:
    proof = parse_model(GrowthProof, raw)
    opened = open_proof(proof, CONSISTENCY, known)
    newer = opened.checkpoint
    older = opened.last.log_keys.open(proof.older.encode(), opened.verdict.log)
    if (proof.growth.old, proof.growth.new) != (older.size, newer.size):
        raise altered("a proof between the sizes of the two checkpoints", "another")
    proof.growth.check(older.root, newer.root)
    return replace(
        opened.verdict,
        shown={
            "older": {"size": older.size, "root": older.root.hex()},
            "newer": {"size": newer.size, "root": newer.root.hex()},
        },
    )


def _check_complete(raw: bytes, known: Known) -> ProofVerdict:
    proof = parse_model(CompleteProof, raw)
    opened = open_proof(proof, COMPLETE, known)
    rows = [canonical.encode(entry) for entry in proof.entries]
    root = root_of([leaf_hash(row) for row in rows])
    if (len(rows), root) != (opened.checkpoint.size, opened.checkpoint.root):
        raise altered("all entries of the log, in their order", "others")
    counted = tally(map(parse_entry, rows), proof.shots)
    if counted.to_json() != proof.records:
        raise altered("the counts that the entries give", "others")
    shots: list[JsonValue] = list(proof.shots)
    records: JsonValue = {kind: dict(one) for kind, one in proof.records.items()}
    return replace(opened.verdict, shown={"shots": shots, "records": records})


def _check_disclosure(raw: bytes, known: Known) -> ProofVerdict:
    found = check_field(raw, lambda note: opened_checkpoint(note, known), known.signers)
    return ProofVerdict(
        form=DISCLOSURE,
        log=found.checkpoint.origin,
        size=found.checkpoint.size,
        origin=found.origin,
        shown={
            "index": found.index,
            "kind": found.entry.kind,
            "id": found.entry.id,
            "at": found.entry.at,
            "path": found.opening.path,
        },
        open=() if found.signed else ("signer unknown",),
        private={found.opening.path: found.opening.value},
    )


def _unreadable(met: str) -> UnreadableInputError:
    return UnreadableInputError(
        "a proof that jangbu prove or jangbu disclose wrote",
        met=met,
        advice="Give that file; a bundle is checked with jangbu verify.",
    )
