from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, SampleValueError
from pipeline.frames.raster import Box
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.measure_2 import LUMA, Extent
from pipeline.kernels.picture_2 import (
    Blend,
    LinearLayer,
    compose_linear,
    passes_through,
)

ONE = 32768
Laid = tuple[list[float], Extent, Extent]


def flat(height: int, width: int, *rgb: float) -> Linear:
    return as_linear(np.full((height, width, 3), rgb, np.float32))


def everywhere(height: int, width: int, part: int) -> Coverage:
    return as_coverage(np.full((height, width), part, np.uint16))


def laid(blend: Blend, rgb: tuple[float, float, float], part: int = ONE) -> Laid:
    """A plate of 0.5 with one pixel's layer laid over it: colour, and both bounds."""
    layer = LinearLayer(
        rgb=flat(1, 1, *rgb), coverage=everywhere(1, 1, part), blend=blend
    )
    result = compose_linear([LinearLayer(rgb=flat(1, 1, 0.5, 0.5, 0.5)), layer])
    assert result.alpha.tolist() == [[ONE]]
    plate, own = result.measures.layers
    return result.rgb[0, 0].tolist(), plate, own


def test_over_takes_its_matte_from_what_is_below() -> None:
    assert laid("over", (1, 0, 2), ONE // 4) == (
        [0.625, 0.375, 0.875],
        (24576, 24576),
        (8192, 8192),
    )


