"""Sets of frames, written as ranges; they agree with Python's sets of numbers."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, TypeAlias

from ledger.errors import MalformedRecordError
from ledger.records.integers import LARGEST
from ledger.records.time import FrameRange, Rate, same_rate

Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RangeSet:
    """A set of frames at one rate, as few ranges as can write it.

    Equal sets are equal values, whatever ranges they were made from.

    Attributes:
        spans: (start, end) pairs, in order, with a gap between neighbours.
    """

    rate: Rate
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        before = -LARGEST - 1
        for start, end in self.spans:
            if not before < start < end <= LARGEST:
                raise MalformedRecordError(
                    "ranges in order, with a gap between neighbours",
                    met=f"start {start}, end {end}",
                    advice="Make the set with RangeSet.of.",
                    where="/spans",
                )
            before = end

    @classmethod
    def of(cls, rate: Rate, ranges: Iterable[FrameRange] = ()) -> Self:
        """Unite ranges that may overlap, touch and come in any order."""
        spans: list[Span] = []
        for one in ranges:
            same_rate(rate, one.rate)
            spans.append((one.start, one.end))
        return cls(rate, _united(spans))

    def ranges(self) -> tuple[FrameRange, ...]:
        """Give the set as ranges, in order."""
        return tuple(
            FrameRange.between(start, end, self.rate) for start, end in self.spans
        )

    def frames(self) -> Iterator[int]:
        """Every frame of the set, in order."""
        for start, end in self.spans:
            yield from range(start, end)

    def count(self) -> int:
        """How many frames the set holds."""
        return sum(end - start for start, end in self.spans)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def contains(self, frame: int) -> bool:
        """Tell whether a frame is in the set."""
        # The last span that starts at or before the frame, if any.
        found = bisect_right(self.spans, frame, key=lambda span: span[0]) - 1
        return found >= 0 and frame < self.spans[found][1]

    def union(self, other: "RangeSet") -> "RangeSet":
        """Frames in either set."""
        same_rate(self.rate, other.rate)
        return RangeSet(self.rate, _united([*self.spans, *other.spans]))

    def intersection(self, other: "RangeSet") -> "RangeSet":
        """Frames in both sets."""
        same_rate(self.rate, other.rate)
        return RangeSet(self.rate, tuple(_shared(self.spans, other.spans)))

    def difference(self, other: "RangeSet") -> "RangeSet":
        """Frames of this set that are not in the other."""
        same_rate(self.rate, other.rate)
        return RangeSet(self.rate, tuple(_shared(self.spans, _gaps(other.spans))))


def _united(spans: list[Span]) -> tuple[Span, ...]:
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], end))
        else:
            united.append((start, end))
    return tuple(united)


def _shared(ours: tuple[Span, ...], theirs: tuple[Span, ...]) -> Iterator[Span]:
    one = other = 0
    while one < len(ours) and other < len(theirs):
        start = max(ours[one][0], theirs[other][0])
        end = min(ours[one][1], theirs[other][1])
        if start < end:
            yield start, end
        # Whichever span ends first can meet nothing further.
        if ours[one][1] <= theirs[other][1]:
            one += 1
        else:
            other += 1


def _gaps(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    edges = [-LARGEST, *(edge for span in spans for edge in span), LARGEST]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple((start, end) for start, end in pairs if start < end)
