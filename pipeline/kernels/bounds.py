"""What can be said of a finished composite, and no more (docs/specs/bounds.md).

A picture that came ready from a compositing program has no layers to count. Claims
stand in their place: mattes, ids, and a plate to compare with. Each is a lower and an
upper coverage; what no claim reaches is unattributed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.raster import Box
from pipeline.kernels.coverage import Coverage, Plane, as_coverage, intersect
from pipeline.kernels.linear import FULL_LEVEL, Levels
from pipeline.kernels.measure import TILE
from pipeline.kernels.measure_2 import LUMA, BoundedMeasures, BoundedTally, Luma
from pipeline.kernels.open_part import Weights
from pipeline.kernels.picture_2 import WORKING
from pipeline.kernels.tables import ONE

BOUNDS: Final = "bounds/1"

Changed: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.bool_]]
"""(height, width) bool: where the final differs from the graded plate."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Claim:
    """What a matte says of an element in the finished picture.

    Attributes:
        lower: `None` is 0 everywhere.
        upper: where the element is at most; nowhere below `lower`.
    """

    lower: Coverage | None
    upper: Coverage


def complete(matte: Coverage) -> Claim:
    """A matte that says where the element is *seen*, what stands before it cut out.

    Such are Cryptomatte ids of the final render, and mattes from the last comp.
    """
    return Claim(lower=as_coverage(matte), upper=matte)


def at_most(matte: Coverage) -> Claim:
    """A matte that says where the element was put; other things may hide it."""
    return Claim(lower=None, upper=as_coverage(matte))


def nested(precomp: Claim, inside: Sequence[Claim]) -> list[Claim]:
    """The claims of a precomp's own ids in the picture that it was laid into.

    Without ids a precomp is one element, whatever it holds.

    Args:
        precomp: where the precomp is in the finished picture.
        inside: what its ids say within it, in its own coverage.

    Raises:
        FrameShapeError: they differ in size.
    """
    return [
        Claim(
            lower=None
            if precomp.lower is None or one.lower is None
            else intersect(precomp.lower, one.lower),
            upper=intersect(precomp.upper, one.upper),
        )
        for one in inside
    ]


def changed_from_plate(graded: Levels, final: Levels, beyond: int) -> Changed:
    """Where a channel of the final lies more than `beyond` levels off the graded plate.

    Args:
        graded: the plate after its declared grade.
        final: the finished picture, in the same space.
        beyond: 0 to 65534 levels.

    Raises:
        FrameShapeError: they differ in size, or the threshold is beyond its range.
    """
    if graded.shape != final.shape or not 0 <= beyond < FULL_LEVEL:
        raise FrameShapeError(
            "plate and final of one size, and a threshold of 0 to 65534 levels",
            met=f"{graded.shape[:2]}, {final.shape[:2]}, {beyond}",
            advice="Bring the plate into the size of the final; state the threshold.",
        )
    changed = np.empty(final.shape[:2], np.bool_)
    for top in range(0, final.shape[0], TILE):
        rows = slice(top, top + TILE)
        off = np.maximum(graded[rows], final[rows])
        off -= np.minimum(graded[rows], final[rows])
        changed[rows] = (off > beyond).any(axis=2)
    return cast("Changed", changed)


def measure_claims(
    final: Levels,
    claims: Sequence[Claim],
    *,
    changed: Changed | None = None,
    active: Box | None = None,
    luma: Luma = LUMA[WORKING],
) -> BoundedMeasures:
    """Measure a finished composite by what is claimed of it.

    Args:
        final: its light.
        claims: of its elements, in the order in which they are told.
        changed: where it differs from the graded plate. With it the plate is a layer
            of its own, before all claims.
        active: what of the frame is picture.
        luma: weights of the channels in a pixel's luminance.

    Raises:
        FrameShapeError: a claim of another size, a lower bound above its upper one, or
            an active picture outside the frame.
    """
    height, width = final.shape[:2]
    _check(claims, changed, (height, width))
    plates = 0 if changed is None else 1
    tally = BoundedTally(plates + len(claims), (height, width), active, luma)
    for top in range(0, height, TILE):
        rows = slice(top, min(top + TILE, height))
        weights, rest = _share_out(claims, rows, (rows.stop - top, width))
        found = {plates + index: one for index, one in enumerate(weights)}
        if changed is None:
            found[-1] = rest
        else:
            found[0], found[-1] = _plate(rest, changed[rows])
        tally.add(top, found, final[rows])
    return tally.finish()


def _share_out(
    claims: Sequence[Claim], rows: slice, shape: tuple[int, int]
) -> tuple[list[Weights], Weights]:
    """Weights of the claims in a strip, and what they leave.

    Mattes that sum to more than the pixel cannot all be right. Each then has for
    certain only what the others leave, if they have all that they say.
    """
    uppers = [claim.upper[rows].astype(np.int64) for claim in claims]
    most = sum(uppers, np.zeros(shape, np.int64))
    lowers = []
    for claim, upper in zip(claims, uppers, strict=True):
        alone = np.maximum(ONE - (most - upper), 0)
        own = 0 if claim.lower is None else claim.lower[rows]
        lowers.append(np.minimum(alone, own))
    left = ONE - sum(lowers, np.zeros(shape, np.int64))
    most_left = _plane(left)
    weights = []
    for upper, lower in zip(uppers, lowers, strict=True):
        if (upper == lower).all():
            exact = _plane(upper)
            weights.append(Weights(exact, exact, exact))
            continue
        more = np.minimum(upper - lower, left)
        left -= more
        weights.append(Weights(_plane(lower), _plane(upper), _plane(lower + more)))
    told = _plane(left)
    if (told == most_left).all():
        return weights, Weights(told, told, told)
    return weights, Weights(told, most_left, told)


def _plate(rest: Weights, changed: Changed) -> tuple[Weights, Weights]:
    """What of the rest is the plate, and what nobody's."""
    nothing = np.zeros_like(rest.upper)
    if not changed.any():
        return rest, Weights(nothing, nothing, nothing)
    same = ~changed
    plate = Weights(rest.lower * same, rest.upper, rest.told * same)
    return plate, Weights(nothing, rest.upper * changed, rest.told * changed)


def _plane(values: np.ndarray[Any, np.dtype[np.int64]]) -> Plane:
    return values.astype(np.uint32)


def _check(
    claims: Sequence[Claim], changed: Changed | None, size: tuple[int, int]
) -> None:
    shapes = [claim.upper.shape for claim in claims]
    shapes += [claim.lower.shape for claim in claims if claim.lower is not None]
    shapes += [] if changed is None else [changed.shape]
    if any(shape != size for shape in shapes):
        raise FrameShapeError(
            f"mattes in the size of the final, {size[1]} × {size[0]}",
            met=f"{sorted(set(shapes))}",
            advice="Export the mattes in the size of the final.",
        )
    for index, claim in enumerate(claims):
        as_coverage(claim.upper)
        if claim.lower is not None and (claim.lower > claim.upper).any():
            raise FrameShapeError(
                "a lower bound that is nowhere above the upper one",
                met="one that is",
                advice="Look at the mattes of this element.",
                layer=index,
            )
