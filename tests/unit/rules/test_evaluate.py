"""Answers: what is yes, what is open and why, and on what they stand."""

import json
from typing import Any

import pytest

from ledger.rules.errors import PolicyError
from ledger.rules.values import Fact, Reason, State, Strength, Tag, Truth, Value
from tests.simulators.sample_policies import (
    TEXT,
    ask,
    asks,
    judged,
    known,
    leaf,
    policy_tree,
)

BOTH = policy_tree({"all": [leaf("a.x"), leaf("b.x")]})
EITHER = policy_tree({"any": [leaf("a.x"), leaf("b.x")]})
JUDGED = policy_tree({"all": [leaf("a.x"), judged("j.x")]})


def test_nothing_recorded_is_open_and_never_a_no() -> None:
    outcome = ask(BOTH)
    assert outcome.state is State.OPEN
    assert outcome.reasons == (Reason.MISSING,)


def test_a_missing_fact_under_a_negation_is_open_and_never_a_yes() -> None:
    automatic = leaf("made.automatically", "auto")
    for rule in (
        {"not": automatic},
        {"all": [leaf("a.x")], "unless": [automatic]},
        {"all": [leaf("a.x"), leaf("made.automatically", "auto", **{"is": "no"})]},
    ):
        assert ask(policy_tree(rule), facts=known(a__x=True)).state is State.OPEN


def test_a_no_decides_an_all_and_a_yes_an_any_whatever_is_missing() -> None:
    assert ask(BOTH, facts=known(a__x=False)).state is State.NOT_SUPPORTED
    assert ask(EITHER, facts=known(a__x=True)).state is State.SUPPORTED


def test_an_exception_takes_a_yes_away() -> None:
    tree = policy_tree({"any": [leaf("a.x")], "unless": [leaf("b.x"), leaf("c.x")]})
    facts = known(a__x=True, b__x=False, c__x=False)
    assert ask(tree, facts=facts).state is State.SUPPORTED
    assert ask(tree, facts=facts | known(c__x=True)).state is State.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("yes", "no", "state"),
    [(2, 0, State.SUPPORTED), (1, 1, State.OPEN), (1, 2, State.NOT_SUPPORTED)],
)
def test_two_of_three(yes: int, no: int, state: State) -> None:
    names = ["a.x", "b.x", "c.x"]
    tree = policy_tree({"at_least_n": {"n": "2", "of": [leaf(one) for one in names]}})
    values = [True] * yes + [False] * no
    facts = {name: Fact(value=one) for name, one in zip(names, values, strict=False)}
    assert ask(tree, facts=facts).state is state


@pytest.mark.parametrize(
    ("kind", "test", "yes", "no"),
    [
        ("text", {"is": "none"}, "none", "licence"),
        ("text", {"one_of": ["a", "b"]}, "b", "c"),
        ("int", {"is": "-3"}, -3, 3),
        ("int", {"one_of": ["1", "2"]}, 2, 3),
        ("int", {"at_least": "2"}, 2, 1),
        ("int", {"at_most": "2"}, 2, 3),
        ("day", {"is": "2026-01-01"}, "2026-01-01", "2026-01-02"),
        ("day", {"before": "2026-01-01"}, "2025-12-31", "2026-01-01"),
        ("day", {"on_or_after": "2026-01-01"}, "2026-01-01", "2025-12-31"),
        ("set", {"within": ["a", "b"]}, frozenset({"a"}), frozenset({"a", "c"})),
        ("set", {"within": ["a", "b"]}, frozenset({"a", "b"}), frozenset()),
    ],
)
def test_a_test_meets_what_it_says(
    kind: str,
    test: dict[str, Any],
    yes: Value,
    no: Value,
) -> None:
    tree = policy_tree(leaf("a.x", **test), types={"a.x": kind})
    assert ask(tree, facts=known(a__x=yes)).state is State.SUPPORTED
    assert ask(tree, facts=known(a__x=no)).state is State.NOT_SUPPORTED


