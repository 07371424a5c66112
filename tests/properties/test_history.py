"""The fold agrees with a naive reading of the rules, at every checkpoint.

The oracle below knows nothing of lineages as the fold keeps them: for each question
it starts again from the list of entries and works with sets of ids.
"""

import hashlib
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import RecordError
from ledger.history.current import History, fold
from ledger.history.journal import EntryHead
from ledger.records.identity import StatementId, as_statement_id
from ledger.records.statement import Verb

KINDS = ["generation.1", "generation.2", "run.1", "decision.1", "erasure.1"]
VERBS: list[Verb | None] = [None, "supersede", "correct", "withdraw", "dispute"]
REPLACING = {"supersede", "correct", "withdraw"}


def named(index: int) -> StatementId:
    return as_statement_id(hashlib.sha256(str(index).encode()).hexdigest())


@dataclass(frozen=True)
class Oracle:
    """The rules, read from scratch off a list of entries."""

    entries: tuple[EntryHead, ...]

    def acts_on(self, one: StatementId, verbs: set[str]) -> list[EntryHead]:
        return [e for e in self.entries if e.of == one and e.verb in verbs]

    def entry(self, one: StatementId) -> EntryHead | None:
        return next((e for e in self.entries if e.id == one), None)

    def state(self, one: StatementId) -> str:
        entry = self.entry(one)
        assert entry is not None
        if entry.verb == "withdraw":
            return "withdrawn"
        verbs = {e.verb for e in self.acts_on(one, REPLACING)}
        assert len(verbs) <= 1
        words = {
            "supersede": "superseded",
            "correct": "corrected",
            "withdraw": "withdrawn",
        }
        return words[str(verbs.pop())] if verbs else "current"

    def lineage(self, one: StatementId) -> set[StatementId]:
        """Grow the set over replacing acts, in both directions, until it rests."""
        found = {one}
        while True:
            grown = set(found)
            for e in self.entries:
                if e.verb in REPLACING and e.of is not None and {e.id, e.of} & found:
                    grown |= {e.id, e.of}
            if grown == found:
                return found
            found = grown

    def current_of(self, one: StatementId) -> StatementId | None:
        standing = [s for s in self.lineage(one) if self.state(s) == "current"]
        assert len(standing) <= 1
        return standing[0] if standing else None

    def opened(self, one: StatementId) -> StatementId:
        """Follow targets back to the first statement of the lineage."""
        entry = self.entry(one)
        assert entry is not None
        if entry.of is None or entry.verb == "dispute":
            return one
        return self.opened(entry.of)

    def is_over(self, dispute: StatementId) -> bool:
        return any(
            e.verb == "withdraw"
            or (e.verb == "supersede" and e.kind.startswith("decision."))
            for e in self.entries
            if e.id in self.lineage(dispute) and e.id != dispute
        )

    def disputes(self, one: StatementId) -> list[StatementId]:
        lineage = self.lineage(one)
        return [
            self.current_of(e.id) or e.id
            for e in self.entries
            if e.verb == "dispute" and e.of in lineage and not self.is_over(e.id)
        ]

    def admits(self, new: EntryHead) -> bool:
        if new.of is None:
            return True
        target = self.entry(new.of)
        if target is None or target.kind.startswith(("genesis.", "erasure.")):
            return False
        if self.state(new.of) != "current":
            return False
        if new.verb == "dispute" or new.kind[:-2] == target.kind[:-2]:
            return True
        first = self.entry(self.opened(new.of))
        assert first is not None
        decides = new.verb == "supersede" and new.kind == "decision.1"
        return decides and first.verb == "dispute"


@st.composite
def proposals(draw: st.DrawFn) -> list[EntryHead]:
    """Acts in any order on targets that may be stale, absent or of another kind."""
    made: list[EntryHead] = []
    for index in range(draw(st.integers(0, 16))):
        verb = draw(st.sampled_from(VERBS)) if index else None
        # Rather recent targets, so that lineages grow long; one may not exist.
        back = draw(st.integers(0, min(index, 5)))
        # Mostly kinds that fit, and decisions, so that disputes are also decided.
        likely = [made[index - back].kind if back else KINDS[0], "decision.1"]
        kind = draw(st.sampled_from(likely if draw(st.booleans()) else KINDS))
        of = named(index - back) if verb else None
        head = EntryHead(index=index, id=named(index), kind=kind, verb=verb, of=of)
        made.append(head)
    return made


def admitted(proposed: list[EntryHead]) -> tuple[list[EntryHead], History]:
    """Admit what both the oracle and the fold let in; they must agree on each."""
    entries: list[EntryHead] = []
    history = History()
    for one in proposed:
        head = EntryHead(
            index=len(entries), id=one.id, kind=one.kind, verb=one.verb, of=one.of
        )
        expected = Oracle(tuple(entries)).admits(head)
        try:
            history = history.advance(head)
        except RecordError:
            assert not expected
        else:
            assert expected
            entries.append(head)
    return entries, history


def assert_agrees(history: History, oracle: Oracle) -> None:
    assert history.size == len(oracle.entries)
    for entry in oracle.entries:
        one = entry.id
        assert history.state_of(one) == oracle.state(one)
        assert history.current(one) == (oracle.state(one) == "current")
        assert history.head_of(one) == oracle.current_of(one)
        assert history.lineage_of(one) == oracle.opened(one)
        assert {head.id for head in history.members(one)} == oracle.lineage(one)
        assert list(history.disputes(one)) == oracle.disputes(one)
        assert history.contradicted(one) == bool(oracle.disputes(one))
    standing = [e for e in oracle.entries if oracle.state(e.id) == "current"]
    assert list(history.current_heads()) == standing


@settings(deadline=None)
@given(proposals())
def test_the_fold_agrees_with_the_rules_read_naively(
    proposed: list[EntryHead],
) -> None:
    entries, history = admitted(proposed)
    assert_agrees(history, Oracle(tuple(entries)))


@settings(deadline=None)
@given(proposals(), st.data())
def test_a_prefix_folds_to_what_was_current_at_that_checkpoint(
    proposed: list[EntryHead], data: st.DataObject
) -> None:
    entries, history = admitted(proposed)
    size = data.draw(st.integers(0, len(entries)))
    oracle = Oracle(tuple(entries[:size]))
    assert_agrees(history.at(size), oracle)
    assert_agrees(fold(entries[:size]), oracle)


@settings(deadline=None)
@given(proposals(), proposals(), st.data())
def test_another_future_changes_nothing_in_the_first(
    proposed: list[EntryHead], other: list[EntryHead], data: st.DataObject
) -> None:
    entries, history = admitted(proposed)
    size = data.draw(st.integers(0, len(entries)))
    branch, told = history.at(size), list(entries[:size])
    for one in other:
        head = EntryHead(
            index=len(told),
            id=named(1000 + one.index),
            kind=one.kind,
            verb=one.verb,
            of=one.of,
        )
        if Oracle(tuple(told)).admits(head):
            branch = branch.advance(head)
            told.append(head)
    assert_agrees(branch, Oracle(tuple(told)))
    assert_agrees(history, Oracle(tuple(entries)))
