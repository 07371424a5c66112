"""A cut resolved: which frames of which shots are seen in each record frame.

A record frame shows what is on screen when it begins. In a clip, record frame `i` after
its beginning shows frame `start + floor(i × speed)` of the shot; a clip on a nested
track or stack likewise, level by level. In a dissolve both sides are seen from its
first frame to its last, the incoming one before its own first frame and the outgoing
one beyond its last (handles), which must exist. Tracks above do not hide tracks below:
how much of each is left is a question of pictures, so all enabled ones count.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.errors import CutError
from ledger.records.editing import CutLeaf, CutSource
from ledger.records.time import Rate
from pipeline.editing.cut_file import read_timeline
from pipeline.editing.cut_shots import CutShot, Shots
from pipeline.editing.placing import Layers, Placing
from pipeline.editing.timeline import (
    Clip,
    CutNote,
    Dark,
    Dissolve,
    Gap,
    Item,
    Stack,
    Timeline,
    Track,
)

LONGEST: Final = 1_000_000
MOST_SOURCES: Final = 64
_MOST_LOOKS: Final = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCut:
    """What is seen, record frame by record frame.

    Attributes:
        rate: record frames a second.
        leaves: one for each record frame, from 0 on; tracks are numbered from 0 among
            the timeline's enabled video tracks, and what is nested has the number of
            the track that it stands in.
        notes: what was rounded, left out or taken for granted; they name clips, which
            is private.
    """

    rate: Rate
    leaves: tuple[CutLeaf, ...]
    notes: tuple[CutNote, ...]


def resolve_cut(raw: bytes, shots: Sequence[CutShot]) -> ResolvedCut:
    """Resolve an OpenTimelineIO cut to frames of shots.

    Args:
        raw: bytes of the .otio file.
        shots: every shot that has frames; those of one code differ in their view.

    Raises:
        CutError: the file is no such cut, or names clips or frames that do not exist.
    """
    return resolve_timeline(read_timeline(raw), shots)


def resolve_timeline(timeline: Timeline, shots: Sequence[CutShot]) -> ResolvedCut:
    """Resolve a cut that was read already."""
    known = Shots(shots, timeline.rate)
    placing = Placing(known)
    layers = placing.stack(timeline.stack)
    frames = _frames(timeline, layers)
    if known.rate is None:
        raise CutError(
            "a cut with a rate",
            met="gaps of no length",
            advice="Put clips into it.",
        )
    return ResolvedCut(
        rate=known.rate,
        leaves=tuple(_leaves(layers, frames)),
        notes=(*timeline.notes, *placing.notes),
    )


def _frames(timeline: Timeline, layers: Layers) -> int:
    frames = math.ceil(layers.duration)
    if not 1 <= frames <= LONGEST:
        raise CutError(
            f"a cut of 1 to {LONGEST} frames",
            # Printing an int of hostile length would itself raise.
            met="no frames" if frames < 1 else "a longer one",
            advice="Export the cut of one film, or of one reel.",
        )
    if frames * _layers_of(timeline.stack.items) > _MOST_LOOKS:
        raise CutError(
            "a cut with fewer tracks",
            met="too many to look at in each frame",
            advice="Export a flattened cut.",
        )
    return frames


def _layers_of(items: Iterable[Item | Dissolve]) -> int:
    """How many items could be seen at once, at most."""
    count = 0
    for item in items:
        match item:
            case Stack(items=inner):
                count += 1 + _layers_of(inner)
            case Track(items=within):
                # One item is on screen at a time, or two.
                count += 1 + 2 * max((_layers_of([one]) for one in within), default=0)
            case Clip() | Gap() | Dark() | Dissolve():
                count += 1
    return count


def _leaves(layers: Layers, frames: int) -> Iterator[CutLeaf]:
    for record in range(frames):
        seen = tuple(
            CutSource(shot=shot.uid, view=shot.view, frame=frame, track=track)
            for track, (shot, frame) in layers.numbered(record, record)
        )
        if len(seen) > MOST_SOURCES:
            raise CutError(
                f"at most {MOST_SOURCES} frames seen at once",
                met=f"{len(seen)}",
                advice="Export a flattened cut.",
                where=f"record frame {record}",
                record_frame=record,
            )
        yield CutLeaf(frame=record, sources=seen)
