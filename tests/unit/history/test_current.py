"""What each verb does to what is current."""

import hashlib
from dataclasses import replace

import pytest

from ledger.errors import (
    ConflictingRecordError,
    MalformedRecordError,
    StaleTargetError,
    UnknownReferenceError,
)
from ledger.history.current import History, check, fold
from ledger.history.journal import EntryHead, State, state_after
from ledger.records.identity import StatementId, as_statement_id
from ledger.records.statement import Verb


def named(name: str) -> StatementId:
    return as_statement_id(hashlib.sha256(name.encode()).hexdigest())


A, B, C, D, E = map(named, "abcde")


class Log:
    """A log in the making; each method appends one entry."""

    def __init__(self) -> None:
        self.history = History()

    def states(self, who: StatementId, kind: str = "generation.1") -> "Log":
        return self._append(who, kind, None, None)

    def acts(
        self, who: StatementId, verb: Verb, of: StatementId, kind: str = "generation.1"
    ) -> "Log":
        return self._append(who, kind, verb, of)

    def _append(
        self,
        who: StatementId,
        kind: str,
        verb: Verb | None,
        of: StatementId | None,
    ) -> "Log":
        head = EntryHead(index=self.history.size, id=who, kind=kind, verb=verb, of=of)
        self.history = self.history.advance(head)
        return self


def test_a_plain_statement_is_current_and_heads_its_own_lineage() -> None:
    history = Log().states(A).history
    assert history.current(A)
    assert history.lineage_of(A) == history.head_of(A) == A
    assert history.disputes(A) == ()


@pytest.mark.parametrize(
    ("verb", "state"),
    [("supersede", State.SUPERSEDED), ("correct", State.CORRECTED)],
)
def test_a_replaced_statement_gives_its_place_to_the_new_one(
    verb: Verb, state: State
) -> None:
    history = Log().states(A).acts(B, verb, A).history
    assert history.state_of(A) is state
    assert history.current(B)
    assert history.head_of(A) == B
    assert history.lineage_of(B) == A


def test_a_withdrawal_leaves_nothing_current() -> None:
    history = Log().states(A).acts(B, "withdraw", A).history
    assert history.state_of(A) is history.state_of(B) is State.WITHDRAWN
    assert history.head_of(A) is None
    assert list(history.current_heads()) == []
    assert [head.id for head in history.members(A)] == [A, B]


def test_supersede_twice_from_one_target_and_the_second_is_stale() -> None:
    log = Log().states(A).acts(B, "supersede", A)
    with pytest.raises(StaleTargetError) as refused:
        log.acts(C, "supersede", A)
    assert refused.value.facts == {"index": 2, "state": "superseded"}
    assert not log.history.knows(C)
    assert log.acts(C, "supersede", B).history.head_of(A) == C


@pytest.mark.parametrize("verb", ["supersede", "correct", "withdraw", "dispute"])
@pytest.mark.parametrize("end", ["supersede", "correct", "withdraw"])
def test_every_verb_is_stale_on_what_is_no_longer_current(
    end: Verb, verb: Verb
) -> None:
    log = Log().states(A).acts(B, end, A)
    with pytest.raises(StaleTargetError):
        log.acts(C, verb, A)


@pytest.mark.parametrize("verb", ["supersede", "correct", "withdraw", "dispute"])
def test_a_withdrawal_itself_cannot_be_acted_upon(verb: Verb) -> None:
    log = Log().states(A).acts(B, "withdraw", A)
    with pytest.raises(StaleTargetError):
        log.acts(C, verb, B)


def test_a_dispute_leaves_both_standing() -> None:
    history = Log().states(A).acts(D, "dispute", A).history
    assert history.current(A)
    assert history.current(D)
    assert history.lineage_of(D) == D
    assert history.disputes(A) == (D,)
    assert history.contradicted(A)
    assert not history.contradicted(D)


@pytest.mark.parametrize("verb", ["correct", "supersede"])
def test_a_correction_does_not_clear_another_partys_dispute(verb: Verb) -> None:
    history = Log().states(A).acts(D, "dispute", A).acts(B, verb, A).history
    assert history.disputes(A) == history.disputes(B) == (D,)
    assert history.contradicted(B)


def test_a_dispute_is_over_when_its_author_withdraws_it() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(E, "withdraw", D)
    assert not log.history.contradicted(A)
    assert log.history.at(2).disputes(A) == (D,)


def test_a_corrected_dispute_stays_open_under_its_new_head() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(E, "correct", D)
    assert log.history.disputes(A) == (E,)
    assert log.history.at(2).disputes(A) == (D,)
    log.acts(C, "withdraw", E)
    assert log.history.disputes(A) == ()


def test_a_superseded_dispute_stays_open_unless_a_decision_did_it() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(E, "supersede", D)
    assert log.history.disputes(A) == (E,)
    log.acts(C, "supersede", E, kind="decision.1")
    assert log.history.disputes(A) == ()
    assert log.history.head_of(D) == C


def test_a_decided_dispute_stays_decided_when_the_decision_is_withdrawn() -> None:
    log = Log().states(A).acts(D, "dispute", A)
    log.acts(E, "supersede", D, kind="decision.1")
    log.acts(C, "withdraw", E, kind="decision.2")
    assert log.history.disputes(A) == ()
    # Asked at the checkpoint between the decision and its withdrawal, too.
    assert log.history.at(3).disputes(A) == ()
    assert log.acts(B, "dispute", A).history.disputes(A) == (B,)


