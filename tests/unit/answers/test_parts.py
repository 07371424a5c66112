"""Parts of pictures and the facts about them; what nobody recorded is not a no."""

from dataclasses import replace

import pytest

from ledger.answers.facts import ORIGIN_FACTS, FactFinder
from ledger.answers.lineage import Lineage
from ledger.answers.parts import Part, Parts, Shown
from ledger.answers.strengths import Strengths
from ledger.history.film import Film
from ledger.records.making import SourceType
from ledger.rules.values import Reason, Strength
from tests.simulators.five_shots import COMPOSITE, FRAMES, five_shots
from tests.simulators.later_films import disputed, erased, without
from tests.simulators.small_films import (
    CAPTURED,
    GENERATED,
    PIXELS,
    FilmMaker,
    digest,
    uid,
)


def parts_of(film: Film, name: str, declared: SourceType) -> tuple[Part, ...]:
    lineage = Lineage(film)
    finder = FactFinder(film, lineage, Strengths(film))
    file = digest("file", name if "/" in name else f"{name}/{FRAMES[0]}")
    return Parts(film, lineage, finder).of(file, Shown(declared=declared))


def values(part: Part) -> dict[str, object]:
    return {
        name: one.reason if one.value is None else one.value
        for name, one in part.facts.items()
    }


def test_pure_output_was_made_by_a_generator_and_edited_by_nobody() -> None:
    (part,) = parts_of(five_shots().film(), "creature", GENERATED)
    facts = values(part)
    assert part.name == "whole"
    assert set(facts) == set(ORIGIN_FACTS)
    assert facts["origin.last"] == "generated"
    assert facts["generated"] is True
    assert facts["edit.recorded"] is False
    assert facts["input.recorded"] is False
    assert facts["captured"] is False


def test_a_measured_edit_divides_a_picture_in_two() -> None:
    changed, unchanged = parts_of(five_shots().film(), "painted", COMPOSITE)
    assert (changed.name, unchanged.name) == ("changed", "unchanged")
    assert values(changed)["edit.by_person"] is True
    assert values(changed)["edit.changed"] is True
    assert values(changed)["edit.acts"] == {"paint"}
    assert values(changed)["origin.last"] == "edited"
    assert values(unchanged)["edit.recorded"] is False
    assert values(unchanged)["origin.last"] == "generated"


def painted(changed: int, **more: object) -> Film:
    maker = FilmMaker()
    maker.party("painter")
    before, after = maker.asset("a", FRAMES), maker.asset("b", FRAMES)
    maker.generation("g", [before])
    maker.edit("paint", "painter", before, after, changed, **more)
    return maker.film()


def test_a_change_of_every_pixel_leaves_no_unchanged_part() -> None:
    (part,) = parts_of(painted(PIXELS), "b", COMPOSITE)
    assert part.name == "changed"


def test_an_edit_that_changed_no_pixel_answers_as_the_picture_before() -> None:
    (part,) = parts_of(painted(0), "b", COMPOSITE)
    assert part.name == "whole"
    assert values(part)["generated"] is True
    assert values(part)["edit.recorded"] is True
    assert values(part)["edit.changed"] is False


def test_an_edit_that_nobody_measured_touches_the_whole() -> None:
    film = painted(4)
    (part,) = parts_of(replace(film, changes=()), "b", COMPOSITE)
    assert part.name == "whole"
    assert values(part)["edit.recorded"] is True
    assert values(part)["edit.changed"] is Reason.MISSING


def test_two_edits_after_one_another_are_told_apart() -> None:
    maker = FilmMaker()
    maker.party("painter")
    maker.party("grader")
    one, two, three = (maker.asset(name, FRAMES) for name in "abc")
    maker.generation("g", [one])
    maker.edit("paint", "painter", one, two, 4)
    maker.edit("grade", "grader", two, three, PIXELS, act="grade")
    film = maker.film()
    acts = [values(part)["edit.acts"] for part in parts_of(film, "c", COMPOSITE)]
    assert acts == [{"paint", "grade"}, {"grade"}]


def test_a_graded_plate_is_still_a_plate() -> None:
    shots = five_shots()
    plate = shots.maker.contributions[1].after[0]
    graded = shots.maker.asset("graded", FRAMES)
    shots.maker.edit("grade", "camera", plate, graded, PIXELS, act="grade")
    (part,) = parts_of(shots.film(), "graded", CAPTURED)
    assert values(part)["captured"] is True
    assert values(part)["capture.by_person"] is True
    assert values(part)["edit.acts"] == {"grade"}


def test_a_persons_edit_that_went_into_a_generator_is_own_work_in() -> None:
    (part,) = parts_of(five_shots().film(), "again", GENERATED)
    facts = values(part)
    assert facts["input.recorded"] is True
    assert facts["input.own_work"] is True
    assert facts["input.by_person"] is True
    assert facts["edit.recorded"] is False


@pytest.mark.parametrize("name", ["creature", "plate"])
def test_without_its_record_nothing_is_known_of_a_picture(name: str) -> None:
    shots = five_shots()
    film = without(without(shots.film(), shots.generation_c), shots.capture)
    declared = GENERATED if name == "creature" else CAPTURED
    (part,) = parts_of(film, name, declared)
    assert set(values(part).values()) == {Reason.MISSING}


