"""What was destroyed on purpose: neither missing nor verified, but an open point."""

from dataclasses import dataclass
from typing import Self

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told, blobs_of
from ledger.evidence.verdict import Reason
from ledger.records.statement import family


@dataclass(frozen=True, slots=True)
class Disposed:
    """Digests that dispositions in force name, and where an absence is noted."""

    digests: frozenset[str]
    audit: Audit

    @classmethod
    def of(cls, disclosure: Disclosure, audit: Audit) -> Self:
        """As a bundle's statements say."""
        return cls(disclosure.disposed(), audit)

    def lacks(self, told: Told) -> bool:
        """Whether a blob of a statement was destroyed: what it says stays open."""
        gone = not self.digests.isdisjoint(blobs_of(told.body))
        kind = family(told.said.kind)
        self.audit.leave_open(Reason.ERASED, f"{kind}.blobs", int(gone))
        return gone
