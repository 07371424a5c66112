"""Whatever is truly measured of film is something that a verifier lets be."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.steps.bounds import check_light, tables_hold
from ledger.evidence.steps.measures import tile_areas
from ledger.records.making import ActivePicture, Run
from pipeline.frames.raster import Box
from pipeline.frames.rasters import encode_raster
from pipeline.kernels.coverage import as_coverage
from pipeline.kernels.linear import as_linear
from pipeline.kernels.picture_2 import LinearLayer, compose_linear
from tests.simulators.film_frames import OUTPUT, Made, measured
from tests.unit.records.test_runs import layer, run

WIDTH, HEIGHT = 66, 9
BOX = Box(2, 1, 65, 9)
BLENDS = st.sampled_from(["over", "plus", "screen", "multiply", "light"])
WRITTEN = encode_raster(np.zeros((8, 8, 3), np.uint8), 8, OUTPUT)


def layer_of(blend: str, dice: np.random.Generator) -> LinearLayer:
    """Light of all strengths, some of it negative, with a matte of its own."""
    shape = (HEIGHT, WIDTH)
    rgb = as_linear(dice.normal(0.5, 0.7, (*shape, 3)).astype(np.float32))
    if blend == "light":
        return LinearLayer(rgb=rgb, light=True)
    soft = np.clip(dice.normal(16384, 20000, shape), 0, 32768).astype(np.uint16)
    coverage = None if dice.random() < 0.2 else as_coverage(soft)
    return LinearLayer(rgb=rgb, coverage=coverage, blend=blend)  # type: ignore[arg-type]


def run_of(blends: list[str]) -> Run:
    known = {"plus", "screen", "multiply"}
    rows = [layer(**({"blend": one} if one in known else {})) for one in blends]
    size = {"width": WIDTH, "height": HEIGHT, "active": BOX._asdict()}
    return run(*rows, measure="measure/2", **size)


@settings(max_examples=60, deadline=None)
@given(st.lists(BLENDS, min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_true_bounds_and_light_hold(blends: list[str], seed: int) -> None:
    dice = np.random.default_rng(seed)
    layers = [layer_of(one, dice) for one in blends]
    stated = run_of(blends)
    made = Made(compose_linear(layers, active=BOX), WRITTEN, stated.bounded)
    elements = tuple(one.element for one in stated.layers)
    check_light(measured(1, made, elements, ()), stated)
    if stated.bounded:
        areas = tile_areas(WIDTH, HEIGHT, ActivePicture(**BOX._asdict()))
        assert tables_hold(made.tables[np.newaxis], stated, areas) == [True]
