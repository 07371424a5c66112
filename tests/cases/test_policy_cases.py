"""Each case of each policy, and each leaf of each policy shown to matter (MC/DC)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest

from ledger.rules.nodes import Group, Leaf, Node
from ledger.rules.outcome import TraceNode
from ledger.rules.policy import Policy
from ledger.rules.rulebook import read_rulebook
from ledger.rules.values import Reason, Truth
from tests.architecture.sources import ROOT
from tests.cases.policy_cases import Case, all_cases

POLICIES = ROOT / "policies"
RULEBOOK = read_rulebook(POLICIES)
CASES = all_cases(POLICIES, RULEBOOK)
WIDEST = 12


def name_of(case: Case) -> str:
    return f"{case.policy}: {case.title.en}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_case_has_the_answer_that_is_expected(case: Case) -> None:
    outcome = case.answer(RULEBOOK)
    expected = case.expected
    assert outcome.state is expected.state
    assert outcome.reasons == expected.reasons
    assert outcome.tags == expected.tags
    assert expected.flags is None or outcome.flags == expected.flags


@pytest.mark.parametrize("policy", RULEBOOK.policies, ids=lambda one: one.file)
def test_every_leaf_of_a_policy_flips_its_outcome(policy: Policy) -> None:
    vectors = {
        vector
        for case in CASES
        if RULEBOOK.in_force(case.policy, case.on) == policy
        for vector in completed(leaf_truths(policy, case))
    }
    idle = [
        leaf.id
        for place, leaf in enumerate(policy.leaves())
        if not any(
            flipped(vector, place) in vectors
            and outcome(policy, vector) != outcome(policy, flipped(vector, place))
            for vector in vectors
        )
    ]
    assert idle == [], f"{policy.id}: no two cases differ only in these leaves"


def flipped(vector: tuple[bool, ...], place: int) -> tuple[bool, ...]:
    return (*vector[:place], not vector[place], *vector[place + 1 :])


def leaf_truths(policy: Policy, case: Case) -> list[Truth]:
    """What each leaf gave; one that the law disputes gave the yes that it would be."""
    trace = case.answer(RULEBOOK).trace
    found = {node.id: node for node in leaf_nodes(trace.children)}
    return [
        Truth.YES if node.reasons == (Reason.UNSETTLED,) else node.truth
        for node in (found[leaf.id] for leaf in policy.leaves())
    ]


def leaf_nodes(nodes: Sequence[TraceNode]) -> Iterator[TraceNode]:
    for node in nodes:
        if isinstance(node.node, Leaf):
            yield node
        else:
            yield from leaf_nodes(node.children)


def completed(truths: list[Truth]) -> Iterator[tuple[bool, ...]]:
    """Every way in which the open leaves could turn out."""
    if truths.count(Truth.UNKNOWN) > WIDEST:
        return
    yield from product(
        *[
            (False, True) if truth is Truth.UNKNOWN else (truth is Truth.YES,)
            for truth in truths
        ]
    )


def outcome(policy: Policy, vector: tuple[bool, ...]) -> tuple[object, ...]:
    """State and indicators in two values, by a walk of its own."""
    ids = [leaf.id for leaf in policy.leaves()]
    given = dict(zip(ids, vector, strict=True))
    raised = [one.id for one in policy.indicators if true(one, given)]
    if policy.applies is not None and not true(policy.applies, given):
        return ("not_applicable", *raised)
    names = policy.outcome
    return (names.yes if true(policy.rule, given) else names.no, *raised)


def true(node: Node, given: Mapping[str, bool]) -> bool:
    if not isinstance(node, Group):
        return given[node.id]
    enough = sum(true(child, given) for child in node.children) >= node.least
    return enough is not node.negated
