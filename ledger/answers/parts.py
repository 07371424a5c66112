"""The parts of a picture: what edits changed, what they left, or the whole.

A measured change divides a picture in two: where it changed, the edit is asked about
too; where it did not, the picture before answers, as if nobody had edited it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ledger.answers.facts import FactFinder, Facts, nothing_known
from ledger.answers.lineage import Lineage
from ledger.answers.making import Edit, Making, Measured, Presence
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
_GENERATED: Final = frozenset(
    {
        "algorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "dataDrivenMedia",
        "trainedAlgorithmicMedia",
    }
)
_LONGEST: Final = 4
"""Edits after one another whose regions are told apart; the rest count as one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a run says of a layer; `None` where it says nothing."""

    declared: SourceType | None = None
    generation: str | None = None


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
        self._known: dict[tuple[str, Shown], tuple[Part, ...]] = {}

    def of(self, file: str, shown: Shown) -> tuple[Part, ...]:
        """The parts of a file, against what the run says of the layer that shows it."""
        key = (file, shown)
        if key not in self._known:
            self._known[key] = tuple(self._parts(file, shown))
        return self._known[key]

    def _parts(self, file: str, shown: Shown) -> Iterable[Part]:
        if self._lineage.circular(file):
            return [self._part(_Region(base=file), Reason.CONFLICT)]
        regions = self._regions(file, _LONGEST)
        reason = self._contradicts(shown, [one.base for one in regions])
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

    def _contradicts(self, shown: Shown, bases: list[str | None]) -> Reason | None:
        makings = {
            Making.UNKNOWN if one is None else self._lineage.step(one).making
            for one in bases
        }
        if shown.declared in _CAPTURED and Making.GENERATED in makings:
            return Reason.CONFLICT
        # A generation that was withdrawn is still what the run was made with.
        generated = shown.declared in _GENERATED or shown.generation is not None
        by_hand = {Making.CAPTURED, Making.HANDMADE}
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

    def contested(self, file: str, shown: Shown, one: Contribution) -> Reason | None:
        """Why it is open that a performance was captured in what is seen, if it is."""
        if any(
            part.facts["origin.known"].reason is Reason.CONFLICT
            for part in self.of(file, shown)
        ):
            return Reason.CONFLICT
        fixed = [
            there
            for there in self._lineage.ancestry(file)
            if one in self._lineage.step(there).by("performance")
        ]
        reasons = [self._uncaptured(there, shown) for there in fixed]
        return None if None in reasons else reasons[0]

    def _uncaptured(self, file: str, shown: Shown) -> Reason | None:
        """Why a file in which a performance is said to be fixed may be no capture."""
        step = self._lineage.step(file)
        if step.conflict:
            return Reason.CONFLICT
        bases = {
            Making.UNKNOWN if one.base is None else self._lineage.step(one.base).making
            for one in self._regions(file, _LONGEST)
        }
        if Making.CAPTURED in bases:
            return None
        if bases == {Making.UNKNOWN}:
            # The run's word for it is as good as a camera operator's.
            return None if shown.declared in _CAPTURED else Reason.MISSING
        # Nobody performs in what a generator put out, or in a drawing.
        return Reason.CONFLICT

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
    # What was measured against another picture says nothing of this one.
    edits = tuple(
        replace(
            one,
            measured=tuple(m for m in one.measured if m.leaf.before == before),
        )
        for one in edits
    )
    measured = tuple(each for one in edits for each in one.measured)
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
