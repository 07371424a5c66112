from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, RecipeError, SampleValueError
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.key import KeySettings
from pipeline.kernels.key_2 import CleanPlateSettings, key_clean_plate, key_difference
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.mattes import Mattes

ONE = 32768
Triple = tuple[float, float, float]
GREEN = CleanPlateSettings(screen="green", despill="none")
SCREEN, SKIN = (0.0625, 0.5, 0.125), (0.75, 0.5, 0.25)


def row(*pixels: tuple[float, ...]) -> Linear:
    return as_linear(np.array([pixels], np.float32))


def plane(*values: int) -> Coverage:
    return as_coverage(np.array([values], np.uint16))


def mixed(part: float, element: tuple[float, ...], screen: tuple[float, ...]) -> Triple:
    red, green, blue = (
        part * e + (1 - part) * s for e, s in zip(element, screen, strict=True)
    )
    return red, green, blue


def test_an_unevenly_lit_screen_is_cut_out_by_its_clean_plate() -> None:
    clean = row(*[(0.05 * n, 0.2 * n, 0.05 * n) for n in (1, 2, 3, 4)])
    keyed = key_clean_plate(clean, clean, GREEN)
    assert keyed.coverage.tolist() == [[0, 0, 0, 0]]
    # One colour for all of it leaves grey where the light fell off.
    even = key_clean_plate(clean, (13107, 52428, 13107), GREEN)
    assert even.coverage[0, 3] < 3
    assert even.coverage[0, 0] > ONE // 2


@pytest.mark.parametrize("part", [0.25, 0.5, 0.75])
def test_a_neutral_element_mixed_with_the_screen_gives_its_share(part: float) -> None:
    grey = (0.5, 0.5, 0.5)  # no difference of its own
    keyed = key_clean_plate(row(mixed(part, grey, SCREEN)), row(SCREEN), GREEN)
    assert abs(int(keyed.coverage[0, 0]) - part * ONE) <= 4


def test_subtracting_the_screen_gives_back_the_element() -> None:
    grey = (0.5, 0.5, 0.5)
    settings = CleanPlateSettings(screen="green", despill="subtract")
    plate = row(grey, mixed(0.5, grey, SCREEN), SCREEN)
    keyed = key_clean_plate(plate, row(SCREEN, SCREEN, SCREEN), settings)
    assert keyed.rgb[0, 0].tolist() == list(grey)
    assert np.abs(keyed.rgb[0, 1] - 0.5).max() < 0.001
    assert keyed.rgb[0, 2].tolist() == [0, 0, 0]
    assert (keyed.rgb >= 0).all()


def test_average_limits_the_screens_channel_everywhere() -> None:
    settings = CleanPlateSettings(screen="green")
    keyed = key_clean_plate(row((0.5, 0.75, 0.25), SKIN), row(SCREEN, SCREEN), settings)
    assert keyed.rgb.tolist() == [[[0.5, 0.375, 0.25], [0.75, 0.5, 0.25]]]


def test_where_the_clean_plate_is_no_screen_the_plate_is_opaque() -> None:
    dark, red = (0.0, 0.001, 0.0), (0.5, 0.1, 0.1)
    keyed = key_clean_plate(row(SCREEN, dark, red), row(SCREEN, dark, red), GREEN)
    assert keyed.coverage.tolist() == [[0, ONE, ONE]]


def test_low_and_high_cut_the_noise_off() -> None:
    noisy = mixed(0.02, (0.5, 0.5, 0.5), SCREEN)
    settings = CleanPlateSettings(screen="green", lo=1000, hi=31000)
    met = key_clean_plate(row(noisy, SKIN), row(SCREEN, SCREEN), settings).coverage
    assert met.tolist() == [[0, ONE]]


