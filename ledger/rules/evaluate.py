"""Asking a policy: facts in, an answer with its whole trace out.

Pure: no clock, no file, no randomness. A missing fact is never a no. Each group is one
threshold over its children (`all` needs every one, `any` needs one), so there is one
place where truth, grounds and reasons are combined.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.rules.errors import PolicyError
from ledger.rules.fields import Bilingual
from ledger.rules.nodes import FactType, Group, Leaf, Node, Op, Question, fits
from ledger.rules.outcome import REASON_ORDER, TAG_ORDER, Outcome, TraceNode
from ledger.rules.policy import Policy
from ledger.rules.rulebook import Rulebook
from ledger.rules.settle import open_leaves, settlements
from ledger.rules.values import Fact, Reason, State, Strength, Tag, Truth, Value

_NO_TAGS: Final[frozenset[Tag]] = frozenset()
_PERMITTED: Final = (
    _NO_TAGS,
    *(frozenset([tag]) for tag in TAG_ORDER),
    frozenset(TAG_ORDER),
)
"""Grounds in order of preference: records alone, a presumption, an opinion, both."""

_OUT_OF_FORCE: Final = (Reason.OUT_OF_FORCE,)


def evaluate(
    policy_id: str,
    facts: Mapping[str, Fact],
    *,
    floor: Strength,
    rulebook: Rulebook,
    on: str,
) -> Outcome:
    """Answer one question from facts.

    Args:
        policy_id: which policy; the version in force on the day is taken.
        facts: by their names in the policy; judgements under their own names. What is
            not there is unknown. Names that the policy does not know are not looked at.
        floor: facts of less strength count as unknown.
        rulebook: the policies.
        on: the day whose law is asked, `2026-11-22`.

    Raises:
        PolicyError: if no version of the policy exists, or a fact has another type
            than the policy's catalogue says.
    """
    policy = rulebook.in_force(policy_id, on)
    asking = _Asking(facts=facts, floor=floor, rulebook=rulebook, on=on)
    trace = asking.policy(policy_id)
    state = _state_of(policy, trace)
    is_open = state is State.OPEN
    return Outcome(
        policy=policy_id,
        version=None if policy is None else policy.version,
        digest=None if policy is None else policy.digest,
        on=on,
        floor=floor,
        state=state,
        reasons=trace.reasons,
        tags=trace.tags,
        flags=trace.flags,
        evidence=trace.evidence,
        trace=trace,
        open_leaves=open_leaves(trace) if is_open else (),
        settle=settlements(trace) if is_open else (),
    )


@dataclass(slots=True, kw_only=True)
class _Asking:
    """One evaluation; each policy that others use is evaluated once."""

    facts: Mapping[str, Fact]
    floor: Strength
    rulebook: Rulebook
    on: str
    answered: dict[str, TraceNode] = field(default_factory=dict)

    def policy(self, policy_id: str) -> TraceNode:
        answered = self.answered.get(policy_id)
        if answered is None:
            policy = self.rulebook.in_force(policy_id, self.on)
            answered = _out_of_force(policy_id) if policy is None else self.root(policy)
            self.answered[policy_id] = answered
        return answered

    def root(self, policy: Policy) -> TraceNode:
        rule = self.node(policy.rule, policy)
        applies = None
        if policy.applies is not None:
            applies = self.node(policy.applies, policy)
        indicators = tuple(self.node(one, policy) for one in policy.indicators)
        return _rooted(policy.root, applies, rule, indicators)

    def node(self, node: Node, policy: Policy) -> TraceNode:
        if isinstance(node, Group):
            return _combined(
                node, tuple([self.node(child, policy) for child in node.children])
            )
        if node.op is Op.POLICY:
            return self.other_policy(node)
        return self.leaf(node, policy)

    def leaf(self, leaf: Leaf, policy: Policy) -> TraceNode:
        fact = self.facts.get(leaf.name)
        judged = leaf.op is Op.JUDGEMENT
        if fact is None:
            absent = Reason.JUDGEMENT if judged else Reason.MISSING
            return TraceNode(leaf, Truth.UNKNOWN, (absent,))
        if fact.reason is not None or fact.value is None:
            return _unknown(leaf, fact, fact.reason or Reason.MISSING)
        _check_type(leaf, fact.value, policy)
        if fact.strength < self.floor:
            return _unknown(leaf, fact, Reason.WEAK)
        if leaf.test is not None and not leaf.test.holds(fact.value):
            return _settled(leaf, fact, Truth.NO)
        if leaf.unsettled is not None:
            return _unknown(leaf, fact, Reason.UNSETTLED)
        return _settled(leaf, fact, Truth.YES)

    def other_policy(self, leaf: Leaf) -> TraceNode:
        root = self.policy(leaf.name)
        truth, reasons, tags = root.truth, root.reasons, root.tags
        if truth is Truth.YES and leaf.unsettled is not None:
            truth, reasons, tags = Truth.UNKNOWN, (Reason.UNSETTLED,), _NO_TAGS
        if truth is Truth.YES and leaf.presumes is not None:
            tags |= {Tag.PRESUMED}
        return TraceNode(
            leaf, truth, reasons, tags, root.flags, root.evidence, None, (root,)
        )


def _state_of(policy: Policy | None, trace: TraceNode) -> State:
    """The state of a root: `applies` first, then the rule by the policy's names."""
    if policy is None:
        return State.OPEN
    return state_of(
        policy.root, [child for child in trace.children if child.op is not Op.INDICATOR]
    )


