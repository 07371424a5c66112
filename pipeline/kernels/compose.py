"""`picture/1`: layers over each other in linear light, and what each one covers.

Only whole numbers, in the order written here; the rules are fixed in
docs/specs/picture-1.md and can never change. From front to back, with
`T = 32768` in the beginning and `a` a layer's coverage at a pixel:

    w = (T × a + 16384) >> 15;  T = T - w;  light = light + w × LIN[code]

A layer of light on black (`light/1`) adds `T × LIN[code]` instead, with the T in
front of it: its colour is multiplied by its coverage already. The written code is
`ENC[min(65535, (light + 16384) >> 15)]`. What remains of T behind the bottom layer
is black and belongs to nobody.

This is the NumPy form, which every faster one has to equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.coverage import Coverage, Plane, as_coverage
from pipeline.kernels.light import coverage_of_light
from pipeline.kernels.measure import TILE, Measures, TileTally
from pipeline.kernels.tables import ENC, LIN, ONE

PICTURE: Final = "picture/1"

# Light is summed in 32 bits. Layers with coverage add 32768 × 65535 at most. One of
# light adds T × m, which is over what its own weight allows by 65535 at most, since
# coverage and weight are rounded: with 64 of them the sum is below 2^31 + 2^22.
_HALF: Final = ONE // 2
_LIGHT: Final = LIN.astype(np.uint32)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """One layer of a frame, in the frame's size.

    Attributes:
        rgb: straight colour, or light on black.
        coverage: None means opaque, which is the same as 32768 everywhere.
        light: `rgb` is light on black, which has no coverage but its own.
    """

    rgb: Frame
    coverage: Coverage | None = None
    light: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Composite:
    """A frame made of layers, with what each of them covers in it."""

    frame: Frame
    measures: Measures


def compose(layers: Sequence[Layer]) -> Composite:
    """Lay layers over each other, bottom first, and measure them.

    One opaque layer comes out bit by bit as it went in.

    Raises:
        FrameShapeError: no layer, layers of different sizes, or light with a matte.
    """
    height, width = _common_size(layers)
    frame = as_frame(np.empty((height, width, 3), np.uint8))
    tally = TileTally(len(layers), height, width)
    # One row of tiles at a time: its planes stay in the cache, and the picture
    # never exists in 32 bits as a whole.
    for top in range(0, height, TILE):
        rows = slice(top, min(top + TILE, height))
        _compose_strip(layers, rows, frame, tally)
    return Composite(frame=frame, measures=tally.finish())


def _compose_strip(
    layers: Sequence[Layer], rows: slice, frame: Frame, tally: TileTally
) -> None:
    height, width = rows.stop - rows.start, frame.shape[1]
    tile_row = rows.start // TILE
    open_part: Plane = np.full((height, width), ONE, np.uint32)
    light: Plane = np.zeros((3, height, width), np.uint32)
    for index in reversed(range(len(layers))):
        layer = layers[index]
        if layer.light and not layer.rgb[rows].any():
            continue  # most of a flash is black
        weights = _weights(open_part, _coverage(layer, rows))
        # Dim light can shine where its weight is rounded to 0.
        shares = open_part if layer.light else weights
        if not shares.any():
            continue
        _add_light(light, layer.rgb[rows], shares)
        open_part -= weights
        tally.add(index, tile_row, weights)
        if not open_part.any():
            break  # nothing behind can be seen: all further weights are 0
    tally.add(-1, tile_row, open_part)
    light += _HALF
    light >>= 15
    for channel in range(3):
        # Clipped: rounded weights can leave 65536 and more where light is full.
        frame[rows, :, channel] = ENC.take(light[channel], mode="clip")


def _coverage(layer: Layer, rows: slice) -> Coverage | None:
    if layer.light:
        return coverage_of_light(layer.rgb[rows])
    return None if layer.coverage is None else layer.coverage[rows]


def _weights(open_part: Plane, coverage: Coverage | None) -> Plane:
    if coverage is None:
        return open_part.copy()
    weights = coverage.astype(np.uint32)
    weights *= open_part
    weights += _HALF
    weights >>= 15
    return weights


def _add_light(light: Plane, rgb: Frame, shares: Plane) -> None:
    for channel in range(3):
        # Every index is within the table; without a mode `take` checks each.
        part = _LIGHT.take(rgb[:, :, channel], mode="clip")
        part *= shares
        light[channel] += part


def _common_size(layers: Sequence[Layer]) -> tuple[int, int]:
    if not layers:
        raise FrameShapeError(
            "at least one layer",
            met="none",
            advice="Name the layers of the frame, the plate included.",
        )
    height, width = as_frame(layers[0].rgb).shape[:2]
    for index, layer in enumerate(layers):
        planes = [as_frame(layer.rgb).shape[:2]]
        if layer.coverage is not None:
            _refuse_covered_light(layer, index)
            planes.append(as_coverage(layer.coverage).shape)
        for met in planes:
            if met != (height, width):
                raise FrameShapeError(
                    "layers and mattes of one size",
                    met=f"{met[1]} × {met[0]} on {width} × {height}",
                    advice="Scale the layer where it is made; nothing is scaled here.",
                    layer=index,
                )
    return height, width


def _refuse_covered_light(layer: Layer, index: int) -> None:
    if layer.light:
        raise FrameShapeError(
            "light on black without a matte",
            met="a matte",
            advice="Darken the light where it should not be, where it is made.",
            layer=index,
        )
