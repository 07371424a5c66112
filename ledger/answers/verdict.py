"""What findings come to in one number: the command's exit code."""

from collections.abc import Iterable

from ledger.answers.finding import Finding
from ledger.rules.values import State, Tag

SUPPORTED = 0
NOT_SUPPORTED = 1
OPEN = 3

_COUNTED = ("element", "title")


def exit_code(findings: Iterable[Finding], accept: frozenset[Tag]) -> int:
    """Judge elements (of a chain of title: parties), and nothing that is not seen.

    What nobody asked of a picture, such as a performance in it, does not count.
    Nothing to count is not a yes.
    """
    counted = [
        one
        for one in findings
        if one.unit in _COUNTED and one.state is not State.NOT_APPLICABLE
    ]
    if any(one.state is State.NOT_SUPPORTED for one in counted):
        return NOT_SUPPORTED
    if counted and all(_passes(one, accept) for one in counted):
        return SUPPORTED
    return OPEN


def _passes(finding: Finding, accept: frozenset[Tag]) -> bool:
    return finding.state is State.SUPPORTED and finding.tags <= accept
