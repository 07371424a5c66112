"""The parts of a picture: what edits changed, what they left, or the whole.

A measured change divides a picture in two: where it changed, the edit is asked about
too; where it did not, the picture before answers, as if nobody had edited it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ledger.answers.facts import FactFinder, Facts, nothing_known
from ledger.answers.lineage import Edit, Lineage, Making, Measured, Presence
from ledger.history.film import Contribution, Film
from ledger.records.making import SourceType
from ledger.rules.values import Fact, Reason

PartName: TypeAlias = Literal["whole", "changed", "unchanged"]

_CAPTURED: Final = frozenset(
    {
        "compositeCapture",
        "computationalCapture",
        "digitalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
    }
)
_LONGEST: Final = 4
"""Edits after one another whose regions are told apart; the rest count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a file, with the facts about it.

    Attributes:
        base: the file at the beginning, that no edit made; `None` if unrecorded.
        touched: the edits that changed this part, the last one first.
        measured: the changes that tell the parts apart.
        facts: as the catalogue names them, judgements apart.
        relied: contributions that the facts rest on.
        askers: parties who asked the generator at the beginning.
    """

    name: PartName
    base: str | None
    touched: tuple[Edit, ...]
    measured: tuple[Measured, ...]
    facts: Facts
    relied: tuple[Contribution, ...]
    askers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """Where exactly these edits left their mark on this first picture."""

    base: str | None
    touched: tuple[Edit, ...] = ()
    idle: tuple[Edit, ...] = ()
    split: bool = False
    measured: tuple[Measured, ...] = ()


class Parts:
    """Divides files into parts; each file once."""

    def __init__(self, film: Film, lineage: Lineage, finder: FactFinder) -> None:
        self._film = film
        self._lineage = lineage
        self._finder = finder
        self._known: dict[tuple[str, SourceType | None], tuple[Part, ...]] = {}

    def of(self, file: str, declared: SourceType | None) -> tuple[Part, ...]:
        """The parts of a file; a run's layer declares its source type."""
        key = (file, declared)
        if key not in self._known:
            self._known[key] = tuple(self._parts(file, declared))
        return self._known[key]

    def _parts(self, file: str, declared: SourceType | None) -> Iterable[Part]:
        if self._lineage.circular(file):
            return [self._part(_Region(base=file), Reason.CONFLICT)]
        regions = self._regions(file, _LONGEST)
        reason = self._contradicts(declared, [one.base for one in regions])
        return [self._part(one, reason) for one in regions]

    def _regions(self, file: str, depth: int) -> list[_Region]:
        step = self._lineage.step(file)
        if step.making is not Making.EDITED or step.conflict:
            return [_Region(base=file)]
        found: list[_Region] = []
        for before in step.before:
            edits = tuple(one for one in step.edits if before in one.before)
            under = self._regions(before, depth - 1)
            found += [
                one
                for each in under
                for one in _divided(each, edits, before, told_apart=depth > 0)
            ]
        # Edits of which nobody recorded what they changed: of anything before them
        # nothing is known.
        bare = tuple(one for one in step.edits if not one.before)
        return [*found, _Region(base=None, touched=bare)] if bare else found

    def _contradicts(
        self, declared: SourceType | None, bases: list[str | None]
    ) -> Reason | None:
        makings = {
            Making.UNKNOWN if one is None else self._lineage.step(one).making
            for one in bases
        }
        if declared in _CAPTURED and Making.GENERATED in makings:
            return Reason.CONFLICT
        by_hand = {Making.CAPTURED, Making.HANDMADE}
        generated = declared == "trainedAlgorithmicMedia"
        return Reason.CONFLICT if generated and makings <= by_hand else None

    def _part(self, region: _Region, reason: Reason | None) -> Part:
        facts = self._facts(region)
        if reason is not None:
            evidence = dict.fromkeys(e for one in facts.values() for e in one.evidence)
            facts = nothing_known(reason, evidence)
        name: PartName = "whole"
        if region.split:
            name = "changed" if region.touched else "unchanged"
        return Part(
            name=name,
            base=region.base,
            touched=region.touched,
            measured=region.measured,
            facts=facts,
            relied=self._relied(region),
            askers=self._askers(region),
        )

    def _facts(self, region: _Region) -> Facts:
        if region.base is None:
            facts = nothing_known(Reason.MISSING)
        else:
            facts = self._finder.origin(region.base)
        if region.touched:
            edited = self._finder.edited(region.touched)
            return {**facts, **edited, "origin.last": _last_edited(facts, edited)}
        if region.idle:
            idle = self._finder.idle(tuple(one.contribution for one in region.idle))
            return {**facts, **idle}
        return facts

    def _relied(self, region: _Region) -> tuple[Contribution, ...]:
        found = [one.contribution for one in (*region.touched, *region.idle)]
        if region.base is not None:
            step = self._lineage.step(region.base)
            found += [one for one in step.contributions if one.route != "performance"]
            found += self._finder.own_work_in(region.base)
        return tuple({one.source.id: one for one in found}.values())

    def _askers(self, region: _Region) -> tuple[str, ...]:
        if region.base is None:
            return ()
        asked = self._lineage.step(region.base).generations
        return tuple(one.party for one in asked if one.party is not None)

    def performed(self, file: str) -> dict[str, tuple[Contribution, Presence]]:
        """Performances fixed in this file or in what led to it, by statement."""
        found: dict[str, tuple[Contribution, Presence]] = {}
        for there, presence in self._lineage.ancestry(file).items():
            for one in self._lineage.step(there).by("performance"):
                earlier = found.get(one.source.id)
                if earlier is None or presence < earlier[1]:
                    found[one.source.id] = (one, presence)
        return found


def _divided(
    under: _Region, edits: tuple[Edit, ...], before: str, *, told_apart: bool
) -> list[_Region]:
    measured = tuple(
        each for one in edits for each in one.measured if each.leaf.before == before
    )
    touched = replace(
        under,
        touched=(*edits, *under.touched),
        measured=(*measured, *under.measured),
    )
    if not measured or not told_apart:
        return [touched]
    leaf = measured[0].leaf
    if leaf.changed_0 == 0:
        return [replace(under, idle=(*edits, *under.idle))]
    changed = replace(touched, split=True)
    if leaf.changed_0 == leaf.pixels:
        return [changed]
    return [changed, replace(under, split=True, measured=changed.measured)]


def _last_edited(facts: Facts, edited: Facts) -> Fact:
    before, after = facts["origin.last"], edited["edit.recorded"]
    if before.value is None or after.value is None:
        return before if before.value is None else after
    return Fact(
        value=Making.EDITED.value,
        strength=min(before.strength, after.strength),
        evidence=(*after.evidence, *before.evidence),
    )
