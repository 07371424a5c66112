"""Y'CbCr to R'G'B' and back, against exact fractions."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pipeline.frames.video_colour import LUMA_WEIGHTS, ColourTags, colour_of, matrix_of
from pipeline.frames.video_planes import Coding, Plane, Sampling, to_planes, to_rgb

SAMPLINGS = [Sampling(1, 1), Sampling(2, 1), Sampling(2, 2)]


def coding(**more: Any) -> Coding:  # noqa: ANN401
    said = {"bits": 8, "sampling": Sampling(1, 1), "matrix": "bt709", "limited": True}
    return Coding(**{**said, **more})


def exact(codes: tuple[int, int, int], one: Coding) -> list[Fraction]:
    """H.273 equations 8.3 and on, in fractions."""
    y, cb, cr = codes
    kr, kb = LUMA_WEIGHTS[one.matrix]
    kg, most = 1 - kr - kb, (1 << one.bits) - 1
    luma = Fraction(y - one.black, one.luma_span)
    blue = Fraction(cb - one.neutral, one.chroma_span)
    red = Fraction(cr - one.neutral, one.chroma_span)
    r = luma + 2 * (1 - kr) * red
    b = luma + 2 * (1 - kb) * blue
    g = (luma - kr * r - kb * b) / kg
    return [min(max(value * most, Fraction(0)), Fraction(most)) for value in (r, g, b)]


@pytest.mark.parametrize("matrix", ["bt709", "bt601"])
@pytest.mark.parametrize("limited", [True, False])
@pytest.mark.parametrize("bits", [8, 10, 12])
def test_codes_are_the_exact_value_rounded(
    matrix: str, *, limited: bool, bits: int
) -> None:
    one = coding(bits=bits, matrix=matrix, limited=limited)
    dtype = np.uint8 if bits == 8 else np.uint16
    planes = np.random.default_rng(3).integers(0, 1 << bits, (3, 20, 20), dtype=dtype)
    rgb = to_rgb((planes[0], planes[1], planes[2]), one)
    # Coefficients of 14 bits: at 12 bits they may be off by a quarter of a code.
    slack = Fraction(1, 2) + Fraction(1 << bits, 1 << 14)
    for row, column in np.ndindex(20, 20):
        codes = tuple(int(planes[n, row, column]) for n in range(3))
        wanted = exact((codes[0], codes[1], codes[2]), one)
        for met, value in zip(rgb[row, column], wanted, strict=True):
            assert abs(int(met) - value) <= slack


@pytest.mark.parametrize("bits", [8, 10])
@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_grey_stays_exactly_grey(bits: int, sampling: Sampling) -> None:
    one = coding(bits=bits, sampling=sampling, limited=False)
    for level in (0, 1, 77, 128, 254, 255):
        grey = np.full((4, 6, 3), level, np.uint8)
        rgb = to_rgb(to_planes(grey, 8, one), one)
        assert (rgb == rgb[0, 0, 0]).all()
        assert round(int(rgb[0, 0, 0]) * 255 / ((1 << bits) - 1)) == level


@pytest.mark.parametrize("bits", [8, 10])
def test_black_and_white_are_the_codes_of_the_standard(bits: int) -> None:
    one = coding(bits=bits, sampling=Sampling(2, 2))
    for level, code in ((0, 16), (255, 235)):
        planes = to_planes(np.full((4, 4, 3), level, np.uint8), 8, one)
        assert [int(plane[0, 0]) for plane in planes] == [
            code << (bits - 8),
            128 << (bits - 8),
            128 << (bits - 8),
        ]


def spread_by_hand(chroma: Plane, sampling: Sampling, shape: tuple[int, int]) -> Any:  # noqa: ANN401
    """Chroma times 8 at every luma sample, position by position."""
    height, width = chroma.shape
    found = np.zeros(shape, np.int64)
    for row, column in np.ndindex(*shape):
        rows = [(row, 4)] if sampling.down == 1 else []
        if sampling.down == 2:
            near = row // 2
            far = near - 1 if row % 2 == 0 else near + 1
            rows = [(near, 3), (min(max(far, 0), height - 1), 1)]
        columns = [(column, 2)] if sampling.across == 1 else []
        if sampling.across == 2:
            left = column // 2
            right = min(left + column % 2, width - 1)
            columns = [(left, 1), (right, 1)]
        found[row, column] = sum(
            int(chroma[y, x]) * a * b for y, a in rows for x, b in columns
        )
    return found


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("shape", [(2, 2), (7, 9), (130, 5), (1, 1), (65, 12)])
def test_chroma_is_spread_as_the_rule_says(
    sampling: Sampling, shape: tuple[int, int]
) -> None:
    one = coding(sampling=sampling, limited=False)
    generator = np.random.default_rng(5)
    small = (-(-shape[0] // sampling.down), -(-shape[1] // sampling.across))
    chroma = generator.integers(0, 256, small, dtype=np.uint8)
    neutral = np.full(small, 128, np.uint8)
    luma = np.full(shape, 128, np.uint8)
    rgb = to_rgb((luma, neutral, chroma), one)
    wide = spread_by_hand(chroma, sampling, shape) - 1024
    red = (
        128 * (8 << 14) + wide * round(2 * (1 - 0.2126) * (1 << 14)) + (1 << 16)
    ) >> 17
    assert np.array_equal(rgb[:, :, 0], np.clip(red, 0, 255))


def test_samples_of_other_depths_are_rounded_once() -> None:
    wide = np.random.default_rng(9).integers(0, 65536, (8, 8, 3), dtype=np.uint16)
    one = coding(bits=10)
    luma = to_planes(wide, 16, one)[0]
    kr, kb = LUMA_WEIGHTS["bt709"]
    for row, column in np.ndindex(8, 8):
        r, g, b = (Fraction(int(n), 65535) for n in wide[row, column])
        value = 64 + 876 * (kr * r + (1 - kr - kb) * g + kb * b)
        assert abs(int(luma[row, column]) - value) <= Fraction(51, 100)


def test_undeclared_is_not_declared_otherwise() -> None:
    assert colour_of(ColourTags(2, 1, 1, limited=True)) is None
    assert colour_of(ColourTags(1, 2, 1, limited=True)) is None
    assert matrix_of(ColourTags(2, 2, 2, limited=True), "bt601") == "bt601"
    assert matrix_of(ColourTags(1, 1, 1, limited=True), "bt709") == "bt709"
