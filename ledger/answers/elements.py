"""Authorship, element by element: one finding for each distinct set of facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ledger.answers.examination import Examination, fingerprint, parties_of
from ledger.answers.facts import Facts, nothing_known
from ledger.answers.finding import Finding, Seen, Touched
from ledger.answers.parts import Part
from ledger.answers.sight import Sight, ranges_of, sights
from ledger.history.film import Shot
from ledger.records.range_set import RangeSet
from ledger.rules.values import Fact, Reason

POLICY = "kr.authorship.element"


@dataclass(slots=True)
class _Class:
    """Frames in which everything that an answer depends on is the same."""

    sight: Sight
    part: Part | None
    facts: Facts
    frames: list[int] = field(default_factory=list)
    seen: Seen = field(default_factory=Seen)
    change: Touched = field(default_factory=Touched)

    def add(self, sight: Sight, part: Part | None) -> None:
        self.frames.append(sight.frame)
        self.seen = self.seen.plus(sight.seen)
        if part and part.measured:
            leaf = part.measured[0].leaf
            own = Touched(changed=leaf.changed_0, pixels=leaf.pixels)
            self.change = self.change.plus(own)


def element_findings(desk: Examination, shot: Shot) -> tuple[Finding, ...]:
    """Findings on every element of a shot, in the order in which they are met."""
    if shot.range is None:
        return (unanswered(desk, shot),)
    classes: dict[object, _Class] = {}
    for sight in sights(desk.film, shot, desk.asked.frames_of(shot)):
        for part, facts in _asked_of(desk, sight):
            key = _key(sight, part, facts)
            found = classes.setdefault(key, _Class(sight, part, facts))
            found.add(sight, part)
    order = {one: place for place, one in enumerate(("whole", "changed", "unchanged"))}
    findings = [_finding(desk, shot, one) for one in classes.values()]
    met = {one.element: place for place, one in reversed([*enumerate(findings)])}
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                met[one.element],
                one.layer,
                order.get(one.part or "", len(order)),
                one.spans.spans if one.spans else (),
            ),
        )
    )


def unanswered(desk: Examination, shot: Shot) -> Finding:
    """A shot of which no frames are there to be asked about: missing, and no no."""
    return Finding(
        unit="element",
        outcome=desk.judge(POLICY, nothing_known(Reason.MISSING, (shot.source.id,))),
        shot=shot.uid,
        ended=desk.ended_of((shot.source.id,)),
        names=desk.names((shot.uid,)),
    )


def _asked_of(
    desk: Examination, sight: Sight
) -> Iterator[tuple[Part | None, Mapping[str, Fact]]]:
    if not sight.visible:
        yield None, {}
        return
    if sight.file is None:
        # A frame that names no file of a visible layer: nothing leads anywhere.
        yield None, {"origin.known": Fact(value=None, reason=Reason.MISSING)}
        return
    opinions = desk.opinions.on_frame(
        sight.shot, sight.element, sight.frame, sight.pixels
    )
    for part in desk.parts.of(sight.file, sight.shown):
        contributors = frozenset((*parties_of(part.relied), *part.askers))
        # Nobody judges what was only recorded afterwards.
        known = max((one.source.index for one in part.relied), default=-1)
        later = [one for one in opinions if one.source.index > known]
        judged = desk.opinions.facts(later, contributors, desk.asked.floor)
        yield part, {**part.facts, **judged}


def _key(sight: Sight, part: Part | None, facts: Facts) -> object:
    touched = _ids(part)
    name = part.name if part else None
    shown = (sight.asset, sight.generation)
    # What is not seen is not asked for its files.
    how = (name, touched, *shown, fingerprint(facts)) if sight.visible else None
    return sight.element, sight.layer, how


def _ids(part: Part | None) -> tuple[str, ...]:
    edits = part.touched if part else ()
    return tuple(dict.fromkeys(one.contribution.source.id for one in edits))


def _finding(desk: Examination, shot: Shot, found: _Class) -> Finding:
    sight, part = found.sight, found.part
    spans = _spans(shot, found.frames)
    if not sight.visible:
        return Finding(
            unit="element",
            outcome=None,
            shot=shot.uid,
            element=sight.element,
            layer=sight.layer,
            spans=spans,
            seen=found.seen,
            names=desk.names((shot.uid, sight.element)),
        )
    edits = part.touched if part else ()
    relied = part.relied if part else ()
    people = parties_of(one for one in relied if one.route in _CREATIVE)
    before = _unique(uid for one in edits[:1] for uid in one.contribution.before)
    after = _unique(uid for one in edits[:1] for uid in one.contribution.after)
    changes = _unique(one.change.source.id for one in (part.measured if part else ()))
    linked = (sight.asset, sight.generation, *(one.change for one in relied))
    ended = (*desk.ended_of(linked), *desk.ended_about(shot.uid, sight.element))
    outcome = desk.judge(POLICY, found.facts)
    opinions = desk.opinions_in(outcome)
    assessors = (one.source.speaker.party for one in opinions)
    return Finding(
        unit="element",
        outcome=outcome,
        shot=shot.uid,
        element=sight.element,
        layer=sight.layer,
        part=part.name if part else "whole",
        spans=spans,
        touched=_ids(part),
        relied=tuple(one.source.id for one in relied if one.route in _CREATIVE),
        people=people,
        assets=(sight.asset,) if sight.asset else (),
        before=before,
        after=after,
        changes=changes,
        seen=found.seen,
        change=found.change if changes else None,
        ended=_unique(ended),
        opinions=opinions,
        names=desk.names((shot.uid, sight.element, *people, *assessors)),
    )


_CREATIVE = frozenset({"input", "edit", "capture"})


def _unique(ids: "Iterator[str] | tuple[str, ...]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))


def _spans(shot: Shot, frames: list[int]) -> RangeSet | None:
    return None if shot.range is None else ranges_of(shot.range.rate, frames)
