"""OpenTimelineIO files read into values; the only reader of cuts.

Sound, markers and what a program keeps in its metadata are not read. What would change
which frames are seen, and is not understood, is refused by name.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import opentimelineio as otio

from ledger.errors import CutError
from ledger.records.time import Rate
from pipeline.editing.cut_json import checked_text
from pipeline.editing.exact import Exact, exact, position, rate_of
from pipeline.editing.timeline import (
    Clip,
    CutNote,
    Dark,
    Dissolve,
    Extent,
    Gap,
    Item,
    NoteCode,
    Stack,
    Timeline,
    Track,
)

_EXPORT: Final = "Export the cut again as one OpenTimelineIO timeline (.otio)."


def read_timeline(raw: bytes) -> Timeline:
    """Read the bytes of an .otio file.

    Raises:
        CutError: it is no timeline, or one with something that is not supported.
    """
    text = checked_text(raw)
    try:
        found = otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError) as error:
        raise CutError(
            "an OpenTimelineIO timeline that version 0.18 of the library reads",
            met=str(error)[:200],
            advice=_EXPORT,
        ) from error
    return _Reader().timeline(_only_timeline(found))


def _only_timeline(found: Any) -> Any:  # noqa: ANN401 - OTIO has no types
    timelines = (
        list(found)
        if isinstance(found, otio.schema.SerializableCollection)
        else [found]
    )
    if len(timelines) != 1 or not isinstance(timelines[0], otio.schema.Timeline):
        raise CutError(
            "a file with exactly one timeline",
            met=f"{len(timelines)} objects, {shown(type(found).__name__)}",
            advice=_EXPORT,
        )
    if not isinstance(timelines[0].tracks, otio.schema.Stack):
        raise CutError(
            "a timeline with tracks", met="a timeline without any", advice=_EXPORT
        )
    return timelines[0]


def shown(name: str) -> str:
    """Write a name of unknown length and content for a terminal."""
    return repr(name if len(name) <= 64 else f"{name[:64]}…")


def refuse(expected: str, *, met: str, advice: str, name: str) -> CutError:
    """The error about an item of a cut."""
    return CutError(expected, met=met, advice=advice, where=f"clip {shown(name)}")


class _Reader:
    """Reads one timeline; remembers the rate that it met first, and the notes."""

    def __init__(self) -> None:
        self.rate: Rate | None = None
        self.notes: dict[CutNote, None] = {}

    def timeline(self, found: Any) -> Timeline:  # noqa: ANN401
        stack = self.stack(found.tracks)
        return Timeline(
            name=found.name, stack=stack, rate=self.rate, notes=tuple(self.notes)
        )

    def note(self, code: NoteCode, name: str, text: str) -> None:
        self.notes[CutNote(code=code, where=name, text=text)] = None

    def stack(self, found: Any) -> Stack:  # noqa: ANN401
        items = (self.item(one) for one in self.read_children(found) if one.enabled)
        return Stack(name=found.name, items=tuple(items), extent=self.extent(found))

    def track(self, found: Any) -> Track:  # noqa: ANN401
        items = (self.in_sequence(one) for one in found)
        return Track(name=found.name, items=tuple(items), extent=self.extent(found))

    def read_children(self, stack: Any) -> Iterator[Any]:  # noqa: ANN401
        """Children that show pictures; the others are left out, with a note."""
        for child in stack:
            if isinstance(child, otio.schema.Transition):
                raise refuse(
                    "transitions between the clips of a track",
                    met="a transition that stands in a stack",
                    advice=_EXPORT,
                    name=child.name,
                )
            if not child.enabled:
                self.note("disabled", child.name, "disabled, and not seen")
            kind = getattr(child, "kind", otio.schema.TrackKind.Video)
            if kind == otio.schema.TrackKind.Video:
                yield child
            elif kind != otio.schema.TrackKind.Audio:
                text = f"a track of kind {shown(str(kind))} is not read"
                self.note("track_not_read", child.name, text)

    def in_sequence(self, found: Any) -> Item | Dissolve:  # noqa: ANN401
        if isinstance(found, otio.schema.Transition):
            return self.dissolve(found)
        item = self.item(found)
        if found.enabled or isinstance(item, Gap | Dark):
            return item
        self.note("disabled", found.name, "disabled: black, or what lies below it")
        return Dark(item=item)

    def item(self, found: Any) -> Item:  # noqa: ANN401
        readers: dict[type, Callable[[Any], Item]] = {
            otio.schema.Gap: self.gap,
            otio.schema.Clip: self.clip,
            otio.schema.Stack: self.stack,
            otio.schema.Track: self.track,
        }
        reader = readers.get(type(found))
        if reader is None:
            raise refuse(
                "clips, gaps, stacks and tracks",
                met=f"an item of type {shown(type(found).__name__)}",
                advice="Render it, register it as a shot and cut it in as a clip.",
                name=found.name,
            )
        return reader(found)

    def gap(self, found: Any) -> Gap:  # noqa: ANN401
        duration = self.extent(found).duration
        if duration is None:
            raise refuse(
                "a gap that says how long it is",
                met="a gap without a source range",
                advice=_EXPORT,
                name=found.name,
            )
        return Gap(name=found.name, duration=duration)

    def clip(self, found: Any) -> Item:  # noqa: ANN401
        media = found.media_reference
        extent = self.extent(found, getattr(media, "available_range", None))
        if isinstance(media, otio.schema.GeneratorReference):
            return _generated(found, media, extent)
        ours = found.metadata.get("jangbu")
        ours = ours if isinstance(ours, Mapping) else {}
        named = ours.get("shot")
        media_name = getattr(media, "name", "")
        codes = (named,) if isinstance(named, str) else (found.name, media_name)
        view = ours.get("view")
        return Clip(
            name=found.name or media_name,
            codes=tuple(code for code in codes if code),
            view=view if isinstance(view, str) else None,
            extent=extent,
        )

    def dissolve(self, found: Any) -> Dissolve:  # noqa: ANN401
        if found.transition_type != otio.schema.TransitionTypes.SMPTE_Dissolve:
            raise refuse(
                "a dissolve (SMPTE_Dissolve), the only transition that is supported",
                met=f"a transition of type {shown(found.transition_type)}",
                advice="Render the transition as a shot of its own.",
                name=found.name,
            )
        before = self.frames(found.in_offset, found.name)
        after = self.frames(found.out_offset, found.name)
        if before < 0 or after < 0:
            raise refuse(
                "a dissolve with offsets of no frames or more",
                met=f"offsets of {before} and {after} frames",
                advice=_EXPORT,
                name=found.name,
            )
        return Dissolve(name=found.name, before=before, after=after)

    def extent(self, found: Any, available: Any = None) -> Extent:  # noqa: ANN401
        speed = self.speed(found)
        range_ = found.source_range if found.source_range is not None else available
        if range_ is None:
            return Extent(speed=speed)
        duration = self.frames(range_.duration, found.name)
        if duration < 0:
            raise refuse(
                "a length of no frames or more",
                met=f"{duration} frames",
                advice=_EXPORT,
                name=found.name,
            )
        start = self.frames(range_.start_time, found.name)
        return Extent(start=start, duration=duration, speed=speed)

    def speed(self, found: Any) -> Exact:  # noqa: ANN401
        speed: Exact = 1
        for effect in found.effects:
            if not effect.enabled:
                self.note("effect_disabled", found.name, "a disabled effect")
                continue
            speed *= _speed_of(effect, found.name)
        return speed

    def frames(self, time: Any, name: str) -> Exact:  # noqa: ANN401
        """A position or length in frames at the rate of the cut."""
        read = position(time.value)
        if read is None:
            raise refuse(
                "a number of frames", met=f"{time.value}", advice=_EXPORT, name=name
            )
        if read.value == 0:
            return 0  # which the library writes at a rate of 1
        self.same_rate(time.rate, name)
        if read.rounded:
            text = f"{time.value!r} frames read as {read.value}"
            self.note("frame_rounded", name, text)
        elif not isinstance(read.value, int):
            text = f"{time.value!r} frames: what is on screen as a frame begins counts"
            self.note("between_frames", name, text)
        return read.value

    def same_rate(self, value: float, name: str) -> None:
        read = rate_of(value)
        if read is None:
            raise refuse(
                "a rate of 1 to 1000 frames a second",
                met=f"{value}",
                advice=_EXPORT,
                name=name,
            )
        if read.rounded:
            self.note("rate_rounded", "", f"{value!r} frames a second: {read.rate}")
        self.rate = self.rate or read.rate
        if read.rate != self.rate:
            raise refuse(
                f"the rate of the cut, {self.rate}, everywhere in it",
                met=f"{read.rate}",
                advice="Conform all clips to one rate, and export the cut again.",
                name=name,
            )


def _speed_of(effect: Any, name: str) -> Exact:  # noqa: ANN401
    # A frozen frame is a LinearTimeWarp too, at speed 0.
    known = isinstance(effect, otio.schema.LinearTimeWarp)
    speed = exact(effect.time_scalar) if known else None
    if speed is None:
        raise refuse(
            "LinearTimeWarp and FreezeFrame, the only effects that are supported",
            met=f"the effect {shown(effect.effect_name or effect.schema_name())}",
            advice="Render the effect into the shot, or disable it.",
            name=name,
        )
    if speed < 0:
        raise refuse(
            "a retime that runs forwards: programs disagree on the first frame of "
            "a reversed clip",
            met=f"a speed of {speed}",
            advice="Render the reversed frames as a shot of their own.",
            name=name,
        )
    return speed


def _generated(found: Any, media: Any, extent: Extent) -> Gap:  # noqa: ANN401
    if media.generator_kind.lower() != "black" or extent.duration is None:
        raise refuse(
            "a clip of a shot, or a generator of black with a length",
            met=f"a generator of {shown(media.generator_kind)}",
            advice="Render it, register it as a shot and cut it in as a clip.",
            name=found.name,
        )
    return Gap(name=found.name, duration=extent.duration)
