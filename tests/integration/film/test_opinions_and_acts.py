"""Opinions, and what people do to what was said: disputed, withdrawn, erased.

The expected answers were written beforehand, from the law notes and the issue.
"""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
import tomli_w
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.encoding.statement import Secret
from ledger.errors import NotPermittedError, UnknownNameError
from ledger.history.film import Contribution
from ledger.rules.values import Strength
from tests.integration.film.test_answers_follow_facts import (
    ACTOR,
    HUT,
    JUDGEMENT,
    LEFT,
    MISSING,
    NO,
    PAINTED,
    PASSED,
    PLATE,
    ROOM,
    UNUSED,
    WHOLE,
    changed,
    people_in,
)
from tests.simulators.film_studio import FilmStudio
from tests.simulators.shot_film import Line, ShotFilm

pytestmark = pytest.mark.slow

ANOTHER = """
[[party]]
type = "person"
handle = "second"
uid = "0123456789abcdef0123456789abcdef"
name = "허두리(가공)"
may = ["opinion"]
"""


def opinion(film: ShotFilm, **changes: object) -> Line:
    """The film's own opinion, with changes; given a week later."""
    (line,) = [one for one in film.lines if one["kind"] == "opinion"]
    return {**line, "at": "2026-09-17T09:00:00.000000Z", **changes}


def without_opinion(film: ShotFilm) -> list[Line]:
    return [one for one in film.lines if one["kind"] != "opinion"]


def may(handle: str, *kinds: str) -> Callable[[str], str]:
    """Let somebody state kinds, as an edit of the registry."""

    def change(text: str) -> str:
        told = tomllib.loads(text)
        (row,) = [one for one in told["party"] if one.get("handle") == handle]
        row["may"] = list(kinds)
        return tomli_w.dumps(told)

    return change


# --- opinions ------------------------------------------------------------------------


def test_a_painter_who_judges_the_own_painting_is_flagged_and_no_outsider(
    film: ShotFilm,
) -> None:
    film.register(may("painter", "contribution", "opinion"))
    film.record([*without_opinion(film), opinion(film, by="painter")])
    flagged = changed(WHOLE, {PAINTED: "supported (on_opinion) [self_assessed]"})
    assert film.answers() == flagged
    assert film.answers(Strength.OWN_SYSTEM)[PAINTED] == flagged[PAINTED]
    for floor in (Strength.INDEPENDENT, Strength.CERTIFIED):
        assert film.answers(floor)[PAINTED].startswith("open")


def test_an_outsiders_opinion_holds_from_the_floor_independent_on(
    recorded_once: ShotFilm,
) -> None:
    for floor in Strength:
        said = recorded_once.answers(floor)[PAINTED]
        expected = WHOLE[PAINTED] if floor < Strength.CERTIFIED else "open: weak"
        assert said == expected


def test_an_assessor_who_is_engaged_in_the_film_is_not_independent(
    film: ShotFilm,
) -> None:
    (terms,) = [one for one in film.lines if one.get("document", "").endswith("tor.txt")
                and one["party"] == "director"]  # fmt: skip
    film.record([{**terms, "party": "assessor"}, *film.lines])
    told = film.answers()
    assert told.pop("title/assessor") == "not_applicable"
    assert told == changed(WHOLE, {PAINTED: "supported (on_opinion) [not_independent]"})
    assert film.answers(Strength.INDEPENDENT)[PAINTED].startswith("open")


def test_the_studio_can_give_no_opinion(film: ShotFilm) -> None:
    film.record(without_opinion(film))
    for who in ("studio", "director", "painter"):
        with pytest.raises(NotPermittedError):
            film.record([opinion(film, by=who)])
    assert film.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})


def test_an_opinion_that_the_studios_key_states_all_the_same_does_not_count(
    film: ShotFilm,
) -> None:
    film.record(without_opinion(film))
    with film.opened() as production:
        studio = FilmStudio(production)
        shot = film.read().shots[studio.shot(HUT)]
        assert shot.range is not None
        (pixels,) = {one.measured.pixels for one in shot.frames.values()}
        composed = studio.opinion(shot.uid, shot.range, pixels)
        studio.state(composed, "studio")
    assert film.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})


def test_an_opinion_that_finds_nothing_creative_leaves_nothing_supported(
    film: ShotFilm,
) -> None:
    film.record([*without_opinion(film), opinion(film, finding="no")])
    assert film.answers() == changed(WHOLE, {PAINTED: f"{NO} (on_opinion)"})


def test_an_undecided_opinion_leaves_the_judgement_open(film: ShotFilm) -> None:
    film.record([*without_opinion(film), opinion(film, finding="undecided")])
    assert film.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})


@pytest.mark.parametrize("second", ["assessor", "second"])
def test_two_opinions_that_contradict_each_other_are_a_conflict(
    recorded: ShotFilm, second: str
) -> None:
    recorded.register(lambda text: text + ANOTHER)
    recorded.record([opinion(recorded, by=second, finding="no")])
    assert recorded.answers() == changed(WHOLE, {PAINTED: "open: conflict"})


def test_an_opinion_on_another_element_or_shot_settles_nothing(
    film: ShotFilm,
) -> None:
    film.record(
        [
            *without_opinion(film),
            opinion(film, element="actor"),
            opinion(film, shot=ROOM, element="actor"),
        ]
    )
    assert film.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})


