"""What is seen in a shot, frame by frame: which file, of which element, how much."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ledger.answers.finding import Seen
from ledger.answers.parts import Shown
from ledger.history.film import Film, Frame, Shot
from ledger.records.making import SourceType
from ledger.records.range_set import RangeSet
from ledger.records.time import FrameRange, Rate

WEIGHT = 32768
"""Of one pixel that is fully covered, in sums of coverage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One layer of one frame.

    Attributes:
        layer: which of the element's layers, from 0; not its place in the picture.
        pixels: digest of the delivered picture.
        file: what the layer shows; `None` if the frame says nothing of it.
        asset, generation, declared: as its run says; `None` if the run says nothing.
    """

    shot: str
    frame: int
    pixels: str
    element: str
    layer: int
    file: str | None
    asset: str | None
    generation: str | None
    declared: SourceType | None
    seen: Seen

    @property
    def shown(self) -> Shown:
        """What its run says of it."""
        return Shown(declared=self.declared, generation=self.generation)

    @property
    def visible(self) -> bool:
        """Whether it may be seen at all."""
        return self.seen.upper > 0


def sights(film: Film, shot: Shot, frames: Iterable[int]) -> Iterator[Sight]:
    """Every layer of these frames, bottom to top."""
    for number in frames:
        yield from _in_frame(film, shot.uid, number, shot.frames[number])


def _in_frame(film: Film, shot: str, number: int, frame: Frame) -> Iterator[Sight]:
    run = film.runs.get(frame.run)
    files = {one.layer: one.file for one in frame.measured.inputs}
    met: Counter[str] = Counter()
    total = WEIGHT * run.pixels if run else 0
    measured = frame.measured.coverage.layers
    shown = run.layers if run else ()
    for place in range(max(len(measured), len(shown))):
        layer = shown[place] if place < len(shown) else None
        # A layer that was not measured may be seen anywhere, and is not left out.
        seen = Seen(lower=0, upper=total, total=total)
        element = str(layer.element) if layer else ""
        if place < len(measured):
            covered = measured[place]
            element = covered.element
            seen = Seen(lower=covered.lower, upper=covered.upper, total=total)
        yield Sight(
            shot=shot,
            frame=number,
            pixels=frame.measured.pixels,
            element=element,
            layer=met[element],
            file=files.get(place),
            asset=layer.asset if layer else None,
            generation=layer.generation if layer else None,
            declared=layer.source_type if layer else None,
            seen=seen,
        )
        met[element] += 1


def ranges_of(rate: Rate, frames: Iterable[int]) -> RangeSet:
    """Single frames as ranges."""
    return RangeSet.of(
        rate, (FrameRange.between(one, one + 1, rate) for one in sorted(frames))
    )
