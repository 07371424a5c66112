"""The answers, row by row: law.md's worked cases on the issue's shots."""

from dataclasses import replace

import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.finding import Finding
from ledger.answers.verdict import exit_code
from ledger.history.film import Film
from ledger.records.identity import Day, as_day
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Reason, State, Strength, Tag
from tests.simulators.five_shots import (
    COMPOSITE,
    CREATURE,
    FRAMES,
    MATTE,
    PLATE,
    five_shots,
)
from tests.simulators.later_films import disputed, erased, without
from tests.simulators.small_films import GENERATED, assessors_key, uid

TODAY: Day = as_day("2026-11-22")
OPEN_JUDGEMENT = (State.OPEN, (Reason.JUDGEMENT,))


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return packaged_rulebook()


def asked(film: Film, rulebook: Rulebook, **more: object) -> tuple[Finding, ...]:
    extent = replace(Asked(on=TODAY), **more)  # type: ignore[arg-type]
    return authorship(film, rulebook, extent)


def answer(
    film: Film,
    rulebook: Rulebook,
    shot: str,
    part: str = "whole",
    floor: Strength = Strength.ANY,
) -> tuple[State, tuple[Reason, ...]]:
    found = finding(film, rulebook, shot, part, floor)
    assert found.outcome is not None
    return found.state, found.outcome.reasons


def finding(
    film: Film,
    rulebook: Rulebook,
    shot: str,
    part: str = "whole",
    floor: Strength = Strength.ANY,
) -> Finding:
    (found,) = (
        one
        for one in asked(film, rulebook, shots=frozenset({uid(shot)}), floor=floor)
        if one.unit == "element" and one.part == part
    )
    return found


def test_of_shot_c_wholly_generated_nothing_is_supported(rulebook: Rulebook) -> None:
    film = five_shots().film()
    assert answer(film, rulebook, "c") == (State.NOT_SUPPORTED, ())
    assert finding(film, rulebook, "c").people == ()


def test_the_painted_region_of_shot_d_needs_a_judgement(rulebook: Rulebook) -> None:
    film = five_shots().film()
    assert answer(film, rulebook, "d", "changed") == OPEN_JUDGEMENT
    assert answer(film, rulebook, "d", "unchanged") == (State.NOT_SUPPORTED, ())
    assert finding(film, rulebook, "d", "changed").people == (uid("painter"),)


def test_an_independent_opinion_supports_the_painted_region(rulebook: Rulebook) -> None:
    shots = five_shots()
    opinion = shots.opinion_on_d()
    for floor in (Strength.ANY, Strength.OWN_SYSTEM, Strength.INDEPENDENT):
        found = finding(shots.film(), rulebook, "d", "changed", floor)
        assert found.state is State.SUPPORTED
        assert found.tags == {Tag.ON_OPINION}
        assert found.flags == frozenset()
        assert opinion in found.evidence
    unchanged = answer(shots.film(), rulebook, "d", "unchanged")
    assert unchanged == (State.NOT_SUPPORTED, ())


