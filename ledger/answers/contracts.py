"""Facts about contracts: whether they cover the work, and what they say.

Several contracts between the same two have to agree; what one of them leaves unsaid is
not known, and what they say differently is a conflict. One that is disputed may hold
all the same: if it says anything else than those that stand, nothing is settled.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ledger.answers.facts import unknown, why_absent
from ledger.answers.strengths import Strengths
from ledger.history.film import Contribution, Engagement, Film, Generation
from ledger.records.identity import as_instant, day_from, moment_of
from ledger.records.people import EngagementTerms
from ledger.rules.values import Fact, Reason, Strength, Value

_SEOUL: Final = timedelta(hours=9)

TERMS: Final = (
    "assignment",
    "derivative_right",
    "status",
    "duty",
    "planned_by_company",
    "in_company_name",
    "contrary_term",
    "performer",
)


def contract_facts(
    strengths: Strengths,
    engaged: Sequence[Engagement],
    those: Sequence[Contribution | Generation],
) -> dict[str, Fact]:
    """What contracts between two parties say of some contributions."""
    standing = [one for one in engaged if not one.source.disputed]
    evidence = tuple(one.source.id for one in engaged)
    if not standing or _contested(engaged, standing):
        gap = unknown(Reason.DISPUTED, evidence)
        return dict.fromkeys(("engagement.recorded", "engagement.covers"), gap)
    strength = min(strengths.of(one.source) for one in standing)
    terms = [one.terms for one in standing]
    facts = {
        "engagement.recorded": Fact(value=True, strength=strength, evidence=evidence)
    }
    known = [one for one in terms if one is not None]
    if len(known) < len(terms):
        lost = next(one.source for one in standing if one.terms is None)
        gap = unknown(why_absent(lost), evidence)
        names = [f"terms.{name}" for name in TERMS]
        return facts | dict.fromkeys(
            ["engagement.covers", "contract.document", *names], gap
        )
    relevant = [one for one in known if any(_covers(one, day) for day in _days(those))]
    said = relevant or known
    facts["engagement.covers"] = _covered(known, those, strength, evidence)
    documents = [one.document is not None or None for one in said]
    facts["contract.document"] = _agreed(documents, strength, evidence)
    for name in TERMS:
        values = [getattr(one, name) for one in said]
        facts[f"terms.{name}"] = _agreed(values, strength, evidence)
    return facts


def _contested(engaged: Sequence[Engagement], standing: Sequence[Engagement]) -> bool:
    against = [one.terms for one in engaged if one.source.disputed]
    # One that cannot be read may say anything.
    said = [*against, *(one.terms for one in standing)]
    return bool(against) and (None in said or any(one != said[0] for one in said))


def _agreed(
    values: Sequence[Value | None], strength: Strength, evidence: tuple[str, ...]
) -> Fact:
    if None in values:
        return unknown(Reason.MISSING, evidence)
    if len(set(values)) > 1:
        return unknown(Reason.CONFLICT, evidence)
    return Fact(value=values[0], strength=strength, evidence=evidence)


def _covered(
    terms: Sequence[EngagementTerms],
    those: Sequence[Contribution | Generation],
    strength: Strength,
    evidence: tuple[str, ...],
) -> Fact:
    days = _days(those)
    undated = len([one for one in those if one.source.at is None])
    if any(not any(_covers(one, day) for one in terms) for day in days):
        return Fact(value=False, strength=strength, evidence=evidence)
    if undated or not those:
        return unknown(Reason.MISSING, evidence)
    return Fact(value=True, strength=strength, evidence=evidence)


def _days(those: Sequence[Contribution | Generation]) -> list[str]:
    # Contracts run by days in Seoul, the log by instants of UTC.
    moments = [moment_of(as_instant(one.source.at)) for one in those if one.source.at]
    return [day_from(moment + _SEOUL) for moment in moments]


def _covers(terms: EngagementTerms, day: str) -> bool:
    return terms.from_on <= day and (terms.to_on is None or day <= terms.to_on)


def reaches(film: Film, company: str | None) -> bool:
    """Whether contracts lead, one after another, from a company to the studio."""
    waiting, met = [company], set[str | None]()
    while waiting:
        here = waiting.pop()
        if here == film.studio:
            return True
        if here is not None and here not in met:
            met.add(here)
            waiting += [one.company for one in film.engagements if one.party == here]
    return False
