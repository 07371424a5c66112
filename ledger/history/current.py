"""What is current at a checkpoint: a fold over the headers of entries.

The fold needs entries only, so it gives the same answer to a reader from whom
statements are withheld. Who had the right to an act is `ledger.history.rights`.

1. A statement without an act, and every dispute, starts a **lineage**, named by its
   id. At any checkpoint a lineage has one current statement, its head, or none.
2. `supersede` and `correct` put the new statement in the place of the target, which
   must be the head of its lineage. `withdraw` leaves the lineage without a head for
   good; the withdrawing statement is a marker and is itself `withdrawn`.
3. These three stay within the target's family of kinds: `generation.2` may supersede
   `generation.1`. Only a `decision` may supersede across families, and only the head
   of a dispute's lineage.
4. `dispute` leaves its target current. It sticks to the target's *lineage*, so that
   no later correction or supersession of the target clears it.
5. A dispute is **open** until its own lineage is withdrawn or a `decision` supersedes
   its head. Once ended it stays ended, also when the decision is itself replaced or
   withdrawn: who still disagrees disputes anew. Any other supersession or correction
   of a dispute leaves it open, under the id of its new head.
6. A target that is not current is stale, for all four verbs. Statements of kind
   `genesis` and `erasure` can be nobody's target.

A fold is over *all* entries from 0 on, in their order; an act that breaks a rule was
never admissible and stops the fold with the error that admission gives.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from ledger.errors import (
    ConflictingRecordError,
    MalformedRecordError,
    StaleTargetError,
    UnknownReferenceError,
)
from ledger.history.journal import EntryHead, Journal, State, state_after, told
from ledger.records.identity import StatementId
from ledger.records.statement import family

_NEVER_TARGETS: Final = frozenset({"genesis", "erasure"})


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What is current after the first `size` entries of a log; never changes.

    `advance` and `at` cost next to nothing: histories of one log share their
    memory. One writer at a time may advance; readers need no lock.
    """

    size: int = 0
    _journal: Journal = field(default_factory=Journal, repr=False)

    def advance(self, head: EntryHead) -> "History":
        """Give the history with one more entry; this one stays as it is.

        Raises:
            StaleTargetError, UnknownReferenceError, ConflictingRecordError,
            MalformedRecordError: as `check`; nothing has changed.
        """
        base, journal = self, self._journal
        if self.size < len(journal.heads):
            if journal.heads[self.size] == head:
                return History(self.size + 1, journal)
            # Another future than the one already told: it gets a journal of its own.
            journal = told(journal.heads[: self.size])
            base = History(self.size, journal)
        check(head, base)
        journal.append(head)
        return History(self.size + 1, journal)

    def at(self, size: int) -> "History":
        """Give the history at an earlier checkpoint, of `size` entries."""
        if not 0 <= size <= self.size:
            raise MalformedRecordError(
                f"a checkpoint of at most {self.size} entries",
                met=f"one of {size}",
                advice="Fold the later entries in first.",
                where="/size",
            )
        return History(size, self._journal)

    def knows(self, statement: StatementId) -> bool:
        """Tell whether the statement is in the log at this checkpoint."""
        return self._journal.positions.get(statement, self.size) < self.size

    def find(self, statement: StatementId) -> EntryHead | None:
        """Give the header of an entry; `None` if it is not in the log by then."""
        at = self._journal.positions.get(statement, self.size)
        return self._journal.heads[at] if at < self.size else None

    def head(self, statement: StatementId) -> EntryHead:
        """Give the header of an entry by its statement's id."""
        return self._journal.heads[self._position(statement)]

    def state_of(self, statement: StatementId) -> State:
        """Tell where a statement stands at this checkpoint."""
        at = self._position(statement)
        if self._journal.heads[at].verb == "withdraw":
            return State.WITHDRAWN
        replaced_at = self._journal.replaced_at.get(at, self.size)
        if replaced_at >= self.size:
            return State.CURRENT
        return state_after(self._journal.heads[replaced_at].verb)

    def current(self, statement: StatementId) -> bool:
        """Tell whether a statement is current at this checkpoint."""
        return self.state_of(statement) is State.CURRENT

    def lineage_of(self, statement: StatementId) -> StatementId:
        """Name the lineage of a statement: the id of its first statement."""
        return self._journal.heads[self._root(statement)].id

    def members(self, lineage: StatementId) -> tuple[EntryHead, ...]:
        """Give all statements of a lineage, replaced and withdrawn ones too.

        Args:
            lineage: id of any statement of the lineage.
        """
        found = self._journal.members_of(self._root(lineage))
        known = bisect_left(found, self.size)
        return tuple(self._journal.heads[at] for at in found[:known])

    def head_of(self, lineage: StatementId) -> StatementId | None:
        """Give the current statement of a lineage; `None` once it was withdrawn.

        Args:
            lineage: id of any statement of the lineage.
        """
        last = self._last(self._root(lineage))
        return None if last.verb == "withdraw" else last.id

    def disputes(self, statement: StatementId) -> tuple[StatementId, ...]:
        """Give the open disputes of a statement's lineage, the oldest first.

        Each is named by its current statement, so that it can be acted upon.
        """
        found = self._journal.disputes.get(self._root(statement), ())
        return tuple(self._last(root).id for root in found if self._open(root))

    def contradicted(self, statement: StatementId) -> bool:
        """Tell whether the statement's lineage is under an open dispute."""
        found = self._journal.disputes.get(self._root(statement), ())
        return any(map(self._open, found))

    def current_heads(self) -> Iterator[EntryHead]:
        """Give every current statement, in the order of admission."""
        for head in self._journal.heads[: self.size]:
            if self.current(head.id):
                yield head

    def _position(self, statement: StatementId) -> int:
        at = self._journal.positions.get(statement, self.size)
        if at >= self.size:
            raise UnknownReferenceError(
                "a statement of this log, at this checkpoint or before",
                met=statement,
                advice="Submit that statement first, or ask at a later checkpoint.",
                where="/act/of",
            )
        return at

    def _root(self, statement: StatementId) -> int:
        return self._journal.lineage[self._position(statement)]

    def _last(self, root: int) -> EntryHead:
        found = self._journal.members_of(root)
        return self._journal.heads[found[bisect_left(found, self.size) - 1]]

    def _open(self, root: int) -> bool:
        ended_at = self._journal.ended_at.get(root, self.size)
        return root < self.size <= ended_at


