"""The composite and its figures against the slow oracle, pixel by pixel."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.frames.arrays import as_frame, pixels_digest
from pipeline.kernels.compose import Composite, Layer, compose
from pipeline.kernels.coverage import as_coverage
from pipeline.kernels.key import Despill, KeySettings, Screen, key
from tests.oracles.picture_1 import SlowLayer, compose_slowly, key_pixel

Stack = list[Layer]
COVERED = ("opaque", "soft", "edges", "half", "ramp")


@st.composite
def stacks(
    draw: st.DrawFn,
    least: int = 1,
    most: int = 4,
    kinds: Sequence[str] = (*COVERED, "light"),
) -> Stack:
    height = draw(st.integers(1, 70))
    width = draw(st.sampled_from([1, 3, 63, 64, 65, 70]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layers = []
    for _ in range(draw(st.integers(least, most))):
        rgb = as_frame(rng.integers(0, 256, (height, width, 3), np.uint8))
        kind = draw(st.sampled_from(kinds))
        if kind == "opaque":
            layers.append(Layer(rgb=rgb))
            continue
        if kind == "light":
            dim = rgb.astype(np.uint32) ** 3 // 65025
            layers.append(Layer(rgb=as_frame(dim.astype(np.uint8)), light=True))
            continue
        shape = (height, width)
        plane = {
            "soft": rng.integers(0, 32769, shape),
            "edges": rng.choice([0, 1, 16383, 16384, 32767, 32768], shape),
            "half": np.full(shape, 16384),
            "ramp": np.broadcast_to(np.linspace(0, 32768, width).astype(int), shape),
        }[kind]
        layers.append(Layer(rgb=rgb, coverage=as_coverage(plane.astype(np.uint16))))
    return layers


def slowly(layers: Sequence[Layer]) -> list[SlowLayer]:
    return [
        SlowLayer(
            rgb=[[(p[0], p[1], p[2]) for p in row] for row in layer.rgb.tolist()],
            coverage=None if layer.coverage is None else layer.coverage.tolist(),
            light=layer.light,
        )
        for layer in layers
    ]


def total(result: Composite) -> int:
    return sum(result.measures.layers) + result.measures.unattributed


@settings(deadline=None, max_examples=40)
@given(stacks())
def test_composite_and_figures_equal_the_exact_reading(layers: Stack) -> None:
    result, exact = compose(layers), compose_slowly(slowly(layers))
    assert pixels_digest(result.frame) == exact.pixels_digest()
    assert list(result.measures.layers) == exact.layers
    assert result.measures.unattributed == exact.unattributed
    assert result.measures.tile_bytes() == exact.tile_bytes()


@settings(deadline=None, max_examples=60)
@given(stacks(most=6))
def test_coverage_adds_up_without_a_remainder(layers: Stack) -> None:
    result = compose(layers)
    height, width = result.frame.shape[:2]
    assert total(result) == 32768 * height * width
    per_tile = result.measures.tiles.sum(axis=0)
    rows = np.diff([*range(0, height, 64), height])
    columns = np.diff([*range(0, width, 64), width])
    assert (per_tile == np.outer(rows, columns) * 32768).all()


@settings(deadline=None, max_examples=40)
@given(stacks(least=2, kinds=COVERED))
def test_coverage_belongs_to_mattes_and_order_and_not_to_colour(layers: Stack) -> None:
    exchanged = [
        Layer(rgb=layers[1].rgb, coverage=layers[0].coverage),
        Layer(rgb=layers[0].rgb, coverage=layers[1].coverage),
        *layers[2:],
    ]
    before, after = compose(layers).measures, compose(exchanged).measures
    assert before.tile_bytes() == after.tile_bytes()


@settings(deadline=None, max_examples=40)
@given(stacks(least=2, kinds=COVERED))
def test_layers_that_never_meet_may_change_places_with_their_figures(
    layers: Stack,
) -> None:
    height, width = layers[0].rgb.shape[:2]
    middle = width // 2
    apart = []
    for index, layer in enumerate(layers[:2]):
        plane = np.full((height, width), 32768, np.uint16)
        plane = plane if layer.coverage is None else layer.coverage.copy()
        plane[:, middle:] *= np.uint16(index)
        plane[:, :middle] *= np.uint16(1 - index)
        apart.append(Layer(rgb=layer.rgb, coverage=as_coverage(plane)))
    one, other = compose(apart), compose(apart[::-1])
    assert (one.frame == other.frame).all()
    assert one.measures.layers == other.measures.layers[::-1]
    assert one.measures.unattributed == other.measures.unattributed


@settings(deadline=None, max_examples=40)
@given(stacks(most=1))
def test_one_opaque_layer_is_bit_identical(layers: Stack) -> None:
    frame = layers[0].rgb
    result = compose([Layer(rgb=frame)])
    assert result.frame.tobytes() == frame.tobytes()


@settings(deadline=None, max_examples=40)
@given(stacks(most=1))
def test_light_over_nothing_is_bit_identical(layers: Stack) -> None:
    frame = layers[0].rgb
    result = compose([Layer(rgb=frame, light=True)])
    assert result.frame.tobytes() == frame.tobytes()


@settings(deadline=None, max_examples=40)
@given(stacks(), st.integers(0, 3))
def test_black_light_changes_no_pixel_and_covers_nothing(
    layers: Stack, place: int
) -> None:
    black = Layer(rgb=as_frame(np.zeros_like(layers[0].rgb)), light=True)
    place = min(place, len(layers))
    without, with_it = (
        compose(layers),
        compose([*layers[:place], black, *layers[place:]]),
    )
    assert (with_it.frame == without.frame).all()
    assert with_it.measures.layers[place] == 0
    assert with_it.measures.unattributed == without.measures.unattributed


@settings(deadline=None, max_examples=40)
@given(
    stacks(most=1),
    st.sampled_from(["green", "blue"]),
    st.tuples(st.integers(0, 65535), st.integers(0, 65535)).filter(
        lambda pair: pair[0] < pair[1]
    ),
    st.sampled_from(["average", "none"]),
)
def test_a_key_equals_the_exact_reading(
    layers: Stack, screen: Screen, span: tuple[int, int], despill: Despill
) -> None:
    plate = layers[0].rgb
    lo, hi = span
    keyed = key(plate, KeySettings(screen=screen, lo=lo, hi=hi, despill=despill))
    for y, row in enumerate(plate.tolist()):
        for x, (red, green, blue) in enumerate(row):
            pixel, part = key_pixel((red, green, blue), screen, lo, hi, despill)
            assert keyed.rgb[y, x].tolist() == list(pixel)
            assert keyed.coverage[y, x] == part
