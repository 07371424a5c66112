"""What would settle an open answer."""

from typing import Any

import pytest

from ledger.rules.outcome import Outcome
from ledger.rules.values import State
from tests.simulators.sample_policies import (
    TEXT,
    ask,
    asks,
    judged,
    known,
    leaf,
    policy_tree,
)


def sets(outcome: Outcome) -> set[tuple[State, frozenset[tuple[str, bool]]]]:
    return {
        (one.state, frozenset((reply.id, reply.yes) for reply in one.replies))
        for one in outcome.settle
    }


def supported(**replies: bool) -> tuple[State, frozenset[tuple[str, bool]]]:
    return State.SUPPORTED, frozenset(replies.items())


def not_supported(**replies: bool) -> tuple[State, frozenset[tuple[str, bool]]]:
    return State.NOT_SUPPORTED, frozenset(replies.items())


def test_an_all_is_settled_by_every_yes_or_by_any_no() -> None:
    tree = policy_tree({"all": [leaf("a.x", "a"), judged("j.x", "j")]})
    assert sets(ask(tree)) == {
        supported(a=True, j=True),
        not_supported(a=False),
        not_supported(j=False),
    }
    assert sets(ask(tree, facts=known(a__x=True))) == {
        supported(j=True),
        not_supported(j=False),
    }


def test_leaves_with_the_same_test_are_one_question() -> None:
    tree = policy_tree(
        {"all": [leaf("a.x", "first"), {"any": [leaf("a.x", "again"), leaf("b.x")]}]}
    )
    outcome = ask(tree)
    assert sets(outcome) == {supported(first=True), not_supported(first=False)}
    assert [one.id for one in outcome.open_leaves] == ["first", "b.x"]


def test_what_no_single_value_can_be_is_not_asked_for() -> None:
    def word(name: str) -> dict[str, Any]:
        return leaf("t.x", name, **{"is": name})

    both = policy_tree({"all": [word("a"), word("b")]}, types={"t.x": "text"})
    assert sets(ask(both)) == {not_supported(a=False), not_supported(b=False)}
    but = policy_tree(
        {"all": [word("a")], "unless": [word("b")]}, types={"t.x": "text"}
    )
    # That it is `a` says that it is not `b`.
    assert sets(ask(but)) == {
        supported(a=True),
        not_supported(a=False),
        not_supported(b=True),
    }


@pytest.mark.parametrize(
    ("kind", "bound", "equal"),
    [
        ("int", {"at_least": "3"}, {"is": "3"}),
        ("int", {"at_most": "3"}, {"is": "3"}),
        ("day", {"on_or_after": "2026-01-01"}, {"is": "2026-01-01"}),
        ("day", {"before": "9999-12-31"}, {"is": "0001-01-01"}),
    ],
)
def test_a_value_beyond_the_bound_is_thought_of(
    kind: str, bound: dict[str, Any], equal: dict[str, Any]
) -> None:
    rule = {"all": [leaf("n.x", "b", **bound)], "unless": [leaf("n.x", "e", **equal)]}
    outcome = ask(policy_tree(rule, types={"n.x": kind}))
    assert supported(b=True, e=False) in sets(outcome)


def test_a_set_within_two_lists_is_within_what_they_share() -> None:
    one, two = leaf("s.x", "one", within=["a", "b"]), leaf("s.x", "two", within=["b"])
    tree = policy_tree({"all": [one], "unless": [two]}, types={"s.x": "set"})
    # Within the second means within the first, so its yes says nothing more.
    assert sets(ask(tree)) == {
        supported(one=True, two=False),
        not_supported(one=False),
        not_supported(two=True),
    }


def test_leaves_of_another_policy_are_named_with_it() -> None:
    other = policy_tree(leaf("a.x", "a"), id="kr.test.two", applies=leaf("b.x", "b"))
    tree = policy_tree({"any": [asks("kr.test.two"), leaf("c.x", "c")]})
    outcome = ask(tree, other, facts=known(c__x=False))
    a, b = "kr.test.two#a", "kr.test.two#b"
    assert sets(outcome) == {
        supported(**{a: True, b: True}),
        not_supported(**{a: False, b: True}),
        not_supported(**{b: False}),
    }


def test_no_record_settles_what_the_law_disputes() -> None:
    tree = policy_tree({"any": [leaf("a.x", "a", unsettled=TEXT), leaf("b.x", "b")]})
    assert sets(ask(tree)) == {supported(b=True), not_supported(a=False, b=False)}
    outcome = ask(tree, facts=known(a__x=True))
    assert sets(outcome) == {supported(b=True)}
    assert [one.id for one in outcome.open_leaves] == ["a", "b"]


def test_a_question_that_may_not_arise_can_be_settled_that_way() -> None:
    tree = policy_tree(leaf("b.x", "b"), applies=leaf("a.x", "a"))
    assert sets(ask(tree)) == {
        (State.NOT_APPLICABLE, frozenset({("a", False)})),
        supported(a=True, b=True),
        not_supported(a=True, b=False),
    }


def test_with_many_open_questions_only_their_list_is_given() -> None:
    def wide(width: int) -> Outcome:
        return ask(policy_tree({"any": [leaf(f"f.{n}") for n in range(width)]}))

    assert len(wide(12).settle) == 13
    assert wide(13).settle == ()
    assert len(wide(13).open_leaves) == 13


def test_a_settled_answer_leaves_nothing_to_settle() -> None:
    outcome = ask(policy_tree(leaf("a.x")), facts=known(a__x=True))
    assert (outcome.settle, outcome.open_leaves) == ((), ())
