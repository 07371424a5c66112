"""Answers against every way in which the unknown could turn out."""

from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.rules.errors import MalformedPolicyError
from ledger.rules.evaluate import evaluate
from ledger.rules.outcome import Outcome
from ledger.rules.text_yaml import load
from ledger.rules.values import Fact, Reason, State, Strength, Tag
from tests.oracles.rules import DOMAINS, completions, holds, possible_states
from tests.simulators.sample_policies import (
    ON,
    TEXT,
    asks,
    judged,
    leaf,
    policy_tree,
    rulebook_of,
)

TYPES = {"t.x": "text", "n.x": "int", "s.x": "set", "d.x": "day"}
OTHER = "kr.test.two"
Pair: TypeAlias = tuple[dict[str, Any], dict[str, Any]]

leaves = st.one_of(
    st.builds(
        lambda name, value: leaf(name, **{"is": value}),
        st.sampled_from(["b.x", "b.y"]),
        st.sampled_from(["yes", "no"]),
    ),
    st.builds(lambda word: leaf("t.x", **{"is": word}), st.sampled_from("abc")),
    st.builds(
        lambda words: leaf("t.x", one_of=words),
        st.lists(st.sampled_from("abc"), min_size=1, unique=True),
    ),
    st.builds(
        lambda test, bound: leaf("n.x", **{test: str(bound)}),
        st.sampled_from(["is", "at_least", "at_most"]),
        st.integers(1, 4),
    ),
    st.builds(
        lambda words: leaf("s.x", within=words),
        st.lists(st.sampled_from("xy"), min_size=1, unique=True),
    ),
    st.builds(
        lambda test: leaf("d.x", **{test: "2026-01-02"}),
        st.sampled_from(["is", "before", "on_or_after"]),
    ),
    st.builds(judged, st.sampled_from(["j.x", "j.y"])),
)
marked = st.builds(
    lambda one, disputed: {**one, "unsettled": TEXT} if disputed else one,
    leaves,
    st.integers(0, 5).map(lambda number: number == 0),
)


def groups(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        st.builds(lambda op, found: {op: found}, st.sampled_from(["all", "any"]), some),
        st.builds(lambda one: {"not": one}, children),
        st.builds(lambda found, less: {"all": found, "unless": less}, some, some),
        st.builds(lambda found, less: {"any": found, "unless": less}, some, some),
        st.builds(
            lambda found: {"at_least_n": {"n": "2", "of": found}},
            st.lists(children, min_size=2, max_size=3),
        ),
    )


nodes = st.recursive(marked, groups, max_leaves=6)
with_others = st.recursive(
    st.one_of(marked, st.just(asks(OTHER))), groups, max_leaves=6
)


def numbered(node: Any, prefix: str, count: list[int]) -> Any:  # noqa: ANN401  # a tree
    """The same with an id of its own for each leaf."""
    if isinstance(node, list):
        return [numbered(one, prefix, count) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: numbered(one, prefix, count) for key, one in node.items()}
    if "id" in found:
        count[0] += 1
        found["id"] = f"{prefix}{count[0]}"
    return found


OUTCOMES = st.sampled_from(
    [
        {"yes": "supported", "no": "not_supported", "unknown": "open"},
        {"yes": "not_supported", "no": "not_applicable", "unknown": "open"},
    ]
)


@st.composite
def trees(draw: st.DrawFn) -> Pair:
    """A policy, and another one that it may ask."""
    made = []
    for identity, rules in (("kr.test.one", with_others), (OTHER, nodes)):
        count, prefix = [0], identity[-1]
        rule = numbered(draw(rules), prefix, count)
        more = {"id": identity, "types": TYPES, "outcome": draw(OUTCOMES)}
        if draw(st.booleans()):
            more["applies"] = numbered(draw(marked), prefix, count)
        made.append(policy_tree(rule, **more))
    return made[0], made[1]


all_facts = st.fixed_dictionaries(
    {
        **{name: st.sampled_from(DOMAINS[kind]) for name, kind in TYPES.items()},
        **{name: st.booleans() for name in ("b.x", "b.y", "j.x", "j.y")},
    }
)
kept = st.sets(st.sampled_from(["b.x", "b.y", "j.x", "j.y", *TYPES]), min_size=4)


def answer(pair: Pair, facts: dict[str, Any]) -> Outcome:
    stated = {name: Fact(value=value) for name, value in facts.items()}
    return evaluate(
        "kr.test.one",
        stated,
        floor=Strength.ANY,
        rulebook=rulebook_of(*pair),
        on=ON,
    )


@settings(max_examples=150, deadline=None)
@given(trees(), all_facts, kept)
def test_a_settled_answer_holds_whatever_the_unknown_turns_out_to_be(
    pair: Pair, facts: dict[str, Any], names: set[str]
) -> None:
    partial = {name: facts[name] for name in names}
    outcome = answer(pair, partial)
    possible = possible_states(pair[0], {OTHER: pair[1]}, partial)
    if outcome.state is State.OPEN:
        assert outcome.reasons
        assert outcome.open_leaves
    else:
        assert possible == {outcome.state.value}
        assert not outcome.reasons
        assert not outcome.settle


