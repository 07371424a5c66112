"""Items of a cut put in their places, ready to be asked what is on screen.

Every composition is asked at whole frames of its own; what it passes on to an item is
the distance from the item's beginning, which is negative before a dissolve's middle.
"""

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from ledger.errors import CutError
from pipeline.editing.cut_file import refuse, shown
from pipeline.editing.cut_shots import CutShot, Shots, missing_frame
from pipeline.editing.exact import Exact, whole_or_fraction
from pipeline.editing.timeline import (
    Clip,
    CutNote,
    Dark,
    Dissolve,
    Extent,
    Gap,
    Item,
    Stack,
    Track,
)

_EXPORT: Final = "Correct the cut, and export it again."

Source: TypeAlias = tuple[CutShot, int]


@dataclass(frozen=True, slots=True)
class Placed(ABC):
    """Something that takes time.

    Attributes:
        duration: in frames of what it stands in.
    """

    duration: Exact

    @abstractmethod
    def sources(self, offset: Exact, record: int) -> Iterator[Source]:
        """What it shows at a distance from its beginning, lowest first."""


@dataclass(frozen=True, slots=True)
class Nothing(Placed):
    """A gap, black, or something disabled."""

    def sources(self, offset: Exact, record: int) -> Iterator[Source]:
        """Show nothing."""
        return iter(())


@dataclass(frozen=True, slots=True)
class ShotFrames(Placed):
    """Frames of a shot."""

    name: str
    shot: CutShot
    start: Exact
    speed: Exact

    def sources(self, offset: Exact, record: int) -> Iterator[Source]:
        """Show the one frame that is on screen then."""
        frame = math.floor(self.start + offset * self.speed)
        if not self.shot.range.contains(frame):
            raise missing_frame(self.name, self.shot, record=record, source=frame)
        yield self.shot, frame


@dataclass(frozen=True, slots=True)
class Nest(Placed):
    """A composition that is seen in part, and at a speed.

    Attributes:
        length: in its own frames.
    """

    name: str
    start: Exact
    speed: Exact
    length: Exact

    def inner(self, offset: Exact, record: int) -> int:
        """The frame of the composition that is on screen then."""
        frame = math.floor(self.start + offset * self.speed)
        if not 0 <= frame < self.length:
            raise CutError(
                f"frames below {math.ceil(self.length)} of what is nested here",
                met=f"frame {frame}",
                advice="Shorten the nested clip or its dissolve.",
                where=f"clip {shown(self.name)}, record frame {record}",
                record_frame=record,
                source_frame=frame,
            )
        return frame


@dataclass(frozen=True, slots=True)
class Layers(Nest):
    """Items at the same time, lowest first."""

    items: tuple[Placed, ...]

    def sources(self, offset: Exact, record: int) -> Iterator[Source]:
        """Show what all items show."""
        for _, source in self.numbered(offset, record):
            yield source

    def numbered(self, offset: Exact, record: int) -> Iterator[tuple[int, Source]]:
        """The same, with the number of the item that shows it."""
        frame = self.inner(offset, record)
        for number, item in enumerate(self.items):
            if frame < item.duration:
                for source in item.sources(frame, record):
                    yield number, source


@dataclass(frozen=True, slots=True)
class Overlap:
    """A dissolve in its place: from `begin` to `end`, about the item `incoming`."""

    begin: Exact
    end: Exact
    incoming: int


