"""Who took part and has no line is listed with the reason; and where lines are seen."""

from typing import Any

import pytest

from ledger.credits.build import build_roll
from ledger.credits.cut_facts import timecode
from ledger.credits.policies import packaged_order, packaged_roles
from ledger.errors import CreditError
from ledger.records.time import Rate
from tests.simulators.credited_film import FilmMaker, Layer, cut, id_of


@pytest.fixture
def maker() -> FilmMaker:
    """A compositor whom an effects company engages, and somebody without any line."""
    maker = FilmMaker()
    maker.party("vendor", "㈜시험효과", type_="organisation")
    asset = maker.asset("comp", range(1, 40))
    worker = maker.party("worker", "가온")
    maker.contribution("c", "capture", "shoot", worker, after=(asset,))
    maker.shot("A", range(1, 40), Layer("comp", "comp"))
    return maker


def document(maker: FilmMaker) -> dict[str, Any]:
    (shot,) = maker.film.shots
    records = [((shot, frame),) for frame in range(1, 40)]
    order = packaged_order("kr-customary")
    found: dict[str, Any] = build_roll(
        maker.film, cut(*records), packaged_roles(), order
    ).to_json()
    return found


def test_a_company_that_engages_who_has_a_line_does_not_vanish(
    maker: FilmMaker,
) -> None:
    vendor, worker = (maker.party(one) for one in ("vendor", "worker"))
    maker.engagement("contract", worker, company=vendor)
    (row,) = document(maker)["people_without_lines"]
    assert (row["party"], row["contributions"]) == (vendor, [])
    assert row["engages"] == [id_of("contract")]
    assert [one["code"] for one in row["reasons"]] == ["engages_only"]


def test_a_company_that_engages_nobody_with_a_line_or_has_one_is_not_listed(
    maker: FilmMaker,
) -> None:
    vendor, worker = (maker.party(one) for one in ("vendor", "worker"))
    maker.engagement("idle", maker.party("idle"), company=vendor)
    maker.engagement("studio's", worker)
    assert document(maker)["people_without_lines"] == []
    maker.engagement("contract", worker, company=vendor)
    maker.contribution("serves", "support", "grade", vendor)
    assert document(maker)["people_without_lines"] == []


def test_a_company_whose_own_work_is_not_seen_is_listed_once_with_that_reason(
    maker: FilmMaker,
) -> None:
    vendor, worker = (maker.party(one) for one in ("vendor", "worker"))
    maker.engagement("contract", worker, company=vendor)
    unseen = maker.asset("unseen")
    maker.contribution("u", "edit", "composite", vendor, after=(unseen,))
    (row,) = document(maker)["people_without_lines"]
    assert (row["contributions"], row["engages"]) == (
        [id_of("u")],
        [id_of("contract")],
    )
    assert [one["code"] for one in row["reasons"]] == ["files_not_seen"]


def test_a_line_says_in_time_code_too_where_it_is_seen(maker: FilmMaker) -> None:
    found = document(maker)
    (line,) = found["departments"][0]["lines"]
    assert (line["first"], line["last"]) == (0, 38)
    assert line["first_timecode"] == "00:00:00:00"
    assert line["last_timecode"] == "00:00:01:14"
    (studio,) = found["companies"]
    assert (studio["first"], studio["first_timecode"]) == (None, None)


@pytest.mark.parametrize(
    ("frame", "rate", "said"),
    [
        (86_399, Rate(24, 1), "00:59:59:23"),
        (86_400, Rate(24, 1), "01:00:00:00"),
        (24, Rate(24_000, 1_001), "00:00:01:00"),
        (1_800, Rate(30_000, 1_001), "00:01:00:00"),
        (119, Rate(120, 1), "00:00:00:119"),
        (120, Rate(120, 1), "00:00:01:000"),
        (8_640_000, Rate(24, 1), "100:00:00:00"),
        (3, Rate(1, 2), "00:00:03:00"),
    ],
)
def test_time_code_leaves_no_number_out(frame: int, rate: Rate, said: str) -> None:
    assert timecode(frame, rate) == said


def test_a_frame_that_a_shot_lacks_is_named_with_the_shots_code(
    maker: FilmMaker,
) -> None:
    (shot,) = maker.film.shots
    order = packaged_order("kr-customary")
    with pytest.raises(CreditError) as refused:
        build_roll(maker.film, cut(((shot, 99),)), packaged_roles(), order)
    assert refused.value.where == "record frame 0, shot A"
