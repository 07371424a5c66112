"""An answer with everything that it rests on: reasons, evidence, law, open points."""

from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.rules.fields import Bilingual
from ledger.rules.nodes import Citation, Group, Leaf, Op, Question
from ledger.rules.values import Fact, Reason, State, Strength, Tag, Truth, Value

REASON_ORDER: Final = (
    Reason.CONFLICT,
    Reason.DISPUTED,
    Reason.ERASED,
    Reason.WITHHELD,
    Reason.MISSING,
    Reason.WEAK,
    Reason.OUT_OF_FORCE,
    Reason.UNSETTLED,
    Reason.JUDGEMENT,
)
"""Most telling first: an opinion is worth asking for once the rest is there."""

TAG_ORDER: Final = (Tag.PRESUMED, Tag.ON_OPINION)


class TraceNode(NamedTuple):
    """What one node gave, and why.

    A tuple because a film has thousands of answers with a dozen nodes each.

    Attributes:
        node: as the policy has it.
        truth: what it gave.
        reasons: why it is unknown, most telling first.
        tags: grounds of a settled value beyond the records.
        flags: remarks that came with the facts.
        evidence: statements that a settled value needs; of an unknown, all of them.
        fact: what a leaf was given; `None` for groups and for what is missing.
        children: what it was made from; a leaf that asks another policy has its root.
    """

    node: Leaf | Group | Question
    truth: Truth
    reasons: tuple[Reason, ...] = ()
    tags: frozenset[Tag] = frozenset()
    flags: frozenset[str] = frozenset()
    evidence: tuple[str, ...] = ()
    fact: Fact | None = None
    children: "tuple[TraceNode, ...]" = ()

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def op(self) -> Op:
        return self.node.op

    @property
    def text(self) -> Bilingual:
        return self.node.text

    @property
    def cites(self) -> tuple[Citation, ...]:
        return self.node.cites

    @property
    def value(self) -> Value | None:
        return None if self.fact is None else self.fact.value

    def to_json(self) -> dict[str, Any]:
        """The node and what is under it; what is empty is left out."""
        node = self.node
        shown: dict[str, Any] = {
            "id": node.id,
            "op": node.op.value,
            "truth": self.truth.name.lower(),
            "text": node.text.to_json(),
            "cites": [cite.to_json() for cite in node.cites],
            "reasons": [reason.value for reason in self.reasons],
            "tags": tags_to_json(self.tags),
            "flags": sorted(self.flags),
            "evidence": list(self.evidence),
            "children": [child.to_json() for child in self.children],
        }
        if isinstance(node, Leaf):
            shown |= _leaf_to_json(node)
        if self.fact is not None:
            shown["strength"] = self.fact.strength.name.lower()
            if self.fact.value is not None:
                shown["value"] = value_to_json(self.fact.value)
        return {key: value for key, value in shown.items() if value not in ([], None)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLeaf:
    """A leaf that nothing has answered yet; of another policy, `policy#leaf`."""

    id: str
    text: Bilingual
    reason: Reason

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "text": self.text.to_json(),
            "reason": self.reason.value,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A leaf, and what it would have to be."""

    id: str
    text: Bilingual
    yes: bool

    def to_json(self) -> dict[str, Any]:
        truth = "yes" if self.yes else "no"
        return {"id": self.id, "text": self.text.to_json(), "is": truth}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A minimal set of replies, and the state that they would settle."""

    state: State
    replies: tuple[Reply, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state.value,
            "replies": [reply.to_json() for reply in self.replies],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The answer of one policy on given facts.

    Attributes:
        policy: its id.
        version: `None`, like `digest`, if no version was in force on the day.
        on: the day whose law was asked.
        floor: strength below which a fact counted as unknown.
        reasons: why it is open, most telling first; empty if it is settled.
        evidence: statements that a settled answer needs; of an open one, all of them.
        open_leaves: what nothing has answered yet.
        settle: minimal sets of replies that would settle it; empty with more than
            twelve open leaves.
    """

    policy: str
    version: int | None
    digest: str | None
    on: str
    floor: Strength
    state: State
    reasons: tuple[Reason, ...]
    tags: frozenset[Tag]
    flags: frozenset[str]
    evidence: tuple[str, ...]
    trace: TraceNode
    open_leaves: tuple[OpenLeaf, ...] = ()
    settle: tuple[Settlement, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As reports and `--json` show it; version and digest only if there are any."""
        shown: dict[str, Any] = {
            "policy": self.policy,
            "on": self.on,
            "floor": self.floor.name.lower(),
            "state": self.state.value,
            "reasons": [reason.value for reason in self.reasons],
            "tags": tags_to_json(self.tags),
            "flags": sorted(self.flags),
            "evidence": list(self.evidence),
            "open": [leaf.to_json() for leaf in self.open_leaves],
            "settle": [settlement.to_json() for settlement in self.settle],
            "trace": self.trace.to_json(),
        }
        if self.version is not None and self.digest is not None:
            shown |= {"version": self.version, "digest": self.digest}
        return shown


def _leaf_to_json(leaf: Leaf) -> dict[str, Any]:
    shown: dict[str, Any] = {"asks": leaf.name}
    if leaf.unsettled is not None:
        shown["unsettled"] = leaf.unsettled.to_json()
    if leaf.presumes is not None:
        shown["presumes"] = leaf.presumes.to_json()
    if leaf.house_rule:
        shown["basis"] = "house_rule"
    return shown


def tags_to_json(tags: frozenset[Tag]) -> list[str]:
    """Tags in their one order."""
    return [tag.value for tag in TAG_ORDER if tag in tags]


def value_to_json(value: Value) -> bool | int | str | list[str]:
    """A fact's value; a set is a sorted list."""
    return sorted(value) if isinstance(value, frozenset) else value
