"""`picture/2`: layers over each other in scene-linear light, for film.

Colours are 32-bit floats in the show's working space, added up from front to back in
an order that is fixed (`pipeline.kernels.blend`). What the layers cover is whole
numbers, and for layers laid `over` the same as in `picture/1`. A blend of another sort
has a lower and an upper bound (docs/specs/picture-2.md says which, and why).

This is the NumPy form, which every faster one has to equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.raster import Box
from pipeline.kernels.blend import Light
from pipeline.kernels.coverage import Coverage, Plane, as_coverage
from pipeline.kernels.linear import (
    Linear,
    as_linear,
    brightest,
    coverage_of_floats,
    empty_linear,
    filters,
    levels_of,
    require_finite,
    shine_at_least,
    shine_at_most,
)
from pipeline.kernels.measure import TILE
from pipeline.kernels.measure_2 import LUMA, BoundedMeasures, BoundedTally, Luma
from pipeline.kernels.open_part import OpenPart, Share, Weights
from pipeline.kernels.tables import ONE

PICTURE: Final = "picture/2"
WORKING: Final = "linear-rec709"
"""The working space if a show names none."""

Blend: TypeAlias = Literal["over", "plus", "multiply", "screen"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearLayer:
    """One layer of a frame, in the frame's size and the working space.

    Attributes:
        rgb: straight colour, or light on black.
        coverage: None means opaque, which is the same as 32768 everywhere.
        blend: how it is laid over what is below.
        light: `rgb` is light on black, which has no coverage but its own.
    """

    rgb: Linear
    coverage: Coverage | None = None
    blend: Blend = "over"
    light: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinearComposite:
    """A frame made of layers.

    Attributes:
        rgb: the composite, multiplied by its own coverage: what no layer covers is
            black.
        alpha: what the layers cover together.
        measures: what each of them is of the active picture.
    """

    rgb: Linear
    alpha: Coverage
    measures: BoundedMeasures


def passes_through(layers: Sequence[LinearLayer]) -> bool:
    """Whether the composite is one layer, bit by bit; then its file's samples are too.

    Raises:
        FrameShapeError: its coverage is none.
    """
    if len(layers) != 1 or layers[0].light or layers[0].blend != "over":
        return False
    coverage = layers[0].coverage
    return coverage is None or int(as_coverage(coverage).min()) == ONE


def compose_linear(
    layers: Sequence[LinearLayer],
    *,
    active: Box | None = None,
    luma: Luma = LUMA[WORKING],
) -> LinearComposite:
    """Lay layers over each other, bottom first, and measure them.

    Args:
        layers: bottom to top.
        active: what of the frame is picture; letterbox bars are not measured.
        luma: weights of the channels in a pixel's luminance.

    Raises:
        FrameShapeError: no layer, layers of different sizes, light with a matte or a
            blend, or an active picture outside the frame.
        SampleValueError: a sample that is no finite number, or a sum beyond floats.
    """
    height, width = _common_size(layers)
    tally = BoundedTally(len(layers), (height, width), active, luma)
    composite = empty_linear(height, width)
    alpha = np.empty((height, width), np.uint16)
    copied = passes_through(layers)
    # One row of tiles at a time: its planes stay in the cache.
    for top in range(0, height, TILE):
        rows = slice(top, min(top + TILE, height))
        rgb = composite[rows]
        # A sum beyond floats is refused below, with its place.
        with np.errstate(over="ignore", invalid="ignore"):
            weights, open_part = _lay_strip(layers, rows, rgb)
        if copied:
            rgb[:] = layers[0].rgb[rows]  # a sum would lose the sign of zero
        require_finite(rgb)
        alpha[rows] = ONE - open_part
        tally.add(top, weights, levels_of(rgb))
    return LinearComposite(
        rgb=composite, alpha=as_coverage(alpha), measures=tally.finish()
    )


def _lay_strip(
    layers: Sequence[LinearLayer], rows: slice, rgb: Linear
) -> tuple[dict[int, Weights], Plane]:
    """Compose a strip; its weights by layer, and what `over` left open."""
    height, width = rgb.shape[:2]
    light, open_part = Light(height, width), OpenPart(height, width)
    weights: dict[int, Weights] = {}
    for index in reversed(range(len(layers))):
        weights[index] = _lay(layers[index], rows, light, open_part)
        if open_part.shut:
            break  # nothing behind can be seen: all further weights are 0
    weights[-1] = open_part.rest()
    light.write(rgb)
    return weights, open_part.uncovered()


def _lay(layer: LinearLayer, rows: slice, light: Light, open_part: OpenPart) -> Weights:
    rgb = layer.rgb[rows]
    coverage = None if layer.coverage is None else layer.coverage[rows]
    if layer.light:
        light.add(rgb, open_part.uncovered())
        return open_part.cover(coverage_of_floats(brightest(rgb)))[1]
    if layer.blend == "over":
        part, weights = open_part.cover(coverage)
        light.add(rgb, part)
        return weights
    if layer.blend == "multiply":
        light.multiply(rgb, coverage)
    else:
        light.add(rgb, open_part.uncovered(coverage))
    if layer.blend == "screen":
        light.screen(rgb, coverage)
    return open_part.take(_bounds(layer.blend, rgb, coverage))


def _bounds(blend: Blend, rgb: Linear, coverage: Coverage | None) -> Share:
    """The least and the most of what is open that a blended layer can be said to be."""
    whole: Plane = np.full(rgb.shape[:2], ONE, np.uint32)
    cover: Coverage | Plane = whole if coverage is None else coverage
    if blend == "multiply":
        return Share(np.zeros_like(whole), cover * filters(rgb))
    most = _rounded_up(cover, shine_at_most(rgb))
    if blend == "plus":
        return Share(np.zeros_like(whole), most)
    return Share(_rounded_down(cover, shine_at_least(rgb)), most)


def _rounded_up(cover: Coverage | Plane, shine: Plane) -> Plane:
    shine *= cover
    shine += ONE - 1
    shine >>= 15
    return shine


def _rounded_down(cover: Coverage | Plane, shine: Plane) -> Plane:
    shine *= cover
    shine >>= 15
    return shine


def _common_size(layers: Sequence[LinearLayer]) -> tuple[int, int]:
    if not layers:
        raise FrameShapeError(
            "at least one layer",
            met="none",
            advice="Name the layers of the frame, the plate included.",
        )
    height, width = layers[0].rgb.shape[:2]
    for index, layer in enumerate(layers):
        planes = [as_linear(layer.rgb, where=f"layer {index}").shape[:2]]
        if layer.coverage is not None:
            planes.append(as_coverage(layer.coverage).shape)
        _refuse_shaped_light(layer, index)
        for met in planes:
            if met != (height, width):
                raise FrameShapeError(
                    "layers and mattes of one size",
                    met=f"{met[1]} × {met[0]} on {width} × {height}",
                    advice="Give the layer a transform, or deliver it in this size.",
                    layer=index,
                )
    return height, width


def _refuse_shaped_light(layer: LinearLayer, index: int) -> None:
    if layer.light and (layer.coverage is not None or layer.blend != "over"):
        raise FrameShapeError(
            "light on black without a matte and without another blend",
            met=f"{'no ' if layer.coverage is None else 'a '}matte, {layer.blend}",
            advice="Lay light with a matte as `plus` or `screen`.",
            layer=index,
        )
