"""The film strip: what state each frame of a row is in, few enough bands to print.

A row with more bands than can be told apart is drawn in columns; a column then shows
the most doubtful state within it, so that drawing never hides a doubt.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from ledger.records.range_set import Span

Band: TypeAlias = tuple[int, int, str]
Stated: TypeAlias = Sequence[tuple[str, Sequence[Span]]]

MOST: Final = 360
UNASKED: Final = "unasked"
DOUBT: Final = (
    UNASKED,
    "not_applicable",
    "supported",
    "presumed",
    "on_opinion",
    "open",
    "not_supported",
)
"""States, the most doubtful last."""


def bands(stated: Stated, within: Span, most: int = MOST) -> tuple[Band, ...]:
    """Neighbouring bands that fill a row of frames from end to end.

    Args:
        stated: states, each with the frames that are in it; where two share a frame
            the more doubtful one is drawn.
        within: first frame of the row, and the frame after its last.
        most: bands, or else columns, at most.

    Examples:
        >>> bands([("open", [(3, 5)])], (1, 7))
        ((1, 3, 'unasked'), (3, 5, 'open'), (5, 7, 'unasked'))
    """
    start, end = within
    edges = {start, end}
    for _, spans in stated:
        edges.update(edge for span in spans for edge in span if start < edge < end)
    exact = _joined(
        (left, right, _state_at(stated, left))
        for left, right in pairwise(sorted(edges))
    )
    return exact if len(exact) <= most else _columns(exact, within, most)


def _state_at(stated: Stated, frame: int) -> str:
    return _worst(
        state
        for state, spans in stated
        if any(first <= frame < last for first, last in spans)
    )


def _worst(states: Iterable[str]) -> str:
    return max(states, key=DOUBT.index, default=UNASKED)


def _columns(exact: Sequence[Band], within: Span, most: int) -> tuple[Band, ...]:
    start, end = within
    edges = [start + (end - start) * number // most for number in range(most + 1)]
    made: list[Band] = []
    first = 0
    for left, right in pairwise(edges):
        while exact[first][1] <= left:
            first += 1
        inside = []
        for band in exact[first:]:
            if band[0] >= right:
                break
            inside.append(band[2])
        made.append((left, right, _worst(inside)))
    return _joined(made)


def _joined(found: Iterable[Band]) -> tuple[Band, ...]:
    made: list[Band] = []
    for start, end, state in found:
        if made and made[-1][2] == state:
            made[-1] = (made[-1][0], end, state)
        else:
            made.append((start, end, state))
    return tuple(made)
