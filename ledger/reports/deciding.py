"""Which part of a trace decides: what a reader has to see to follow an answer.

Of a no: the requirements that make it no. Of a yes: those that make it yes. Of an open
answer: what is open, and what is met beside it. The rest of the tree changes nothing.
"""

from collections.abc import Iterator, Sequence

from ledger.rules.nodes import Group, Op
from ledger.rules.outcome import TraceNode
from ledger.rules.values import Reason, Truth


def deciding_children(node: TraceNode) -> tuple[TraceNode, ...]:
    """The children that a deciding node has its answer from."""
    if node.op is Op.QUESTION:
        return _of_question(node)
    if isinstance(node.node, Group):
        return _of_group(node, node.node)
    return node.children


def is_ground(node: TraceNode) -> bool:
    """Whether a deciding node speaks for itself, not through its children."""
    if node.op is Op.POLICY:
        # Another policy's yes that the law leaves open is a ground of its own.
        return node.reasons[:1] == (Reason.UNSETTLED,) and (
            node.children[0].truth is Truth.YES
        )
    return not node.children


def deciding_grounds(node: TraceNode) -> Iterator[TraceNode]:
    """The grounds of an answer, each requirement that decides once."""
    if is_ground(node):
        yield node
        return
    for child in deciding_children(node):
        yield from deciding_grounds(child)


def _of_question(node: TraceNode) -> tuple[TraceNode, ...]:
    gates = [one for one in node.children if one.op is Op.APPLIES]
    rules = [one for one in node.children if one.op not in (Op.APPLIES, Op.INDICATOR)]
    if any(one.truth is not Truth.YES for one in gates):
        return tuple(gates)
    # That the question arises explains no no.
    return tuple(rules if node.truth is Truth.NO else [*gates, *rules])


def _of_group(node: TraceNode, group: Group) -> tuple[TraceNode, ...]:
    count = len(node.children)
    enough = {Truth.YES: group.least, Truth.NO: count - group.least + 1}
    if node.truth is Truth.UNKNOWN:
        met = Truth.NO if group.negated else Truth.YES
        # Where one suffices, a settled one would have settled it.
        shown = {Truth.UNKNOWN, met} if enough[met] > 1 else {Truth.UNKNOWN}
        return tuple(one for one in node.children if one.truth in shown)
    side = _turned(node.truth) if group.negated else node.truth
    grounds = _grounds(node, side)
    return grounds[: enough[side]] if side is Truth.NO else grounds


def _grounds(node: TraceNode, side: Truth) -> tuple[TraceNode, ...]:
    """Children that agree, on no weaker ground than the node's own."""
    agreeing: Sequence[TraceNode] = [one for one in node.children if one.truth is side]
    return tuple(one for one in agreeing if one.tags <= node.tags)


def _turned(truth: Truth) -> Truth:
    return Truth.NO if truth is Truth.YES else Truth.YES