def test_without_the_contribution_a_painted_picture_comes_from_nowhere() -> None:
    shots = five_shots()
    (part,) = parts_of(without(shots.film(), shots.painting), "painted", COMPOSITE)
    assert values(part)["origin.known"] is Reason.MISSING
    (again,) = parts_of(without(shots.film(), shots.painting), "again", GENERATED)
    assert values(again)["origin.known"] is True
    assert values(again)["input.own_work"] is Reason.MISSING


def test_without_the_generation_the_ground_under_the_painting_is_unknown() -> None:
    shots = five_shots()
    film = without(shots.film(), shots.generation_d)
    changed, unchanged = parts_of(film, "painted", COMPOSITE)
    assert values(changed)["origin.known"] is Reason.MISSING
    assert values(changed)["edit.by_person"] is True
    assert values(unchanged)["edit.recorded"] is Reason.MISSING


def test_a_disputed_contribution_settles_nothing() -> None:
    shots = five_shots()
    changed, unchanged = parts_of(
        disputed(shots.film(), shots.painting), "painted", COMPOSITE
    )
    assert values(changed)["edit.recorded"] is Reason.DISPUTED
    assert values(unchanged)["generated"] is True


def test_an_erased_party_leaves_open_who_it_was_and_nothing_else() -> None:
    shots = five_shots()
    changed, _ = parts_of(erased(shots.film(), shots.painting), "painted", COMPOSITE)
    facts = values(changed)
    assert facts["edit.by_person"] is Reason.ERASED
    assert facts["edit.recorded"] is True
    assert facts["edit.changed"] is True


def test_an_organisation_is_no_person() -> None:
    shots = five_shots()
    shots.maker.party("painter", "organisation")
    changed, _ = parts_of(shots.film(), "painted", COMPOSITE)
    assert values(changed)["edit.by_person"] is False


def test_a_known_hand_in_one_act_does_not_hide_an_unknown_one_in_another() -> None:
    maker = FilmMaker()
    maker.party("grader")
    one, two, three = (maker.asset(name, FRAMES) for name in "abc")
    maker.generation("g", [one])
    maker.edit("paint", "somebody", one, two, 4)
    maker.edit("grade", "grader", two, three, PIXELS, act="grade")
    both, grade = parts_of(maker.film(), "c", COMPOSITE)
    assert values(both)["edit.by_person"] is Reason.MISSING
    assert values(grade)["edit.by_person"] is True


@pytest.mark.parametrize(
    ("name", "declared"), [("creature", CAPTURED), ("plate", GENERATED)]
)
def test_what_the_run_declares_and_what_is_recorded_may_conflict(
    name: str, declared: SourceType
) -> None:
    (part,) = parts_of(five_shots().film(), name, declared)
    assert set(values(part).values()) == {Reason.CONFLICT}


def test_a_circle_of_edits_is_a_conflict() -> None:
    maker = FilmMaker()
    one, two = maker.asset("one", [0]), maker.asset("two", [0])
    maker.edit("there", "painter", one, two)
    maker.edit("and back", "painter", two, one)
    (part,) = parts_of(maker.film(), "one/0", COMPOSITE)
    assert values(part)["origin.known"] is Reason.CONFLICT


def test_an_edit_without_what_was_edited_stands_on_unknown_ground() -> None:
    maker = FilmMaker()
    maker.party("painter")
    asset = maker.asset("a", FRAMES)
    maker.contribution("paint", "edit", "painter", [asset])
    (part,) = parts_of(maker.film(), "a", COMPOSITE)
    assert values(part)["origin.known"] is Reason.MISSING
    assert values(part)["edit.recorded"] is True


def test_measured_edits_are_seen_by_a_system_and_generations_are_said() -> None:
    changed, unchanged = parts_of(five_shots().film(), "painted", COMPOSITE)
    assert changed.facts["edit.changed"].strength is Strength.OWN_SYSTEM
    assert changed.facts["edit.by_person"].strength is Strength.OWN_SYSTEM
    assert unchanged.facts["generated"].strength is Strength.SIGNED


def test_an_independent_assessor_lifts_what_they_confirm() -> None:
    shots = five_shots()
    shots.opinion_on_d()
    changed, _ = parts_of(shots.film(), "painted", COMPOSITE)
    for name in ("edit.recorded", "edit.by_person", "edit.changed", "edit.acts"):
        assert changed.facts[name].strength is Strength.INDEPENDENT


def test_nobody_lifts_their_own_work_by_confirming_it() -> None:
    shots = five_shots()
    shots.opinion_on_d("painter")
    changed, _ = parts_of(shots.film(), "painted", COMPOSITE)
    assert changed.facts["edit.by_person"].strength is Strength.OWN_SYSTEM


def test_a_part_relies_on_the_people_in_its_lineage() -> None:
    shots = five_shots()
    (again,) = parts_of(shots.film(), "again", GENERATED)
    assert {one.party for one in again.relied} == {uid("painter")}
    assert again.askers == (uid("ai-director"),)