@pytest.mark.parametrize(
    ("kind", "value"),
    [("bool", 1), ("bool", "yes"), ("int", True), ("set", "a"), ("text", 1)],
)
def test_a_fact_of_another_type_is_refused(kind: str, value: Value) -> None:
    tests: dict[str, Any] = {
        "bool": {"is": "yes"},
        "int": {"is": "1"},
        "set": {"within": ["a"]},
    }
    test: dict[str, Any] = tests.get(kind, {"is": "a"})
    tree = policy_tree(leaf("a.x", **test), types={"a.x": kind})
    with pytest.raises(PolicyError) as caught:
        ask(tree, facts=known(a__x=value))
    assert caught.value.where == "kr.test.one#a.x"


def test_an_opinion_is_asked_for_once_the_rest_is_there() -> None:
    assert ask(JUDGED, facts=known(a__x=True)).reasons == (Reason.JUDGEMENT,)
    assert ask(JUDGED).reasons == (Reason.MISSING, Reason.JUDGEMENT)


def test_an_answer_that_needs_an_opinion_says_so_also_if_it_is_a_no() -> None:
    for finding in (True, False):
        outcome = ask(JUDGED, facts=known(a__x=True, j__x=finding))
        assert outcome.tags == {Tag.ON_OPINION}


def test_a_no_that_holds_without_the_opinion_does_not_name_it() -> None:
    outcome = ask(JUDGED, facts=known(a__x=False, j__x=False))
    assert outcome.tags == frozenset()
    assert outcome.evidence == ("said-a__x",)


def test_of_several_ways_to_a_yes_the_one_on_records_alone_is_taken() -> None:
    presumed = leaf("p.x", presumes="act")
    tree = policy_tree({"any": [judged("j.x"), presumed, leaf("a.x")]})
    facts = known(j__x=True, p__x=True)
    assert ask(tree, facts=facts).tags == {Tag.PRESUMED}
    assert ask(tree, facts=facts | known(a__x=True)).tags == frozenset()
    assert ask(tree, facts=known(j__x=True)).tags == {Tag.ON_OPINION}


def test_a_presumption_carries_its_article() -> None:
    tree = policy_tree(leaf("p.x", presumes="act"))
    outcome = ask(tree, facts=known(p__x=True))
    assert outcome.tags == {Tag.PRESUMED}
    shown = outcome.to_json()["trace"]["children"][0]
    assert shown["presumes"]["article"] == {"ko": "제2조", "en": "Art. 2"}


def test_what_the_law_disputes_is_open_if_it_would_be_yes() -> None:
    tree = policy_tree({"any": [leaf("a.x", unsettled=TEXT), leaf("b.x")]})
    facts = known(a__x=True, b__x=False)
    assert ask(tree, facts=facts).reasons == (Reason.UNSETTLED,)
    assert ask(tree, facts=known(a__x=False, b__x=False)).state is State.NOT_SUPPORTED
    assert ask(tree, facts=known(a__x=True, b__x=True)).state is State.SUPPORTED


def test_a_fact_below_the_floor_is_unknown_and_keeps_its_evidence() -> None:
    weak = Fact(value=True, strength=Strength.SIGNED, evidence=("said",))
    facts = {**known(b__x=True), "a.x": weak}
    assert ask(BOTH, facts=facts, floor=Strength.SIGNED).state is State.SUPPORTED
    outcome = ask(BOTH, facts=facts, floor=Strength.OWN_SYSTEM)
    assert outcome.reasons == (Reason.WEAK,)
    assert "said" in outcome.evidence


def test_reasons_are_in_order_of_what_they_tell() -> None:
    order = [
        Reason.CONFLICT,
        Reason.DISPUTED,
        Reason.ERASED,
        Reason.WITHHELD,
        Reason.MISSING,
    ]
    names = [f"f.{place}" for place, _ in enumerate(order)]
    tree = policy_tree({"all": [leaf(one) for one in names]})
    facts = {
        name: Fact(value=None, reason=reason)
        for name, reason in zip(names, reversed(order), strict=True)
    }
    assert ask(tree, facts=facts).reasons == tuple(order)


