"""What would settle an open answer: minimal sets of leaves, with their replies.

From the trace alone, by the rules of the evaluation itself: a set settles a state if,
with these replies and nothing else, the evaluation would give it. So no set names what
records cannot answer: a dispute of law, or a policy that is not in force. Each node has
the sets that make it yes and those that make it no; a threshold joins its children's.
Replies that no single value of a fact could give together are left out, and a reply
that follows from the others is not asked for.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, TypeAlias

from ledger.rules.nodes import Condition, Leaf, Op, Question
from ledger.rules.outcome import OpenLeaf, Reply, Settlement, TraceNode
from ledger.rules.possible import Asked, possible_replies
from ledger.rules.values import Reason, State, Truth

MOST_LEAVES: Final = 12
MOST_SETS: Final = 4096

ReplySet: TypeAlias = frozenset[tuple[str, bool]]
"""Replies by the id of their leaf."""

_Question: TypeAlias = tuple[str, Condition | None, bool]

_ALWAYS: Final[list[ReplySet]] = [frozenset()]
_NEVER: Final[list[ReplySet]] = []
_ORDER: Final = (State.SUPPORTED, State.NOT_SUPPORTED, State.NOT_APPLICABLE)


class _TooManyError(Exception):
    """More sets than anybody would read."""


def open_leaves(trace: TraceNode) -> tuple[OpenLeaf, ...]:
    """Questions under a root that nothing has answered, each once.

    Leaves that no longer matter (under a group that is settled) are not among them.
    """
    return tuple(
        OpenLeaf(id=key, text=node.text, reason=node.reasons[0])
        for key, node in _found(trace).values()
    )


def settlements(trace: TraceNode) -> tuple[Settlement, ...]:
    """Minimal sets of replies that would settle a root, the smallest first."""
    leaves = _found(trace)
    if len(leaves) > MOST_LEAVES:
        return ()
    try:
        by_state = _Search(leaves).states(trace)
    except _TooManyError:
        return ()
    texts = {key: node.text for key, node in leaves.values()}
    found = [
        Settlement(
            state=state,
            replies=tuple(
                Reply(id=key, text=texts[key], yes=yes) for key, yes in sorted(replies)
            ),
        )
        for state in _ORDER
        for replies in by_state.get(state, _NEVER)
    ]
    return tuple(sorted(found, key=_rank))


def _rank(settlement: Settlement) -> tuple[int, int, list[tuple[str, bool]]]:
    replies = [(reply.id, reply.yes) for reply in settlement.replies]
    return len(replies), _ORDER.index(settlement.state), replies


def _found(trace: TraceNode) -> dict[_Question, tuple[str, TraceNode]]:
    """Open questions with the id of the first leaf that asks each."""
    found: dict[_Question, tuple[str, TraceNode]] = {}
    _gather(trace, "", found)
    return found


def _gather(
    node: TraceNode, prefix: str, found: dict[_Question, tuple[str, TraceNode]]
) -> None:
    """Leaves of other policies are called `policy#leaf`."""
    if node.truth is not Truth.UNKNOWN or node.op is Op.INDICATOR:
        return
    if _is_leaf(node):
        found.setdefault(_question(node), (f"{prefix}{node.id}", node))
        return
    if node.op is Op.POLICY:
        prefix = f"{node.children[0].id}#"
    for child in node.children:
        _gather(child, prefix, found)


def _question(node: TraceNode) -> _Question:
    """What tells questions apart: leaves with the same test of a fact ask the same."""
    leaf = node.node
    if not isinstance(leaf, Leaf):
        return node.id, None, False
    return leaf.name, leaf.test, leaf.unsettled is not None


def _is_leaf(node: TraceNode) -> bool:
    """Whether it is answered itself; another policy is answered by its own leaves."""
    if node.op is Op.POLICY:
        return node.reasons[0] is Reason.UNSETTLED or not node.children[0].children
    return isinstance(node.node, Leaf)


def _replies(node: TraceNode, key: str) -> tuple[list[ReplySet], list[ReplySet]]:
    """What a leaf can be answered; no record decides what the law has not."""
    if node.reasons[0] in (Reason.UNSETTLED, Reason.OUT_OF_FORCE):
        return _NEVER, _NEVER
    yes, no = frozenset([(key, True)]), frozenset([(key, False)])
    return _NEVER if _is_unsettled(node) else [yes], [no]


def _is_unsettled(node: TraceNode) -> bool:
    return isinstance(node.node, Leaf) and node.node.unsettled is not None


class _Search:
    """Sets of replies for the nodes of one trace."""

    def __init__(self, leaves: dict[_Question, tuple[str, TraceNode]]) -> None:
        self.keys = {question: key for question, (key, _) in leaves.items()}
        self.asked = {
            key: Asked(question[0], question[1]) for question, key in self.keys.items()
        }

    def states(self, root: TraceNode) -> dict[State, list[ReplySet]]:
        """For each state of a root, the sets that settle it."""
        question = root.node
        found: dict[State, list[ReplySet]] = {state: [] for state in _ORDER}
        if not isinstance(question, Question) or not root.children:
            return found
        parts = [child for child in root.children if child.op is not Op.INDICATOR]
        rule_yes, rule_no = self.sets(parts[-1])
        arises, not_arises = self.sets(parts[0]) if parts[1:] else (_ALWAYS, _NEVER)
        found[State.NOT_APPLICABLE] = not_arises
        for state, sets in ((question.yes, rule_yes), (question.no, rule_no)):
            found[state] = self.least([*found[state], *self.joined([arises, sets])])
        return found

    def sets(self, node: TraceNode) -> tuple[list[ReplySet], list[ReplySet]]:
        """The sets that make a node yes, and those that make it no."""
        if node.truth is Truth.YES:
            return _ALWAYS, _NEVER
        if node.truth is Truth.NO:
            return _NEVER, _ALWAYS
        if _is_leaf(node):
            return _replies(node, self.keys[_question(node)])
        if node.op is Op.POLICY:
            states = self.states(node.children[0])
            no = [*states[State.NOT_SUPPORTED], *states[State.NOT_APPLICABLE]]
            yes = _NEVER if _is_unsettled(node) else states[State.SUPPORTED]
            return yes, self.least(no)
        return self.threshold(node)

    def threshold(self, node: TraceNode) -> tuple[list[ReplySet], list[ReplySet]]:
        group = node.node
        if isinstance(group, Leaf | Question):
            return _NEVER, _NEVER
        both = [self.sets(child) for child in node.children]
        enough = self.enough([yes for yes, _ in both], group.least)
        against = self.enough([no for _, no in both], len(both) - group.least + 1)
        return (against, enough) if group.negated else (enough, against)

    def enough(self, choices: Sequence[list[ReplySet]], least: int) -> list[ReplySet]:
        """Sets that give at least so many of these."""
        certain = sum(1 for sets in choices if sets == _ALWAYS)
        if certain >= least:
            return _ALWAYS
        open_ones = [sets for sets in choices if sets and sets != _ALWAYS]
        return self.least(
            replies
            for chosen in combinations(open_ones, least - certain)
            for replies in self.joined(chosen)
        )

    def joined(self, choices: Iterable[list[ReplySet]]) -> list[ReplySet]:
        """Sets that give all of these."""
        found = _ALWAYS
        for sets in choices:
            found = self.least(one | other for one in found for other in sets)
        return found

    def least(self, sets: Iterable[ReplySet]) -> list[ReplySet]:
        """The possible ones of these, without what others make superfluous."""
        candidates: set[ReplySet] = set()
        for replies in sets:
            shortened = possible_replies(replies, self.asked)
            if shortened is not None:
                candidates.add(shortened)
            if len(candidates) > MOST_SETS:
                raise _TooManyError
        kept: list[ReplySet] = []
        for replies in sorted(candidates, key=lambda one: (len(one), sorted(one))):
            if not any(smaller <= replies for smaller in kept):
                kept.append(replies)
        return kept
