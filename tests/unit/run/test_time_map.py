from fractions import Fraction
from typing import Any

import pytest

from pipeline.errors import FrameHoleError, RecipeError
from pipeline.run.time_map import Beyond, TimeMap, source_frame

SHOT = range(1001, 1013)


def seen(time: TimeMap) -> list[int]:
    return [source_frame(time, frame) for frame in SHOT]


def test_an_offset_moves_and_nothing_else() -> None:
    assert seen(TimeMap(offset=-1000)) == list(range(1, 13))


@pytest.mark.parametrize(
    ("beyond", "expected"),
    [
        ("hold", [1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4]),
        ("loop", [3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2]),
        ("ping-pong", [3, 2, 1, 2, 3, 4, 3, 2, 1, 2, 3, 4]),
    ],
)
def test_a_source_that_is_too_short_is_continued(
    beyond: Beyond, expected: list[int]
) -> None:
    assert seen(TimeMap(offset=-1002, first=1, last=4, beyond=beyond)) == expected


def test_or_refused() -> None:
    time = TimeMap(offset=-1000, first=1, last=4)
    assert source_frame(time, 1004) == 4
    with pytest.raises(FrameHoleError) as caught:
        source_frame(time, 1005)
    assert caught.value.facts == {"wanted": 5}


def test_a_speed_runs_from_its_anchor_to_the_nearest_frame() -> None:
    slow = TimeMap(speed=Fraction(2, 5), anchor=1001)
    assert seen(slow)[:6] == [1001, 1001, 1002, 1002, 1003, 1003]
    back = TimeMap(speed=Fraction(-1), anchor=1012)
    assert seen(back) == list(range(1023, 1011, -1))
    # 24 frames a second in a shot of 23.976: a frame more in every thousand.
    ntsc = TimeMap(speed=Fraction(1001, 1000))
    assert [source_frame(ntsc, n) for n in (0, 499, 500, 1500)] == [0, 499, 501, 1502]
    assert seen(TimeMap(speed=Fraction(0), anchor=1005)) == [1005] * 12


def test_a_freeze_and_a_still_are_one_picture() -> None:
    assert seen(TimeMap(freeze=7, first=1, last=9)) == [7] * 12
    assert seen(TimeMap(still=True)) == [0] * 12
    with pytest.raises(FrameHoleError):
        source_frame(TimeMap(freeze=10, first=1, last=9), 1001)


def test_one_frame_plays_to_and_fro_as_itself() -> None:
    assert seen(TimeMap(first=3, last=3, beyond="ping-pong")) == [3] * 12
    assert seen(TimeMap(first=3, last=3, beyond="loop")) == [3] * 12


@pytest.mark.parametrize(
    "change",
    [
        {"beyond": "hold"},
        {"first": 1},
        {"first": 4, "last": 1},
        {"first": 1, "last": 4, "beyond": "bounce"},
        {"speed": Fraction(1001)},
        {"speed": Fraction(1, 1_000_001)},
    ],
)
def test_an_impossible_time_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        TimeMap(**change)