def test_a_question_that_does_not_arise_is_not_applicable() -> None:
    tree = policy_tree(leaf("b.x"), applies=leaf("a.x"))
    assert ask(tree, facts=known(a__x=False)).state is State.NOT_APPLICABLE
    outcome = ask(tree, facts=known(b__x=False))
    assert (outcome.state, outcome.reasons) == (State.OPEN, (Reason.MISSING,))
    assert ask(tree, facts=known(a__x=True, b__x=True)).state is State.SUPPORTED


def test_a_policy_asks_another_one() -> None:
    other = {**BOTH, "id": "kr.test.two", "title": {"ko": "다른 쟁점", "en": "Other"}}
    tree = policy_tree(asks("kr.test.two"))
    assert ask(tree, other, facts=known(a__x=True, b__x=True)).state is State.SUPPORTED
    assert ask(tree, other, facts=known(a__x=False)).state is State.NOT_SUPPORTED
    outcome = ask(tree, other)
    assert (outcome.state, outcome.reasons) == (State.OPEN, (Reason.MISSING,))
    (node,) = outcome.trace.children
    assert node.text.en == "Other"
    assert node.children[0].id == "kr.test.two"


def test_another_policy_that_is_not_in_force_leaves_it_open() -> None:
    other = {**BOTH, "id": "kr.test.two", "effective": {"from": "2027-01-01"}}
    outcome = ask(policy_tree(asks("kr.test.two")), other, facts=known(a__x=True))
    assert outcome.reasons == (Reason.OUT_OF_FORCE,)
    assert outcome.settle == ()


def test_before_and_after_its_time_a_policy_answers_nothing() -> None:
    tree = {**BOTH, "effective": {"from": "2026-01-01", "until": "2026-07-01"}}
    facts = known(a__x=True, b__x=True)
    assert ask(tree, facts=facts, on="2026-06-30").state is State.SUPPORTED
    for on in ("2025-12-31", "2026-07-01"):
        outcome = ask(tree, facts=facts, on=on)
        assert (outcome.state, outcome.reasons) == (State.OPEN, (Reason.OUT_OF_FORCE,))
        assert "version" not in outcome.to_json()


def test_an_indicator_is_a_flag_and_changes_no_state() -> None:
    house = leaf("n.x", at_least="10", basis="house_rule")
    remark = {"id": "large", **TEXT, "when": house}
    tree = policy_tree(leaf("a.x"), indicators=[remark], types={"n.x": "int"})
    for count, flags in ((10, frozenset({"large"})), (9, frozenset[str]())):
        outcome = ask(tree, facts=known(a__x=True, n__x=count))
        assert (outcome.state, outcome.flags) == (State.SUPPORTED, flags)
    assert ask(tree, facts=known(a__x=True)).flags == frozenset()


def test_flags_of_the_facts_that_an_answer_needs_go_with_it() -> None:
    opinion = Fact(value=True, flags=frozenset({"self_assessed"}))
    outcome = ask(JUDGED, facts={**known(a__x=True), "j.x": opinion})
    assert outcome.flags == {"self_assessed"}


def test_the_trace_shows_every_leaf_with_its_text_its_law_and_its_evidence() -> None:
    outcome = ask(JUDGED, facts=known(a__x=True))
    (rule,) = outcome.trace.children
    recorded, creative = rule.children
    assert (recorded.truth, creative.truth) == (Truth.YES, Truth.UNKNOWN)
    assert recorded.evidence == ("said-a__x",)
    assert recorded.cites[0].name.ko == "저작권법"
    assert json.loads(json.dumps(outcome.to_json()))["trace"]["id"] == "kr.test.one"


def test_an_unknown_policy_and_a_day_that_is_none_are_refused() -> None:
    with pytest.raises(PolicyError):
        ask({**BOTH, "id": "kr.test.one"}, on="22.11.2026")
    with pytest.raises(PolicyError):
        ask(
            {"id": "kr.no.such", **{k: v for k, v in BOTH.items() if k != "id"}}, on="x"
        )
