from fractions import Fraction

import numpy as np
import pytest

from pipeline.colour.convert import Samples, SampleType, decode, encode, to_primaries
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import SPACES, CodeRange, Space, space_of
from pipeline.colour.tables import codes_to_light, matrix
from pipeline.errors import ColourSpaceError, FrameShapeError


def singles(values: list[float] | list[list[float]]) -> Light:
    return np.array(values, np.float32)


def halves(values: list[float]) -> Samples:
    return np.array(values, np.float16)


def depths() -> list[tuple[str, int, CodeRange]]:
    found: list[tuple[str, int, CodeRange]] = []
    ranges: tuple[CodeRange, ...] = ("full", "legal")
    for token, space in SPACES.items():
        for bits in (8, 10, 12, 16):
            for code_range in ranges:
                try:
                    codes_to_light(space, bits, code_range)
                except ColourSpaceError:
                    continue
                found.append((token, bits, code_range))
    return found


DEPTHS = depths()


def test_there_is_a_table_for_every_depth_that_a_picture_has() -> None:
    assert len(DEPTHS) == 5 * 4 + 5 * 3 + 2 * 6


@pytest.mark.parametrize(("token", "bits", "code_range"), DEPTHS)
def test_every_code_survives_the_way_to_light_and_back(
    token: str, bits: int, code_range: CodeRange
) -> None:
    dtype = np.uint8 if bits == 8 else np.uint16
    codes = np.arange(2**bits).astype(dtype)
    space = space_of(token)
    linear = decode(codes, bits, space, code_range=code_range)
    assert linear.dtype == np.float32
    name: SampleType = "uint8" if bits == 8 else "uint16"
    again = encode(linear, space, name, bits, code_range=code_range)
    assert again.tobytes() == codes.tobytes()


