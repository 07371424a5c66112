"""One finding as a row of the report: codes, whole numbers, ids and both languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from ledger.answers.finding import Finding
from ledger.history.film import Film, Source
from ledger.reports.deciding import deciding_children, is_ground
from ledger.rules.fields import Bilingual
from ledger.rules.nodes import Citation, Leaf, Op
from ledger.rules.outcome import TAG_ORDER, Settlement, TraceNode, tags_to_json
from ledger.rules.policy import Policy
from ledger.rules.values import State, Truth


class InForce(Protocol):
    """The rulebook, as far as a report needs it."""

    def in_force(self, policy_id: str, on: str) -> Policy | None:
        """The version of a policy that is in force on a day."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What all rows are made from.

    Attributes:
        sources: current statements by id.
        ended: index of each statement that is current no more, by id.
    """

    film: Film
    rulebook: InForce
    on: str
    sources: Mapping[str, Source]
    ended: Mapping[str, int]

    def entries(self, ids: tuple[str, ...]) -> list[int]:
        """Indices in the log; ids that the film does not hold are left to the JSON."""
        found = {self.sources[one].index for one in ids if one in self.sources}
        found |= {self.ended[one] for one in ids if one in self.ended}
        return sorted(found)


def shown_state(finding: Finding) -> str:
    """The state, or the weakest ground of a supported one: coloured and named so."""
    if finding.state is State.SUPPORTED:
        for tag in reversed(TAG_ORDER):
            if tag in finding.tags:
                return str(tag.value)
    return str(finding.state.value)


def finding_row(number: int, finding: Finding, context: Context) -> dict[str, Any]:
    """A finding without its pictures."""
    film, outcome = context.film, finding.outcome
    shot = film.shots.get(finding.shot or "")
    change, seen = finding.change, finding.seen
    return {
        "number": number,
        "unit": finding.unit,
        "shot": finding.shot,
        "code": shot.code if shot else None,
        "element": finding.element,
        "name": film.elements.get(finding.element) if finding.element else None,
        "layer": finding.layer,
        "part": finding.part,
        "party": finding.party,
        "company": finding.company,
        "frames": [list(one) for one in finding.spans.spans] if finding.spans else [],
        "state": finding.state.value,
        "shown": shown_state(finding),
        "tags": tags_to_json(finding.tags),
        "reasons": [one.value for one in outcome.reasons] if outcome else [],
        "flags": sorted(finding.flags),
        "people": list(finding.people),
        "opinions": [
            {
                "entry": one.source.index,
                "party": one.source.speaker.party,
                "judgement": one.judgement,
                "finding": one.finding,
                "reasons": one.reasons,
            }
            for one in finding.opinions
        ],
        "coverage": None
        if seen is None
        else {"lower": seen.lower, "upper": seen.upper, "total": seen.total},
        "change": None
        if change is None or change.pixels == 0
        else {"changed": change.changed, "pixels": change.pixels},
        "contributions": context.entries(finding.touched),
        "evidence": context.entries(finding.evidence),
        "ended": context.entries(finding.ended),
        **_answer(finding, context),
        "pictures": [],
    }


def _answer(finding: Finding, context: Context) -> dict[str, Any]:
    outcome = finding.outcome
    if outcome is None:
        return {
            "policy": None,
            "burden": None,
            "deciding": [],
            "trace": [],
            "open": [],
            "settle": [],
        }
    steps = list(_walk(_Step(outcome.trace, 0, outcome.trace)))
    policy = context.rulebook.in_force(outcome.policy, context.on)
    return {
        "policy": {
            "id": outcome.policy,
            "version": outcome.version,
            "digest": outcome.digest,
        },
        "burden": policy.burden.to_json() if policy else None,
        "deciding": list(_deciding(steps, context)),
        "trace": [
            {"depth": one.depth, "arises": one.arises, **_node(one.node, context)}
            for one in steps
        ],
        "open": [
            {"id": one.id, **one.text.to_json(), "reason": one.reason.value}
            for one in outcome.open_leaves
        ],
        "settle": [_settlement(one) for one in outcome.settle],
    }


class _Step(NamedTuple):
    """A node of a trace.

    Attributes:
        question: the root of the policy that it belongs to.
        arises: false below a question that does not arise.
        decides: the answer comes from it.
    """

    node: TraceNode
    depth: int
    question: TraceNode
    arises: bool = True
    decides: bool = True


def _walk(step: _Step) -> Iterator[_Step]:
    yield step
    node = step.node
    # What a policy would ask further plays no part once its question does not arise.
    gates = [one for one in node.children if one.op is Op.APPLIES]
    within = step.arises and all(one.truth is not Truth.NO for one in gates)
    deciding = {id(one) for one in deciding_children(node)} if step.decides else set()
    for child in node.children:
        yield from _walk(
            _Step(
                node=child,
                depth=step.depth + 1,
                question=child if child.op is Op.QUESTION else step.question,
                arises=step.arises if child.op is Op.APPLIES else within,
                decides=id(child) in deciding,
            )
        )


def _deciding(steps: list[_Step], context: Context) -> Iterator[dict[str, Any]]:
    """The nodes that decide, policy by policy; each once, wherever it is asked."""
    met: set[tuple[str, str]] = set()
    placed = []
    for place, one in enumerate(steps):
        key = (one.question.id, one.node.id)
        if one.decides and is_ground(one.node) and key not in met:
            met.add(key)
            placed.append((one.question, place))
    for _, together in groupby(placed, key=lambda one: one[0].id):
        those = list(together)
        question = those[0][0]
        policy = context.rulebook.in_force(question.id, context.on)
        title = question.text if policy is None else policy.title
        yield {
            "policy": question.id,
            **title.to_json(),
            "nodes": [place for _, place in those],
        }


def _node(node: TraceNode, context: Context) -> dict[str, Any]:
    leaf = node.node if isinstance(node.node, Leaf) else None
    settled = node.op is not Op.QUESTION
    return {
        "id": node.id,
        "op": node.op.value,
        "truth": node.truth.name.lower(),
        "reasons": [one.value for one in node.reasons],
        "tags": tags_to_json(node.tags),
        **node.text.to_json(),
        "cite": [_citation(one) for one in node.cites],
        "presumes": _citation(leaf.presumes) if leaf and leaf.presumes else None,
        "unsettled": leaf.unsettled.to_json() if leaf and leaf.unsettled else None,
        "house_rule": leaf.house_rule if leaf else False,
        # A question repeats what its own nodes rest on.
        "evidence": context.entries(node.evidence) if settled and leaf else [],
    }


def _citation(cite: Citation) -> dict[str, str]:
    article = cite.article or Bilingual(ko="", en="")
    return {
        "ko": f"{cite.name.ko} {article.ko}".strip(),
        "en": f"{cite.name.en} {article.en}".strip(),
    }


def _settlement(settlement: Settlement) -> dict[str, Any]:
    return {
        "state": settlement.state.value,
        "needs": [
            {"id": one.id, **one.text.to_json(), "answer": "yes" if one.yes else "no"}
            for one in settlement.replies
        ],
    }