@settings(max_examples=150, deadline=None)
@given(trees(), all_facts)
def test_with_every_fact_the_answer_is_the_oracles_or_the_law_is_disputed(
    pair: Pair, facts: dict[str, Any]
) -> None:
    outcome = answer(pair, facts)
    possible = possible_states(pair[0], {OTHER: pair[1]}, facts)
    if outcome.state is State.OPEN:
        assert outcome.reasons == (Reason.UNSETTLED,)
    else:
        assert possible == {outcome.state.value}


@settings(max_examples=150, deadline=None)
@given(trees(), all_facts, kept, st.sampled_from(["b.x", "b.y", "j.x", "j.y", *TYPES]))
def test_learning_a_fact_never_turns_a_settled_answer(
    pair: Pair,
    facts: dict[str, Any],
    names: set[str],
    learnt: str,
) -> None:
    before = answer(pair, {name: facts[name] for name in names - {learnt}})
    after = answer(pair, {name: facts[name] for name in names | {learnt}})
    if before.state is not State.OPEN:
        assert after.state is before.state


@settings(max_examples=150, deadline=None)
@given(trees(), all_facts, kept)
def test_a_settling_set_settles_and_has_nothing_to_spare(
    pair: Pair, facts: dict[str, Any], names: set[str]
) -> None:
    partial = {name: facts[name] for name in names}
    outcome = answer(pair, partial)
    asked = {one["id"]: one for one in leaves_in(list(pair))}
    sets = [
        (
            settlement.state,
            {reply.id.split("#")[-1]: reply.yes for reply in settlement.replies},
        )
        for settlement in outcome.settle
    ]
    for state, replies in sets:
        needed = {asked[key].get("fact") or asked[key]["judgement"] for key in replies}
        fitting = [
            {**partial, **{name: filled[name] for name in needed}}
            for filled, _ in completions(pair[0], {OTHER: pair[1]}, partial)
            if all(replied(asked[key], filled) is yes for key, yes in replies.items())
        ]
        assert fitting
        for known in {tuple(sorted(one.items(), key=str)) for one in fitting}:
            assert answer(pair, dict(known)).state is state
        assert not any(
            other.items() < replies.items() for same, other in sets if same is state
        )


def leaves_in(part: object) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [found for one in part for found in leaves_in(one)]
    if not isinstance(part, dict):
        return []
    own = [part] if "fact" in part or "judgement" in part else []
    return own + [found for one in part.values() for found in leaves_in(one)]


def replied(node: dict[str, Any], facts: dict[str, Any]) -> bool:
    if "judgement" in node:
        return bool(facts[node["judgement"]])
    return holds(node, facts[node["fact"]])


@settings(max_examples=100, deadline=None)
@given(trees(), all_facts, st.sampled_from(sorted(Strength)), st.data())
def test_a_higher_floor_opens_answers_and_never_turns_them(
    pair: Pair,
    facts: dict[str, Any],
    floor: Strength,
    data: st.DataObject,
) -> None:
    stated = {
        name: Fact(value=value, strength=data.draw(st.sampled_from(sorted(Strength))))
        for name, value in facts.items()
    }
    rulebook = rulebook_of(*pair)

    def at(asked: Strength) -> Outcome:
        return evaluate("kr.test.one", stated, floor=asked, rulebook=rulebook, on=ON)

    low, high = at(Strength.ANY), at(floor)
    assert high.state in (low.state, State.OPEN)


@settings(max_examples=100, deadline=None)
@given(trees(), all_facts)
def test_an_answer_without_the_tag_does_not_hang_on_any_opinion(
    pair: Pair, facts: dict[str, Any]
) -> None:
    outcome = answer(pair, facts)
    if outcome.state is State.OPEN or Tag.ON_OPINION in outcome.tags:
        return
    without = {
        name: value for name, value in facts.items() if not name.startswith("j.")
    }
    assert answer(pair, without).state is outcome.state


def refusal(content: bytes) -> MalformedPolicyError | None:
    try:
        load(content, "any.yaml")
    except MalformedPolicyError as refused:
        return refused
    return None


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_bytes_surprise_the_reader(content: bytes) -> None:
    refused = refusal(content)
    assert refused is None or refused.where.startswith("any.yaml#")


syntax = st.text("[]{}:,-&*!|>'\"%@`#?\n \tab~<\\U0xuF", max_size=120)


@settings(max_examples=500, deadline=None)
@given(syntax)
def test_no_punctuation_surprises_the_reader(text: str) -> None:
    refused = refusal(text.encode())
    assert refused is None or refused.where.startswith("any.yaml#")
