"""Facts about pictures, as the policies' catalogue names them, from recorded steps.

What nobody recorded is unknown. It is a no only where the records settle it: bytes
that came out of a generator were edited by nobody.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from ledger.answers.lineage import Lineage
from ledger.answers.making import Edit, Making, Step
from ledger.answers.strengths import Strengths
from ledger.history.film import Contribution, Film, Source
from ledger.records.people import Route
from ledger.rules.values import Fact, Reason, Strength, Value

Facts: TypeAlias = Mapping[str, Fact]

ORIGIN_FACTS: Final = (
    "origin.known",
    "origin.last",
    "generated",
    "captured",
    "handmade",
    *("input.recorded", "input.own_work", "input.by_person", "input.acts"),
    *("edit.recorded", "edit.by_person", "edit.changed", "edit.acts"),
    *("capture.recorded", "capture.by_person"),
    *("work.recorded", "work.by_person"),
)

_OWN_WORK: Final[tuple[Route, ...]] = ("input", "edit", "capture")


def unknown(reason: Reason, evidence: Iterable[str] = ()) -> Fact:
    """A fact that is not known, and why."""
    return Fact(value=None, reason=reason, evidence=tuple(evidence))


def why_absent(source: Source) -> Reason:
    """Why a private value of a statement is not there."""
    if source.erased:
        return Reason.ERASED
    return Reason.WITHHELD if source.unreadable else Reason.MISSING


class FactFinder:
    """Reads facts off the lineage of files."""

    def __init__(self, film: Film, lineage: Lineage, strengths: Strengths) -> None:
        self._film = film
        self._lineage = lineage
        self._strengths = strengths

    def origin(self, file: str) -> Facts:
        """All facts about a file that was not edited out of another one."""
        step = self._lineage.step(file)
        reason = self._gap(step)
        if reason is not None:
            return nothing_known(reason, self._grounds(step))
        making = step.making
        return {
            # What is recorded is seen by reading the log: no party's word is needed.
            "origin.known": Fact(value=True, evidence=self._grounds(step)),
            "origin.last": self._made(step, making.value),
            "generated": self._made(step, making is Making.GENERATED),
            "captured": self._made(step, making is Making.CAPTURED),
            "handmade": self._made(step, making is Making.HANDMADE),
            **self._input(step),
            **self._never_edited(step),
            **self._by_route(step, "capture", "capture"),
            **self._by_route(step, "work", "input"),
        }

    def edited(self, edits: tuple[Edit, ...]) -> Facts:
        """Facts about edits that touched a region, whatever it was before."""
        standing = tuple(one for one in edits if not one.contribution.source.disputed)
        those = [one.contribution for one in standing or edits]
        seen = {one.contribution.source.id: one for one in edits}
        strength = {
            one.source.id: self._strengths.of_contribution(
                one, (each.change for each in seen[one.source.id].measured)
            )
            for one in those
        }
        if not standing:
            return {
                name: unknown(Reason.DISPUTED, strength)
                for name in ("edit.recorded", "edit.by_person", "edit.acts")
            } | {"edit.changed": self._changed(edits)}
        weakest = min(strength.values())
        acts = frozenset(one.act for one in those)
        return {
            "edit.recorded": _known(True, max(strength.values()), strength),
            "edit.by_person": self.by_person(those, strength),
            "edit.changed": self._changed(standing),
            "edit.acts": _known(acts, weakest, strength),
        }

    def idle(self, those: tuple[Contribution, ...]) -> Facts:
        """Facts about recorded edits that left every byte or pixel as it was."""
        facts = self.edited(
            tuple(Edit(contribution=one, before=(), measured=()) for one in those)
        )
        evidence = [one.source.id for one in those]
        return {**facts, "edit.changed": _known(False, Strength.OWN_SYSTEM, evidence)}

    def by_person(
        self,
        those: Iterable[Contribution],
        strength: Mapping[str, Strength] | None = None,
    ) -> Fact:
        """Whether persons did it; a known hand in one act says nothing of another."""
        acts: dict[tuple[Route, str], list[Contribution]] = {}
        for one in those:
            acts.setdefault((one.route, one.act), []).append(one)
        facts = [self._any_person(group, strength) for group in acts.values()]
        gaps = [one for one in facts if one.value is None]
        persons = [one for one in facts if one.value is True]
        return (gaps or persons or facts)[0]

    def _any_person(
        self, those: list[Contribution], strength: Mapping[str, Strength] | None
    ) -> Fact:
        evidence = [one.source.id for one in those]
        reasons = {one.source.id: self._who(one) for one in those}
        persons = [
            one
            for one in those
            if reasons[one.source.id] is None
            and self._film.parties[str(one.party)].type == "person"
        ]
        if persons:
            best = max(self._strength(one, strength) for one in persons)
            return _known(True, best, [one.source.id for one in persons])
        gaps = [one for one in reasons.values() if one is not None]
        if gaps:
            return unknown(gaps[0], evidence)
        return _known(False, Strength.SIGNED, evidence)

    def _strength(
        self, one: Contribution, known: Mapping[str, Strength] | None
    ) -> Strength:
        return (known or {}).get(one.source.id) or self._strengths.of_contribution(one)

    def _who(self, one: Contribution) -> Reason | None:
        if one.source.disputed:
            return Reason.DISPUTED
        if one.party is None:
            return why_absent(one.source)
        return None if one.party in self._film.parties else Reason.MISSING

    def _changed(self, edits: tuple[Edit, ...]) -> Fact:
        measured = [each for one in edits for each in one.measured]
        standing = [one for one in measured if not one.change.source.disputed]
        evidence = [one.change.source.id for one in measured]
        changed = [one for one in standing if one.leaf.changed_0 > 0]
        if changed:
            best = max(self._strengths.of_change(one.change) for one in changed)
            return _known(True, best, evidence)
        if len(standing) < len(measured):
            return unknown(Reason.DISPUTED, evidence)
        if not measured:
            return unknown(
                Reason.MISSING, [one.contribution.source.id for one in edits]
            )
        weakest = min(self._strengths.of_change(one.change) for one in standing)
        return _known(False, weakest, evidence)

    def _gap(self, step: Step) -> Reason | None:
        if step.disputed:
            return Reason.DISPUTED
        if step.conflict or self._lineage.circular(step.file):
            return Reason.CONFLICT
        return Reason.MISSING if step.making is Making.UNKNOWN else None

    def _grounds(self, step: Step) -> tuple[str, ...]:
        made = (one.source.id for one in step.generations)
        said = (one.source.id for one in step.contributions)
        return (*made, *said, *step.assets)

    def _made(self, step: Step, value: Value) -> Fact:
        sources = [one.source for one in step.generations] or [
            one.source for one in (*step.by("capture"), *step.by("input"))
        ]
        best = max(self._strengths.of(one) for one in sources)
        return _known(value, best, [one.id for one in sources])

    def _never_edited(self, step: Step) -> Facts:
        never = self._made(step, False)
        facts = {
            "edit.recorded": never,
            "edit.by_person": never,
            "edit.changed": never,
            "edit.acts": self._made(step, frozenset()),
        }
        return {**facts, **self.idle(step.idle)} if step.idle else facts

    def _by_route(self, step: Step, name: str, route: Route) -> Facts:
        those = step.by(route)
        if not those:
            never = self._made(step, False)
            return {f"{name}.recorded": never, f"{name}.by_person": never}
        ids = [one.source.id for one in those]
        if all(one.source.disputed for one in those):
            recorded = unknown(Reason.DISPUTED, ids)
        else:
            best = max(self._strengths.of_contribution(one) for one in those)
            recorded = _known(True, best, ids)
        return {
            f"{name}.recorded": recorded,
            f"{name}.by_person": self.by_person(those),
        }

    def own_work_in(self, file: str) -> tuple[Contribution, ...]:
        """What people did to the pictures that went into the generator of a file."""
        found: dict[str, Contribution] = {}
        for step in self._before_generator(self._lineage.step(file)):
            idle = {one.source.id for one in step.idle}
            for one in step.contributions:
                if one.route in _OWN_WORK and one.source.id not in idle:
                    found[one.source.id] = one
        return tuple(found.values())

    def _before_generator(self, step: Step) -> tuple[Step, ...]:
        files = dict.fromkeys(
            file for one in step.inputs for file in self._lineage.ancestry(one.file)
        )
        return tuple(self._lineage.step(file) for file in files)

    def _input(self, step: Step) -> Facts:
        recorded = self._made(step, bool(step.inputs))
        own = self.own_work_in(step.file)
        standing = [one for one in own if not one.source.disputed]
        gaps = [self._gap(one) for one in self._before_generator(step)]
        reasons = [one for one in gaps if one is not None]
        ids = [one.source.id for one in own]
        # Where what went in is in conflict, a claim to it shows nothing.
        grave = [one for one in reasons if one is not Reason.MISSING]
        if standing and not grave:
            best = max(self._strengths.of_contribution(one) for one in standing)
            acts = frozenset(one.act for one in standing)
            return {
                "input.recorded": recorded,
                "input.own_work": _known(True, best, ids),
                "input.by_person": self.by_person(own),
                "input.acts": _known(acts, best, ids),
            }
        if own or reasons:
            reason = (grave or reasons or [Reason.DISPUTED])[0]
            gap = unknown(reason, [*ids, *recorded.evidence])
            return {
                "input.recorded": recorded,
                "input.own_work": gap,
                "input.by_person": gap,
                "input.acts": gap,
            }
        none = self._made(step, False)
        return {
            "input.recorded": recorded,
            "input.own_work": none,
            "input.by_person": none,
            "input.acts": self._made(step, frozenset()),
        }


def nothing_known(reason: Reason, evidence: Iterable[str] = ()) -> Facts:
    """Every fact about how a picture came to be, unknown for one reason."""
    gap = unknown(reason, evidence)
    return dict.fromkeys(ORIGIN_FACTS, gap)


def _known(value: Value, strength: Strength, evidence: Iterable[str]) -> Fact:
    return Fact(value=value, strength=strength, evidence=tuple(evidence))
