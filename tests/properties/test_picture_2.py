"""The film composite and its bounds against the slow oracle, and what must hold."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.frames.raster import Box, samples_digest
from pipeline.kernels.bounds import Claim, measure_claims
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.coverage import as_coverage
from pipeline.kernels.key_2 import CleanPlateSettings, clean_plate_coverage
from pipeline.kernels.linear import as_linear, levels_of
from pipeline.kernels.measure_2 import BoundedMeasures
from pipeline.kernels.picture_2 import (
    Blend,
    LinearComposite,
    LinearLayer,
    compose_linear,
)
from pipeline.kernels.resample import cut_off, scale_matte, windows
from pipeline.kernels.straight import CHANNELS, Screen
from pipeline.kernels.tables import ONE
from pipeline.kernels.transform import Size, Transform, place
from tests.oracles import picture_2 as slow

BLENDS: tuple[Blend, ...] = ("over", "plus", "multiply", "screen")
EXTREME = np.array([0, -0.0, 1, 1 + 2**-12, 65504, -70, 2**-140, 3e4], np.float32)
SIZES = st.tuples(st.integers(1, 70), st.sampled_from([1, 3, 63, 64, 65, 70]))


@st.composite
def stacks(
    draw: st.DrawFn,
    least: int = 1,
    most: int = 4,
    blends: Sequence[str] = (*BLENDS, "light"),
) -> list[LinearLayer]:
    height, width = draw(SIZES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    layers = []
    for _ in range(draw(st.integers(least, most))):
        rgb = rng.normal(0.4, 0.6, (height, width, 3)).astype(np.float32)
        rough = rng.random((height, width, 3)) < 0.1
        rgb[rough] = rng.choice(EXTREME, int(rough.sum()))
        blend: Any = draw(st.sampled_from(blends))
        if blend == "light":
            layers.append(LinearLayer(rgb=as_linear(rgb), light=True))
            continue
        plane = draw(st.sampled_from(["opaque", "soft", "edges"]))
        values = {
            "soft": rng.integers(0, ONE + 1, (height, width)),
            "edges": rng.choice([0, 1, 16383, 16384, 32767, ONE], (height, width)),
        }.get(plane)
        coverage = None if values is None else as_coverage(values.astype(np.uint16))
        layers.append(LinearLayer(rgb=as_linear(rgb), coverage=coverage, blend=blend))
    return layers


def slowly(layers: Sequence[LinearLayer]) -> list[slow.SlowLinear]:
    return [
        slow.SlowLinear(
            rgb=[[(p[0], p[1], p[2]) for p in row] for row in layer.rgb.tolist()],
            coverage=None if layer.coverage is None else layer.coverage.tolist(),
            blend="light" if layer.light else layer.blend,
        )
        for layer in layers
    ]


def require_sound(measures: BoundedMeasures) -> None:
    """What holds for every frame, whatever was blended."""
    lower, upper, told = measures.lower_tiles, measures.upper_tiles, measures.tiles
    assert (lower <= told).all()
    assert (told <= upper).all()
    whole = ONE * measures.pixels
    assert told.sum(dtype=np.uint64) == whole
    assert sum(one.lower for one in measures.layers) <= whole
    everybody = [*measures.layers, measures.unattributed]
    assert sum(one.lower for one in everybody) <= whole
    assert sum(one.upper for one in everybody) >= whole
    lights = [*measures.light, measures.light_unattributed]
    assert sum(one.lower for one in lights) <= measures.light_total
    assert sum(one.upper for one in lights) >= measures.light_total


@settings(deadline=None, max_examples=30)
@given(stacks(), st.sampled_from([0, 3]))
def test_composite_and_bounds_equal_the_exact_reading(
    layers: list[LinearLayer], bars: int
) -> None:
    height, width = layers[0].rgb.shape[:2]
    box = Box(width // bars, height // 4, width, height) if bars else None
    result, exact = (
        compose_linear(layers, active=box),
        slow.compose_slowly(slowly(layers), box),
    )
    measures = result.measures
    assert samples_digest(result.rgb, 32) == exact.pixels_digest()
    assert result.alpha.tolist() == exact.alpha
    assert measures.lower_tiles.tolist() == exact.lower
    assert measures.upper_tiles.tolist() == exact.upper
    assert measures.tile_bytes() == slow.table_bytes(exact.told)
    lights = [*measures.light, measures.light_unattributed]
    assert [one.lower for one in lights] == exact.light[0]
    assert [one.upper for one in lights] == exact.light[1]
    assert measures.light_total == exact.light_total
    require_sound(measures)


@settings(deadline=None, max_examples=40)
@given(stacks(most=6, blends=("over",)))
def test_layers_laid_over_are_counted_exactly_as_in_picture_1(
    layers: list[LinearLayer],
) -> None:
    height, width = layers[0].rgb.shape[:2]
    black: Any = np.zeros((height, width, 3), np.uint8)
    before = compose([Layer(rgb=black, coverage=one.coverage) for one in layers])
    measures = compose_linear(layers).measures
    assert measures.exact
    assert measures.tile_bytes() == before.measures.tile_bytes()
    assert [one.lower for one in measures.layers] == list(before.measures.layers)
    assert measures.layers == tuple((n, n) for n in before.measures.layers)
    assert sum(one.lower for one in measures.light) <= measures.light_total


@settings(deadline=None, max_examples=30)
@given(stacks(least=2, blends=("over",)))
def test_coverage_of_layers_laid_over_does_not_see_colour(
    layers: list[LinearLayer],
) -> None:
    exchanged = [
        LinearLayer(rgb=layers[1].rgb, coverage=layers[0].coverage),
        LinearLayer(rgb=layers[0].rgb, coverage=layers[1].coverage),
        *layers[2:],
    ]
    before, after = compose_linear(layers).measures, compose_linear(exchanged).measures
    assert before.tile_bytes() == after.tile_bytes()


@settings(deadline=None, max_examples=30)
@given(stacks(least=2), st.data())
def test_whatever_share_a_blend_took_the_weights_lie_within_their_bounds(
    layers: list[LinearLayer], data: st.DataObject
) -> None:
    """Any reading between the least and the most, pixel by pixel, at random."""
    measures = compose_linear(layers).measures
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    height, width = layers[0].rgb.shape[:2]
    totals = [0] * len(layers)
    for y in range(0, height, 9):
        for x in range(0, width, 9):
            left = ONE
            pixels, covers, blends = [], [], []
            for one in slowly(layers):
                pixels.append(one.rgb[y][x])
                covers.append(ONE if one.coverage is None else one.coverage[y][x])
                blends.append(one.blend)
            bounds = slow.compose_pixel(pixels, covers, blends)[2]
            for index in reversed(range(len(layers))):
                low, high = slow.span(blends[index], pixels[index], covers[index])
                weight = slow.weigh(left, int(rng.integers(low, high + 1)))
                assert bounds[index][0] <= weight <= bounds[index][1]
                totals[index] += weight
                left -= weight
            assert bounds[-1][0] <= left <= bounds[-1][1]
    assert all(
        total <= one.upper for total, one in zip(totals, measures.layers, strict=True)
    )


@settings(deadline=None, max_examples=30)
@given(stacks(most=1, blends=("over",)))
def test_one_opaque_layer_is_bit_identical(layers: list[LinearLayer]) -> None:
    rgb = layers[0].rgb
    whole = as_coverage(np.full(rgb.shape[:2], ONE, np.uint16))
    for coverage in (None, whole):
        result = compose_linear([LinearLayer(rgb=rgb, coverage=coverage)])
        assert result.rgb.tobytes() == rgb.tobytes()
        assert (result.alpha == ONE).all()


@settings(deadline=None, max_examples=30)
@given(stacks(), st.sampled_from(["clear", "dark", "white"]), st.integers(0, 3))
def test_a_layer_that_does_nothing_changes_nothing(
    layers: list[LinearLayer], kind: str, place: int
) -> None:
    shape = layers[0].rgb.shape
    place = min(place, len(layers))
    nothing = {
        "clear": LinearLayer(
            rgb=layers[0].rgb, coverage=as_coverage(np.zeros(shape[:2], np.uint16))
        ),
        "dark": LinearLayer(rgb=as_linear(np.zeros(shape, np.float32)), blend="plus"),
        "white": LinearLayer(
            rgb=as_linear(np.ones(shape, np.float32)), blend="multiply"
        ),
    }[kind]

    def composed(stack: list[LinearLayer]) -> LinearComposite:
        return compose_linear(stack)

    without = composed(layers)
    with_it = composed([*layers[:place], nothing, *layers[place:]])
    assert (with_it.rgb == without.rgb).all()
    assert with_it.measures.layers[place] == (0, 0)
    assert with_it.measures.unattributed == without.measures.unattributed


@settings(deadline=None, max_examples=30)
@given(
    st.integers(0, 2**32),
    st.sampled_from(list(CHANNELS)),
    st.tuples(st.integers(0, ONE), st.integers(0, ONE)).filter(lambda p: p[0] < p[1]),
    st.integers(1, 65535),
    st.integers(0, 256),
)
def test_a_clean_plate_key_equals_the_exact_reading(
    seed: int, screen: Screen, span: tuple[int, int], least: int, first: int
) -> None:
    rng = np.random.default_rng(seed)
    plate, clean = rng.integers(0, 65536, (2, 5, 9, 3), np.uint16)
    clean[0] = plate[0]
    clean[1, :, CHANNELS[screen][0]] = 65535
    chosen = CleanPlateSettings(
        screen=screen, weights=(first, 256 - first), least=least, lo=span[0], hi=span[1]
    )
    met = clean_plate_coverage(plate, clean, chosen)
    numbers = (first, 256 - first, least, *span)
    for y in range(5):
        for x in range(9):
            exact = slow.clean_plate_pixel(
                tuple(plate[y, x].tolist()),
                tuple(clean[y, x].tolist()),
                CHANNELS[screen],
                numbers,
            )
            assert met[y, x] == exact


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32))
def test_scaling_equals_the_exact_reading(size: int, outputs: int, seed: int) -> None:
    size, outputs = max(size, -(-outputs // 16)), max(outputs, -(-size // 16))
    rng = np.random.default_rng(seed)
    table = windows(size, outputs)
    for output in range(outputs):
        first, weights = int(table.first[output]), table.weights[output].tolist()
        met = {first + n: w for n, w in enumerate(weights) if w}
        exact = slow.scale_weights(size, outputs, output)
        assert met == {x: w for x, w in exact.items() if w}
    matte = as_coverage(rng.choice([0, 1, 20000, ONE], (6, size)).astype(np.uint16))
    scaled = cut_off(scale_matte(matte, table, windows(6, 9), slice(0, 9)))
    assert scaled.tolist() == slow.scale_matte(matte.tolist(), outputs, 9)
    rgb = rng.normal(0, 3, (1, size, 3)).astype(np.float32)
    moved = place(rgb, None, Transform(scale=Size(outputs, 1))).rgb
    if outputs != size:
        for channel in range(3):
            row = slow.scale_row(rgb[0, :, channel].tolist(), outputs)
            assert moved[0, :, channel].tolist() == row


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 4), st.integers(0, 2**32), st.sampled_from([None, 0, 1]))
def test_claims_equal_the_exact_reading(
    count: int, seed: int, plate: int | None
) -> None:
    rng = np.random.default_rng(seed)
    size = 6, 70
    claims = []
    for _ in range(count):
        upper = rng.choice([0, 1, 9000, 16384, 30000, ONE], size).astype(np.uint16)
        lower = (upper * rng.integers(0, 2, size)).astype(np.uint16)
        known = rng.random() < 0.7
        claims.append(Claim(lower=lower if known else None, upper=as_coverage(upper)))
    changed: Any = None if plate is None else rng.random(size) < plate / 2
    final = levels_of(rng.random((*size, 3), np.float32))
    measures = measure_claims(final, claims, changed=changed)
    require_sound(measures)
    expected = np.zeros((count + (plate is not None) + 1, 3), int)
    for y in range(size[0]):
        for x in range(size[1]):
            bounds = [
                (0 if one.lower is None else int(one.lower[y, x]), int(one.upper[y, x]))
                for one in claims
            ]
            here = None if changed is None else int(changed[y, x])
            expected += slow.claims_pixel(bounds, here)
    met = [*measures.layers, measures.unattributed]
    assert [tuple(one) for one in met] == [tuple(row[:2]) for row in expected.tolist()]
    assert measures.tiles.sum(axis=(1, 2)).tolist() == expected[:, 2].tolist()
