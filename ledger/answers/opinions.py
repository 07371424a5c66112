"""Assessors' opinions: which of them fill a judgement, and how strongly.

An opinion counts for the pictures that its assessor saw, by the digest of the
delivered pixels; a frame that was made again needs a new one.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.answers.strengths import Strengths, qualified
from ledger.history.film import Film, Opinion
from ledger.rules.values import Fact, Reason, Strength, Tag

JUDGEMENTS: Final[Mapping[str, str]] = {
    "kr.authorship.input": "expression.appears",
    "kr.authorship.edit": "expression.added",
    "kr.authorship.arrangement": "arrangement.creative",
    "kr.authorship.plate": "plate.creative",
    "kr.authorship.own-work": "work.creative",
}
"""The one judgement of each question."""

_VALUES: Final = {"yes": True, "no": False}


class Opinions:
    """The opinions of a film that may count, by what they are about."""

    def __init__(self, film: Film, strengths: Strengths) -> None:
        self._strengths = strengths
        self._about: dict[tuple[str | None, str | None], list[Opinion]] = {}
        self._cuts: dict[str, list[Opinion]] = {}
        for one in film.opinions:
            if qualified(one) and JUDGEMENTS.get(one.question) == one.judgement:
                self._add(one)

    def _add(self, one: Opinion) -> None:
        scope = one.source.scope
        if one.cut is not None:
            self._cuts.setdefault(one.cut, []).append(one)
        elif scope.shot is not None and scope.element is not None:
            self._about.setdefault((scope.shot, scope.element), []).append(one)

    def on_frame(
        self, shot: str, element: str, frame: int, pixels: str
    ) -> tuple[Opinion, ...]:
        """Opinions on an element by somebody who saw this frame as delivered."""
        about = self._about.get((shot, element), ())
        return tuple(one for one in about if pixels in one.seen.get(frame, ()))

    def on_cut_frame(
        self, cut: str, frame: int, pixels: tuple[str, ...]
    ) -> tuple[Opinion, ...]:
        """Opinions on a cut by somebody who saw this record frame's sources."""
        return tuple(
            one for one in self._cuts.get(cut, ()) if one.seen.get(frame) == pixels
        )

    def facts(
        self, seen: Iterable[Opinion], contributors: frozenset[str], floor: Strength
    ) -> Mapping[str, Fact]:
        """The judgements that these opinions fill; what nobody judged is left out."""
        by_judgement: dict[str, list[Opinion]] = {}
        for one in seen:
            by_judgement.setdefault(one.judgement, []).append(one)
        return {
            judgement: self._judged(those, contributors, floor)
            for judgement, those in by_judgement.items()
        }

    def _judged(
        self, those: list[Opinion], contributors: frozenset[str], floor: Strength
    ) -> Fact:
        evidence = tuple(one.source.id for one in those)
        graded = [
            (one, *self._strengths.of_opinion(one, contributors)) for one in those
        ]
        # Below the floor nobody is heard, unless there is nobody else to be weak.
        heard = [one for one in graded if one[1] >= floor] or graded
        if len({one.finding for one, _, _ in heard}) > 1:
            return Fact(value=None, reason=Reason.CONFLICT, evidence=evidence)
        standing = [one for one in heard if not one[0].source.disputed]
        if not standing:
            return Fact(value=None, reason=Reason.DISPUTED, evidence=evidence)
        if all(one.source.speaker.party is None for one, _, _ in standing):
            # An opinion is somebody's; of whom nobody can say any more.
            return Fact(value=None, reason=Reason.ERASED, evidence=evidence)
        best = max(strength for _, strength, _ in standing)
        flags = [remarks for _, strength, remarks in standing if strength == best]
        value = _VALUES.get(standing[0][0].finding)
        if value is None:
            return Fact(value=None, reason=Reason.JUDGEMENT, evidence=evidence)
        return Fact(
            value=value,
            strength=best,
            evidence=evidence,
            tags=frozenset({Tag.ON_OPINION}),
            flags=frozenset().union(*flags),
        )
