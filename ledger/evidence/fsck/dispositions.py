"""Blobs that are not there, against what the log says was destroyed on purpose.

Whoever can delete a file can make a blob disappear; only a key of the studio can state
a disposition. So a blob is missing unless a disposition in force names it. A
disposition stands after what it is about, so nothing is decided before the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.encoding.entry import parse_entry
from ledger.errors import RecordError
from ledger.evidence.fsck.report import Damage, Notebook
from ledger.evidence.fsck.statements import Known
from ledger.evidence.heads import fold_entries
from ledger.records.custody import Disposition
from ledger.records.identity import StatementId, as_statement_id


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a blob belongs: what it is, and of which statement."""

    what: str
    digest: str
    index: int
    kind: str


@dataclass(slots=True)
class Dispositions:
    """What was met, and what was stated, of blobs.

    Attributes:
        stated: digests that each disposition names, by its id.
        missing: blobs that are not there.
        present: blobs that are.
    """

    book: Notebook
    stated: dict[StatementId, tuple[str, ...]] = field(default_factory=dict)
    missing: list[_Place] = field(default_factory=list)
    present: dict[str, _Place] = field(default_factory=dict)

    def state(self, known: Known) -> None:
        """Remember a statement if it is a disposition; its id opened."""
        if isinstance(body := known.said.body, Disposition):
            self.stated[as_statement_id(known.id)] = body.purged

    def lacks(self, known: Known, what: str, digest: str) -> None:
        """A blob of a statement is not there."""
        self.missing.append(_place(known, what, digest))

    def has(self, known: Known, what: str, digest: str) -> None:
        """A blob of a statement is there."""
        self.present[digest] = _place(known, what, digest)

    def check(self, entries: Sequence[bytes]) -> None:
        """Tell destroyed from missing, once all statements were looked at.

        Args:
            entries: canonical bytes of what was signed.
        """
        disposed = self._in_force(entries)
        for place in self.missing:
            if place.digest in disposed:
                self.book.count("blobs.disposed")
                continue
            self.book.find(
                Damage.BLOB_MISSING,
                f"the {place.what} blob of statement {place.index} is not there: "
                "restore it from a copy (jangbu restore)",
                place.index,
                place.kind,
            )
        for digest in sorted(disposed & self.present.keys()):
            place = self.present[digest]
            self.book.find(
                Damage.DISPOSITION_UNDONE,
                f"the {place.what} blob of statement {place.index} was destroyed on "
                "purpose and is here again: run jangbu dispose again",
                place.index,
                place.kind,
            )
        if count := self.book.checked["blobs.disposed"]:
            self.book.note(f"{count} blobs were destroyed on purpose")

    def _in_force(self, entries: Sequence[bytes]) -> set[str]:
        if not self.stated:
            return set()
        try:
            history = fold_entries(map(parse_entry, entries))
        except RecordError:
            return set()  # a log that broke its own rules excuses nothing
        return {
            digest
            for name, digests in self.stated.items()
            if history.current(name)
            and history.head(history.lineage_of(name)).verb != "dispute"
            for digest in digests
        }


def _place(known: Known, what: str, digest: str) -> _Place:
    return _Place(what, digest, known.index, known.said.statement.kind)
