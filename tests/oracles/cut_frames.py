"""Cuts resolved the slow way: every record frame asks every item whether it is seen.

Written from the rules in docs/reference/cut.md, without any code of the resolver.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Inner:
    """What an item shows: frames of a shot, other tracks, or nothing (`None`)."""

    code: str | None = None
    tracks: "tuple[tuple[Use, ...], ...] | None" = None


@dataclass(frozen=True)
class Use:
    """An item of a track.

    Attributes:
        lead: frames that it is seen before its own beginning, by a dissolve into it.
        tail: frames that the item before it is seen longer, by the same dissolve.
    """

    inner: Inner
    first: int
    frames: int
    speed: Fraction = Fraction(1)
    lead: int = 0
    tail: int = 0


class FrameMissingError(Exception):
    """A frame is asked for that does not exist."""


def length(track: Sequence[Use]) -> int:
    return sum(one.frames for one in track)


def shown(
    tracks: Sequence[Sequence[Use]], frame: int, shots: dict[str, range]
) -> list[tuple[str, int]]:
    """What all tracks show in a frame."""
    found = []
    for track in tracks:
        if not 0 <= frame < length(track):
            continue
        for number, use in enumerate(track):
            begins = length(track[:number])
            tail = track[number + 1].tail if number + 1 < len(track) else 0
            if begins - use.lead <= frame < begins + use.frames + tail:
                found += _inside(use, frame - begins, shots)
    return found


def _inside(use: Use, offset: int, shots: dict[str, range]) -> list[tuple[str, int]]:
    # floor, in whole numbers: Python's // rounds down for negative offsets too.
    steps = offset * use.speed.numerator // use.speed.denominator
    frame = use.first + steps
    if use.inner.code is not None:
        if frame not in shots[use.inner.code]:
            raise FrameMissingError
        return [(use.inner.code, frame)]
    if use.inner.tracks is not None:
        if not 0 <= frame < max(map(length, use.inner.tracks), default=0):
            raise FrameMissingError
        return shown(use.inner.tracks, frame, shots)
    return []
