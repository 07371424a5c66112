"""What is shown of a trace is enough to come to the same answer again."""

import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.records.identity import as_day
from ledger.reports.deciding import deciding_children, is_ground
from ledger.rules.evaluate import evaluate
from ledger.rules.nodes import Leaf, Op
from ledger.rules.outcome import TraceNode
from ledger.rules.rulebook import packaged_rulebook
from ledger.rules.values import Fact, State, Strength, Truth
from tests.simulators.five_shots import five_shots

ON = as_day("2026-11-22")
RULEBOOK = packaged_rulebook()


def findings() -> list[Finding]:
    shots = five_shots()
    asked = Asked(on=ON)
    made = [*authorship(shots.film(), RULEBOOK, asked)]
    shots.opinion_on_d()
    made += authorship(shots.film(), RULEBOOK, asked)
    made += chain_of_title(shots.film(), RULEBOOK, asked)
    return [one for one in made if one.outcome is not None]


def grounds(node: TraceNode) -> list[TraceNode]:
    if is_ground(node):
        return [node]
    return [leaf for child in deciding_children(node) for leaf in grounds(child)]


def arising(node: TraceNode) -> list[TraceNode]:
    """Why the questions that decide arise; not repeated beside a no."""
    own = [one for one in node.children if one.op is Op.APPLIES]
    below = [leaf for child in deciding_children(node) for leaf in arising(child)]
    return [leaf for gate in own for leaf in grounds(gate)] + below


@pytest.mark.parametrize("found", findings(), ids=lambda one: f"{one.unit}-{one.state}")
def test_the_facts_that_are_shown_give_the_same_state_alone(found: Finding) -> None:
    assert found.outcome is not None
    shown = grounds(found.outcome.trace)
    facts: dict[str, Fact] = {}
    for leaf in [*shown, *arising(found.outcome.trace)]:
        assert isinstance(leaf.node, Leaf)
        if leaf.fact is not None:
            facts[leaf.node.name] = leaf.fact
    again = evaluate(
        found.outcome.policy, facts, floor=Strength.ANY, rulebook=RULEBOOK, on=ON
    )
    assert (again.state, again.tags) == (found.state, found.tags)


@pytest.mark.parametrize("found", findings(), ids=lambda one: f"{one.unit}-{one.state}")
def test_a_settled_answer_shows_nothing_that_is_open_and_an_open_one_shows_it(
    found: Finding,
) -> None:
    assert found.outcome is not None
    shown = grounds(found.outcome.trace)
    unknown = {one.id for one in shown if one.truth is Truth.UNKNOWN}
    if found.state is State.OPEN:
        assert {one.id.rpartition("#")[2] for one in found.outcome.open_leaves} <= (
            unknown
        )
    else:
        assert unknown == set()
    assert 0 < len(shown) <= 14
