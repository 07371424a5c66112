"""Step 14.4: frames that an assessor saw are frames that were measured."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ledger.evidence.audit import Audit
from ledger.evidence.disclosure import Disclosure, Told
from ledger.evidence.form import blob_name
from ledger.evidence.steps.cuts import cut_leaves
from ledger.evidence.steps.disposed import Disposed
from ledger.evidence.steps.finding import altered
from ledger.evidence.steps.frames import Frames
from ledger.evidence.verdict import Reason
from ledger.log.leaves import read_leaves
from ledger.records.editing import Cut, CutLeaf
from ledger.records.frames import FrameSet
from ledger.records.people import Opinion, SeenLeaf
from ledger.records.time import FrameRange, Rate

Picture: TypeAlias = tuple[str, int]
"""A shot's uid and a frame of it."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """Pixels that were ever measured, and rates of the shots."""

    pixels: Mapping[Picture, set[str]]
    rates: Mapping[str, set[Rate]]


@dataclass(frozen=True, slots=True)
class OpinionReader:
    """Checks opinions on frames; whether they are right nobody can check."""

    parts: Mapping[str, bytes]
    disclosure: Disclosure
    frames: Frames
    audit: Audit
    _cuts: dict[str, Sequence[CutLeaf]] = field(default_factory=dict)

    def read(self) -> None:
        """Check all opinions in force."""
        measured = self._measured()
        disposed = Disposed.of(self.disclosure, self.audit)
        for told, body in self.disclosure.all_of(Opinion):
            if self.disclosure.in_force(told) and not disposed.lacks(told):
                with self.audit.step("opinions"):
                    self._check(told, body, measured)
                disputed = self.disclosure.history.contradicted(told.id)
                self.audit.leave_open(Reason.DISPUTED, "opinion", int(disputed))

    def _measured(self) -> _Measured:
        pixels: defaultdict[Picture, set[str]] = defaultdict(set)
        rates: defaultdict[str, set[Rate]] = defaultdict(set)
        for told, _ in self.disclosure.all_of(FrameSet):
            shot, span = str(told.said.scope.shot), told.said.scope.range
            for frame, leaf in self.frames.measured.get(told.id, {}).items():
                pixels[shot, frame].add(leaf.pixels)
            if span is not None:
                rates[shot].add(span.rate)
        return _Measured(dict(pixels), dict(rates))

    def _check(self, told: Told, body: Opinion, measured: _Measured) -> None:
        raw = self.parts.get(blob_name(body.seen.blob))
        span = told.said.scope.range
        if raw is None or span is None:
            raise altered("the frames that an opinion commits to", "none")
        leaves = read_leaves(SeenLeaf, raw, body.seen)
        # Numbers are in order, each once, and as many as the range has.
        ends = (leaves[0].frame, leaves[-1].frame + 1, len(leaves))
        if ends != (span.start, span.end, span.count()):
            raise altered("each frame of the opinion's range, once", "others")
        if told.said.scope.shot is not None:
            pictures = _of_shot(told.said.scope.shot, span, measured)
        elif (cut := self._in_cut(body)) is None:
            self.audit.leave_open(Reason.WITHHELD, "opinion.cut")
            return
        elif cut.resolved.blob in self.disclosure.disposed():
            self.audit.leave_open(Reason.ERASED, "opinion.cut")
            return
        else:
            pictures = self._of_cut(body, span)
        self._compare(leaves, pictures, measured)

    def _compare(
        self,
        leaves: Sequence[SeenLeaf],
        pictures: Iterator[list[Picture]],
        measured: _Measured,
    ) -> None:
        strange = 0
        for leaf, shown in zip(leaves, pictures, strict=True):
            # Else one without any would fit whatever there was to see.
            if len(leaf.pixels) != len(shown):
                raise altered("one digest for each picture", "others", leaf.frame)
            strange += not all(
                self._is_known(picture, seen, measured)
                for picture, seen in zip(shown, leaf.pixels, strict=True)
            )
        # Against an opinion on pictures that this film never had.
        self.audit.leave_open(Reason.MISSING, "opinion.seen", int(strange > 0))
        self.audit.held("frames.of_opinions", len(leaves) - strange)

    def _is_known(self, picture: Picture, seen: str, measured: _Measured) -> bool:
        shots = self.disclosure.shots
        if shots and picture[0] not in shots:
            return True  # the question does not touch it, and nothing shows it here
        return seen in measured.pixels.get(picture, set())

    def _in_cut(self, body: Opinion) -> Cut | None:
        found = None if body.cut is None else self.disclosure.find(body.cut, Cut)
        return None if found is None else found[1]

    def _of_cut(self, body: Opinion, span: FrameRange) -> Iterator[list[Picture]]:
        cut = self._in_cut(body)
        if cut is None or cut.rate != span.rate:
            raise altered("record frames at the rate of the cut", "another rate")
        if not 0 <= span.start < span.end <= cut.frames:
            raise altered("record frames of the cut", "others")
        # Many opinions may be of one cut, which is long.
        name = str(body.cut)
        if name not in self._cuts:
            self._cuts[name] = cut_leaves(self.parts, cut)
        for leaf in self._cuts[name][span.start : span.end]:
            yield [(one.shot, one.frame) for one in leaf.sources]


def _of_shot(
    shot: str, span: FrameRange, measured: _Measured
) -> Iterator[list[Picture]]:
    if span.rate not in measured.rates.get(shot, {span.rate}):
        raise altered("frames at the rate of their shot", "another rate")
    for frame in span.frames():
        yield [(shot, frame)]
