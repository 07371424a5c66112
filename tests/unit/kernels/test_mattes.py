from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, SampleValueError
from pipeline.frames.arrays import as_matte
from pipeline.frames.raster import Raster
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.linear import as_linear
from pipeline.kernels.mattes import coverage_of_samples, inverse, matte_of
from pipeline.kernels.picture_2 import LinearLayer, compose_linear
from pipeline.kernels.straight import straighten

ONE = 32768


@pytest.mark.parametrize(("bits", "dtype"), [(10, "u2"), (12, "u2"), (16, "u2")])
def test_integer_mattes_are_to_the_nearest_and_whole_at_both_ends(
    bits: int, dtype: str
) -> None:
    codes = np.arange(1 << bits, dtype=dtype).reshape(16, -1)
    met = coverage_of_samples(codes, bits).ravel().astype(int)
    full = (1 << bits) - 1
    off = 2 * full * met - 2 * ONE * np.arange(1 << bits)
    assert (met[0], met[-1]) == (0, ONE)
    assert (np.abs(off) <= full).all()
    assert (np.diff(met) >= 0).all()


def test_eight_bits_are_those_of_picture_1() -> None:
    codes = as_matte(np.arange(256, dtype=np.uint8)[None, :])
    assert (coverage_of_samples(codes, 8) == coverage_of(codes)).all()


def test_floats_are_rounded_halves_to_even_and_cut_off() -> None:
    steps = np.array([0, 0.5, 1.5, 2.5, 32767.5, 32768, 40000, -7], np.float32)
    values = (steps / np.float32(ONE))[None, :]
    expected = [[0, 0, 2, 2, 32768, 32768, 32768, 0]]
    assert coverage_of_samples(values, 32).tolist() == expected
    # The one float below a half that adding a half and cutting off gets wrong.
    below = np.array([[np.nextafter(np.float32(0.5), np.float32(0)) / ONE]], np.float32)
    assert coverage_of_samples(below, 32).tolist() == [[0]]


def test_each_half_float_is_rounded_once() -> None:
    every = np.arange(65536, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)][None, :]
    exact = [round(min(max(float(v), 0.0), 1.0) * ONE) for v in finite[0]]
    assert coverage_of_samples(finite, 16)[0].tolist() == exact


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_matte_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(SampleValueError):
        coverage_of_samples(np.array([[0, value]], np.float16), 16)


@pytest.mark.parametrize(
    ("array", "bits"),
    [
        (np.zeros((2, 2, 3), np.uint8), 8),
        (np.full((2, 2), 1024, np.uint16), 10),
        (np.zeros((2, 2), np.uint32), 32),
        (np.zeros((2, 2), np.uint8), 16),
    ],
)
def test_what_is_no_matte_is_refused(array: np.ndarray[Any, Any], bits: int) -> None:
    with pytest.raises(FrameShapeError):
        coverage_of_samples(array, bits)


def test_a_channel_is_taken_by_its_name() -> None:
    half = np.full((2, 2), 0.5, np.float16)
    raster = Raster(
        rgb=np.zeros((2, 2, 3), np.float16),
        alpha=np.ones((2, 2), np.float16),
        bits=16,
        planes={
            "hero.A": half,
            "depth.Z": half.astype(np.float32),
            "id": half.view("u2").astype(np.uint32),
        },
        decoder="test@1",
    )
    assert (matte_of(raster) == ONE).all()
    assert (matte_of(raster, "hero.A") == ONE // 2).all()
    assert (matte_of(raster, "depth.Z") == ONE // 2).all()
    for wrong in ("villain.A", "id"):
        with pytest.raises(FrameShapeError):
            matte_of(raster, wrong)
    grey = Raster(rgb=np.full((1, 1), 512, np.uint16), bits=10, decoder="test@1")
    assert matte_of(grey).tolist() == [[(65536 * 512 + 1023) // 2046]]
    colour = Raster(rgb=np.zeros((1, 1, 3), np.uint8), bits=8, decoder="test@1")
    with pytest.raises(FrameShapeError, match="alpha"):
        matte_of(colour)


def test_the_inverse_of_the_inverse_is_the_matte() -> None:
    every = np.arange(ONE + 1, dtype=np.uint16)[None, :]
    assert (inverse(inverse(every)) == every).all()
    with pytest.raises(FrameShapeError):
        inverse(np.full((1, 1), ONE + 1, np.uint16))


def test_colour_is_freed_of_its_alpha_and_a_glow_is_kept_apart() -> None:
    colour = [[[0.25, 0.5, 0], [0.5, 0, 0], [0.125, 0, 0], [2, 2, 2], [0, 0, 0]]]
    alpha = np.array([[0.5, 0, 2**-18, 1.5, -1]], np.float32)
    parted = straighten(as_linear(np.array(colour, np.float32)), alpha)
    assert parted.coverage.tolist() == [[ONE // 2, 0, 0, ONE, 0]]
    assert parted.rgb.tolist() == [[[0.5, 1, 0], [0] * 3, [0] * 3, [2] * 3, [0] * 3]]
    assert parted.light is not None
    assert parted.light.tolist() == [
        [[0] * 3, [0.5, 0, 0], [0.125, 0, 0], [0] * 3, [0] * 3]
    ]


def test_colour_and_glow_laid_again_give_what_was_multiplied() -> None:
    rng = np.random.default_rng(3)
    alpha = rng.choice([0, 0.25, 0.5, 1], (70, 9)).astype(np.float32)
    colour = as_linear(rng.random((70, 9, 3), np.float32))
    parted = straighten(colour, alpha)
    assert parted.light is not None
    layers = [
        LinearLayer(rgb=parted.rgb, coverage=parted.coverage),
        LinearLayer(rgb=parted.light, blend="plus"),
    ]
    assert (compose_linear(layers).rgb == colour).all()  # exact by powers of two


def test_without_a_glow_there_is_none() -> None:
    flat = as_linear(np.ones((2, 2, 3), np.float32))
    assert straighten(flat, np.ones((2, 2), np.float32)).light is None
    with pytest.raises(FrameShapeError):
        straighten(flat, np.ones((2, 3), np.float32))
    with pytest.raises(SampleValueError):
        straighten(flat, np.full((2, 2), np.nan, np.float32))
    with pytest.raises(SampleValueError):
        straighten(as_linear(flat * np.float32(3e38)), np.full((2, 2), 2**-15, "f4"))