def test_a_negative_opinion_leaves_the_painted_region_unsupported(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    shots.opinion_on_d(finding="no")
    assert finding(shots.film(), rulebook, "d", "changed").state is State.NOT_SUPPORTED


def test_the_painters_own_opinion_is_flagged_and_open_from_independent_on(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    shots.opinion_on_d("painter")
    for floor in (Strength.ANY, Strength.SIGNED, Strength.OWN_SYSTEM):
        found = finding(shots.film(), rulebook, "d", "changed", floor)
        assert found.state is State.SUPPORTED
        assert found.flags == {"self_assessed"}
    for floor in (Strength.INDEPENDENT, Strength.CERTIFIED):
        weak = answer(shots.film(), rulebook, "d", "changed", floor)
        assert weak == (State.OPEN, (Reason.WEAK,))


def test_a_root_keys_opinion_does_not_count(rulebook: Rulebook) -> None:
    shots = five_shots()
    key = replace(assessors_key("studio"), root=True, delegated=frozenset())
    shots.opinion_on_d(speaker=key)
    assert answer(shots.film(), rulebook, "d", "changed") == OPEN_JUDGEMENT


def test_the_opinion_on_shot_d_does_not_carry_over_to_shot_e(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    assert answer(shots.film(), rulebook, "e") == OPEN_JUDGEMENT
    shots.opinion_on_d()
    assert answer(shots.film(), rulebook, "e") == OPEN_JUDGEMENT
    shots.maker.opinion(
        "on e",
        "assessor",
        "kr.authorship.input",
        "expression.appears",
        shot="e",
        element=MATTE,
    )
    assert finding(shots.film(), rulebook, "e").tags == {Tag.ON_OPINION}


def test_an_opinion_on_some_frames_answers_for_those_alone(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.maker.opinion(
        "half",
        "assessor",
        "kr.authorship.edit",
        "expression.added",
        shot="d",
        element=MATTE,
        frames=FRAMES[:2],
    )
    found = [
        (one.spans.spans if one.spans else (), one.state)
        for one in asked(shots.film(), rulebook, shots=frozenset({uid("d")}))
        if one.part == "changed"
    ]
    assert found == [
        (((1001, 1003),), State.SUPPORTED),
        (((1003, 1005),), State.OPEN),
    ]


def test_a_plate_is_not_supported_merely_because_it_was_captured(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    assert answer(shots.film(), rulebook, "plate") == OPEN_JUDGEMENT
    shots.maker.opinion(
        "on the plate",
        "assessor",
        "kr.authorship.plate",
        "plate.creative",
        shot="plate",
        element=PLATE,
    )
    assert finding(shots.film(), rulebook, "plate").state is State.SUPPORTED


def test_the_performer_is_supported_as_performer_and_not_as_author(
    rulebook: Rulebook,
) -> None:
    found = asked(five_shots().film(), rulebook, shots=frozenset({uid("plate")}))
    (performance,) = (one for one in found if one.unit == "performance")
    assert performance.party == uid("actor")
    assert performance.state is State.SUPPORTED
    (plate,) = (one for one in found if one.unit == "element")
    assert plate.state is State.OPEN
    assert uid("actor") not in plate.people


def test_a_performance_that_only_drove_a_creature_is_unsettled(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    plate = shots.maker.contributions[1].after[0]
    beast = shots.maker.asset("beast", FRAMES)
    shots.maker.generation("drive", [beast], [(plate, "driven_by")])
    shots.maker.shot("b", [(CREATURE, beast, GENERATED)], FRAMES)
    found = asked(shots.film(), rulebook, shots=frozenset({uid("b")}))
    (performance,) = (one for one in found if one.unit == "performance")
    assert performance.outcome is not None
    assert performance.outcome.reasons == (Reason.UNSETTLED,)


@pytest.mark.parametrize("part", ["changed", "unchanged"])
def test_without_the_generation_record_shot_d_is_open_missing(
    rulebook: Rulebook, part: str
) -> None:
    shots = five_shots()
    film = without(shots.film(), shots.generation_d)
    state, reasons = answer(film, rulebook, "d", part)
    assert (state, reasons[0]) == (State.OPEN, Reason.MISSING)


def test_without_its_generation_record_shot_c_is_open_missing(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    film = without(shots.film(), shots.generation_c)
    state, reasons = answer(film, rulebook, "c")
    assert (state, reasons[0]) == (State.OPEN, Reason.MISSING)


@pytest.mark.parametrize("shot", ["d", "e"])
def test_without_the_painters_contribution_both_shots_are_open_missing(
    rulebook: Rulebook, shot: str
) -> None:
    shots = five_shots()
    film = without(shots.film(), shots.painting)
    state, reasons = answer(film, rulebook, shot)
    assert (state, reasons[0]) == (State.OPEN, Reason.MISSING)
    # What was withdrawn stays listed.
    assert shots.painting in finding(film, rulebook, "d").ended


def test_without_the_capture_record_the_plate_is_open_missing(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    state, reasons = answer(without(shots.film(), shots.capture), rulebook, "plate")
    assert (state, reasons[0]) == (State.OPEN, Reason.MISSING)


def test_a_disputed_contribution_leaves_the_region_disputed(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.opinion_on_d()
    film = disputed(shots.film(), shots.painting)
    assert answer(film, rulebook, "d", "changed") == (State.OPEN, (Reason.DISPUTED,))


def test_an_erased_painter_leaves_open_who_it_was(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.opinion_on_d()
    film = erased(shots.film(), shots.painting)
    assert answer(film, rulebook, "d", "changed") == (State.OPEN, (Reason.ERASED,))
    # Of a wholly generated shot nobody's name matters.
    erased_asker = erased(shots.film(), shots.generation_c)
    assert answer(erased_asker, rulebook, "c") == (State.NOT_SUPPORTED, ())


def test_a_matte_that_was_only_graded_is_not_supported(rulebook: Rulebook) -> None:
    shots = five_shots()
    before = shots.maker.asset("second", FRAMES)
    after = shots.maker.asset("second graded", FRAMES)
    shots.maker.generation("second g", [before])
    shots.maker.edit("grade", "painter", before, after, act="grade")
    shots.maker.shot("second", [(MATTE, after, COMPOSITE)], FRAMES)
    changed = answer(shots.film(), rulebook, "second", "changed")
    assert changed == (State.NOT_SUPPORTED, ())


def test_swapping_plate_and_generated_source_swaps_the_answers(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    plate = shots.maker.contributions[1].after[0]
    creature = shots.maker.generations[0].outputs[0]
    layers = [(PLATE, creature, COMPOSITE), (CREATURE, plate, COMPOSITE)]
    shots.maker.shot("a", layers, FRAMES)
    found = asked(shots.film(), rulebook, shots=frozenset({uid("a")}))
    states = {one.element: one.state for one in found if one.unit == "element"}
    assert states == {uid(PLATE): State.NOT_SUPPORTED, uid(CREATURE): State.OPEN}
    (performance,) = (one for one in found if one.unit == "performance")
    assert performance.element == uid(CREATURE)


def test_an_element_that_is_not_seen_is_not_asked_about(rulebook: Rulebook) -> None:
    shots = five_shots()
    plate = shots.maker.contributions[1].after[0]
    layers = [(PLATE, plate, COMPOSITE)]
    shots.maker.shot("hidden", layers, FRAMES, unseen=[PLATE])
    found = asked(shots.film(), rulebook, shots=frozenset({uid("hidden")}))
    assert [(one.unit, one.state) for one in found] == [
        ("element", State.NOT_APPLICABLE)
    ]
    assert exit_code(found, frozenset()) == 3


def test_before_the_guide_there_was_no_rule_in_force(rulebook: Rulebook) -> None:
    found = asked(
        five_shots().film(),
        rulebook,
        shots=frozenset({uid("c")}),
        on=as_day("2020-01-01"),
    )
    assert found[0].outcome is not None
    assert found[0].outcome.reasons == (Reason.OUT_OF_FORCE,)


def test_the_cut_is_asked_as_a_compilation_if_somebody_arranged_it(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    assert not [one for one in asked(shots.film(), rulebook) if one.cut]
    shots.maker.contribution(
        "editing", "arrangement", "camera", act="cut", candidates=900
    )
    (found,) = (
        one for one in asked(shots.film(), rulebook) if one.unit == "arrangement"
    )
    assert found.outcome is not None
    assert found.outcome.reasons == (Reason.JUDGEMENT,)
    assert found.people == (uid("camera"),)


def test_the_exit_code_accepts_an_opinion_only_if_told_to(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.opinion_on_d()
    found = asked(shots.film(), rulebook, shots=frozenset({uid("d")}))
    assert exit_code(found, frozenset({Tag.ON_OPINION})) == 1
    human = [one for one in found if one.people]
    assert exit_code(human, frozenset()) == 3
    assert exit_code(human, frozenset({Tag.ON_OPINION})) == 0
    assert exit_code((), frozenset()) == 3


def test_json_names_nobody_unless_it_is_asked_to(rulebook: Rulebook) -> None:
    (found, *_) = asked(five_shots().film(), rulebook, shots=frozenset({uid("d")}))
    assert "painter" not in str(found.to_json())
    assert found.to_json(names=True)["names"][uid("painter")] == "painter"
