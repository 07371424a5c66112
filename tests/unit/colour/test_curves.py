"""The exact curves against figures that their makers print."""

from decimal import Decimal
from itertools import pairwise

import pytest

from pipeline.colour.curves import CURVES, light, logc3_parameters


@pytest.mark.parametrize(
    ("curve", "encoded", "expected"),
    [
        # ARRI, LogC4 specification, table of exposures: 18 % and 0
        ("logc4", "0.2783958365", "0.18"),
        ("logc4", "0.0928641251", "0"),
        # Academy S-2016-001, table 1: 0, mid grey, 1 and 222.86
        ("acescct", "0.0729055341958355", "0"),
        ("acescct", "0.4135884025", "0.18"),
        ("acescct", "0.5547945205", "1"),
        ("acescct", "1", "222.8609442038"),
        # IEC 61966-2-1: the knee and white
        ("srgb", "0.04045", "0.0031308050"),
        ("srgb", "1", "1"),
        ("srgb", "0.5", "0.2140411405"),
        ("bt1886", "0.5", "0.1894645708"),
    ],
)
def test_a_curve_gives_the_published_light(
    curve: str, encoded: str, expected: str
) -> None:
    assert abs(light(curve, Decimal(encoded)) - Decimal(expected)) < Decimal("1e-9")


@pytest.mark.parametrize(
    # Sony's technical summary: 10-bit codes of 0 %, 18 % and 90 % reflection
    ("code", "reflection", "within"),
    [(95, "0", "1e-12"), (420, "0.18", "1e-12"), (598, "0.9", "0.003")],
)
def test_slog3_puts_reflections_on_sonys_codes(
    code: int, reflection: str, within: str
) -> None:
    found = light("slog3", Decimal(code) / 1023)
    assert abs(found - Decimal(reflection)) < Decimal(within)


def test_logc3_parameters_round_to_the_table_that_arri_prints() -> None:
    printed = ("5.555556", "0.052272", "0.247190", "0.385537", "5.367655", "0.092809")
    rounded = [round(value, 6) for value in logc3_parameters()]
    assert rounded == [Decimal(one) for one in (*printed, "0.010591")]


def test_logc3_parameters_of_another_exposure_index_round_to_theirs() -> None:
    # EI 3200 in aces-dev, written by the same maker.
    found = logc3_parameters(3200)
    figures = [round(value, 6) for value in (found.b, found.c, found.d, found.e)]
    expected = ("0.023830", "0.228372", "0.388671", "4.959040")
    for value, printed in zip(figures, expected, strict=True):
        assert abs(value - Decimal(printed)) <= Decimal("0.00001")


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_a_curve_rises_everywhere(curve: str) -> None:
    places = [Decimal(place) / 1000 for place in range(-100, 1200)]
    lights = [light(curve, place) for place in places]
    assert all(low < high for low, high in pairwise(lights))


@pytest.mark.parametrize("curve", ["srgb", "bt1886"])
def test_a_display_curve_is_mirrored_at_black(curve: str) -> None:
    below, above = light(curve, Decimal("-0.3")), light(curve, Decimal("0.3"))
    assert below == above.copy_negate() != above