def test_an_opinion_on_what_no_policy_asks_is_refused(film: ShotFilm) -> None:
    film.record(without_opinion(film))
    for change in (
        {"question": "kr.authorship.input"},
        {"judgement": "expression.appears"},
        {"question": "kr.authorship.nothing"},
    ):
        with pytest.raises(UnknownNameError):
            film.record([opinion(film, **change)])
    assert film.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})


def test_route_a_is_judged_for_the_passed_picture_by_itself(recorded: ShotFilm) -> None:
    passed = {"shot": "SQ040_0020", "element": "dreamt valley"}
    recorded.record([opinion(recorded, **passed)])
    assert recorded.answers() == WHOLE
    recorded.record(
        [
            opinion(
                recorded,
                **passed,
                question="kr.authorship.input",
                judgement="expression.appears",
            )
        ]
    )
    assert recorded.answers() == changed(WHOLE, {PASSED: "supported (on_opinion)"})


def test_a_plate_is_its_camera_persons_and_never_the_performers(
    recorded: ShotFilm,
) -> None:
    recorded.record(
        [
            opinion(
                recorded,
                shot=ROOM,
                element="actor",
                question="kr.authorship.plate",
                judgement="plate.creative",
            )
        ]
    )
    assert recorded.answers() == changed(WHOLE, {ACTOR: "supported (on_opinion)"})
    assert people_in(recorded, recorded.finding(ACTOR)) == ["cinematographer"]


def test_an_opinion_does_not_carry_over_to_frames_that_were_made_again(
    recorded: ShotFilm,
) -> None:
    recorded.edit("film/d.toml", lambda text: text.replace('"png"', '"jpeg"'))
    recorded.run(recorded.folder / "d.toml")
    assert recorded.answers() == changed(WHOLE, {PAINTED: JUDGEMENT})
    # Recorded again, the old line is the old statement; a new one has seen the new.
    recorded.record(recorded.lines)
    assert recorded.answers()[PAINTED] == JUDGEMENT
    recorded.record([opinion(recorded)])
    assert recorded.answers() == WHOLE


# --- contradictions ------------------------------------------------------------------


def test_a_generation_that_claims_a_plate_is_a_conflict(recorded: ShotFilm) -> None:
    (call,) = [one for one in recorded.lines if one["kind"] == "generation"]
    recorded.record([{**call, "outputs": ["b/plate/plate.%04d.jpg"]}])
    assert recorded.answers() == changed(WHOLE, {PLATE: "open: conflict"})


def painting(film: ShotFilm) -> Contribution:
    (found,) = [one for one in film.read().contributions if one.route == "edit"]
    return found


_PAINTED = {"route": "edit", "act": "paint", "before": [], "after": []}


def act(film: ShotFilm, verb: Any, by: str) -> str:  # noqa: ANN401
    """Dispute or withdraw the painting; what it was."""
    target = painting(film).source
    with film.opened() as production:
        studio = FilmStudio(production, act=(verb, target.id))
        # A withdrawal says nothing else.
        body = (
            {}
            if verb == "withdraw"
            else _PAINTED | {"party": Secret(studio.uid("painter"))}
        )
        scope = {"shot": target.scope.shot, "element": target.scope.element}
        at = "2026-10-01T09:00:00.000000Z"
        studio.state(studio.compose("contribution.1", body, scope=scope, at=at), by)
    return target.id


def test_a_painting_that_another_party_disputes_is_open_and_stays_listed(
    recorded: ShotFilm,
) -> None:
    disputed = act(recorded, "dispute", "studio")
    told = recorded.answers()
    assert told[PAINTED] == "open: disputed"
    assert told[LEFT] == NO
    finding = recorded.finding(PAINTED)
    assert disputed in finding.evidence
    assert {key for key in told if told[key] != WHOLE[key]} <= {
        PAINTED,
        PASSED,
        "title/painter",
    }
    assert told[PASSED].startswith("open")


def test_a_painting_that_the_painter_withdraws_is_listed_as_ended(
    recorded: ShotFilm,
) -> None:
    withdrawn = act(recorded, "withdraw", "painter")
    told = recorded.answers()
    whole = f"{HUT}/valley/whole"
    assert told == changed(
        WHOLE,
        {
            PAINTED: "",
            LEFT: "",
            whole: MISSING,
            PASSED: MISSING,
            "title/painter": UNUSED,
        },
    )
    assert withdrawn in recorded.finding(whole).ended


def test_an_erased_painter_leaves_the_painting_open(recorded: ShotFilm) -> None:
    uid = next(uid for uid, who in recorded.handles().items() if who == "painter")
    done = CliRunner().invoke(app, ["erase", str(recorded.production), uid])
    assert done.exit_code == 0, done.output
    told = recorded.answers()
    assert told.pop("title/nobody") == "open: erased"
    # The contract is kept, and is with somebody whom nobody can name.
    assert told.pop(f"title/{uid}", "") in ("", "not_applicable")
    expected = changed(
        WHOLE,
        {PAINTED: "open: erased", PASSED: "open: erased", "title/painter": ""},
    )
    assert told == expected
    assert recorded.finding(PAINTED).people == ()
