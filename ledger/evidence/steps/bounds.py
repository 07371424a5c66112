"""Step 12, `measure/2`: bounds and light that the layers' blends can have.

Only a part of them is free. A layer that is laid `over`, or is light, has no more
than what the layers in front left; one that is added or multiplied is sure of nothing
(docs/specs/picture-2.md, "What a layer counts").
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

import numpy as np

from ledger.evidence.steps.finding import altered
from ledger.records.frames import Bounds, MeasuredLeaf
from ledger.records.making import Run

Sums: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Any]]

ONE: Final = 32768
"""Full coverage of a pixel in Q15."""
FULL: Final = 65535
"""The luminance of the brightest pixel."""
_UNSURE: Final = frozenset({"plus", "multiply"})
"""Blends of which the least share is none."""


def tables_hold(every: Sums, run: Run, areas: Sums) -> list[bool]:
    """Whether each frame's three tables are some that layers of these blends have.

    Args:
        every: (frames, 3, layers + 1, tiles): told, lower, upper.
        run: whose layers they are; at least one has a blend.
        areas: measured pixels of each tile.
    """
    told, lower, upper = every[:, 0], every[:, 1], every[:, 2]
    full = areas * np.uint64(ONE)
    plain = _places(run, None)
    held = [
        (lower <= told) & (told <= upper) & (upper <= full),
        # What covers, and what is left behind all layers, takes one share.
        lower[:, plain] == told[:, plain],
        lower[:, _unsure(run)] == 0,
        # Before the frontmost blend nothing is open, and it finds nothing open.
        upper[:, _front(run)] == told[:, _front(run)],
        *_rest_holds(upper, lower, run, full),
    ]
    frames = range(len(every))
    return [all(bool(one[frame].all()) for one in held) for frame in frames]


def _rest_holds(upper: Sums, lower: Sums, run: Run, full: Sums) -> Iterator[Sums]:
    """Where all take their least, what covers has all but what screens hide."""
    screens = _places(run, "screen")
    taken = _sum(upper[:, _places(run, None)])
    yield taken + _sum(lower[:, screens]) <= full
    yield taken + _sum(upper[:, screens]) >= full


def _sum(tables: Sums) -> Sums:
    total: Sums = tables.sum(axis=1, dtype=np.uint64)
    return total


def _places(run: Run, blend: str | None) -> list[int]:
    """Layers of a blend, from 0; what no layer covers comes last, as what covers."""
    blends = [*(layer.blend for layer in run.layers), None]
    return [place for place, one in enumerate(blends) if one == blend]


def _unsure(run: Run) -> list[int]:
    blends = enumerate(layer.blend for layer in run.layers)
    return [place for place, one in blends if one in _UNSURE]


def _front(run: Run) -> slice:
    """The frontmost layer with a blend, and all before it."""
    blended = [place for place, one in enumerate(run.layers) if one.blend is not None]
    return slice(max(blended), len(run.layers))


def check_light(leaf: MeasuredLeaf, run: Run) -> None:
    """Against a layer that shines more than its weight lets it.

    Raises:
        AlteredEvidenceError: luminance that no picture with this coverage has.
    """
    light = leaf.light
    if light is None:
        raise altered("luminance by measure/2", "none", leaf.frame)
    shines = [*light.layers, light.unattributed]
    covers = [*leaf.coverage.layers, leaf.coverage.unattributed]
    if len(shines) != len(covers):
        raise altered("luminance of the layers of the run", "other", leaf.frame)
    for shine, cover in zip(shines, covers, strict=True):
        lit = _parts(shine, light.total)
        for part, weight in zip(lit, _parts(cover, ONE * run.pixels), strict=True):
            if not 0 <= part <= FULL * weight:
                raise altered("light as coverage lets it be", "other", leaf.frame)
    if not _adds_up(shines, light.total, run):
        raise altered("luminance that sums to the picture's", "another", leaf.frame)


def _parts(one: Bounds, whole: int) -> tuple[int, int, int]:
    """What is sure, what is open, what is ruled out: of each pixel, so of the sums."""
    return one.lower, one.upper - one.lower, whole - one.upper


def _adds_up(shines: Sequence[Bounds], total: int, run: Run) -> bool:
    plain, screens = _places(run, None), _places(run, "screen")
    blended = [place for place in range(len(run.layers)) if place not in plain]
    least = sum(shines[place].lower for place in plain)
    most = sum(shines[place].upper for place in plain)
    # Where all take their most: the sure light of what covers, and of blends between.
    if not _within(total - least, [shines[place] for place in blended]):
        return False
    return _within(total - most, [shines[place] for place in screens])


def _within(missing: int, those: Sequence[Bounds]) -> bool:
    low, high = sum(one.lower for one in those), sum(one.upper for one in those)
    return low <= missing <= high
