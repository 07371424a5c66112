"""Arrangement: the newest cut as a compilation, never the clips in it."""

from collections.abc import Sequence

from ledger.answers.examination import Examination, parties_of
from ledger.answers.facts import Facts, unknown
from ledger.answers.finding import Finding
from ledger.answers.sight import ranges_of
from ledger.history.film import Contribution, Cut, Film, Opinion
from ledger.records.editing import CutLeaf
from ledger.rules.values import Fact, Reason

POLICY = "kr.authorship.arrangement"


def arrangement_findings(desk: Examination) -> tuple[Finding, ...]:
    """Findings on the newest cut; of shots only if somebody arranged in them."""
    those = [
        one
        for one in desk.film.contributions
        if one.route == "arrangement" and desk.asked.touches(one.source.scope)
    ]
    if not those and (desk.asked.shots or not desk.film.cuts):
        return ()
    # Nobody recorded that they arranged: that is missing, and no no.
    facts = _facts(desk, those) if those else {}
    cut = max(desk.film.cuts, key=lambda one: one.source.index, default=None)
    if cut is None:
        return (_finding(desk, those, facts, None, ()),)
    contributors = frozenset(parties_of(those))
    classes: dict[tuple[str, ...], tuple[tuple[Opinion, ...], list[int]]] = {}
    for leaf in cut.leaves:
        # Nobody judges what was only recorded afterwards.
        known = max((one.source.index for one in those), default=-1)
        seen = tuple(one for one in _seen(desk, cut, leaf) if one.source.index > known)
        ids = tuple(one.source.id for one in seen)
        classes.setdefault(ids, (seen, []))[1].append(leaf.frame)
    return tuple(
        _finding(
            desk,
            those,
            {**facts, **desk.opinions.facts(seen, contributors, desk.asked.floor)},
            cut,
            frames,
        )
        for seen, frames in classes.values()
    )


def _facts(desk: Examination, those: list[Contribution]) -> Facts:
    evidence = tuple(one.source.id for one in those)
    standing = [one for one in those if not one.source.disputed]
    if not standing:
        disputed = unknown(Reason.DISPUTED, evidence)
        return dict.fromkeys(
            (
                "arrangement.recorded",
                "arrangement.by_person",
                "arrangement.candidates",
            ),
            disputed,
        )
    strength = max(desk.strengths.of(one.source) for one in standing)
    counts = [one.candidates for one in standing if one.candidates is not None]
    candidates = unknown(Reason.MISSING, evidence)
    if counts:
        candidates = Fact(value=sum(counts), strength=strength, evidence=evidence)
    return {
        "arrangement.recorded": Fact(value=True, strength=strength, evidence=evidence),
        "arrangement.by_person": desk.finder.by_person(standing),
        "arrangement.candidates": candidates,
    }


def _seen(desk: Examination, cut: Cut, leaf: CutLeaf) -> tuple[Opinion, ...]:
    pixels = _pixels(desk.film, leaf)
    if pixels is None:
        return ()
    return desk.opinions.on_cut_frame(cut.source.id, leaf.frame, pixels)


def _pixels(film: Film, leaf: CutLeaf) -> tuple[str, ...] | None:
    found = []
    for one in leaf.sources:
        shot = film.shots.get(one.shot)
        frame = shot.frames.get(one.frame) if shot else None
        if frame is None:
            return None
        found.append(frame.measured.pixels)
    return tuple(found)


def _finding(
    desk: Examination,
    those: list[Contribution],
    facts: Facts,
    cut: Cut | None,
    frames: Sequence[int],
) -> Finding:
    people = parties_of(those)
    outcome = desk.judge(POLICY, facts)
    opinions = desk.opinions_in(outcome)
    assessors = (one.source.speaker.party for one in opinions)
    return Finding(
        unit="arrangement",
        outcome=outcome,
        cut=cut.source.id if cut else None,
        spans=ranges_of(cut.rate, frames) if cut and frames else None,
        touched=tuple(one.source.id for one in those),
        people=people,
        ended=desk.ended_kinds("cut"),
        opinions=opinions,
        names=desk.names((*people, *assessors)),
    )
