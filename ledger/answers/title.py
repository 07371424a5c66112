"""Chain of title: party by party, from whoever did something to the company.

No record of a contract means that no transfer is shown. A party that works for another
company than the studio needs two links: to that company, and from there to the studio.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from ledger.answers.asked import Asked
from ledger.answers.contracts import contract_facts
from ledger.answers.examination import Examination
from ledger.answers.facts import Facts, unknown, why_absent
from ledger.answers.finding import Finding
from ledger.history.film import Contribution, Engagement, Film, Generation
from ledger.rules.rulebook import Rulebook
from ledger.rules.values import Fact, Reason, Strength

POLICY = "kr.rights.chain-of-title"

ENGAGED_BY_ANOTHER = "engaged_by_another"

_CREATING = frozenset({"input", "edit", "arrangement", "capture", "direction"})


def chain_of_title(film: Film, rulebook: Rulebook, asked: Asked) -> tuple[Finding, ...]:
    """One finding for each link from a party to a company."""
    desk = Examination(film, rulebook, asked)
    return tuple(_finding(desk, *link) for link in _links(film, asked))


_Deed: TypeAlias = Contribution | Generation
_Work: TypeAlias = dict[str | None, list[_Deed]]


def _links(
    film: Film, asked: Asked
) -> Iterator[tuple[str | None, str | None, list[_Deed]]]:
    work = _work(film, asked)
    waiting = list(work)
    while waiting:
        party = waiting.pop(0)
        for company in _companies(film, party):
            if company is None or company == film.studio:
                continue
            # What its people did is what this company has to hand on.
            handed = _once([*work.get(company, []), *work[party]])
            if company not in work or len(handed) > len(work[company]):
                work[company] = handed
                waiting.append(company)
    for party, those in work.items():
        for company in _companies(film, party):
            yield party, company, those


def _work(film: Film, asked: Asked) -> _Work:
    work: _Work = {}
    for one in film.contributions:
        if asked.touches(one.source.scope):
            work.setdefault(one.party, []).append(one)
    for generation in _asked_for(film, asked):
        work.setdefault(generation.party, []).append(generation)
    engaged = {one.party for one in film.engagements}
    people = [uid for uid in film.parties if uid in engaged and uid not in work]
    return work | {uid: [] for uid in people}


def _asked_for(film: Film, asked: Asked) -> Iterator[Generation]:
    """Generations that a known party asked for, and that the question touches."""
    shown = {
        layer.asset
        for shot in asked.shots_of(film)
        for run in {frame.run for frame in shot.frames.values()}
        for layer in film.runs[run].layers
    }
    for one in film.generations:
        if one.party is not None and (not asked.shots or shown & {*one.outputs}):
            yield one


def _companies(film: Film, party: str | None) -> list[str | None]:
    if party is None or party == film.studio:
        return [None]
    engaged = (one.company for one in film.engagements if one.party == party)
    return list(dict.fromkeys(engaged)) or [None]


def _once(those: Iterable[_Deed]) -> list[_Deed]:
    return list({one.source.id: one for one in those}.values())


def _finding(
    desk: Examination,
    party: str | None,
    company: str | None,
    those: list[_Deed],
) -> Finding:
    return Finding(
        unit="title",
        outcome=desk.judge(POLICY, title_facts(desk, party, company, those)),
        party=party,
        company=company,
        touched=tuple(one.source.id for one in those),
        people=(party,) if party is not None else (),
        ended=desk.ended_kinds("engagement", "contribution"),
        names=desk.names((party, company)),
    )


def title_facts(
    desk: Examination,
    party: str | None,
    company: str | None,
    those: list[_Deed],
) -> Facts:
    """The facts about one link, as the catalogue names them."""
    film = desk.film
    evidence = [one.source.id for one in those]
    facts = {
        "party.performs": _did(desk, those, frozenset({"performance"})),
        "party.creates": _did(desk, those, _CREATING),
        "party.delivers": _delivered(desk, those),
    }
    if party is None:
        # Somebody did this, and whose contract it would be under is not to be known.
        gap = unknown(why_absent(those[0].source), evidence)
        return {**facts, "party.is_company": gap, "engagement.recorded": gap}
    facts["party.is_company"] = Fact(value=party == film.studio)
    engaged = [
        one for one in film.engagements if (one.party, one.company) == (party, company)
    ]
    if not engaged:
        return {**facts, "engagement.recorded": _not_engaged(film.engagements)}
    found = contract_facts(desk.strengths, engaged, those)
    if company != film.studio and found["engagement.recorded"].value:
        recorded = found["engagement.recorded"]
        found["engagement.recorded"] = Fact(
            value=True,
            strength=recorded.strength,
            evidence=recorded.evidence,
            flags=frozenset({ENGAGED_BY_ANOTHER}),
        )
    return {**facts, **found}


def _not_engaged(engagements: tuple[Engagement, ...]) -> Fact:
    # One that cannot be read may have been this party's.
    lost = [one.source for one in engagements if one.party is None]
    if not lost:
        return Fact(value=False)
    return unknown(why_absent(lost[0]), [one.id for one in lost])


def _did(desk: Examination, those: list[_Deed], routes: frozenset[str]) -> Fact:
    done = [
        one for one in those if isinstance(one, Contribution) and one.route in routes
    ]
    return _recorded(desk, done)


def _delivered(desk: Examination, those: list[_Deed]) -> Fact:
    asked = [
        one
        for one in those
        if isinstance(one, Generation) or one.route == "instruction"
    ]
    return _recorded(desk, asked)


def _recorded(desk: Examination, done: Sequence[_Deed]) -> Fact:
    evidence = tuple(one.source.id for one in done)
    standing = [one for one in done if not one.source.disputed]
    if standing:
        best = max(_strength(desk, one) for one in standing)
        return Fact(value=True, strength=best, evidence=evidence)
    return unknown(Reason.DISPUTED, evidence) if done else Fact(value=False)


def _strength(desk: Examination, one: _Deed) -> Strength:
    if isinstance(one, Contribution):
        return desk.strengths.of_contribution(one)
    return desk.strengths.of(one.source)