def test_a_dispute_of_a_withdrawn_statement_stays_in_the_evidence() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(B, "withdraw", A)
    assert log.history.disputes(A) == (D,)


def test_disputes_are_listed_oldest_first() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(E, "dispute", A)
    assert log.history.disputes(A) == (D, E)
    log.acts(C, "correct", D)
    assert log.history.disputes(A) == (C, E)


def test_a_dispute_can_itself_be_disputed() -> None:
    log = Log().states(A).acts(D, "dispute", A).acts(E, "dispute", D)
    assert log.history.disputes(D) == (E,)
    assert log.history.disputes(A) == (D,)


def test_a_newer_version_of_a_kind_may_replace_an_older_one() -> None:
    log = Log().states(A, "frame.set.1")
    assert log.acts(B, "supersede", A, "frame.set.2").history.current(B)


@pytest.mark.parametrize("verb", ["supersede", "correct", "withdraw"])
@pytest.mark.parametrize("kind", ["run.1", "decision.1"])
def test_another_kind_does_not_replace_a_statement(verb: Verb, kind: str) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        Log().states(A).acts(B, verb, A, kind)
    assert refused.value.where == "/act/of"


@pytest.mark.parametrize("verb", ["correct", "withdraw"])
def test_a_decision_ends_a_dispute_by_superseding_only(verb: Verb) -> None:
    log = Log().states(A).acts(D, "dispute", A)
    with pytest.raises(MalformedRecordError):
        log.acts(E, verb, D, "decision.1")


def test_any_kind_may_dispute_any_other() -> None:
    assert Log().states(A).acts(D, "dispute", A, "run.1").history.contradicted(A)


@pytest.mark.parametrize("kind", ["genesis.1", "erasure.1"])
@pytest.mark.parametrize("verb", ["supersede", "correct", "withdraw", "dispute"])
def test_genesis_and_erasure_are_nobodys_target(verb: Verb, kind: str) -> None:
    log = Log().states(A, kind)
    with pytest.raises(MalformedRecordError):
        log.acts(B, verb, A, kind)


def test_a_target_must_be_in_the_log_already() -> None:
    log = Log().states(A)
    with pytest.raises(UnknownReferenceError):
        log.acts(B, "dispute", C)
    with pytest.raises(UnknownReferenceError):
        log.acts(B, "supersede", B)


def test_a_statement_stands_in_the_log_once() -> None:
    log = Log().states(A)
    with pytest.raises(ConflictingRecordError):
        log.states(A)


def test_entries_are_folded_without_gaps() -> None:
    with pytest.raises(MalformedRecordError) as refused:
        fold([EntryHead(index=1, id=A, kind="shot.1")])
    assert refused.value.where == "/index"


@pytest.mark.parametrize(
    ("verb", "of"), [("supersede", None), (None, A)], ids=["no target", "no verb"]
)
def test_an_act_is_a_verb_with_a_target(
    verb: Verb | None, of: StatementId | None
) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        EntryHead(index=0, id=B, kind="shot.1", verb=verb, of=of)
    assert refused.value.where == "/act"


def test_a_check_changes_nothing() -> None:
    history = Log().states(A).history
    check(EntryHead(index=1, id=B, kind="generation.1"), history)
    assert history.size == 1
    assert not history.knows(B)


def test_a_question_about_an_unknown_statement_is_refused() -> None:
    history = Log().states(A).states(B).history
    with pytest.raises(UnknownReferenceError):
        history.state_of(C)
    with pytest.raises(UnknownReferenceError):
        history.at(1).state_of(B)
    assert not history.at(1).knows(B)


def test_a_later_checkpoint_is_not_known_yet() -> None:
    history = Log().states(A).history
    for size in (2, -1):
        with pytest.raises(MalformedRecordError):
            history.at(size)


def test_advancing_leaves_the_earlier_history_as_it_was() -> None:
    before = Log().states(A).history
    after = before.advance(
        EntryHead(index=1, id=B, kind="generation.1", verb="correct", of=A)
    )
    assert before.current(A)
    assert before.head_of(A) == A
    assert [head.id for head in before.members(A)] == [A]
    assert not after.current(A)


def test_two_futures_of_one_history_do_not_meet() -> None:
    start = Log().states(A).history
    plain = EntryHead(index=1, id=B, kind="generation.1")
    one = start.advance(replace(plain, verb="correct", of=A))
    other = start.advance(replace(plain, verb="dispute", of=A))
    again = start.advance(replace(plain, verb="correct", of=A))
    assert one.state_of(A) is again.state_of(A) is State.CORRECTED
    assert other.current(A)
    assert other.disputes(A) == (B,)
    assert one.disputes(A) == ()


def test_a_refused_future_leaves_the_told_one_alone() -> None:
    start = Log().states(A).history
    told = start.advance(
        EntryHead(index=1, id=B, kind="generation.1", verb="withdraw", of=A)
    )
    with pytest.raises(UnknownReferenceError):
        start.advance(
            EntryHead(index=1, id=D, kind="generation.1", verb="dispute", of=B)
        )
    assert told.head_of(A) is None


def test_the_scope_is_carried_for_the_caller() -> None:
    head = EntryHead(index=0, id=A, kind="shot.1", scope={"shot": "0" * 32})
    assert fold([head]).head(A).scope == {"shot": "0" * 32}


@pytest.mark.parametrize("verb", ["dispute", None])
def test_only_three_verbs_end_a_statements_being_current(verb: Verb | None) -> None:
    assert state_after(verb) is State.CURRENT
