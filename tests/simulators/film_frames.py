"""Small synthetic pictures of scene-linear light, laid and measured by real kernels."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from ledger.encoding.digest import sha256_hex
from ledger.records.frames import (
    Bounds,
    Coverage,
    LayerCoverage,
    LayerInput,
    Light,
    MeasuredLeaf,
)
from ledger.records.identity import as_digest, as_token, as_uid
from pipeline.colour.convert import encode
from pipeline.colour.spaces import space_of
from pipeline.frames.arrays import Matte, as_matte
from pipeline.frames.raster import Box, samples_digest
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster, read_raster
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.iscc import fingerprint
from pipeline.kernels.key_2 import CleanPlateSettings, key_clean_plate
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.mattes import Mattes
from pipeline.kernels.measure_2 import BoundedMeasures, Extent
from pipeline.kernels.picture_2 import (
    Blend,
    LinearComposite,
    LinearLayer,
    compose_linear,
)

WIDTH, HEIGHT = 140, 70
ACTIVE = Box(4, 3, 130, 64)
"""Bars on all sides; the lowest row of tiles lies in one of them."""
OUTPUT = RasterOutput(kind="png", bits=8)
SOURCE = RasterOutput(kind="exr", bits=16)

PLATE, ACTOR, GLOW, FIRE, SMOKE = (f"f{place}" * 16 for place in range(5))
"""Elements, bottom to top."""
EXACT: Final = (PLATE, ACTOR, SMOKE)
BLENDED: Final = (PLATE, ACTOR, GLOW, FIRE, SMOKE)
BLENDS: Final[dict[str, Blend]] = {GLOW: "screen", FIRE: "plus"}

Tables: TypeAlias = np.ndarray[tuple[int, int, int], np.dtype[np.uint32]]
"""Of one frame: (1 or 3, layers + 1, tiles)."""


@dataclass(frozen=True)
class Made:
    """A frame that was laid, with the file that was written of it."""

    composite: LinearComposite
    written: bytes
    bounded: bool

    @property
    def measures(self) -> BoundedMeasures:
        return self.composite.measures

    @property
    def tables(self) -> Tables:
        """All tile tables that are due: three, if a blend has bounds."""
        measures = self.measures
        found = [measures.tiles]
        if self.bounded:
            found += [measures.lower_tiles, measures.upper_tiles]
        return np.stack(found).reshape(len(found), len(found[0]), -1)


def _floats(*planes: Any) -> Linear:  # noqa: ANN401  # figures or planes of them
    rgb = np.stack(np.broadcast_arrays(*planes), axis=2).astype(np.float16)
    return as_linear(rgb.astype(np.float32))


@cache
def light_of(element: str, frame: int = 0) -> Linear:
    """What a layer shows, in samples that a half float can say."""
    rows, columns = np.indices((HEIGHT, WIDTH)) / 128
    inside = ((rows - 0.3) ** 2 + (columns - 0.5) ** 2) < 0.03
    match element:
        case "clean plate":
            return _floats(0.05 + rows / 16, 0.5 + columns / 16, 0.05)
        case _ if element == ACTOR:
            screen = light_of("clean plate")
            return as_linear(np.where(inside[..., None], _floats(0.5, rows, 1), screen))
        case _ if element == GLOW:
            return _floats(rows / 2, columns / 2, 0.25)
        case _ if element == FIRE:
            return _floats(inside * 2.0, inside * rows, 0 * rows)
        case _ if element == SMOKE:
            return _floats(0.25 + 0 * rows, 0.25, 0.25)
        case _:
            return _floats(rows + frame / 1024, columns, 0.5)


@cache
def matte(name: str) -> Matte:
    """A matte by its use; `garbage`, `core`, `holdout`, or the element that it cuts."""
    rows, columns = np.indices((HEIGHT, WIDTH))
    shapes = {
        "garbage": (columns > 8) * 255,
        "core": ((rows - 38) ** 2 + (columns - 64) ** 2 < 40) * 255,
        "holdout": (columns > 110) * 128,
        GLOW: columns + rows,
        SMOKE: (rows > 50) * (255 - columns),
    }
    return as_matte(np.clip(shapes[name], 0, 255).astype(np.uint8))


def source_file(rgb: Linear) -> bytes:
    return encode_raster(rgb.astype(np.float16), 16, SOURCE)


def _layer(element: str, frame: int) -> LinearLayer:
    rgb = light_of(element, frame)
    if element == ACTOR:
        settings = CleanPlateSettings(screen="green", hi=20000)
        mattes = Mattes(
            **{one: coverage_of(matte(one)) for one in ("core", "garbage", "holdout")}
        )
        keyed = key_clean_plate(rgb, light_of("clean plate"), settings, mattes)
        return LinearLayer(rgb=keyed.rgb, coverage=keyed.coverage)
    if element == FIRE:
        return LinearLayer(rgb=rgb, blend="plus")
    if element in (GLOW, SMOKE):
        coverage, blend = coverage_of(matte(element)), BLENDS.get(element, "over")
        return LinearLayer(rgb=rgb, coverage=coverage, blend=blend)
    return LinearLayer(rgb=rgb)


@cache
def made(elements: tuple[str, ...], frame: int, active: Box | None = ACTIVE) -> Made:
    """Lay, measure and write a frame."""
    composite = compose_linear([_layer(one, frame) for one in elements], active=active)
    samples = encode(composite.rgb, space_of("srgb"), "uint8", 8)
    bounded = any(one in BLENDS for one in elements)
    return Made(composite, encode_raster(samples, 8, OUTPUT), bounded)


def measured(
    frame: int,
    picture: Made,
    elements: tuple[str, ...],
    inputs: tuple[LayerInput, ...],
) -> MeasuredLeaf:
    """What an honest machine states of a frame."""
    measures = picture.measures
    raster = read_raster(picture.written)
    code, profile = fingerprint(raster.rgb)
    return MeasuredLeaf(
        frame=frame,
        pixels=as_digest(samples_digest(raster.rgb, raster.bits, raster.alpha)),
        decoder=as_token(raster.decoder),
        inputs=inputs,
        coverage=Coverage(
            layers=tuple(
                LayerCoverage(
                    element=as_uid(one), lower=extent.lower, upper=extent.upper
                )
                for one, extent in zip(elements, measures.layers, strict=True)
            ),
            unattributed=_bounds(measures.unattributed),
        ),
        tiles=as_digest(sha256_hex(picture.tables.astype("<u4").tobytes())),
        iscc=code,
        profile=as_token(profile),
        light=Light(
            layers=tuple(map(_bounds, measures.light)),
            unattributed=_bounds(measures.light_unattributed),
            total=measures.light_total,
        ),
    )


def _bounds(extent: Extent) -> Bounds:
    return Bounds(lower=extent.lower, upper=extent.upper)
