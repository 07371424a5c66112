"""Consistency proofs as they go along in a bundle: one canonical JSON document each."""

from typing import Literal

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.models import dump, parse_model
from ledger.log.proof import consistency_proof, verify_consistency
from ledger.log.tree import Nodes
from ledger.records.identity import Digest, as_digest
from ledger.records.statement import Record


class ConsistencyPart(Record):
    """That the tree of `new` entries has that of the first `old` in it.

    Attributes:
        hashes: RFC 6962 §2.1.2, in the order in which they are used.
    """

    v: Literal[1] = 1
    old: int = Field(ge=0)
    new: int = Field(ge=0)
    hashes: tuple[Digest, ...] = Field(max_length=128)

    def to_bytes(self) -> bytes:
        """As a part of a bundle."""
        return canonical.encode(dump(self))

    def check(self, old_root: bytes, new_root: bytes) -> None:
        """Check the proof between two roots from checkpoints that were opened.

        Raises:
            ConsistencyError: the proof does not connect them.
        """
        hashes = [bytes.fromhex(one) for one in self.hashes]
        verify_consistency(self.old, self.new, old_root, new_root, hashes)


def prove_growth(nodes: Nodes, old: int) -> ConsistencyPart:
    """Prove that a tree grew out of its first `old` leaves."""
    hashes = consistency_proof(nodes, old, len(nodes))
    return ConsistencyPart(
        old=old,
        new=len(nodes),
        hashes=tuple(as_digest(one.hex()) for one in hashes),
    )


def read_growth(raw: bytes) -> ConsistencyPart:
    """Read such a part.

    Raises:
        MalformedRecordError: another form.
    """
    return parse_model(ConsistencyPart, raw)
