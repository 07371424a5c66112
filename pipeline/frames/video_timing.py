"""Times of a clip's pictures: kept as they are stored, as exact fractions.

A clip has a constant rate if every picture stands where that rate puts it, less than
one tick of the file's clock away: Matroska counts milliseconds, in which 24 frames a
second cannot be written. Anything else is variable, and is taken only if the caller
asks for the times themselves.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from pipeline.errors import UnreadableFrameError
from pipeline.frames.video_structure import Edit


def constant_rate(
    ticks: Sequence[int], tick: Fraction, declared: Iterable[Fraction | None]
) -> Fraction | None:
    """The first of the declared rates that the pictures keep; `None` if they keep none.

    Examples:
        >>> constant_rate([0, 42, 83, 125], Fraction(1, 1000), [Fraction(24)])
        Fraction(24, 1)
        >>> constant_rate([0, 42, 85, 125], Fraction(1, 1000), [Fraction(24)]) is None
        True
    """
    for rate in declared:
        if rate and rate > 0 and _keeps(ticks, tick, rate):
            return rate
    return None


def _keeps(ticks: Sequence[int], tick: Fraction, rate: Fraction) -> bool:
    # |(t - t0) · tick - n / rate| < tick, in whole numbers.
    per_tick = tick.numerator * rate.numerator
    per_frame = tick.denominator * rate.denominator
    first = ticks[0]
    return all(
        abs((at - first) * per_tick - n * per_frame) < per_tick
        for n, at in enumerate(ticks)
    )


def checked_ticks(stamps: Iterable[int | None], name: str) -> list[int]:
    """Presentation times in order; each picture has one of its own.

    Raises:
        UnreadableFrameError: a picture without a time, two at one time, or none.
    """
    ticks: list[int] = []
    for stamp in stamps:
        if stamp is None:
            raise _refused("a time for each picture", "one without", name)
        ticks.append(stamp)
    ticks.sort()
    if not ticks:
        raise _refused("at least one picture", "none", name)
    if any(one == other for one, other in pairwise(ticks)):
        raise _refused("a time of its own for each picture", "two at one time", name)
    return ticks


def shown_range(
    ticks: Sequence[int], tick: Fraction, edit: Edit, name: str
) -> tuple[range, Fraction]:
    """Which pictures an edit list shows, and when the first one is shown.

    A cut must fall on a picture: half of one cannot be shown. A list that ends later
    than the last picture cuts nothing.

    Raises:
        UnreadableFrameError: the cut lies within a picture, or shows none.
    """
    if edit.first is None or edit.length is None:
        return range(len(ticks)), ticks[0] * tick
    start = next((n for n, at in enumerate(ticks) if at >= edit.first), len(ticks))
    if start == len(ticks) or ticks[start] != edit.first:
        raise _refused("an edit list that cuts between pictures", "within one", name)
    # The list counts in the movie's coarser ticks: half a picture is rounding.
    least = min((b - a for a, b in pairwise(ticks)), default=1)
    stop_at = edit.first + edit.length / tick - Fraction(least, 2)
    stop = sum(at <= stop_at for at in ticks)
    if stop <= start:
        raise _refused("an edit list that shows a picture", "none", name)
    return range(start, stop), edit.empty


def _refused(expected: str, met: str, where: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        expected,
        met=met,
        advice="Export the clip again, at a constant rate and without an edit list.",
        where=where,
    )