def test_plus_hides_nothing_for_certain_and_shines_at_most_as_its_brightest() -> None:
    colour, plate, fire = laid("plus", (0.25, 0.125, 0), ONE // 2)
    assert colour == [0.625, 0.5625, 0.5]
    assert plate == (ONE - 4096, ONE)
    assert fire == (0, 4096)
    # Fire far beyond white is no more than the whole of its matte.
    assert laid("plus", (900, 0, 0), ONE // 2)[2] == (0, ONE // 2)


def test_plus_that_darkens_is_counted_as_much_as_it_takes_away() -> None:
    colour, plate, dark = laid("plus", (-0.25, 0, 0))
    assert colour == [0.25, 0.5, 0.5]
    assert (plate, dark) == ((24576, ONE), (0, 8192))


def test_screen_covers_from_its_darkest_to_its_brightest_channel() -> None:
    colour, plate, flare = laid("screen", (0.5, 0.25, 0.75))
    assert colour == [0.75, 0.625, 0.875]
    assert plate == (8192, 24576)
    assert flare == (8192, 24576)
    # White and brighter hides what is below, in the channel that is so bright.
    assert laid("screen", (2, 1, 0))[0] == [2, 1, 0.5]


def test_multiply_is_nothing_or_its_matte_and_nothing_where_it_is_1() -> None:
    colour, plate, shadow = laid("multiply", (0.5, 1, 2), ONE // 2)
    assert colour == [0.375, 0.5, 0.75]
    assert plate == (ONE // 2, ONE)
    assert shadow == (0, ONE // 2)
    assert laid("multiply", (1, 1 + 2**-13, 1))[1:] == ((ONE, ONE), (0, 0))


def test_light_on_black_covers_as_much_as_it_shines() -> None:
    flash = LinearLayer(rgb=flat(1, 1, 0.25, 0, 0), light=True)
    result = compose_linear([LinearLayer(rgb=flat(1, 1, 1, 1, 1)), flash])
    assert result.rgb.tolist() == [[[1, 0.75, 0.75]]]
    assert result.measures.layers == ((24576, 24576), (8192, 8192))


def test_letterbox_bars_are_composed_and_not_measured() -> None:
    plate = LinearLayer(rgb=flat(130, 100, 0.5, 0.5, 0.5))
    front = np.zeros((130, 100), np.uint16)
    front[:70] = ONE  # of which 60 rows are picture
    layers = [plate, LinearLayer(rgb=plate.rgb, coverage=as_coverage(front))]
    result = compose_linear(layers, active=Box(0, 10, 100, 120))
    measures = result.measures
    assert (result.rgb == 0.5).all()
    assert measures.pixels == 100 * 110
    assert measures.layers == ((100 * 50 * ONE,) * 2, (100 * 60 * ONE,) * 2)
    # The tiles are those of the frame, whatever of it is picture.
    assert measures.tiles.shape == (3, 3, 2)
    assert measures.tiles[1, :, 0].tolist() == [54 * 64 * ONE, 6 * 64 * ONE, 0]
    assert measures.tiles[:, 2].sum() == 0
    with pytest.raises(FrameShapeError, match="active picture"):
        compose_linear(layers, active=Box(0, 10, 101, 120))


def test_black_on_black_covers_and_holds_no_light() -> None:
    half = everywhere(4, 4, ONE // 2)
    black, white = flat(4, 4, 0, 0, 0), flat(4, 4, 1, 1, 1)
    dark = compose_linear(
        [LinearLayer(rgb=black), LinearLayer(rgb=black, coverage=half)]
    )
    assert dark.measures.layers == ((16 * ONE // 2,) * 2,) * 2
    assert dark.measures.light == ((0, 0), (0, 0))
    lit = compose_linear(
        [LinearLayer(rgb=black), LinearLayer(rgb=white, coverage=half)]
    )
    assert lit.measures.light_total == 16 * ONE * 32768
    assert lit.measures.light == ((8 * ONE * 32768,) * 2,) * 2


@pytest.mark.parametrize("space", sorted(LUMA))
def test_luminance_weights_are_those_of_a_working_space_and_whole(space: str) -> None:
    assert sum(LUMA[space]) == 65536
    plate = LinearLayer(rgb=flat(1, 1, 0, 1, 0))
    total = compose_linear([plate], luma=LUMA[space]).measures.light_total
    assert total // ONE == (LUMA[space][1] * 65535 + 32768) // 65536
    with pytest.raises(FrameShapeError, match="65536"):
        compose_linear([plate], luma=(1, 2, 3))


def test_one_opaque_layer_keeps_every_bit() -> None:
    odd = np.array([[[-0.0, 2**-149, 3e38], [-1e-30, 65504, -7]]], np.float32)
    layer = LinearLayer(rgb=as_linear(odd))
    assert passes_through([layer])
    assert compose_linear([layer]).rgb.tobytes() == odd.tobytes()
    assert not passes_through([layer, layer])
    assert not passes_through([LinearLayer(rgb=layer.rgb, blend="plus")])
    assert not passes_through(
        [LinearLayer(rgb=layer.rgb, coverage=everywhere(1, 2, ONE - 1))]
    )


def test_a_sum_is_never_the_negative_zero() -> None:
    negative = LinearLayer(rgb=flat(2, 2, -0.0, -0.0, -0.0))
    result = compose_linear([negative, LinearLayer(rgb=negative.rgb, blend="plus")])
    assert not np.signbit(result.rgb).any()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused_with_its_place(value: float) -> None:
    broken = np.zeros((130, 3, 3), np.float32)
    broken[70, 1, 2] = value
    hidden = LinearLayer(rgb=broken)  # type: ignore[arg-type]
    with pytest.raises(SampleValueError) as caught:
        compose_linear([hidden, LinearLayer(rgb=flat(130, 3, 1, 1, 1))])
    assert caught.value.code == "frame.value"
    assert caught.value.facts["row"] == 70


def test_a_sum_beyond_floats_is_refused() -> None:
    bright = LinearLayer(rgb=flat(1, 1, 3e38, 0, 0))
    with pytest.raises(SampleValueError):
        compose_linear([bright, LinearLayer(rgb=bright.rgb, blend="plus")])
    with pytest.raises(SampleValueError):
        compose_linear([bright, LinearLayer(rgb=bright.rgb, blend="multiply")])


def test_layers_that_do_not_fit_are_refused() -> None:
    plate = LinearLayer(rgb=flat(4, 4, 0, 0, 0))
    with pytest.raises(FrameShapeError) as caught:
        compose_linear([plate, LinearLayer(rgb=flat(4, 5, 0, 0, 0))])
    assert caught.value.facts == {"layer": 1}
    with pytest.raises(FrameShapeError):
        compose_linear([LinearLayer(rgb=plate.rgb, coverage=everywhere(5, 4, 9))])
    with pytest.raises(FrameShapeError, match="at least one"):
        compose_linear([])
    covered = LinearLayer(rgb=plate.rgb, coverage=everywhere(4, 4, 9), light=True)
    with pytest.raises(FrameShapeError, match="without a matte"):
        compose_linear([covered])
    with pytest.raises(FrameShapeError, match="without a matte"):
        compose_linear([LinearLayer(rgb=plate.rgb, blend="plus", light=True)])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2, 3)),
        np.zeros((2, 2, 4), np.float32),
        np.zeros((2, 2), np.float32),
        np.zeros((3, 2, 2), np.float32).T,
        np.zeros((0, 2, 3), np.float32),
        np.zeros((2, 2, 3), ">f4"),
    ],
)
def test_only_32_bit_rgb_in_one_piece_is_linear(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(FrameShapeError):
        as_linear(array)