@dataclass(frozen=True, slots=True)
class Sequence(Nest):
    """Items one after another, each with the frame at which it begins."""

    items: tuple[Placed, ...]
    begins: tuple[Exact, ...]
    overlaps: tuple[Overlap, ...]

    def sources(self, offset: Exact, record: int) -> Iterator[Source]:
        """Show the item of that moment; within a dissolve, both."""
        frame = self.inner(offset, record)
        overlap = self._overlap(frame)
        if overlap is None:
            yield from self._of(bisect_right(self.begins, frame) - 1, frame, record)
            return
        yield from self._of(overlap.incoming - 1, frame, record)
        yield from self._of(overlap.incoming, frame, record)

    def _of(self, number: int, frame: int, record: int) -> Iterator[Source]:
        # A dissolve at either end of the track fades from or to nothing.
        if 0 <= number < len(self.items):
            offset = frame - self.begins[number]
            yield from self.items[number].sources(offset, record)

    def _overlap(self, frame: Exact) -> Overlap | None:
        found = bisect_right(self.overlaps, frame, key=lambda one: one.begin) - 1
        if found < 0 or frame >= self.overlaps[found].end:
            return None
        return self.overlaps[found]


class Placing:
    """Puts items in their places; gathers what had to be taken for granted."""

    def __init__(self, shots: Shots) -> None:
        self.shots = shots
        self.notes: dict[CutNote, None] = {}

    def stack(self, stack: Stack) -> Layers:
        """Place the items of a stack at its beginning."""
        items = tuple(self.item(one) for one in stack.items)
        length = max((one.duration for one in items), default=0)
        start, duration = _seen(stack.extent, length)
        return Layers(duration, stack.name, start, stack.extent.speed, length, items)

    def item(self, item: Item) -> Placed:
        """Place an item."""
        match item:
            case Gap():
                return Nothing(item.duration)
            case Dark():
                return Nothing(self._duration_of(item.item))
            case Clip():
                return self._clip(item)
            case Track():
                return self._track(item)
            case Stack():
                return self.stack(item)

    def _duration_of(self, item: Clip | Track | Stack) -> Exact:
        # Of a disabled clip only its length matters: its shot may be unknown.
        given = item.extent.duration
        return given if given is not None else self.item(item).duration

    def _clip(self, clip: Clip) -> ShotFrames:
        shot = self.shots.of(clip)
        start, duration = clip.extent.start, clip.extent.duration
        if start is None or duration is None:
            start, duration = shot.range.start, shot.range.count()
            text = f"without a range: all of the shot, {shot.range}"
            self.notes[CutNote(code="whole_shot", where=clip.name, text=text)] = None
        return ShotFrames(duration, clip.name, shot, start, clip.extent.speed)

    def _track(self, track: Track) -> Sequence:
        items: list[Placed] = []
        begins: list[Exact] = []
        dissolves: list[tuple[Dissolve, int, Exact]] = []
        end: Exact = 0
        for one in track.items:
            if isinstance(one, Dissolve):
                dissolves.append((one, len(items), end))
                continue
            items.append(self.item(one))
            begins.append(end)
            end = whole_or_fraction(end + items[-1].duration)
        edges = [*begins, end]
        overlaps = _overlaps(dissolves, edges)
        start, duration = _seen(track.extent, end)
        return Sequence(
            duration,
            track.name,
            start,
            track.extent.speed,
            end,
            tuple(items),
            tuple(begins),
            overlaps,
        )


def _seen(extent: Extent, length: Exact) -> tuple[Exact, Exact]:
    start = extent.start if extent.start is not None else 0
    return start, extent.duration if extent.duration is not None else length - start


def _overlaps(
    dissolves: list[tuple[Dissolve, int, Exact]], edges: list[Exact]
) -> tuple[Overlap, ...]:
    placed: list[Overlap] = []
    for dissolve, incoming, middle in dissolves:
        overlap = Overlap(middle - dissolve.before, middle + dissolve.after, incoming)
        first = edges[incoming - 1] if incoming else overlap.begin
        last = edges[incoming + 1] if incoming + 1 < len(edges) else overlap.end
        free = max(first, placed[-1].end) if placed else first
        if overlap.begin < free or overlap.end > last:
            raise refuse(
                "a dissolve within the two clips that it joins, and after the last",
                met=f"a dissolve from frame {overlap.begin} to {overlap.end} of its "
                "track",
                advice=_EXPORT,
                name=dissolve.name,
            )
        placed.append(overlap)
    return tuple(placed)