def fold(heads: Iterable[EntryHead]) -> History:
    """Tell what is current after all of these entries, counted from entry 0.

    Examples:
        >>> from ledger.records.identity import as_statement_id
        >>> first, second = as_statement_id("a" * 64), as_statement_id("b" * 64)
        >>> history = fold([
        ...     EntryHead(index=0, id=first, kind="shot.1"),
        ...     EntryHead(
        ...         index=1, id=second, kind="shot.1", verb="correct", of=first
        ...     ),
        ... ])
        >>> history.state_of(first).value, history.current(second)
        ('corrected', True)
        >>> history.at(1).current(first)
        True
    """
    history = History()
    for head in heads:
        history = history.advance(head)
    return history


def check(head: EntryHead, history: History) -> None:
    """Refuse an entry that cannot come next, before anything is stored.

    Raises:
        MalformedRecordError: the index is not the next one, or the verb does not fit
            the kinds of the statement and its target.
        ConflictingRecordError: the statement is already in the log.
        UnknownReferenceError: the target is not in the log.
        StaleTargetError: the target is no longer current.
    """
    if head.index != history.size:
        raise MalformedRecordError(
            f"entry {history.size}, the next one",
            met=f"entry {head.index}",
            advice="Fold all entries, in their order, from entry 0 on.",
            where="/index",
        )
    if history.knows(head.id):
        raise ConflictingRecordError(
            "a statement that is not in the log yet",
            met=head.id,
            advice="A retry gets the first receipt; nothing is stored again.",
            where="/id",
            index=head.index,
        )
    if head.of is not None:
        _check_target(head, head.of, history)


def _check_target(head: EntryHead, of: StatementId, history: History) -> None:
    target = history.head(of)
    if family(target.kind) in _NEVER_TARGETS:
        raise _unfit(head, f"a target of a kind other than {sorted(_NEVER_TARGETS)}")
    state = history.state_of(of)
    if state is not State.CURRENT:
        raise StaleTargetError(
            "a target that is current",
            met=f"one that is {state}",
            advice="Look at what replaced it, and act upon that if it still matters.",
            where="/act/of",
            index=head.index,
            state=state.value,
        )
    if not _fits(head, target, history):
        raise _unfit(head, "a statement of the target's kind, in any version")


def _fits(head: EntryHead, target: EntryHead, history: History) -> bool:
    if head.verb == "dispute" or family(head.kind) == family(target.kind):
        return True
    first = history.head(history.lineage_of(target.id))
    return (
        head.verb == "supersede"
        and family(head.kind) == "decision"
        and first.verb == "dispute"
    )


def _unfit(head: EntryHead, expected: str) -> MalformedRecordError:
    return MalformedRecordError(
        expected,
        met=f"{head.verb} by {head.kind}",
        advice="Dispute the target, or state the new fact without an act.",
        where="/act/of",
        index=head.index,
    )
