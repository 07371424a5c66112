"""An edited film as values: tracks, stacks, clips, gaps and dissolves.

What `pipeline.editing.cut_file` reads and `pipeline.editing.cut` resolves. All lengths
are in frames at the one rate of the cut, as exact numbers.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ledger.records.time import Rate
from pipeline.editing.exact import Exact

NoteCode: TypeAlias = Literal[
    "rate_rounded",
    "frame_rounded",
    "between_frames",
    "track_not_read",
    "disabled",
    "effect_disabled",
    "whole_shot",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutNote:
    """Something that was rounded, left out or taken for granted.

    Attributes:
        where: name of the clip or track; private.
        text: for people, in English.
    """

    code: NoteCode
    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Which part of an item is seen, and how fast it runs.

    Attributes:
        start: where in the item it begins; `None` if the file does not say.
        duration: how long it is seen; `None` if the file does not say.
        speed: item frames for each frame seen; 0 for a frozen frame.
    """

    start: Exact | None = None
    duration: Exact | None = None
    speed: Exact = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Frames of one shot, in the shot's own numbers.

    Attributes:
        codes: what the shot may be called; the first that is known counts.
        view: the view that the file asks for; `None` if it does not.
    """

    name: str
    codes: tuple[str, ...]
    view: str | None = None
    extent: Extent = field(default_factory=Extent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nothing: lower tracks are seen, or black."""

    name: str
    duration: Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissolve:
    """A dissolve about the point where two items meet.

    Attributes:
        before: frames before that point, in which the incoming item is seen already.
        after: frames after it, in which the outgoing item is still seen.
    """

    name: str
    before: Exact
    after: Exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Items one after another."""

    name: str
    items: tuple["Item | Dissolve", ...]
    extent: Extent = field(default_factory=Extent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Items at the same time, lowest first; disabled ones are left out."""

    name: str
    items: tuple["Item", ...]
    extent: Extent = field(default_factory=Extent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dark:
    """A disabled item of a track: it takes its time and shows nothing."""

    item: "Clip | Track | Stack"

    @property
    def name(self) -> str:
        """As the disabled item is called."""
        return self.item.name


Item: TypeAlias = Clip | Gap | Track | Stack | Dark


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A cut as its file says it.

    Attributes:
        stack: the video tracks, lowest first; those of sound are not in it.
        rate: frames a second; `None` if nothing in the file has one.
    """

    name: str
    stack: Stack
    rate: Rate | None
    notes: tuple[CutNote, ...] = ()
