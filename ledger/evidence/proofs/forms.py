"""The documents that prove something: canonical JSON, one form each.

docs/specs/proof.md is the specification. A proof of one entry has no form here, since
C2SP has one (ledger/log/proof_bundle.py).
"""

from typing import Any, Final, Literal

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.models import dump
from ledger.evidence.consistency import ConsistencyPart
from ledger.evidence.proofs.logged import LONGEST_PROOF, LoggedStatement
from ledger.records.identity import Digest, Uid
from ledger.records.statement import Record

FRAME: Final = "jangbu/frame/1"
CONSISTENCY: Final = "jangbu/consistency/1"
COMPLETE: Final = "jangbu/complete/1"


class Proof(Record):
    """What every document has.

    Attributes:
        checkpoint: the signed note that everything leads to.
        keys: statements that decide whose word counts, genesis first.
    """

    checkpoint: str
    keys: tuple[LoggedStatement, ...] = Field(min_length=1, max_length=4096)

    def to_bytes(self) -> bytes:
        """The document."""
        return canonical.encode(dump(self))


class LeafProof(Record):
    """One leaf of a blob, and the statement that commits to the blob.

    Attributes:
        place: of the leaf in the blob, from 0.
        path: RFC 6962 inclusion proof of the leaf in the stated root.
    """

    said: LoggedStatement
    leaf: dict[str, Any]
    place: int = Field(ge=0)
    path: tuple[Digest, ...] = Field(max_length=LONGEST_PROOF)


class FrameProof(Proof):
    """What was measured of a frame, and how it was sealed.

    Attributes:
        sealed: in each output folder whose seal is in force; may be empty.
    """

    form: Literal["jangbu/frame/1"]
    shot: Uid
    frame: int
    measured: LeafProof
    sealed: tuple[LeafProof, ...] = Field(max_length=1024)


class GrowthProof(Proof):
    """The newer checkpoint's log holds all that the older one's held.

    Attributes:
        older: a signed note of the same log.
    """

    form: Literal["jangbu/consistency/1"]
    older: str
    growth: ConsistencyPart


class CompleteProof(Proof):
    """All entries of a log, and how many of them concern some shots.

    Attributes:
        shots: uids; empty for the whole log.
        entries: every leaf, in the order of the log.
        records: by kind: of these shots, of no shot, of other shots.
    """

    form: Literal["jangbu/complete/1"]
    shots: tuple[Uid, ...]
    entries: tuple[dict[str, Any], ...] = Field(min_length=1)
    records: dict[str, dict[str, int]]
