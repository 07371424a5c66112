"""The disclosed part of a log, and what of it a question touches.

The collector and the verifier ask the same functions, so that they agree about what
must be in a bundle.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from ledger.encoding.entry import Entry
from ledger.evidence.counting import Place, place_of
from ledger.history.current import History
from ledger.records.custody import Disposition
from ledger.records.editing import Change, Cut
from ledger.records.frames import FrameSet, SealSet
from ledger.records.identity import StatementId
from ledger.records.making import Asset, Version
from ledger.records.people import Countersignature, Opinion
from ledger.records.statement import Record, Scope, Statement

Body = TypeVar("Body", bound=Record)
SealedFrame: TypeAlias = tuple[str, int]
"""Id of a seal.set, and the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A disclosed statement that has been checked.

    Attributes:
        body: `None` for a withdrawal and for a kind that this version lacks.
    """

    index: int
    id: StatementId
    said: Statement
    body: Record | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What a reader of a bundle knows of a log.

    Attributes:
        shots: what is asked about; empty for the whole log.
        told: disclosed statements by id, in the order of the log.
    """

    log: str
    entries: Sequence[Entry]
    history: History
    shots: frozenset[str] = frozenset()
    told: Mapping[str, Told] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.entries)

    def touches(self, scope: Scope) -> bool:
        """Whether the question touches a scope; one without a shot it always does."""
        return place_of(scope, self.shots) is not Place.ELSEWHERE

    def asks_for(self, body: Record | None, named: StatementId) -> bool:
        """Whether what a body names belongs to the question.

        A cut names versions of every shot; an opinion on a cut and a countersignature
        may confirm what was done in every shot. A question about one shot needs what is
        of that one.
        """
        if not isinstance(body, Cut | Opinion | Countersignature):
            return True
        return self.touches(self.entries[self.history.head(named).index].scope)

    def all_of(self, model: type[Body]) -> Iterator[tuple[Told, Body]]:
        """Disclosed statements with a body of this model."""
        for told in self.told.values():
            if isinstance(told.body, model):
                yield told, told.body

    def find(self, statement: str, model: type[Body]) -> tuple[Told, Body] | None:
        """A disclosed statement by its id, if its body is of this model."""
        told = self.told.get(statement)
        if told is None or not isinstance(told.body, model):
            return None
        return told, told.body

    def in_force(self, told: Told) -> bool:
        """Whether a statement says what is current; a dispute only contradicts."""
        return self.stands(told.id)

    def stands(self, statement: StatementId) -> bool:
        """Whether a statement is in force; its entry tells, also if it is withheld.

        What replaces a dispute is still one, whatever its own verb.
        """
        first = self.history.head(self.history.lineage_of(statement))
        return first.verb != "dispute" and self.history.current(statement)

    def versions(self) -> list[tuple[Told, Version]]:
        """Versions in force that the question touches."""
        return [
            (told, body)
            for told, body in self.all_of(Version)
            if self.touches(told.said.scope) and self.in_force(told)
        ]

    def seals(self) -> list[tuple[Told, SealSet]]:
        """Seal sets in force of what these versions use, in the order of the log."""
        used = {cell.set for _, body in self.versions() for cell in body.cells}
        return [
            (told, body)
            for told, body in self.all_of(SealSet)
            if body.set in used and self.in_force(told)
        ]

    def disposed(self) -> frozenset[str]:
        """Digests of the files and blobs that were destroyed on purpose.

        As dispositions in force say: one that was withdrawn demands all of it again.
        """
        return frozenset(
            digest
            for told, body in self.all_of(Disposition)
            if self.in_force(told)
            for digest in body.purged
        )

    def blobs(self) -> list[str]:
        """Digests of all blobs that disclosed statements commit to, sorted.

        Without those that were destroyed on purpose, whether or not they are there.
        """
        digests: set[str] = set()
        for told in self.told.values():
            digests.update(blobs_of(told.body))
        return sorted(digests - self.disposed())


def spread(choice: str, frames: Sequence[SealedFrame]) -> list[SealedFrame]:
    """The frames that go along as files: all, none, or some evenly spread.

    Examples:
        >>> from ledger.records.identity import as_statement_id
        >>> seal = as_statement_id("a" * 64)
        >>> [frame for _, frame in spread("sample:3", [(seal, n) for n in range(10)])]
        [0, 3, 6]
    """
    if choice == "all":
        return list(frames)
    wanted = 0 if choice == "none" else int(choice.removeprefix("sample:"))
    wanted = min(wanted, len(frames))
    return [frames[place * len(frames) // wanted] for place in range(wanted)]


def blobs_of(body: Record | None) -> tuple[str, ...]:  # noqa: PLR0911  # kinds
    """Digests of the blobs that a body commits to."""
    match body:
        case Asset():
            return (body.files.blob,)
        case FrameSet():
            return (body.measured.blob, body.tiles.blob)
        case SealSet():
            return (body.sealed.blob,)
        case Change():
            return (body.frames.blob, body.tiles.blob)
        case Cut():
            return (body.resolved.blob,)
        case Opinion():
            return (body.seen.blob,)
        case _:
            return ()