def state_of(root: Question, parts: Sequence[TraceNode]) -> State:
    """What the rule, after `applies` if there is one, is called."""
    *before, rule = parts
    for applies in before:
        if applies.truth is Truth.NO:
            return State.NOT_APPLICABLE
        if applies.truth is Truth.UNKNOWN:
            return State.OPEN
    match rule.truth:
        case Truth.YES:
            return root.yes
        case Truth.NO:
            return root.no
        case Truth.UNKNOWN:
            return State.OPEN


_TRUTH_OF: Final = {
    State.SUPPORTED: Truth.YES,
    State.NOT_SUPPORTED: Truth.NO,
    State.NOT_APPLICABLE: Truth.NO,
    State.OPEN: Truth.UNKNOWN,
}


def _rooted(
    root: Question,
    applies: TraceNode | None,
    rule: TraceNode,
    indicators: tuple[TraceNode, ...],
) -> TraceNode:
    parts = (rule,) if applies is None else (applies, rule)
    # What settles it, or keeps it open: `applies` alone unless it is yes.
    deciding: tuple[TraceNode, ...] = parts
    if applies is not None and applies.truth is not Truth.YES:
        deciding = (applies,)
    raised = [one.id for one in indicators if one.truth is Truth.YES]
    truth = _TRUTH_OF[state_of(root, parts)]
    return TraceNode(
        root,
        truth,
        deciding[-1].reasons if truth is Truth.UNKNOWN else (),
        _NO_TAGS if truth is Truth.UNKNOWN else _tags(deciding),
        _flags(deciding) | frozenset(raised),
        _evidence(deciding),
        None,
        parts + indicators,
    )


def _combined(group: Group, children: tuple[TraceNode, ...]) -> TraceNode:
    """A threshold: yes by enough that are yes, no if enough can never be."""
    yes = [child for child in children if child.truth is Truth.YES]
    no = [child for child in children if child.truth is Truth.NO]
    least, least_against = group.least, len(children) - group.least + 1
    if len(yes) >= least:
        truth = Truth.NO if group.negated else Truth.YES
        grounds = _grounds(yes, least)
    elif len(no) >= least_against:
        truth = Truth.YES if group.negated else Truth.NO
        grounds = _grounds(no, least_against)
    else:
        return _undecided(group, children)
    return TraceNode(
        group,
        truth,
        (),
        _tags(grounds),
        _flags(grounds),
        _evidence(grounds),
        None,
        children,
    )


def _undecided(group: Group, children: tuple[TraceNode, ...]) -> TraceNode:
    reasons = {reason for child in children for reason in child.reasons}
    return TraceNode(
        group,
        Truth.UNKNOWN,
        tuple([reason for reason in REASON_ORDER if reason in reasons]),
        _NO_TAGS,
        _flags(children),
        _evidence(children),
        None,
        children,
    )


def _grounds(agreeing: Sequence[TraceNode], least: int) -> Sequence[TraceNode]:
    """Of those that agree, all that stand on the best ground that enough share."""
    for permitted in _PERMITTED:
        found = [child for child in agreeing if child.tags <= permitted]
        if len(found) >= least:
            return found
    return agreeing


def _tags(nodes: Sequence[TraceNode]) -> frozenset[Tag]:
    return _NO_TAGS.union(*[node.tags for node in nodes])


def _flags(nodes: Sequence[TraceNode]) -> frozenset[str]:
    return frozenset[str]().union(*[node.flags for node in nodes])


def _evidence(nodes: Sequence[TraceNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([one for node in nodes for one in node.evidence]))


def _settled(leaf: Leaf, fact: Fact, truth: Truth) -> TraceNode:
    tags = fact.tags
    if leaf.op is Op.JUDGEMENT:
        tags |= {Tag.ON_OPINION}
    if truth is Truth.YES and leaf.presumes is not None:
        tags |= {Tag.PRESUMED}
    return TraceNode(leaf, truth, (), tags, fact.flags, fact.evidence, fact)


def _unknown(leaf: Leaf, fact: Fact, reason: Reason) -> TraceNode:
    return TraceNode(
        leaf, Truth.UNKNOWN, (reason,), _NO_TAGS, fact.flags, fact.evidence, fact
    )


def _out_of_force(policy_id: str) -> TraceNode:
    root = Question(
        id=policy_id,
        op=Op.QUESTION,
        text=Bilingual(ko="적용 기준 없음(시행기간 외)", en="No version is in force"),
        cites=(),
        yes=State.SUPPORTED,
        no=State.NOT_SUPPORTED,
    )
    return TraceNode(root, Truth.UNKNOWN, _OUT_OF_FORCE)


def _check_type(leaf: Leaf, value: Value, policy: Policy) -> None:
    expected = FactType.BOOL if leaf.test is None else leaf.test.type
    if not fits(value, expected):
        raise PolicyError(
            f"a fact of type {expected.value}",
            met=type(value).__name__,
            advice="Fill in facts as the policy's catalogue lists them.",
            where=f"{policy.id}#{leaf.name}",
        )
