from fractions import Fraction

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, SampleValueError
from pipeline.frames.raster import Box
from pipeline.kernels.coverage import as_coverage
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.resample import windows
from pipeline.kernels.transform import Size, Transform, place, require_square_pixels

ONE = 32768


def noise(height: int, width: int, seed: int = 1) -> Linear:
    rng = np.random.default_rng(seed)
    return as_linear(rng.normal(0.5, 0.5, (height, width, 3)).astype(np.float32))


def test_an_identity_hands_back_what_it_was_given() -> None:
    rgb = noise(20, 30)
    matte = as_coverage(np.full((20, 30), 5, np.uint16))
    for same in (
        Transform(),
        Transform(crop=Box(0, 0, 30, 20), scale=Size(30, 20), canvas=Size(30, 20)),
    ):
        placed = place(rgb, matte, same)
        assert placed.rgb is rgb
        assert placed.coverage is matte


@pytest.mark.parametrize("corner", [(3, 5), (-4, -6), (25, 0), (-40, 2), (0, 99)])
def test_a_moved_layer_keeps_every_sample_and_ends_where_the_frame_does(
    corner: tuple[int, int],
) -> None:
    rgb, (left, top) = noise(70, 30), corner
    placed = place(rgb, None, Transform(left=left, top=top, canvas=Size(40, 80)))
    assert placed.coverage is not None
    expected = np.zeros((80, 40, 3), np.float32)
    covered = np.zeros((80, 40), np.uint16)
    for y in range(70):
        for x in range(30):
            if 0 <= y + top < 80 and 0 <= x + left < 40:
                expected[y + top, x + left] = rgb[y, x]
                covered[y + top, x + left] = ONE
    assert placed.rgb.tobytes() == expected.tobytes()
    assert (placed.coverage == covered).all()


def test_a_crop_that_fills_the_frame_is_opaque_still() -> None:
    rgb = noise(70, 40)
    placed = place(rgb, None, Transform(crop=Box(5, 2, 35, 68)))
    assert placed.coverage is None
    assert (placed.rgb == rgb[2:68, 5:35]).all()


def test_scaled_black_stays_black_and_even_colour_stays_even() -> None:
    even = as_linear(np.full((40, 30, 3), 0.3, np.float32))
    for size in (Size(77, 91), Size(11, 7), Size(30, 20)):
        placed = place(even, None, Transform(scale=size))
        assert placed.rgb.shape == (size.height, size.width, 3)
        assert np.abs(placed.rgb - np.float32(0.3)).max() < 2e-7
        black = place(as_linear(np.zeros_like(even)), None, Transform(scale=size))
        assert not black.rgb.any()


def test_scaling_down_and_up_keeps_a_smooth_picture() -> None:
    y, x = np.mgrid[:96, :128].astype(np.float32)
    soft = as_linear(np.stack([x / 128, y / 96, (x + y) / 224], 2).astype(np.float32))
    small = place(soft, None, Transform(scale=Size(64, 48))).rgb
    back = place(small, None, Transform(scale=Size(128, 96))).rgb
    assert np.abs(back - soft)[8:-8, 8:-8].max() < 0.002


def test_strips_and_place_play_no_part_in_scaling() -> None:
    rgb = noise(50, 40)
    matte = as_coverage(
        np.random.default_rng(2).integers(0, ONE + 1, (50, 40)).astype(np.uint16)
    )
    whole = place(rgb, matte, Transform(scale=Size(60, 170)))
    part = place(
        rgb,
        matte,
        Transform(scale=Size(60, 170), left=-7, top=-33, canvas=Size(20, 90)),
    )
    assert whole.coverage is not None
    assert part.coverage is not None
    assert (part.rgb == whole.rgb[33:123, 7:27]).all()
    assert (part.coverage == whole.coverage[33:123, 7:27]).all()


def test_what_lies_outside_a_matte_does_not_bleed_in() -> None:
    rgb = np.zeros((32, 32, 3), np.float32)
    rgb[:, :16], rgb[:, 16:] = 0.5, 1000
    matte = np.zeros((32, 32), np.uint16)
    matte[:, :16] = ONE
    placed = place(as_linear(rgb), as_coverage(matte), Transform(scale=Size(11, 11)))
    assert placed.coverage is not None
    shown = placed.rgb[placed.coverage > 1000]
    assert np.abs(shown - 0.5).max() < 1e-4


@pytest.mark.parametrize(
    ("size", "outputs"), [(7, 3), (3, 7), (1, 16), (16, 1), (99, 98)]
)
def test_weights_are_whole_and_mirrored(size: int, outputs: int) -> None:
    table = windows(size, outputs)
    assert (table.weights.sum(axis=1) == 1 << 22).all()
    assert (table.first >= 0).all()
    assert (table.first + table.taps <= size).all()
    dense = np.zeros((outputs, size), int)
    for output, first in enumerate(table.first):
        dense[output, first : first + table.taps] = table.weights[output]
    # What rounding left over goes to the first of two equal weights.
    assert np.abs(dense - dense[::-1, ::-1]).max() <= table.taps


@pytest.mark.parametrize(
    "change",
    [
        Transform(crop=Box(0, 0, 31, 20)),
        Transform(crop=Box(5, 5, 5, 20)),
        Transform(crop=Box(-1, 0, 5, 20)),
        Transform(scale=Size(1, 20)),
        Transform(scale=Size(481, 20)),
        Transform(scale=Size(0, 20)),
        Transform(canvas=Size(100_000, 100_000)),
    ],
)
def test_an_impossible_transform_is_refused(change: Transform) -> None:
    with pytest.raises(FrameShapeError):
        place(noise(20, 30), None, change)


def test_a_matte_of_another_size_and_a_sum_beyond_floats_are_refused() -> None:
    with pytest.raises(FrameShapeError):
        place(noise(4, 4), as_coverage(np.zeros((4, 5), np.uint16)), Transform(left=1))
    edge = np.zeros((4, 8, 3), np.float32)
    edge[:, :4] = 3.4e38
    with pytest.raises(SampleValueError):
        place(as_linear(edge), None, Transform(scale=Size(16, 8)))


def test_pixels_that_are_not_square_are_refused() -> None:
    require_square_pixels(Fraction(1))
    with pytest.raises(FrameShapeError, match="square"):
        require_square_pixels(Fraction(2))