@pytest.mark.parametrize("token", ["acescg", "linear-rec709", "aces2065-1"])
def test_every_finite_half_survives_the_way_to_light_and_back(token: str) -> None:
    every = np.arange(65536).astype(np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    linear = decode(finite, 16, space_of(token))
    again = encode(linear, space_of(token), "float16", 16)
    assert again.tobytes() == finite.tobytes()


def test_single_floats_pass_linear_spaces_unchanged() -> None:
    light = singles([0, -0.0, 1e-42, 0.18, 3e38]).reshape(1, 5)
    linear = decode(light, 32, space_of("acescg"))
    assert linear.tobytes() == light.tobytes()
    assert (
        encode(linear, space_of("acescg"), "float32", 32).tobytes() == light.tobytes()
    )


def test_a_logarithmic_half_means_what_its_formula_says() -> None:
    encoded = halves([0.0, 0.4135884, 1.0])
    found = decode(encoded, 16, space_of("acescct"))
    exact = 2 ** (float(encoded[1]) * 17.52 - 9.72)
    assert abs(found[1] - exact) < 1e-7
    assert found[2] == np.float32(222.86094420380776)


def test_light_beyond_the_codes_becomes_the_first_or_the_last() -> None:
    space = space_of("srgb")
    light = singles([-np.inf, -5, 1.5, np.inf])
    assert encode(light, space, "uint8", 8).tolist() == [0, 0, 255, 255]
    linear = space_of("acescg")
    assert encode(singles([1e9, -1e9]), linear, "float16", 16).tolist() == [
        65504,
        -65504,
    ]


@pytest.mark.parametrize(
    ("samples", "bits", "token"),
    [
        (np.zeros(3, np.uint8), 8, "logc3-ei800-awg3"),
        (np.zeros(3, np.uint8), 8, "slog3-sgamut3"),
        (np.zeros(3, np.float16), 16, "srgb"),
        (np.zeros(3, np.float32), 32, "acescct"),
        (np.zeros(3, np.float32), 32, "data"),
        (np.zeros(3, np.uint8), 8, "data"),
        (singles([0, np.nan]), 32, "acescg"),
        (halves([np.inf]), 16, "acescg"),
        (halves([60000]), 16, "logc4-awg4"),
        (np.zeros(3, np.float64), 64, "acescg"),
        (np.zeros(3, np.float16), 32, "acescg"),
    ],
)
def test_samples_that_a_space_does_not_have_are_refused(
    samples: Samples, bits: int, token: str
) -> None:
    with pytest.raises(ColourSpaceError):
        decode(samples, bits, space_of(token))


def test_codes_above_their_depth_are_refused() -> None:
    for bits, dtype in (
        (10, np.uint16),
        (12, np.uint16),
        (10, np.uint8),
        (8, np.uint16),
    ):
        with pytest.raises(FrameShapeError):
            decode(np.full(2, 255 if dtype is np.uint8 else 65535, dtype), bits, SRGB)


SRGB = space_of("srgb")


@pytest.mark.parametrize(
    ("token", "dtype", "bits"),
    [
        ("srgb", "uint8", 10),
        ("srgb", "uint16", 8),
        ("srgb", "float16", 16),
        ("acescct", "float32", 32),
        ("acescg", "float16", 32),
        ("acescg", "float32", 16),
        ("data", "uint8", 8),
    ],
)
def test_a_form_that_a_space_is_not_written_in_is_refused(
    token: str, dtype: str, bits: int
) -> None:
    with pytest.raises(ColourSpaceError):
        encode(np.zeros(3, np.float32), space_of(token), dtype, bits)  # type: ignore[arg-type]


def test_nan_is_never_written() -> None:
    with pytest.raises(ColourSpaceError):
        encode(singles([np.nan]), SRGB, "uint8", 8)


def rounded(value: Fraction) -> Fraction:
    return Fraction(float(np.float32(float(value))))


def separately(pixel: list[float], source: Space, target: Space) -> list[float]:
    """Every product and sum in fractions, rounded to float32 by itself.

    A double holds the product of two floats exactly, and the sum of two floats of like
    size; `float` rounds a fraction correctly.
    """
    r, g, b = (Fraction(value) for value in pixel)
    result = []
    for row in matrix(source.gamut, target.gamut).tolist():
        m0, m1, m2 = (Fraction(value) for value in row)
        first = rounded(rounded(m0 * r) + rounded(m1 * g))
        result.append(float(rounded(first + rounded(m2 * b))))
    return result


def fused(pixel: list[float], source: Space, target: Space) -> list[float]:
    """What a processor that contracts products and sums would give."""
    r, g, b = (Fraction(value) for value in pixel)
    result = []
    for row in matrix(source.gamut, target.gamut).tolist():
        m0, m1, m2 = (Fraction(value) for value in row)
        first = rounded(rounded(m0 * r) + m1 * g)
        result.append(float(rounded(first + m2 * b)))
    return result


def test_products_and_sums_are_rounded_one_by_one() -> None:
    source, target = space_of("logc3-ei800-awg3"), space_of("acescg")
    pixels = np.random.default_rng(5).random((400, 3)).astype(np.float32)
    found = to_primaries(pixels, source, target).tolist()
    assert found == [separately(pixel, source, target) for pixel in pixels.tolist()]
    other = [fused(pixel, source, target) for pixel in pixels.tolist()]
    assert found != other  # so a fused multiply-add would have been seen


def test_nothing_is_computed_between_spaces_of_the_same_primaries() -> None:
    light = singles([[-0.0, 1e-45, 3e38]])
    found = to_primaries(light, SRGB, space_of("linear-rec709"))
    assert found.tobytes() == light.tobytes()
    assert found is not light


def test_primaries_need_three_channels_of_finite_light() -> None:
    target = space_of("acescg")
    with pytest.raises(FrameShapeError):
        to_primaries(np.zeros((4, 4), np.float32), SRGB, target)
    with pytest.raises(ColourSpaceError):
        to_primaries(np.full((1, 3), 3e38, np.float32), target, SRGB)
    with pytest.raises(ColourSpaceError):
        to_primaries(np.zeros((1, 3), np.float32), SRGB, space_of("data"))


def test_a_large_picture_is_converted_like_its_parts() -> None:
    pixels = np.random.default_rng(6).random((300, 401, 3)).astype(np.float32)
    whole = to_primaries(pixels, SRGB, space_of("acescg"))
    parts = [to_primaries(row, SRGB, space_of("acescg")) for row in pixels]
    assert whole.tobytes() == np.stack(parts).tobytes()
    codes = encode(pixels, SRGB, "uint16", 16)
    rows = [encode(row, SRGB, "uint16", 16) for row in pixels]
    assert codes.tobytes() == np.stack(rows).tobytes()


# Why pictures are composed in floats ----------------------------------------------


def test_sixteen_bit_linear_integers_lose_29_percent_of_srgb_codes() -> None:
    light = codes_to_light(SRGB, 16, "full")
    kept = len(np.unique(np.round(light.astype(np.float64) * 65535)))
    assert kept == 46_719
    assert round(100 * (65536 - kept) / 65536) == 29


@pytest.mark.parametrize(
    ("token", "most", "clipped"),
    [
        ("acescct", 222.9, 531),
        ("logc3-ei800-awg3", 55.1, 535),
        ("logc4-awg4", 469.85, 681),
        ("slog3-sgamut3", 38.5, 509),
    ],
)
def test_sixteen_bit_linear_integers_clip_every_log_format(
    token: str, most: float, clipped: int
) -> None:
    light = codes_to_light(space_of(token), 10, "full")
    assert most - 0.1 < light[-1] < most
    assert ((light > 1) | (light < 0)).sum() == clipped  # of 1024 codes
