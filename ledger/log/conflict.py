"""Kept proof that a log contradicted itself: what was known, and what was shown.

Both checkpoints carry the log's own signature. Two roots at one size convict the log
by themselves. The other two are suspicions: anybody can send a true checkpoint with a
useless proof, and only whoever holds the entries can tell.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from ledger.encoding import canonical
from ledger.encoding.models import dump, parse_model
from ledger.log.checkpoint import open_checkpoint
from ledger.log.note import Verifier
from ledger.records.identity import Instant
from ledger.records.statement import Record


class Contradiction(StrEnum):
    """In which way the two checkpoints do not go together."""

    FORK = "fork"
    """One size, two roots."""
    REWRITTEN = "rewritten"
    """The larger tree was not shown to continue the smaller; a suspicion."""
    ROLLBACK = "rollback"
    """A smaller tree was shown after a larger one; a suspicion."""


class Conflict(Record):
    """Two checkpoints of one log that were kept because they do not go together.

    Attributes:
        reason: a `Contradiction`.
        held: the signed checkpoint that was known before.
        shown: the signed checkpoint that came.
        old, proof: the consistency proof that came with it, and from which size.
    """

    v: int = Field(default=1, ge=1, le=1)
    origin: str
    reason: Contradiction
    held: str
    shown: str
    old: int = Field(ge=0)
    proof: tuple[str, ...] = Field(default=(), max_length=63)
    found_at: Instant

    def to_bytes(self) -> bytes:
        """The one form of the file."""
        return canonical.encode(dump(self))

    def convicts(self, verifiers: Sequence[Verifier]) -> bool:
        """Whether the two signed checkpoints alone show that the log lied.

        Raises:
            CheckpointError: one of them is not signed by the log.
        """
        held, shown = (
            open_checkpoint(note.encode(), verifiers, self.origin)
            for note in (self.held, self.shown)
        )
        return held.size == shown.size and held.root != shown.root


def parse_conflict(raw: bytes) -> Conflict:
    """Read a kept conflict.

    Raises:
        MalformedRecordError: not of the one permitted form.
    """
    return parse_model(Conflict, raw)
