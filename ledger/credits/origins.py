"""What a cut shows although nobody recorded how it was made.

A roll names models and people by what is recorded; whatever made these files is on
nobody's line. They are listed, so that nobody takes the roll for complete. Pictures are
asked; mattes are not.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.answers.lineage import Lineage
from ledger.answers.making import Making, Presence, Step
from ledger.credits.cut_facts import CutFacts, Object
from ledger.credits.notes import Gap
from ledger.credits.visible import FramedCut, Seen
from ledger.history.film import Film
from ledger.records.editing import CutSource
from ledger.records.making import SourceType

_GENERATED: Final[frozenset[SourceType]] = frozenset(
    {
        "compositeSynthetic",
        "compositeWithTrainedAlgorithmicMedia",
        "trainedAlgorithmicMedia",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginUnrecorded:
    """An element that is seen, and what is not recorded of its files.

    Attributes:
        name: `None` once erased, or if it was never registered.
        source_types: what its runs declare it to be; each once.
    """

    element: str
    name: str | None
    reason: Gap
    source_types: tuple[str, ...]
    seen: Seen

    def to_json(self, cut: CutFacts) -> Object:
        """As it stands in the roll."""
        return {
            "element": self.element,
            "name": self.name,
            "reason": {**self.reason.to_json()},
            "source_types": list(self.source_types),
            **cut.seen_json(self.seen),
        }


@dataclass(frozen=True, slots=True)
class _Missing:
    element: str
    reason: Gap
    declared: str | None


def origins_unrecorded(
    film: Film, cut: FramedCut, lineage: Lineage
) -> tuple[OriginUnrecorded, ...]:
    """List elements whose files have no recorded origin, in the order of the cut.

    Args:
        film: what the log says.
        cut: a cut of frames that the film has.
        lineage: of the film.
    """
    search = _Search(film, lineage)
    records: dict[tuple[str, Gap], list[int]] = defaultdict(list)
    shots: dict[tuple[str, Gap], Counter[str]] = defaultdict(Counter)
    declared: dict[tuple[str, Gap], set[str]] = defaultdict(set)
    for leaf in cut.leaves:
        here: dict[tuple[str, Gap], set[str]] = defaultdict(set)
        for source in leaf.sources:
            for one in search.missing(source):
                row = (one.element, one.reason)
                here[row].add(source.shot)
                declared[row] |= {one.declared} if one.declared else set()
        for row, within in here.items():
            records[row].append(leaf.frame)
            shots[row].update(within)
    return tuple(
        OriginUnrecorded(
            element=element,
            name=film.elements.get(element),
            reason=reason,
            source_types=tuple(sorted(declared[element, reason])),
            seen=Seen(
                frames=len(frames),
                first=frames[0],
                last=frames[-1],
                shots=shots[element, reason],
            ),
        )
        for (element, reason), frames in records.items()
    )


class _Search:
    """Remembers what it found for each frame of a shot, and for each file."""

    def __init__(self, film: Film, lineage: Lineage) -> None:
        self._film = film
        self._lineage = lineage
        self._frames: dict[tuple[str, int], frozenset[_Missing]] = {}
        self._steps: dict[str, tuple[Step, ...]] = {}

    def missing(self, source: CutSource) -> frozenset[_Missing]:
        here = (source.shot, source.frame)
        if here not in self._frames:
            self._frames[here] = frozenset(self._in_frame(source))
        return self._frames[here]

    def _in_frame(self, source: CutSource) -> Iterator[_Missing]:
        frame = self._film.shots[source.shot].frames[source.frame]
        run = self._film.runs.get(frame.run)
        files = {one.layer: one.file for one in frame.measured.inputs}
        for place, covered in enumerate(frame.measured.coverage.layers):
            if covered.upper == 0:
                continue
            known = run is not None and place < len(run.layers)
            declared = run.layers[place].source_type if run and known else None
            reason = self._gap(files.get(place), declared)
            if reason is not None:
                yield _Missing(covered.element, reason, declared)

    def _gap(self, file: str | None, declared: SourceType | None) -> Gap | None:
        steps = self._placed(file) if file is not None else ()
        if declared in _GENERATED and not any(one.generations for one in steps):
            return Gap.GENERATION_MISSING
        if not steps or steps[0].making is Making.UNKNOWN:
            return Gap.NOTHING_RECORDED
        return Gap.BEFORE_UNRECORDED if any(map(_open_ended, steps)) else None

    def _placed(self, file: str) -> tuple[Step, ...]:
        """Steps of the file and of the pictures that were edited into it."""
        if file not in self._steps:
            before = (
                one
                for one, presence in self._lineage.ancestry(file).items()
                if presence is Presence.PLACED and one != file
            )
            self._steps[file] = tuple(map(self._lineage.step, (file, *before)))
        return self._steps[file]


def _open_ended(step: Step) -> bool:
    """Whether nothing is known of it, or of what somebody edited to make it."""
    bare = any(not one.before for one in step.edits)
    return bare or step.making is Making.UNKNOWN
