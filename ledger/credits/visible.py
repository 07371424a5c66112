"""Which contributions and generations are seen in which record frames of a cut.

Work that names files is placed by them: a layer's file that is seen (coverage above 0
in that frame) leads back, step by step, through what made it, to everybody's files
before it. Work that names no files is placed by shot, frames and element. Names play no
part; the way from what is seen to a statement is kept as its edges.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeAlias

from ledger.answers.lineage import Lineage
from ledger.credits.notes import Unseen
from ledger.credits.policies import Roles
from ledger.errors import CreditError
from ledger.history.film import Contribution, Film, Frame, Shot
from ledger.records.editing import CutLeaf, CutSource
from ledger.records.time import Rate

Way: TypeAlias = tuple[str, ...]
"""Edges from what is seen to a statement: `("placed", "transformed")`."""

PLACED: Final = "placed"
MATTE: Final = "matte"
EDITED: Final = "edited"
SCOPE: Final = "scope"
WHOLE_CUT: Final = "whole_cut"


class FramedCut(Protocol):
    """A cut that was resolved: a logged one, or one just read."""

    @property
    def rate(self) -> Rate:
        """Record frames a second."""

    @property
    def leaves(self) -> tuple[CutLeaf, ...]:
        """One for each record frame, from 0 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where something is seen.

    Attributes:
        frames: record frames in which it is seen.
        first, last: the first and the last of them.
        shots: by uid, in how many record frames it is seen there; empty if it belongs
            to the whole cut.
    """

    frames: int
    first: int
    last: int
    shots: Mapping[str, int]


Pictures: TypeAlias = tuple[tuple[str, frozenset[str]], ...]
"""What record frames show: (shot, statements seen in it), source by source."""


class Visibility:
    """What a film's records say is seen in a cut; worked out once."""

    def __init__(self, film: Film, cut: FramedCut, roles: Roles) -> None:
        self.total = len(cut.leaves)
        self._film = film
        self._roles = roles
        self.lineage = Lineage(film)
        self._ways: dict[str, Way] = {}
        self._files: dict[str, Mapping[str, Way]] = {}
        self._at: dict[tuple[str, int], frozenset[str]] = {}
        self._shots_in_cut: set[str] = set()
        self._frames_in_cut: dict[str, set[int]] = defaultdict(set)
        self._pictures: dict[Pictures, list[int]] = defaultdict(list)
        for leaf in cut.leaves:
            pictures = tuple(self._source(leaf, one) for one in leaf.sources)
            self._pictures[pictures].append(leaf.frame)

    def way(self, statement: str) -> Way | None:
        """The shortest way from a picture to a statement; `None` if it is not seen."""
        if statement in self._whole:
            return (WHOLE_CUT,)
        return self._ways.get(statement)

    def seen(self, statements: Iterable[str]) -> Seen:
        """Where any of these statements is seen; one of them must be.

        A record frame counts once, however many of its pictures show it.
        """
        wanted = frozenset(statements)
        if wanted & self._whole:
            return Seen(frames=self.total, first=0, last=self.total - 1, shots={})
        met: list[int] = []
        shots: Counter[str] = Counter()
        for pictures, records in self._pictures.items():
            within = {shot for shot, ids in pictures if ids & wanted}
            if within:
                met += records
                shots.update(dict.fromkeys(within, len(records)))
        return Seen(frames=len(met), first=min(met), last=max(met), shots=shots)

    def why_not(self, one: Contribution) -> Unseen:
        """Why a contribution is not seen."""
        shot = one.source.scope.shot
        if shot is not None and shot not in self._frames_in_cut:
            return Unseen.SHOT_NOT_IN_CUT
        match self._place(one):
            case "files":
                return Unseen.FILES_NOT_SEEN
            case "scope":
                return self._why_not_there(one)
            case _:
                return Unseen.NO_PLACE

    def _why_not_there(self, one: Contribution) -> Unseen:
        scope = one.source.scope
        if scope.shot is None or scope.range is None:
            return Unseen.ELEMENT_NOT_SEEN
        if any(map(scope.range.contains, self._frames_in_cut[scope.shot])):
            return Unseen.ELEMENT_NOT_SEEN
        return Unseen.FRAMES_NOT_IN_CUT

    def _place(self, one: Contribution) -> str:
        scope = one.source.scope
        scoped = scope.shot is not None or scope.element is not None
        if one.after and not (scoped and one.route in self._roles.by_scope):
            return "files"
        if scoped:
            return "scope"
        return "whole" if one.route in self._roles.whole_cut else "nowhere"

    @cached_property
    def _placed(self) -> Mapping[str, Sequence[Contribution]]:
        placed: dict[str, list[Contribution]] = defaultdict(list)
        for one in self._film.contributions:
            placed[self._place(one)].append(one)
        return placed

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(one.source.id for one in self._placed.get("whole", ()))

    @cached_property
    def _by_files(self) -> frozenset[str]:
        return frozenset(one.source.id for one in self._placed.get("files", ()))

    def _source(self, leaf: CutLeaf, source: CutSource) -> tuple[str, frozenset[str]]:
        here = (source.shot, source.frame)
        if here not in self._at:
            self._frames_in_cut[source.shot].add(source.frame)
            ways = self._frame(leaf, source)
            for statement, way in ways.items():
                self._ways[statement] = _shorter(self._ways.get(statement), way)
            self._at[here] = frozenset(ways)
        return source.shot, self._at[here]

    def _frame(self, leaf: CutLeaf, source: CutSource) -> dict[str, Way]:
        shot = self._film.shots.get(source.shot)
        frame = shot.frames.get(source.frame) if shot else None
        if shot is None or frame is None or shot.view != source.view:
            raise CreditError(
                "a cut of frames in versions in force",
                met=f"frame {source.frame} of a shot that lacks it",
                advice="Resolve the cut again with the production as it is now.",
                where=f"record frame {leaf.frame}, shot {_called(shot, source.shot)}",
                record_frame=leaf.frame,
                source_frame=source.frame,
            )
        ways: dict[str, Way] = {}
        for file, edge in _files_seen(frame):
            for statement, rest in self._behind(file).items():
                ways[statement] = _shorter(ways.get(statement), (edge, *rest))
        elements = _elements_seen(frame)
        for one in self._scoped(source.shot, elements):
            span = one.source.scope.range
            if span is None or span.contains(source.frame):
                ways.setdefault(one.source.id, (SCOPE,))
        return ways

    def _scoped(self, shot: str, elements: set[str]) -> Iterator[Contribution]:
        for one in self._placed.get("scope", ()):
            scope = one.source.scope
            if scope.shot in (None, shot) and (
                scope.element is None or scope.element in elements
            ):
                yield one

    def _behind(self, file: str) -> Mapping[str, Way]:
        """Every statement that a file leads back to, by the shortest way."""
        if file not in self._files:
            self._files[file] = self._searched(file)
        return self._files[file]

    def _searched(self, file: str) -> Mapping[str, Way]:
        found: dict[str, Way] = {}
        waiting: deque[tuple[str, Way]] = deque([(file, ())])
        met = {file}
        while waiting:
            here, way = waiting.popleft()
            step = self.lineage.step(here)
            for one in step.contributions:
                if one.source.id in self._by_files:
                    found.setdefault(one.source.id, way)
            for made in step.generations:
                found.setdefault(made.source.id, way)
            links = [(one.file, one.edge) for one in step.inputs]
            for before, edge in [*((one, EDITED) for one in step.before), *links]:
                if before not in met:
                    met.add(before)
                    waiting.append((before, (*way, edge)))
        return found


def _files_seen(frame: Frame) -> Iterator[tuple[str, str]]:
    layers = frame.measured.coverage.layers
    for one in frame.measured.inputs:
        if one.layer < len(layers) and layers[one.layer].upper > 0:
            yield one.file, PLACED
            for file in one.cutters():
                yield file, MATTE


def _elements_seen(frame: Frame) -> set[str]:
    layers = frame.measured.coverage.layers
    return {one.element for one in layers if one.upper > 0}


def _called(shot: Shot | None, uid: str) -> str:
    return uid if shot is None or shot.code is None else shot.code


def _shorter(known: Way | None, way: Way) -> Way:
    return way if known is None else min(known, way, key=lambda one: (len(one), one))
