"""Counting the records of a question, withheld ones included (protocol 14).

All entries of a log hash to its root, so nobody can leave one out of a count that is
made from all of them. An entry says of which kind its statement is and which shot it is
about; it says so whether or not anybody shows the statement.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from ledger.encoding.entry import Entry
from ledger.records.statement import Scope


class Place(Enum):
    """How a scope lies to a question about shots."""

    OF_SHOT = "of_shot"
    WITHOUT_SHOT = "without_shot"
    """It names no shot, so the question may need it."""
    ELSEWHERE = "elsewhere"


def place_of(scope: Scope, shots: Collection[str]) -> Place:
    """How a scope lies to a question; without shots, the question is the whole log."""
    if not shots or scope.shot in shots:
        return Place.OF_SHOT
    return Place.WITHOUT_SHOT if scope.shot is None else Place.ELSEWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """Entries of one kind."""

    of_shot: int = 0
    without_shot: int = 0
    elsewhere: int = 0

    def with_one(self, place: Place) -> "KindCount":
        """One more at a place."""
        return replace(self, **{place.value: getattr(self, place.value) + 1})

    def to_json(self) -> dict[str, int]:
        """As it stands in a document."""
        return {
            "of_shot": self.of_shot,
            "without_shot": self.without_shot,
            "elsewhere": self.elsewhere,
        }


@dataclass(slots=True)
class RecordTally:
    """Counts entries one after another, as they are read.

    Attributes:
        shots: what is asked about; empty for the whole log.
    """

    shots: frozenset[str] = frozenset()
    _kinds: dict[str, KindCount] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Count one entry."""
        count = self._kinds.get(entry.kind, KindCount())
        self._kinds[entry.kind] = count.with_one(place_of(entry.scope, self.shots))

    def kinds(self) -> Mapping[str, KindCount]:
        """The counts, by kind in the order of their names."""
        return dict(sorted(self._kinds.items()))

    def to_json(self) -> dict[str, dict[str, int]]:
        """The counts as they stand in a document."""
        return {kind: count.to_json() for kind, count in self.kinds().items()}


def tally(entries: Iterable[Entry], shots: Iterable[str] = ()) -> RecordTally:
    """Count entries."""
    counted = RecordTally(frozenset(shots))
    for entry in entries:
        counted.add(entry)
    return counted
