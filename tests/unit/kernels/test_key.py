from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, RecipeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.key import KeySettings, key, ramp

SCREEN, SKIN, SPILL, GREY = (0, 255, 0), (224, 172, 150), (120, 140, 100), (90, 90, 90)
GREEN = KeySettings(screen="green", lo=2000, hi=20000)


def row(*pixels: tuple[int, int, int]) -> Frame:
    return as_frame(np.array([pixels], np.uint8))


def plane(*values: int) -> Coverage:
    return as_coverage(np.array([values], np.uint16))


def test_the_screen_is_cut_out_and_the_element_stays() -> None:
    keyed = key(row(SCREEN, SKIN, SPILL, GREY), GREEN)
    assert keyed.coverage.tolist() == [[0, 32768, 27529, 32768]]
    assert keyed.rgb[0, 1].tolist() == list(SKIN)
    assert keyed.rgb[0, 2].tolist() == [120, 111, 100]  # green at most the mean


def test_a_blue_screen_is_the_same_with_blue() -> None:
    mirrored = row(*[(r, b, g) for r, g, b in (SCREEN, SKIN, SPILL, GREY)])
    settings = KeySettings(screen="blue", lo=2000, hi=20000)
    blue, green = key(mirrored, settings), key(row(SCREEN, SKIN, SPILL, GREY), GREEN)
    assert (blue.coverage == green.coverage).all()
    assert (blue.rgb[:, :, [0, 2, 1]] == green.rgb).all()


def test_despill_can_be_left_out() -> None:
    settings = KeySettings(screen="green", lo=2000, hi=20000, despill="none")
    plate = row(SCREEN, SPILL)
    keyed = key(plate, settings)
    assert (keyed.rgb == plate).all()
    assert keyed.rgb is not plate


def test_a_core_holds_and_a_garbage_matte_wins() -> None:
    plate = row(SCREEN, SCREEN, SKIN, SKIN)
    core, garbage = plane(32768, 32768, 0, 0), plane(32768, 0, 16384, 0)
    assert key(plate, GREEN, core=core).coverage.tolist() == [[32768] * 4]
    both = key(plate, GREEN, core=core, garbage=garbage)
    assert both.coverage.tolist() == [[32768, 0, 16384, 0]]
    with pytest.raises(FrameShapeError):
        key(plate, GREEN, garbage=plane(1))
    with pytest.raises(FrameShapeError):
        key(plate, GREEN, core=plane(1))


@pytest.mark.parametrize("span", [1, 2, 3, 5, 255, 256, 32767, 32768, 40_000, 65_535])
def test_the_ramp_is_exact_at_both_ends_and_never_off_by_more_than_one(
    span: int,
) -> None:
    lo = 65_535 - span
    steps = np.unique(np.linspace(0, span, 4000).astype(np.int32))
    met = ramp((steps + lo)[None, :], lo, lo + span)[0].astype(int)
    assert (met[0], met[-1]) == (32768, 0)
    exact = [32768 - (2 * int(n) * 32768 + span) // (2 * span) for n in steps]
    assert np.abs(met - exact).max() <= 1
    assert (np.diff(met) <= 0).all()


@pytest.mark.parametrize(
    "change",
    [
        {"lo": -1},
        {"hi": 65_536},
        {"lo": 9, "hi": 9},
        {"screen": "red"},
        {"despill": ""},
    ],
)
def test_an_impossible_key_is_refused(change: dict[str, Any]) -> None:
    good: dict[str, Any] = {"screen": "green", "lo": 0, "hi": 1}
    with pytest.raises(RecipeError):
        KeySettings(**(good | change))