def test_mattes_hold_cut_and_hold_out_in_their_order() -> None:
    plate, clean = row(*[SCREEN] * 3, SKIN), row(*[SCREEN] * 4)
    mattes = Mattes(
        core=plane(ONE, ONE, ONE, 0),
        garbage=plane(ONE, 16384, ONE, ONE),
        holdout=plane(0, 0, ONE, 8192),
    )
    keyed = key_clean_plate(plate, clean, GREEN, mattes)
    assert keyed.coverage.tolist() == [[ONE, 16384, 0, 24576]]
    wrong = plane(ONE)
    for given in (Mattes(core=wrong), Mattes(garbage=wrong), Mattes(holdout=wrong)):
        with pytest.raises(FrameShapeError):
            key_clean_plate(plate, clean, GREEN, given)


def test_a_core_keeps_its_colour_when_the_screen_is_subtracted() -> None:
    settings = CleanPlateSettings(screen="green", despill="subtract")
    keyed = key_clean_plate(row(SCREEN), row(SCREEN), settings, Mattes(core=plane(ONE)))
    assert keyed.rgb[0, 0].tolist() == list(SCREEN)


def test_another_screen_is_the_same_with_its_channels() -> None:
    plate, clean = row(SKIN, SCREEN, (0.2, 0.4, 0.1)), row(*[SCREEN] * 3)
    green = key_clean_plate(plate, clean, GREEN).coverage
    blue = CleanPlateSettings(screen="blue", despill="none")
    turned = [
        as_linear(np.ascontiguousarray(p[:, :, [0, 2, 1]])) for p in (plate, clean)
    ]
    assert (key_clean_plate(turned[0], turned[1], blue).coverage == green).all()
    red = CleanPlateSettings(screen="red", despill="none")
    turned = [
        as_linear(np.ascontiguousarray(p[:, :, [1, 0, 2]])) for p in (plate, clean)
    ]
    assert (key_clean_plate(turned[0], turned[1], red).coverage == green).all()


def test_a_strip_boundary_plays_no_part() -> None:
    rng = np.random.default_rng(5)
    plate = as_linear(rng.random((130, 5, 3), np.float32))
    clean = as_linear(rng.random((130, 5, 3), np.float32))
    settings = CleanPlateSettings(screen="green", despill="subtract")
    whole = key_clean_plate(plate, clean, settings)
    below = key_clean_plate(plate[60:], clean[60:], settings)
    assert (whole.coverage[60:] == below.coverage).all()
    assert (whole.rgb[60:] == below.rgb).all()


def test_the_difference_key_works_on_levels_of_light() -> None:
    settings = KeySettings(screen="green", lo=2000, hi=20000)
    keyed = key_difference(row(SCREEN, SKIN, (0.25, 0.375, 0.25)), settings)
    # d = 0.375 × 65536 of the screen; 8192 levels of the third pixel.
    assert keyed.coverage.tolist() == [[0, ONE, ONE - (6192 * ONE + 9000) // 18000]]
    assert keyed.rgb[0, 0].tolist() == [0.0625, 0.09375, 0.125]
    kept = KeySettings(screen="green", lo=2000, hi=20000, despill="none")
    assert key_difference(row(SCREEN), kept).rgb.tolist() == [[list(SCREEN)]]
    held = key_difference(row(SCREEN), kept, Mattes(core=plane(ONE)))
    assert held.coverage.tolist() == [[ONE]]


@pytest.mark.parametrize(
    "change",
    [
        {"screen": "cyan"},
        {"weights": (200, 57)},
        {"weights": (-1, 57)},
        {"least": 0},
        {"lo": 5, "hi": 5},
        {"hi": ONE + 1},
        {"despill": ""},
    ],
)
def test_an_impossible_key_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        CleanPlateSettings(**({"screen": "green"} | change))


def test_a_clean_plate_that_does_not_fit_is_refused() -> None:
    with pytest.raises(FrameShapeError, match="clean plate"):
        key_clean_plate(row(SKIN), row(SCREEN, SCREEN), GREEN)
    with pytest.raises(RecipeError, match="screen colour"):
        key_clean_plate(row(SKIN), (0, 65536, 0), GREEN)
    with pytest.raises(SampleValueError):
        key_clean_plate(row(SKIN), np.full((1, 1, 3), np.nan, np.float32), GREEN)  # type: ignore[arg-type]
