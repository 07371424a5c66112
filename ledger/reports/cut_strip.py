"""The strip of a cut: what each record frame shows, and in which state that is.

Record frames that show the same shots, and move through them in the same manner, are
one segment. Its manner is read from the frames themselves, whatever the editor did to
get there: a dissolve shows two frames of one track, a retime steps by other than one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Any, Final

from ledger.history.film import Cut, Film
from ledger.records.editing import CutLeaf
from ledger.records.range_set import Span
from ledger.reports.strip import DOUBT, bands

_NEAR: Final = 24
"""Record frames between two uneven steps that belong to one retime at most."""
_JUMP: Final = 4

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Segment:
    """Neighbouring record frames that show the same shots in the same manner."""

    leaves: Sequence[CutLeaf]
    retimed: bool

    @property
    def span(self) -> Span:
        return self.leaves[0].frame, self.leaves[-1].frame + 1

    @property
    def manner(self) -> list[str]:
        """Codes of how it is shown; none if a shot runs as it was delivered."""
        sources = self.leaves[0].sources
        if not sources:
            return ["black"]
        tracks = [one.track for one in sources]
        found = ["dissolve"] if len(set(tracks)) < len(tracks) else []
        found += ["layered"] if len(set(tracks)) > 1 else []
        if self.retimed:
            steps = {step for pair in _steps(self.leaves) for step in pair}
            found.append("held" if steps == {0} else "retimed")
        return found


def cut_strip(film: Film, rows: Sequence[_Row]) -> dict[str, Any] | None:
    """The newest cut of a film; `None` if it has none that shows anything."""
    if not film.cuts or not film.cuts[-1].leaves:
        return None
    cut = film.cuts[-1]
    answers = _Answers(rows)
    return {
        "entry": cut.source.index,
        "rate": str(cut.rate),
        "frames": len(cut.leaves),
        "segments": [_segment(one, film, answers) for one in _segments(cut.leaves)],
        "lanes": [*_lanes(cut, answers), *_own_lanes(cut, rows)],
    }


class _Answers:
    """Findings about what is seen, by the frames of shots that they are about."""

    def __init__(self, rows: Sequence[_Row]) -> None:
        self.states = {row["number"]: str(row["shown"]) for row in rows}
        self._of_shot: dict[str, list[_Row]] = {}
        for row in rows:
            if row["shot"] is not None and row["unit"] != "arrangement":
                self._of_shot.setdefault(row["shot"], []).append(row)

    def of(self, leaf: CutLeaf) -> set[int]:
        """Numbers of the findings about the frames that a record frame shows."""
        return {
            row["number"]
            for source in leaf.sources
            for row in self._of_shot.get(source.shot, [])
            if any(start <= source.frame < end for start, end in row["frames"])
        }


def _lanes(cut: Cut, answers: _Answers) -> Iterator[dict[str, Any]]:
    """For each state, the record frames in which something is in it."""
    found = [(leaf.frame, answers.of(leaf)) for leaf in cut.leaves]
    for state in reversed(DOUBT):
        own = {one for one, shown in answers.states.items() if shown == state}
        frames = [frame for frame, numbers in found if numbers & own]
        if frames:
            numbers = own.intersection(*[set().union(*(one for _, one in found))])
            yield _lane(cut, state, sorted(numbers), list(_spans(frames)))


def _own_lanes(cut: Cut, rows: Iterable[_Row]) -> Iterator[dict[str, Any]]:
    """Findings about this cut itself, as a selection."""
    for row in rows:
        if row["unit"] == "arrangement" and row["shot"] is None and row["frames"]:
            spans = [(start, end) for start, end in row["frames"]]
            yield _lane(cut, str(row["shown"]), [row["number"]], spans)


def _lane(
    cut: Cut, state: str, numbers: list[int], spans: Sequence[Span]
) -> dict[str, Any]:
    within = (cut.leaves[0].frame, cut.leaves[-1].frame + 1)
    drawn = bands([(state, spans)], within)
    return {"state": state, "numbers": numbers, "bands": [list(one) for one in drawn]}


def _spans(frames: Iterable[int]) -> Iterator[Span]:
    numbered = groupby(enumerate(frames), key=lambda one: one[1] - one[0])
    for _, together in numbered:
        those = [frame for _, frame in together]
        yield those[0], those[-1] + 1


def _segment(one: _Segment, film: Film, answers: _Answers) -> dict[str, Any]:
    first, last = one.leaves[0], one.leaves[-1]
    return {
        "frames": list(one.span),
        "manner": one.manner,
        "sources": [
            {
                "shot": start.shot,
                "code": shot.code if (shot := film.shots.get(start.shot)) else None,
                "first": start.frame,
                "last": end.frame,
            }
            for start, end in zip(first.sources, last.sources, strict=True)
        ],
        "findings": sorted(set().union(*(answers.of(leaf) for leaf in one.leaves))),
    }


def _segments(leaves: Sequence[CutLeaf]) -> Iterator[_Segment]:
    for _, together in groupby(leaves, key=_shown):
        for run in _unbroken(list(together)):
            yield from _evenly(run)


def _shown(leaf: CutLeaf) -> tuple[tuple[str, str, int], ...]:
    return tuple((one.shot, one.view, one.track) for one in leaf.sources)


def _steps(leaves: Sequence[CutLeaf]) -> list[tuple[int, ...]]:
    return [
        tuple(
            right.frame - left.frame
            for left, right in zip(one.sources, other.sources, strict=True)
        )
        for one, other in pairwise(leaves)
    ]


def _unbroken(leaves: Sequence[CutLeaf]) -> Iterator[Sequence[CutLeaf]]:
    """Split where a shot is cut to another place of itself."""
    widths = [max(map(abs, step), default=0) for step in _steps(leaves)]
    limit = _JUMP * (median(widths) if widths else 0) + _JUMP
    start = 0
    for place, width in enumerate(widths, start=1):
        if width > limit:
            yield leaves[start:place]
            start = place
    yield leaves[start:]


def _evenly(leaves: Sequence[CutLeaf]) -> Iterator[_Segment]:
    """Split where it begins and ends to step by other than one frame."""
    uneven = [
        place
        for place, step in enumerate(_steps(leaves))
        if any(one != 1 for one in step)
    ]
    start = 0
    for first, last in _near(uneven):
        if start < first:
            yield _Segment(leaves[start:first], retimed=False)
        yield _Segment(leaves[max(start, first) : last + 2], retimed=True)
        start = last + 2
    if start < len(leaves):
        yield _Segment(leaves[start:], retimed=False)


def _near(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    group: list[int] = []
    for place in places:
        if group and place - group[-1] > _NEAR:
            yield group[0], group[-1]
            group = []
        group.append(place)
    if group:
        yield group[0], group[-1]
