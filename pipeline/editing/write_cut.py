"""Cuts written as OpenTimelineIO, for demonstrations and tests."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from ledger.records.time import Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class CutUse:
    """One clip of a cut.

    Attributes:
        code: of the shot; `None` for black.
        first: the first frame that is seen, in the shot's own numbers.
        frames: how many record frames it lasts.
        speed: shot frames for each record frame; 0 freezes the first one.
        dissolve_in: record frames of a dissolve from the clip before: the smaller half
            lies before the point where the two meet, the rest after it. Frames beyond
            the ends of both clips are needed for it.
    """

    code: str | None
    first: int = 0
    frames: int
    speed: Fraction = Fraction(1)
    dissolve_in: int = 0


def write_cut(uses: Sequence[CutUse], rate: Rate, title: str = "cut") -> bytes:
    """Write a timeline with one video track; the same clips give the same bytes."""
    count = _Count(rate)
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for use in uses:
        if use.dissolve_in:
            track.append(count.dissolve(use.dissolve_in))
        track.append(count.clip(use))
    timeline = otio.schema.Timeline(name=title)
    timeline.tracks.append(track)
    text: str = otio.adapters.write_to_string(timeline, "otio_json")
    return text.encode("utf-8")


class _Count:
    """Frames as the library wants them: floats at a float rate."""

    def __init__(self, rate: Rate) -> None:
        self.rate = float(rate.per_second())

    def time(self, frames: int) -> otio.opentime.RationalTime:
        return otio.opentime.RationalTime(frames, self.rate)

    def range(self, first: int, frames: int) -> otio.opentime.TimeRange:
        return otio.opentime.TimeRange(self.time(first), self.time(frames))

    def clip(self, use: CutUse) -> otio.core.Item:
        if use.code is None:
            return otio.schema.Gap(source_range=self.range(0, use.frames))
        clip = otio.schema.Clip(
            name=use.code, source_range=self.range(use.first, use.frames)
        )
        if use.speed == 0:
            clip.effects.append(otio.schema.FreezeFrame())
        elif use.speed != 1:
            warp = otio.schema.LinearTimeWarp(time_scalar=float(use.speed))
            clip.effects.append(warp)
        return clip

    def dissolve(self, frames: int) -> otio.schema.Transition:
        return otio.schema.Transition(
            name="dissolve",
            transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
            in_offset=self.time(frames // 2),
            out_offset=self.time(frames - frames // 2),
        )
