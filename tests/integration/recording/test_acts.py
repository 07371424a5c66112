"""Superseding, correcting, withdrawing and disputing what was said, by lines."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.cli.record import desk_of
from ledger.errors import JangbuError
from ledger.history.journal import State
from ledger.production.opening import opened
from pipeline.recording.drafting import draft_lines, read_forms
from pipeline.recording.stating import state_lines
from tests.integration.recording.told import (
    DIRECTED,
    ENGAGED,
    GENERATED,
    OPINED,
    PAINTED,
    Line,
    RecordedFilm,
    jsonl,
    withdrawn,
    without,
)
from tests.simulators.shot_folder import CODE

pytestmark = pytest.mark.slow

# The picture that is seen in the shot, as somebody's work.
RETOUCHED: Line = {
    **PAINTED,
    "before": ["paint/b.%04d.png"],
    "after": ["bg/b.%04d.jpg"],
}
CALLED: Line = {
    **without(GENERATED, "inputs"),
    "outputs": [{"source": "paint/b.%04d.png", "frames": "1001-1004"}],
}
LATER = "2026-09-02T10:00:00.000000Z"
NOTED = without({**PAINTED, "act": "sketch", "route": "input"}, "before", "after")


def said(film: RecordedFilm, line: Line) -> dict[str, Any]:
    """Record one line: its index and id."""
    (one,) = film.record(line)["lines"]
    return dict(one)


def refused(film: RecordedFilm, *lines: Line) -> JangbuError:
    before = film.entries()
    with pytest.raises(JangbuError) as caught:
        film.record(*lines)
    assert film.entries() == before
    return caught.value


def test_a_party_withdraws_what_it_said_by_index_or_by_id(film: RecordedFilm) -> None:
    by_index, by_id = said(film, NOTED), said(film, {**NOTED, "act": "model"})
    lines = (withdrawn(NOTED, by_index["index"]), withdrawn(NOTED, by_id["id"]))
    assert film.record(*lines)["new"] == 2
    read = film.read()
    assert read.contributions == ()
    assert [one.state for one in read.ended] == [State.WITHDRAWN] * 2
    # The file again, and what was withdrawn: neither says anything new.
    assert film.record(*lines)["new"] == 0
    assert film.record(NOTED)["new"] == 0


def test_every_kind_can_be_withdrawn_by_who_said_it(film: RecordedFilm) -> None:
    (film.root / "contract.txt").write_text("x")
    for line in (ENGAGED, GENERATED, OPINED):
        assert film.record(withdrawn(line, said(film, line)["index"]))["new"] == 1
    read = film.read()
    assert (read.engagements, read.generations, read.opinions) == ((), (), ())


def test_what_is_not_ones_own_or_not_current_stays_as_it_is(film: RecordedFilm) -> None:
    mine, directed = said(film, NOTED), said(film, DIRECTED)
    gone = said(film, {**NOTED, "act": "model"})
    film.record(withdrawn(NOTED, gone["index"]))
    other = {"by": "co-director"}
    corrected = {**NOTED, "act": "trace", "verb": "correct", "of": mine["id"]}
    cases: list[tuple[Line, str, int, str]] = [
        (withdrawn(NOTED, mine["index"], **other), "record.not_permitted", 6, "/verb"),
        (withdrawn(DIRECTED, mine["index"]), "record.not_permitted", 6, "/verb"),
        ({**corrected, **other}, "record.not_permitted", 6, "/verb"),
        ({**corrected, "verb": "supersede"}, "record.not_permitted", 6, "/verb"),
        ({**corrected, "verb": "dispute"}, "record.not_permitted", 6, "/verb"),
        (withdrawn(NOTED, mine["index"], by="director"), "record.not_permitted", 6, ""),
        (withdrawn(NOTED, gone["id"], at=LATER), "record.stale", 6, "/of"),
        ({**corrected, "of": gone["index"]}, "record.stale", 6, "anew"),
        (withdrawn(NOTED, 9999), "record.unknown_reference", 6, "/of"),
        (withdrawn(NOTED, "ab" * 32), "record.unknown_reference", 6, "/of"),
        (withdrawn(NOTED, 0), "record.file", 4, "/of"),
        (withdrawn(GENERATED, directed["index"]), "record.file", 4, "/of"),
        ({**corrected, "verb": "dispute", "of": 0, **other}, "record.file", 4, "/of"),
    ]
    for line, code, exit_code, part in cases:
        error = refused(film, {**NOTED, "act": "other"}, line)
        assert (error.code, error.exit_code) == (code, exit_code), str(error)
        assert error.where.startswith("records.jsonl: line 2: "), str(error)
        assert part in str(error), str(error)
        assert error.public()["line"] == 2


def test_lines_are_held_against_the_lines_before_them(film: RecordedFilm) -> None:
    mine = said(film, NOTED)
    first = {**NOTED, "act": "trace", "verb": "correct", "of": mine["index"]}
    late = withdrawn(NOTED, mine["index"])
    error = refused(film, first, late)
    assert (error.code, error.facts["line"]) == ("record.stale", 2)
    assert "An earlier line of this file" in error.advice
    # The same line twice is one statement.
    assert film.record(first, first)["new"] == 1
    error = refused(film, late)
    (now,) = film.read().contributions
    assert f"entry {now.source.index}" in error.advice


def test_a_correction_takes_the_place_of_what_was_said(film: RecordedFilm) -> None:
    wrong = said(film, PAINTED)
    right = {**PAINTED, "minutes": 95, "verb": "correct", "of": wrong["index"]}
    assert film.record(right)["new"] == 1  # files and change are known
    (one,) = film.read().contributions
    assert one.minutes == 95
    assert film.record(right)["new"] == 0
    # Whoever confirms what is recorded confirms the correction.
    film.record(OPINED)
    assert film.read().opinions[0].confirms == (one.source.id,)


def test_another_account_of_a_call_corrects_the_first(film: RecordedFilm) -> None:
    first = said(film, GENERATED)
    line = {**GENERATED, "prompt": "a loud room", "verb": "correct", "of": first["id"]}
    assert film.record(line)["new"] == 1
    (one,) = film.read().generations
    assert one.prompt == "a loud room"
    assert film.record(line, GENERATED)["new"] == 0


def test_the_studio_supersedes_what_a_party_said(film: RecordedFilm) -> None:
    theirs = said(film, NOTED)
    line = {**without(NOTED, "by"), "verb": "supersede", "of": theirs["id"]}
    assert film.record(line)["new"] == 1
    (one,) = film.read().contributions
    assert one.source.speaker.root
    assert film.read().ended[-1].state is State.SUPERSEDED


def test_a_dispute_leaves_its_target_and_opens_the_answer(film: RecordedFilm) -> None:
    film.record(CALLED)
    theirs = said(film, RETOUCHED)
    film.record(OPINED)
    assert asked(film)[0] == "supported"
    claim = {
        **without(RETOUCHED, "minutes", "note"),
        "party": "co-director",
        "by": "co-director",
        "verb": "dispute",
        "of": theirs["index"],
    }
    dispute = said(film, claim)
    (one,) = film.read().contributions
    assert one.source.id == theirs["id"]
    assert one.source.disputed
    assert asked(film) == ("open", {"disputed"})
    assert film.record(claim)["new"] == 0
    # What is only claimed is nothing to confirm.
    again = said(film, {**OPINED, "at": LATER})
    (opinion,) = (one for one in film.read().opinions if one.source.id == again["id"])
    assert opinion.confirms == (theirs["id"],)
    assert asked(film) == ("open", {"disputed"})
    # Once it is withdrawn, nothing contradicts any more.
    film.record(withdrawn(claim, dispute["index"]))
    assert asked(film)[0] == "supported"


def test_an_assessor_disputes_a_contribution_with_an_opinion(
    film: RecordedFilm,
) -> None:
    theirs = said(film, RETOUCHED)
    film.record({**OPINED, "finding": "no", "verb": "dispute", "of": theirs["id"]})
    read = film.read()
    assert read.contributions[0].source.disputed
    assert read.opinions == ()


def test_an_opinion_is_corrected_by_its_assessor(film: RecordedFilm) -> None:
    first = said(film, OPINED)
    line = {**OPINED, "finding": "no", "verb": "correct", "of": first["index"]}
    assert film.record(line)["new"] == 1
    assert [one.finding for one in film.read().opinions] == ["no"]
    assert film.record(line)["new"] == 0


def test_what_was_stated_since_the_check_is_refused_with_its_line(
    film: RecordedFilm,
) -> None:
    mine = said(film, NOTED)
    raw = jsonl({**NOTED, "act": "model"}, withdrawn(NOTED, mine["index"]))
    with opened(film.production) as production:
        drafts = draft_lines(
            read_forms(raw, "late"), "late", desk_of(production, film.root)
        )
        film.record({**NOTED, "act": "trace", "verb": "correct", "of": mine["id"]})
        with pytest.raises(JangbuError) as caught:
            state_lines(drafts, production.recorder, production.vault.remember_location)
    assert (caught.value.code, caught.value.facts["line"]) == ("record.stale", 2)
    assert caught.value.where.startswith("line 2: ")
    # The other line stands, and is not said again.
    assert sorted(one.act for one in film.read().contributions) == ["model", "trace"]
    assert film.record({**NOTED, "act": "model"})["new"] == 0


def asked(film: RecordedFilm) -> tuple[str, set[str]]:
    """The answer about what the painter changed, and its reasons."""
    done = CliRunner().invoke(
        app, ["ask", "authorship", str(film.production), "--shot", CODE, "--json"]
    )
    findings = json.loads(done.stdout)["findings"]
    (changed,) = (one for one in findings if one["part"] == "changed")
    return changed["state"], set(changed["outcome"]["reasons"])
