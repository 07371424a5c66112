"""Checking what a proof says of one frame: leaf to cell, cell to log."""

from dataclasses import replace
from typing import TypeVar

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.models import parse_model
from ledger.evidence.proofs.authorities import authority_before
from ledger.evidence.proofs.forms import FRAME, FrameProof, LeafProof
from ledger.evidence.proofs.logged import OpenedStatement, open_logged
from ledger.evidence.proofs.making import stated_leaves
from ledger.evidence.proofs.opening import Known, OpenedProof, altered, open_proof
from ledger.evidence.proofs.verdict import ProofVerdict
from ledger.log.proof import verify_inclusion
from ledger.log.tree import leaf_hash
from ledger.records.frames import FrameSet, MeasuredLeaf, SealedLeaf, SealSet
from ledger.records.statement import Leaf

Model = TypeVar("Model", bound=Leaf)


def check_frame(raw: bytes, known: Known) -> ProofVerdict:
    """Check a frame's proof.

    Raises:
        LedgerError: it does not hold.
    """
    proof = parse_model(FrameProof, raw)
    opened = open_proof(proof, FRAME, known)
    cell, leaf = _leaf(opened, proof.measured, MeasuredLeaf, proof)
    if not isinstance(cell.said.body, FrameSet):
        raise altered("a frame.set for what was measured", "another kind")
    doubted = _doubted(opened, cell)
    sealed: list[JsonValue] = []
    for one in proof.sealed:
        seal, file = _leaf(opened, one, SealedLeaf, proof)
        doubted = doubted or _doubted(opened, seal)
        # The seal is of this very measurement: against a seal of another one.
        body = seal.said.body
        if not isinstance(body, SealSet) or body.set != cell.entry.id:
            raise altered("a seal of the frames that were measured", "another one")
        sealed.append(
            {"entry": seal.index, "file": file.file, "manifest": file.manifest}
        )
    return replace(
        opened.verdict,
        open=("weak: revoked key",) if doubted else (),
        shown={
            "shot": proof.shot,
            "frame": proof.frame,
            "entry": cell.index,
            "at": cell.entry.at,
            "pixels": leaf.pixels,
            "decoder": leaf.decoder,
            "iscc": leaf.iscc,
            "sealed": sealed,
        },
    )


def _leaf(
    opened: OpenedProof, one: LeafProof, model: type[Model], proof: FrameProof
) -> tuple[OpenedStatement, Model]:
    # 1. The statement is in the log, and its key had the right.
    one.said.check_inclusion(opened.checkpoint)
    statement = open_logged(one.said, opened.verdict.log)
    statement.signer(authority_before(opened.after, statement.index))
    # 2. It is about this frame of this shot: against another cell's leaf.
    scope = statement.said.statement.scope
    in_range = scope.range is not None and scope.range.contains(proof.frame)
    if scope.shot != proof.shot or not in_range:
        raise altered("a cell of the shot that holds the frame", "another one")
    # 3. The leaf is in the blob that the statement commits to.
    stated = stated_leaves(statement.said.body)
    raw = canonical.encode(one.leaf)
    path = [bytes.fromhex(node) for node in one.path]
    root = bytes.fromhex(stated.root)
    verify_inclusion(leaf_hash(raw), one.place, stated.count, path, root)
    leaf = parse_model(model, raw)
    if leaf.number != proof.frame:
        raise altered("the leaf of the frame", "another frame's")
    return statement, leaf


def _doubted(opened: OpenedProof, statement: OpenedStatement) -> bool:
    """Whether the key that signed was ended later, with effect from before."""
    key_id = statement.signer(authority_before(opened.after, statement.index))
    return opened.last.doubts(key_id, statement.index)
