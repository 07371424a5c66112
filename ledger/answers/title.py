"""Chain of title: party by party, from whoever did something to the company.

No record of a contract means that no transfer is shown. A party that works for another
company than the studio needs two links: to that company, and from there to the studio.
Links that never come to the studio, such as those in a circle, support nothing.

Asked about some shots or frames, it is about who is in them: by the lineage of the
files that are seen, whatever shot a statement was made for. Work for no shot in
particular always counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from ledger.answers.asked import Asked
from ledger.answers.contracts import contract_facts, reaches
from ledger.answers.examination import Examination
from ledger.answers.facts import Facts, unknown, why_absent
from ledger.answers.finding import Finding
from ledger.answers.sight import sights
from ledger.history.film import Contribution, Engagement, Film, Frame, Generation
from ledger.rules.rulebook import Rulebook
from ledger.rules.values import Fact, Reason, Strength

POLICY = "kr.rights.chain-of-title"

ENGAGED_BY_ANOTHER = "engaged_by_another"

_CREATING = frozenset({"input", "edit", "arrangement", "capture", "direction"})
_IN_FILES: Final = frozenset({"input", "edit", "capture", "performance"})
"""Routes of work that is in a shot where its files are seen there."""


def chain_of_title(film: Film, rulebook: Rulebook, asked: Asked) -> tuple[Finding, ...]:
    """One finding for each link from a party to a company."""
    desk = Examination(film, rulebook, asked)
    return tuple(_finding(desk, *link) for link in _links(film, _work(desk)))


_Deed: TypeAlias = Contribution | Generation
_Work: TypeAlias = dict[str | None, list[_Deed]]


def _links(
    film: Film, work: _Work
) -> Iterator[tuple[str | None, str | None, list[_Deed]]]:
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


def _work(desk: Examination) -> _Work:
    film, asked = desk.film, desk.asked
    narrowed = bool(asked.shots) or asked.frames is not None
    shown = _shown(desk) if narrowed else frozenset[str]()
    work: _Work = {}
    for one in film.contributions:
        if not narrowed or one.source.id in shown or _by_scope(film, asked, one):
            work.setdefault(one.party, []).append(one)
    for made in film.generations:
        if made.party is not None and (not narrowed or made.source.id in shown):
            work.setdefault(made.party, []).append(made)
    if narrowed:
        return work
    engaged = {one.party for one in film.engagements}
    people = [uid for uid in film.parties if uid in engaged and uid not in work]
    return work | {uid: [] for uid in people}


def _by_scope(film: Film, asked: Asked, one: Contribution) -> bool:
    """Whether work counts by what it says that it was for, its files apart."""
    scope = one.source.scope
    if scope.shot is None:
        return True
    if not asked.touches(scope):
        return False
    if one.route not in _IN_FILES or not one.after:
        return True
    # Files that are not known, or a shot without frames: nothing tells otherwise.
    shot = film.shots.get(scope.shot)
    known = all(uid in film.assets for uid in one.after)
    return not (known and shot and shot.frames)


def _shown(desk: Examination) -> frozenset[str]:
    """Statements that led to what is seen in the asked frames, by its files."""
    found: set[str] = set()
    met: set[str] = set()
    opened: set[str] = set()
    waiting = list(_seen(desk, found))
    while waiting:
        file = waiting.pop()
        if file in met:
            continue
        ahead = desk.lineage.ancestry(file).keys() - met
        met |= ahead
        for source, earlier in _made(desk, ahead):
            found.add(source)
            new = {*earlier} - opened
            opened |= new
            waiting += [each for uid in new for each in _files_of(desk.film, uid)]
    return frozenset(found)


def _made(
    desk: Examination, files: Iterable[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Statements that made files, with assets before that a lineage does not follow."""
    steps = [desk.lineage.step(one) for one in files]
    for step in steps:
        for made in step.generations:
            yield made.source.id, ()
        for one in step.contributions:
            # A lineage follows edits; by any route, work may be on others' files.
            yield one.source.id, one.before if one.route != "edit" else ()
    lost = {one.file for one in steps if not one.assets}
    if lost:
        yield from _of_lost(desk.film, lost)


def _seen(desk: Examination, declared: set[str]) -> Iterator[str]:
    """Files that are seen; what runs declare of them is collected besides."""
    film = desk.film
    for shot in desk.asked.shots_of(film):
        numbers = desk.asked.frames_of(shot)
        for sight in sights(film, shot, numbers):
            if not sight.visible:
                continue
            if sight.generation is not None:
                declared.add(sight.generation)
            if sight.file is not None:
                yield sight.file
            if sight.asset and (sight.file is None or sight.asset not in film.assets):
                yield from _files_of(film, sight.asset)
        for number in numbers:
            yield from _mattes(shot.frames[number])


def _mattes(frame: Frame) -> Iterator[str]:
    layers = frame.measured.coverage.layers
    for one in frame.measured.inputs:
        seen = one.layer >= len(layers) or layers[one.layer].upper > 0
        if seen:
            yield from one.cutters()


def _of_lost(film: Film, lost: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Statements that made assets current no more, with the assets before them."""
    for made in film.generations:
        if lost & {*made.outputs}:
            yield made.source.id, tuple(one.asset for one in made.inputs)
    for one in film.contributions:
        if lost & {*one.after}:
            yield one.source.id, one.before


def _files_of(film: Film, uid: str) -> list[str]:
    # In a lineage, the id of an asset that is current no more stands for its files.
    asset = film.assets.get(uid)
    return [leaf.file for leaf in asset.files.values()] if asset else [uid]


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
    if company != film.studio:
        recorded = _elsewhere(film, company, found["engagement.recorded"])
        found["engagement.recorded"] = recorded
    return {**facts, **found}


def _elsewhere(film: Film, company: str | None, recorded: Fact) -> Fact:
    """An engagement by another company, which is of use if it leads to the studio."""
    if recorded.value is None:
        return recorded
    if not reaches(film, company):
        lost = [one.source for one in film.engagements if one.company is None]
        reason = why_absent(lost[0]) if lost else Reason.MISSING
        recorded = unknown(reason, recorded.evidence)
    return replace(recorded, flags=frozenset({ENGAGED_BY_ANOTHER}))


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
