"""Performers: whose performance is seen, and by which way it came into the picture.

A performer's right is a neighbouring right. Nothing here answers for authorship.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledger.answers.examination import Examination
from ledger.answers.facts import Facts, unknown
from ledger.answers.finding import Finding, Seen
from ledger.answers.making import Presence
from ledger.answers.sight import Sight, ranges_of, sights
from ledger.history.film import Contribution, Shot
from ledger.rules.values import Fact, Reason, Strength

POLICY = "kr.authorship.performance"


@dataclass(slots=True)
class _Shown:
    """A performance in an element, come to it by one way."""

    contribution: Contribution
    element: str
    edge: Presence | None
    contested: Reason | None
    frames: list[int] = field(default_factory=list)
    assets: dict[str, None] = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    def add(self, sight: Sight) -> None:
        if sight.frame not in self.frames[-1:]:
            self.frames.append(sight.frame)
        self.seen = self.seen.plus(sight.seen)
        if sight.asset is not None:
            self.assets[sight.asset] = None


def performance_findings(desk: Examination, shot: Shot) -> tuple[Finding, ...]:
    """One finding for each performance, element and way in which it is there."""
    if shot.range is None:
        return ()
    shown: dict[object, _Shown] = {}
    for sight in sights(desk.film, shot, desk.asked.frames_of(shot)):
        if sight.visible and sight.file is not None:
            for one, edge in _performed(desk, sight, sight.file):
                clash = desk.parts.contested(sight.file, sight.shown, one)
                key = (one.source.id, sight.element, edge, clash)
                start = _Shown(one, sight.element, edge, clash)
                shown.setdefault(key, start).add(sight)
    return tuple(_finding(desk, shot, one) for one in shown.values())


def _performed(
    desk: Examination, sight: Sight, file: str
) -> Iterator[tuple[Contribution, Presence | None]]:
    yield from desk.parts.performed(file).values()
    # A performance of which nobody said in which files it is fixed.
    for one in desk.film.contributions:
        scope = one.source.scope
        if one.route == "performance" and not one.after and scope.shot == sight.shot:
            element = scope.element in (None, sight.element)
            if element and (scope.range is None or scope.range.contains(sight.frame)):
                yield one, None


def performance_facts(
    desk: Examination,
    one: Contribution,
    edge: Presence | None,
    *,
    contested: Reason | None,
) -> Facts:
    """The facts of a performance, as the catalogue names them.

    `contested`: why it is open that its pictures were captured, if it is.
    """
    evidence = (one.source.id,)
    strength = desk.strengths.of(one.source)
    if one.source.disputed:
        recorded = unknown(Reason.DISPUTED, evidence)
    else:
        recorded = Fact(value=True, strength=strength, evidence=evidence)
    return {
        "performance.recorded": recorded,
        "performance.by_person": desk.finder.by_person([one]),
        "performance.edge": unknown(contested, evidence)
        if contested
        else _edge(edge, strength, evidence),
    }


def _edge(edge: Presence | None, strength: Strength, evidence: tuple[str, ...]) -> Fact:
    if edge is None:
        return unknown(Reason.MISSING, evidence)
    return Fact(value=edge.name.lower(), strength=strength, evidence=evidence)


def _finding(desk: Examination, shot: Shot, shown: _Shown) -> Finding:
    one = shown.contribution
    rate = shot.range.rate if shot.range else None
    return Finding(
        unit="performance",
        outcome=desk.judge(
            POLICY,
            performance_facts(desk, one, shown.edge, contested=shown.contested),
        ),
        shot=shot.uid,
        element=shown.element,
        party=one.party,
        spans=ranges_of(rate, shown.frames) if rate else None,
        touched=(one.source.id,),
        assets=tuple(shown.assets),
        after=one.after,
        seen=shown.seen,
        ended=desk.ended_about(shot.uid, shown.element),
        names=desk.names((shot.uid, shown.element, one.party)),
    )
