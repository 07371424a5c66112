"""What is seen and has no recorded origin is listed, so that no model drops out."""

from typing import Any

import pytest

from ledger.credits.build import build_roll
from ledger.credits.policies import packaged_order, packaged_roles
from ledger.credits.roll import Roll
from tests.simulators.credited_film import FilmMaker, Layer, cut, uid

GENERATED = "trainedAlgorithmicMedia"


def listed(maker: FilmMaker, layer: Layer, frames: int = 2) -> list[dict[str, Any]]:
    """What a roll lists of a shot that shows one layer."""
    maker.run(layer)
    shot = maker.shot("S", range(1, frames + 1), layer)
    records = [((shot, frame),) for frame in range(1, frames + 1)]
    return rows(rolled(maker, *records))


def rolled(maker: FilmMaker, *records: tuple[tuple[str, int], ...]) -> Roll:
    order = packaged_order("kr-customary")
    return build_roll(maker.film, cut(*records), packaged_roles(), order)


def rows(roll: Roll) -> list[dict[str, Any]]:
    document: dict[str, Any] = roll.to_json()
    return list(document["origin_unrecorded"])


def reasons(found: list[dict[str, Any]]) -> list[str]:
    return [one["reason"]["code"] for one in found]


@pytest.fixture
def maker() -> FilmMaker:
    maker = FilmMaker()
    maker.asset("sky", range(1, 3))
    return maker


def test_a_layer_of_which_nothing_is_recorded_is_listed_with_where_it_is_seen(
    maker: FilmMaker,
) -> None:
    (row,) = listed(maker, Layer("sky", "sky"))
    assert (row["element"], row["name"]) == (uid("sky"), "sky")
    assert row["reason"]["code"] == "nothing_recorded"
    assert row["source_types"] == ["digitalCapture"]
    assert [one["frames"] for one in row["shots"]] == [2]
    assert (row["frames"], row["first"], row["last"]) == (2, 0, 1)
    assert row["last_timecode"] == "00:00:00:01"


def test_a_layer_that_is_declared_generated_needs_a_generation(
    maker: FilmMaker,
) -> None:
    by_hand = maker.asset("sketch", range(1, 3))
    maker.contribution("draws", "input", "draw", maker.party("p"), after=(by_hand,))
    found = listed(maker, Layer("sky", "sketch", declared=GENERATED))
    assert reasons(found) == ["generation_missing"]


@pytest.mark.parametrize("route", ["capture", "input"])
def test_a_recorded_origin_is_not_listed(maker: FilmMaker, route: Any) -> None:  # noqa: ANN401
    sky = maker.asset("sky", range(1, 3))
    maker.contribution("makes", route, "shoot", maker.party("p"), after=(sky,))
    assert listed(maker, Layer("sky", "sky")) == []


def test_a_generated_layer_with_its_generation_is_not_listed(maker: FilmMaker) -> None:
    maker.generation("g", (maker.asset("sky", range(1, 3)),))
    assert listed(maker, Layer("sky", "sky", declared=GENERATED)) == []


def test_an_edit_does_not_hide_that_the_picture_before_came_from_nowhere(
    maker: FilmMaker,
) -> None:
    before = maker.asset("sky", range(1, 3))
    after = maker.asset("painted", range(1, 3))
    painter = maker.party("painter")
    maker.contribution("p", "edit", "paint", painter, before=(before,), after=(after,))
    assert reasons(listed(maker, Layer("sky", "painted"))) == ["before_unrecorded"]
    maker.generation("g", (before,))
    assert rows(rolled(maker, ((uid("S"), 1),))) == []


def test_an_edit_without_what_it_edited_leaves_the_origin_open(
    maker: FilmMaker,
) -> None:
    sky = maker.asset("sky", range(1, 3))
    maker.contribution("paints", "edit", "paint", maker.party("p"), after=(sky,))
    assert reasons(listed(maker, Layer("sky", "sky"))) == ["before_unrecorded"]


def test_a_reference_without_an_origin_is_not_seen(maker: FilmMaker) -> None:
    out = maker.asset("out", range(1, 3))
    maker.generation("g", (out,), inputs=((maker.asset("mood"), "reference"),))
    assert listed(maker, Layer("sky", "out", declared=GENERATED)) == []


def test_what_is_covered_or_not_in_the_cut_is_not_listed(maker: FilmMaker) -> None:
    assert listed(maker, Layer("sky", "sky", upper=0)) == []


def test_frames_with_and_without_an_origin_are_told_apart(maker: FilmMaker) -> None:
    maker.generation("g", (maker.asset("sky", range(1, 2)),))
    (row,) = listed(maker, Layer("sky", "sky", declared=GENERATED))
    assert (row["frames"], row["first"], row["last"]) == (1, 1, 1)


def test_a_record_frame_that_shows_two_such_pictures_counts_once(
    maker: FilmMaker,
) -> None:
    left = maker.shot("L", range(1, 3), Layer("sky", "sky"))
    right = maker.shot("R", range(1, 3), Layer("sky", "sky"))
    (row,) = rows(rolled(maker, ((left, 1), (right, 1)), ((right, 2),)))
    assert row["frames"] == 2
    assert {one["code"]: one["frames"] for one in row["shots"]} == {"L": 1, "R": 2}
    assert (row["name"], row["source_types"]) == (None, [])
