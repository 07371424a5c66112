"""Who took part and has no line: because nothing of it is seen, or nothing was made."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from ledger.credits.roll import Line, Lineless, Named, NotSeen
from ledger.history.film import Engagement


def without_lines(
    not_seen: Iterable[NotSeen],
    lines: Iterable[Line],
    engagements: Iterable[Engagement],
    named: Callable[[str | None], Named],
) -> Iterator[Lineless]:
    """List who contributed or engages somebody who has a line, and has none.

    Args:
        not_seen: contributions that give no line.
        lines: all lines, of people and of companies.
        engagements: contracts; whoever is engaged without a line speaks for nobody.
        named: how a party is printed.
    """
    with_line = {one.who.uid for one in lines}
    contributed: dict[Named, list[NotSeen]] = defaultdict(list)
    for one in not_seen:
        if one.who.uid is None or one.who.uid not in with_line:
            contributed[one.who].append(one)
    engages = {
        named(company): contracts
        for company, contracts in _engaging(engagements, with_line).items()
        if company not in with_line
    }
    for who in {**contributed, **engages}:
        yield Lineless(
            who=who,
            contributions=tuple(contributed.get(who, ())),
            engages=tuple(engages.get(who, ())),
        )


def _engaging(
    engagements: Iterable[Engagement], with_line: set[str | None]
) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in sorted(engagements, key=lambda one: one.source.index):
        known = one.company is not None and one.party is not None
        if known and one.company is not None and one.party in with_line:
            found[one.company].append(one.source.id)
    return found
