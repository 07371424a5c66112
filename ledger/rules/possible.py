"""Which replies one value of a fact could give together.

If a text is one word it is not another one. Instead of reasoning about each pair of
tests, a few values are tried that stand for all: each side of every bound, every word
and one that nobody names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final, TypeAlias

from ledger.rules.nodes import Condition, FactType, Operand
from ledger.rules.values import Value

Replies: TypeAlias = frozenset[tuple[str, bool]]

_OTHER: Final = "\0"
"""A word that no policy can name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a leaf asks.

    Attributes:
        fact: leaves with the same one are answered by one value.
        test: `None` if the question is one of its own.
    """

    fact: str
    test: Condition | None


def possible_replies(replies: Replies, asked: Mapping[str, Asked]) -> Replies | None:
    """The replies without those that follow from the others; `None` if impossible.

    Args:
        replies: by leaf.
        asked: what each leaf asks.
    """
    if len(replies) < 2:
        return replies

    def fact_of(reply: tuple[str, bool]) -> str:
        return asked[reply[0]].fact

    kept: list[tuple[str, bool]] = []
    for _, group in groupby(
        sorted(replies, key=lambda one: (fact_of(one), one)), fact_of
    ):
        together = list(group)
        if len(together) > 1:
            shortened = _shortened(together, asked)
            if shortened is None:
                return None
            together = shortened
        kept += together
    return frozenset(kept)


def witnesses(tests: Iterable[Condition]) -> list[Value]:
    """Values of a fact that together meet and fail its tests in every possible way."""
    found = list(tests)
    match found[0].type:
        case FactType.BOOL:
            return [False, True]
        case FactType.INT:
            numbers = {
                int(str(one)) for test in found for one in _members(test.operand)
            }
            return sorted({near for n in numbers for near in (n - 1, n, n + 1)})
        case FactType.TEXT:
            words = {str(one) for test in found for one in _members(test.operand)}
            return [*sorted(words), _OTHER]
        case FactType.DAY:
            days = {str(one) for test in found for one in _members(test.operand)}
            return sorted({near for day in days for near in _near(day)})
        case FactType.SET:
            return list(_subsets(found))


def _shortened(
    replies: list[tuple[str, bool]], asked: Mapping[str, Asked]
) -> list[tuple[str, bool]] | None:
    tests = {key: asked[key].test for key, _ in replies}
    conditions = {key: test for key, test in tests.items() if test is not None}
    tried = [
        {key: test.holds(value) for key, test in conditions.items()}
        for value in witnesses(conditions.values())
    ]
    if not _agreeing(tried, replies):
        return None
    for reply in list(replies):
        others = [one for one in replies if one != reply]
        if others and all(
            vector[reply[0]] == reply[1] for vector in _agreeing(tried, others)
        ):
            replies = others
    return replies


def _agreeing(
    tried: list[dict[str, bool]], replies: list[tuple[str, bool]]
) -> list[dict[str, bool]]:
    return [
        vector for vector in tried if all(vector[key] == yes for key, yes in replies)
    ]


def _members(operand: Operand) -> Iterable[object]:
    return operand if isinstance(operand, frozenset) else (operand,)


def _near(day: str) -> list[str]:
    """The day, the one before and the one after, as far as the calendar goes."""
    middle = date.fromisoformat(day)
    step = timedelta(days=1)
    before = [middle - step] if middle > date.min else []
    after = [middle + step] if middle < date.max else []
    return [one.isoformat() for one in (*before, middle, *after)]


def _subsets(tests: list[Condition]) -> set[frozenset[str]]:
    """The empty set, all that lists have in common with each other, and a stranger."""
    lists = [frozenset(map(str, _members(test.operand))) for test in tests]
    found = {frozenset[str]().union(*lists) | {_OTHER}}
    for one in lists:
        found |= {one & other for other in found}
    return found | {frozenset()}
