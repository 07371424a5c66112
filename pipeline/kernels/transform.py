"""Where a layer stands in the frame: cropped, scaled and moved by whole pixels.

In this order: crop, scale to a size, place on the canvas. Without a scale every sample
is copied as it is. With one, colour that has a coverage is multiplied by it first and
divided by the scaled coverage after, so that what lies outside a matte does not bleed
in. Sums run over the taps from the first to the last, across and then down, starting
from 0, each product and each sum rounded by itself:

    sum = sum + (weight / 2^22) × sample

What the layer does not reach is 0, and no coverage.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NamedTuple, cast

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import check_size
from pipeline.frames.raster import Box
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.linear import Floats, Linear, as_linear, require_finite
from pipeline.kernels.measure import TILE
from pipeline.kernels.resample import (
    PRECISION,
    Windows,
    cut_off,
    scale_matte,
    source_rows,
    windows,
)
from pipeline.kernels.straight import divided_by_coverage, multiplied_by_coverage
from pipeline.kernels.tables import ONE

_TO_WEIGHT: Final = np.float32(1 / (1 << PRECISION))  # 2^-22


class Size(NamedTuple):
    """Width and height in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """How a layer is laid into the frame; without any field it is left as it is.

    Attributes:
        crop: what of the source is used; `None` is all of it.
        scale: the size that this is scaled to; `None` leaves it.
        left, top: where its upper left corner stands on the canvas; may be negative.
        canvas: the frame's size; `None` is the size that the layer has then.
    """

    crop: Box | None = None
    scale: Size | None = None
    left: int = 0
    top: int = 0
    canvas: Size | None = None


class Placed(NamedTuple):
    """A layer's colour and coverage in the frame's size; no coverage is opaque."""

    rgb: Linear
    coverage: Coverage | None


class _Source(NamedTuple):
    rgb: Linear
    coverage: Coverage | None
    across: Windows | None
    down: Windows | None


def place(rgb: Linear, coverage: Coverage | None, transform: Transform) -> Placed:
    """Lay a layer into the frame.

    A transform that changes nothing hands back the very arrays it was given.

    Raises:
        FrameShapeError: coverage of another size, a crop outside the source, a canvas
            that no frame may have, or a scale beyond 16 times.
        SampleValueError: a sample that is no finite number, or a sum beyond floats.
    """
    admitted = as_linear(rgb)
    if coverage is not None and as_coverage(coverage).shape != rgb.shape[:2]:
        raise FrameShapeError(
            "a matte in the size of its layer",
            met=f"{coverage.shape} on {rgb.shape[:2]}",
            advice="Export the matte in the layer's size.",
        )
    own = Size(int(rgb.shape[1]), int(rgb.shape[0]))
    crop = transform.crop or Box(0, 0, *own)
    _check_crop(crop, own)
    cropped = Size(crop.right - crop.left, crop.bottom - crop.top)
    scaled = transform.scale or cropped
    canvas = transform.canvas or scaled
    check_size(*scaled, where="scale")
    check_size(*canvas, where="canvas")
    moved = (transform.left, transform.top) != (0, 0)
    if own == cropped == scaled == canvas and not moved:
        return Placed(admitted, coverage)
    part = slice(crop.top, crop.bottom), slice(crop.left, crop.right)
    resized = scaled != cropped
    source = _Source(
        admitted[part],
        None if coverage is None else coverage[part],
        windows(cropped.width, scaled.width) if resized else None,
        windows(cropped.height, scaled.height) if resized else None,
    )
    return _on_canvas(source, scaled, (transform.left, transform.top), canvas)


def require_square_pixels(aspect: Fraction, *, where: str = "") -> None:
    """Refuse pixels that are not square: neither tiles nor masks would lie right.

    Raises:
        FrameShapeError: an aspect other than 1.
    """
    if aspect != 1:
        raise FrameShapeError(
            "square pixels",
            met=f"a pixel aspect of {aspect}",
            advice="Render it with square pixels; nothing is stretched silently.",
            where=where,
        )


def _on_canvas(
    source: _Source, size: Size, corner: tuple[int, int], canvas: Size
) -> Placed:
    left, top = corner
    inside = Box(
        max(left, 0),
        max(top, 0),
        min(left + size.width, canvas.width),
        min(top + size.height, canvas.height),
    )
    rgb = cast("Linear", np.zeros((canvas.height, canvas.width, 3), np.float32))
    plane = np.zeros((canvas.height, canvas.width), np.uint16)
    columns = slice(inside.left, max(inside.right, inside.left))
    taken = slice(columns.start - left, columns.stop - left)
    for first in range(inside.top, inside.bottom, TILE):
        rows = slice(first, min(first + TILE, inside.bottom))
        colour, covered = _rows(source, slice(rows.start - top, rows.stop - top))
        rgb[rows, columns] = colour[:, taken]
        plane[rows, columns] = ONE if covered is None else covered[:, taken]
    require_finite(rgb)
    if source.coverage is None and inside == Box(0, 0, *canvas):
        return Placed(rgb, None)
    return Placed(rgb, as_coverage(plane))


def _rows(source: _Source, rows: slice) -> tuple[Floats, Coverage | None]:
    """Some rows of the layer, scaled, before it is placed."""
    rgb, coverage, across, down = source
    if across is None or down is None:
        return rgb[rows], None if coverage is None else coverage[rows]
    top, bottom = source_rows(down, rows)
    colour: Floats = rgb[top:bottom]
    if coverage is not None:
        colour = multiplied_by_coverage(colour, coverage[top:bottom])
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = _scaled(colour, across, down, rows)
        if coverage is None:
            return scaled, None
        # By what the cubic made of it: cut off, it would brighten edges.
        parts = scale_matte(coverage, across, down, rows)
        return divided_by_coverage(scaled, parts), cut_off(parts)


def _scaled(colour: Floats, across: Windows, down: Windows, rows: slice) -> Floats:
    first = down.first[rows] - source_rows(down, rows)[0]
    wide = np.zeros((colour.shape[0], across.first.size, 3), np.float32)
    for tap in range(across.taps):
        weights = across.weights[:, tap].astype(np.float32) * _TO_WEIGHT
        wide += colour[:, across.first + tap] * weights[None, :, None]
    result = np.zeros((first.size, *wide.shape[1:]), np.float32)
    for tap in range(down.taps):
        weights = down.weights[rows, tap].astype(np.float32) * _TO_WEIGHT
        result += wide[first + tap] * weights[:, None, None]
    return result


def _check_crop(crop: Box, own: Size) -> None:
    across = 0 <= crop.left < crop.right <= own.width
    if not (across and 0 <= crop.top < crop.bottom <= own.height):
        raise FrameShapeError(
            f"a crop within {own.width} × {own.height}",
            met=f"{tuple(crop)}",
            advice="Give left, top, right and bottom in pixels of the source.",
        )
