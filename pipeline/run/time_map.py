"""Which frame of a source is seen in a frame of the shot.

A pure function of whole numbers and a rational speed: no machine rounds otherwise.
Steps, in this order:

1. a still is its one picture; a freeze is its one frame
2. frame + offset, the speed counted from `anchor`: to the nearest, halves upwards
3. what lies beyond the source's frames is refused, held, looped or played to and fro
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from pipeline.errors import FrameHoleError, RecipeError

Beyond: TypeAlias = Literal["refuse", "hold", "loop", "ping-pong"]

_BEYOND: Final = frozenset({"refuse", "hold", "loop", "ping-pong"})
FASTEST: Final = 1000
"""Speeds from -1000 to 1000, of a denominator of at most a million."""
_FINEST: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMap:
    """How a source runs in a shot.

    Attributes:
        offset: source frame number minus the shot's.
        speed: source frames for each frame of the shot; negative runs backwards, 0
            stands still.
        anchor: the shot's frame that shows what it would without a speed.
        first, last: the source's frames, both included; `None` only with `refuse`,
            and then any frame may be asked for.
        beyond: what is seen where the source has no frame.
        freeze: one frame of the source, at all times.
        still: the source is one picture without a number, which is frame 0.
    """

    offset: int = 0
    speed: Fraction = Fraction(1)
    anchor: int = 0
    first: int | None = None
    last: int | None = None
    beyond: Beyond = "refuse"
    freeze: int | None = None
    still: bool = False

    def __post_init__(self) -> None:
        known = self.first is not None and self.last is not None
        ordered = (self.first is None) == (self.last is None)
        if self.first is not None and self.last is not None:
            ordered = self.first <= self.last
        named = self.beyond in _BEYOND and (known or self.beyond == "refuse")
        slow = abs(self.speed) <= FASTEST and self.speed.denominator <= _FINEST
        if ordered and named and slow:
            return
        raise RecipeError(
            "first and last frame of the source where it is held, looped or played to "
            "and fro; a speed of -1000 to 1000",
            met=f"{self.first} to {self.last}, {self.beyond}, speed {self.speed}",
            advice="Correct the layer's time.",
            where="time",
        )


def source_frame(time: TimeMap, frame: int) -> int:
    """The frame of the source that a frame of the shot shows.

    Raises:
        FrameHoleError: the source has no such frame.

    Examples:
        >>> held = TimeMap(first=1, last=3, beyond="hold")
        >>> [source_frame(held, frame) for frame in range(6)]
        [1, 1, 2, 3, 3, 3]
        >>> turned = TimeMap(first=1, last=3, beyond="ping-pong")
        >>> [source_frame(turned, frame) for frame in range(1, 8)]
        [1, 2, 3, 2, 1, 2, 3]
        >>> half = TimeMap(speed=Fraction(1, 2), anchor=1001, offset=-1000)
        >>> [source_frame(half, frame) for frame in range(1001, 1006)]
        [1, 2, 2, 3, 3]
    """
    if time.still:
        return 0
    if time.freeze is not None:
        return _within(time, time.freeze)
    run = (frame - time.anchor) * time.speed
    steps = (2 * run.numerator + run.denominator) // (2 * run.denominator)
    return _within(time, time.anchor + time.offset + steps)


def _within(time: TimeMap, wanted: int) -> int:
    if time.first is None or time.last is None or time.first <= wanted <= time.last:
        return wanted
    length = time.last - time.first + 1
    if time.beyond == "hold":
        return min(max(wanted, time.first), time.last)
    if time.beyond == "loop":
        return time.first + (wanted - time.first) % length
    if time.beyond == "ping-pong":
        # Neither end is shown twice.
        period = max(2 * length - 2, 1)
        step = (wanted - time.first) % period
        return time.first + min(step, period - step)
    raise FrameHoleError(
        f"a frame from {time.first} to {time.last}",
        met=f"{wanted}",
        advice="Add the frame, shorten the range, or hold or loop the source.",
        wanted=wanted,
    )
