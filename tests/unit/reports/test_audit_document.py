"""The report's document over the issue's shots as values."""

import json
from typing import Any

import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.title import chain_of_title
from ledger.records.identity import as_day
from ledger.reports.audit_document import Means, Report, Subject, audit_report
from ledger.rules.rulebook import packaged_rulebook
from tests.simulators.five_shots import FRAMES, MATTE, FiveShots, five_shots
from tests.simulators.painted_pictures import PaintedPictures
from tests.simulators.small_films import uid

ON = as_day("2026-11-22")


def report_of(
    shots: FiveShots, pictures: PaintedPictures, question: str = "authorship"
) -> Report:
    film = shots.film()
    asked = Asked(on=ON)
    ask = authorship if question == "authorship" else chain_of_title
    rulebook = packaged_rulebook()
    return audit_report(
        Subject(question=question, film=film, asked=asked),
        ask(film, rulebook, asked),
        Means(rulebook=rulebook, pictures=pictures, fonts=()),
    )


@pytest.fixture
def document() -> dict[str, Any]:
    return report_of(five_shots(), PaintedPictures()).document


def rows(document: dict[str, Any], shot: str) -> list[dict[str, Any]]:
    return [row for row in document["findings"] if row["shot"] == uid(shot)]


def test_the_document_is_plain_json_without_fractions(
    document: dict[str, Any],
) -> None:
    def refuse(text: str) -> None:
        pytest.fail(f"a fraction: {text}")

    text = json.dumps(document)
    assert json.loads(text, parse_float=refuse) == document


def test_the_repainted_shot_has_a_changed_and_an_unchanged_part(
    document: dict[str, Any],
) -> None:
    states = {row["part"]: row["state"] for row in rows(document, "d")}
    assert states == {"changed": "open", "unchanged": "not_supported"}
    changed = next(row for row in rows(document, "d") if row["part"] == "changed")
    assert changed["reasons"] == ["judgement"]
    roles = [one["role"] for one in changed["pictures"]]
    assert roles == ["before", "after", "change", "delivered"]
    assert 0 < changed["change"]["changed"] < changed["change"]["pixels"]
    assert changed["frames"] == [[FRAMES.start, FRAMES.stop]]


def test_a_shot_without_a_change_shows_its_source_and_where_it_is_seen(
    document: dict[str, Any],
) -> None:
    (row,) = rows(document, "c")
    assert [one["role"] for one in row["pictures"]] == [
        "source",
        "delivered",
        "coverage",
    ]


def test_a_file_that_is_not_at_hand_is_said_to_be_missing() -> None:
    pictures = PaintedPictures()
    report_of(five_shots(), pictures)
    files = {what[2] for name, what in pictures.asked if name == "source"}  # type: ignore[index]
    document = report_of(five_shots(), PaintedPictures(missing=files)).document
    shown = [one for row in document["findings"] for one in row["pictures"]]
    sources = [one for one in shown if one["role"] in {"before", "after", "source"}]
    assert sources
    assert {(one["picture"], one["missing"]) for one in sources} == {(None, "missing")}
    assert all(one["file"] for one in sources)


def test_every_entry_that_a_finding_rests_on_is_listed(
    document: dict[str, Any],
) -> None:
    listed = {one["index"] for one in document["entries"]}
    cited = {index for row in document["findings"] for index in row["evidence"]}
    assert cited
    assert cited <= listed


def test_the_strip_has_a_row_for_each_finding_of_a_shot_over_all_its_frames(
    document: dict[str, Any],
) -> None:
    drawn = [row["number"] for shot in document["strip"] for row in shot["rows"]]
    shots = [row["number"] for row in document["findings"] if row["shot"]]
    assert sorted(drawn) == shots
    for shot in document["strip"]:
        for row in shot["rows"]:
            assert (row["bands"][0][0], row["bands"][-1][1]) == tuple(shot["frames"])


def test_the_summary_counts_every_finding_once(document: dict[str, Any]) -> None:
    assert sum(one["findings"] for one in document["summary"]) == len(
        document["findings"]
    )


def test_an_opinion_shows_as_the_ground_of_the_answer() -> None:
    shots = five_shots()
    shots.opinion_on_d()
    document = report_of(shots, PaintedPictures()).document
    changed = next(row for row in rows(document, "d") if row["part"] == "changed")
    assert (changed["state"], changed["shown"]) == ("supported", "on_opinion")
    (dreamt,) = (row for row in rows(document, "e") if row["element"] == uid(MATTE))
    assert dreamt["state"] == "open"


def test_requirements_below_a_question_that_does_not_arise_are_marked(
    document: dict[str, Any],
) -> None:
    (row,) = rows(document, "c")
    plate = next(one for one in row["trace"] if one["id"] == "kr.authorship.plate")
    place = row["trace"].index(plate)
    below = []
    for node in row["trace"][place + 1 :]:
        if node["depth"] <= plate["depth"]:
            break
        below.append(node)
    assert [one["arises"] for one in below if one["op"] == "applies"] == [True]
    assert not all(one["arises"] for one in below)


def test_every_policy_that_was_asked_is_listed_with_its_digest(
    document: dict[str, Any],
) -> None:
    asked = {
        node["id"]
        for row in document["findings"]
        for node in row["trace"]
        if node["op"] == "question"
    }
    assert {one["id"] for one in document["policies"]} == asked


def test_a_report_on_the_chain_of_title_names_the_parties() -> None:
    document = report_of(five_shots(), PaintedPictures(), "chain-of-title").document
    named = {one["uid"] for one in document["parties"]}
    assert {row["party"] for row in document["findings"]} <= named
    assert document["strip"] == []
    assert all(row["pictures"] == [] for row in document["findings"])
