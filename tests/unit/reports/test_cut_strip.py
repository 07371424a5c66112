"""The strip of a cut: segments, how they are shown, and lanes of states."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledger.history.film import Cut
from ledger.records.editing import CutLeaf
from ledger.records.identity import as_uid
from ledger.records.time import Rate
from ledger.reports.cut_strip import cut_strip
from tests.simulators.five_shots import five_shots
from tests.simulators.small_films import uid

FILM = five_shots().film()
SHOT = {letter: as_uid(uid(letter)) for letter in "cde"}
Shown = tuple[str, int] | tuple[str, int, int]


def strip(
    records: Sequence[Sequence[Shown]], rows: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    leaves = tuple(
        CutLeaf.model_validate(
            {
                "frame": place,
                "sources": tuple(
                    {
                        "shot": SHOT[one[0]],
                        "view": "screen",
                        "frame": one[1],
                        "track": one[2] if len(one) == 3 else 0,
                    }
                    for one in shown
                ),
            }
        )
        for place, shown in enumerate(records)
    )
    source = FILM.contributions[0].source
    cut = Cut(source=source, rate=Rate(24, 1), file=None, versions=(), leaves=leaves)
    made = cut_strip(replace(FILM, cuts=(cut,)), rows)
    assert made is not None
    return made


def told(made: dict[str, Any]) -> list[tuple[list[int], list[str]]]:
    return [(one["frames"], one["manner"]) for one in made["segments"]]


def row(number: int, shot: str, state: str, start: int, end: int) -> dict[str, Any]:
    return {
        "number": number,
        "unit": "element",
        "shot": SHOT[shot],
        "shown": state,
        "frames": [[start, end]],
    }


def test_a_film_without_a_cut_has_no_strip_of_one() -> None:
    assert cut_strip(FILM, []) is None


def test_a_dissolve_stands_between_its_shots() -> None:
    made = strip(
        [[("c", 1)], [("c", 2)], [("c", 3), ("d", 7)], [("c", 4), ("d", 8)], [("d", 9)]]
    )
    assert told(made) == [([0, 2], []), ([2, 4], ["dissolve"]), ([4, 5], [])]
    ends = [(one["first"], one["last"]) for one in made["segments"][1]["sources"]]
    assert ends == [(3, 4), (7, 8)]


def test_half_speed_a_freeze_and_black_are_told_apart() -> None:
    half = [[("c", 10 + place // 2)] for place in range(8)]
    frozen = [[("d", 5)]] * 4
    plain = [[("e", place)] for place in range(4)]
    black: list[list[Shown]] = [[], []]
    assert told(strip([*half, *frozen, *plain, *black])) == [
        ([0, 8], ["retimed"]),
        ([8, 12], ["held"]),
        ([12, 16], []),
        ([16, 18], ["black"]),
    ]


def test_a_jump_within_a_shot_begins_a_segment_and_double_speed_does_not() -> None:
    jump = [[("c", 1)], [("c", 2)], [("c", 90)], [("c", 91)]]
    assert told(strip(jump)) == [([0, 2], []), ([2, 4], [])]
    double = [[("c", 2 * place)] for place in range(9)]
    assert told(strip(double)) == [([0, 9], ["retimed"])]


def test_shots_over_each_other_are_layers() -> None:
    assert told(strip([[("c", 1), ("d", 1, 1)]])) == [([0, 1], ["layered"])]


def test_lanes_and_segments_name_the_findings_about_what_is_shown() -> None:
    rows = [
        row(1, "c", "open", 1, 3),
        row(2, "c", "supported", 3, 9),
        row(3, "d", "open", 1, 2),
        row(4, "e", "not_supported", 1, 9),
    ]
    made = strip([[("c", 1)], [("c", 2)], [("c", 3)], [("d", 1)], []], rows)
    assert [one["findings"] for one in made["segments"]] == [[1, 2], [3], []]
    assert [(one["state"], one["numbers"]) for one in made["lanes"]] == [
        ("open", [1, 3]),
        ("supported", [2]),
    ]
    assert made["lanes"][0]["bands"] == [
        [0, 2, "open"],
        [2, 3, "unasked"],
        [3, 4, "open"],
        [4, 5, "unasked"],
    ]


def test_an_answer_about_the_cut_has_a_lane_of_its_own() -> None:
    whole = {
        "number": 9,
        "unit": "arrangement",
        "shot": None,
        "shown": "open",
        "frames": [[0, 2]],
    }
    (lane,) = strip([[("c", 1)], [("c", 2)]], [whole])["lanes"]
    assert (lane["numbers"], lane["bands"]) == ([9], [[0, 2, "open"]])


SOURCES = st.lists(
    st.tuples(st.sampled_from("cde"), st.integers(0, 40), st.integers(0, 1)),
    max_size=2,
)


@given(st.lists(SOURCES, min_size=1, max_size=60))
def test_segments_fill_a_cut_from_end_to_end_whatever_it_shows(
    records: list[list[Shown]],
) -> None:
    made = strip(records)
    edges = [one["frames"] for one in made["segments"]]
    assert [edges[0][0], edges[-1][1]] == [0, len(records)]
    assert all(one[1] == other[0] for one, other in pairwise(edges))
    for segment in made["segments"]:
        first, last = segment["frames"][0], segment["frames"][1] - 1
        assert [one["first"] for one in segment["sources"]] == [
            one[1] for one in records[first]
        ]
        assert [one["last"] for one in segment["sources"]] == [
            one[1] for one in records[last]
        ]
