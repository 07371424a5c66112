"""Chain of title: what contracts show, party by party, link by link."""

from dataclasses import replace
from typing import Any

import pytest

from ledger.answers.asked import Asked
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.answers.verdict import exit_code
from ledger.history.film import Film
from ledger.records.identity import as_day
from ledger.records.statement import Scope
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Reason, State, Tag
from tests.simulators.five_shots import FRAMES, MATTE, PLATE, FiveShots, five_shots
from tests.simulators.later_films import disputed, erased, without
from tests.simulators.small_films import CAPTURED, STUDIO, digest, span, uid

TODAY = as_day("2026-11-22")
ASSIGNED = {"assignment": "economic_rights", "document": digest("signed copy")}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return packaged_rulebook()


def links(film: Film, rulebook: Rulebook, party: str) -> list[Finding]:
    found = chain_of_title(film, rulebook, Asked(on=TODAY))
    return [one for one in found if one.party == uid(party)]


def link(film: Film, rulebook: Rulebook, party: str = "painter") -> Finding:
    (found,) = links(film, rulebook, party)
    return found


def reasons(found: Finding) -> tuple[Reason, ...]:
    assert found.outcome is not None
    return found.outcome.reasons


def engaged(**terms: Any) -> tuple[FiveShots, str]:  # noqa: ANN401
    shots = five_shots()
    return shots, shots.maker.engagement("contract", "painter", **terms)


def test_for_a_freelancer_without_a_contract_no_transfer_is_shown(
    rulebook: Rulebook,
) -> None:
    assert link(five_shots().film(), rulebook).state is State.NOT_SUPPORTED


def test_an_assignment_in_time_with_its_document_is_supported(
    rulebook: Rulebook,
) -> None:
    shots, _ = engaged(**ASSIGNED)
    found = link(shots.film(), rulebook)
    assert found.state is State.SUPPORTED
    assert found.tags == frozenset()
    assert found.company == uid(STUDIO)


def test_once_the_contract_is_withdrawn_no_transfer_is_shown(
    rulebook: Rulebook,
) -> None:
    shots, contract = engaged(**ASSIGNED)
    found = link(without(shots.film(), contract), rulebook)
    assert found.state is State.NOT_SUPPORTED
    assert contract in found.ended


@pytest.mark.parametrize("name", ["assignment", "document"])
def test_what_a_contract_leaves_unsaid_is_missing(
    rulebook: Rulebook, name: str
) -> None:
    terms = {key: one for key, one in ASSIGNED.items() if key != name}
    shots, _ = engaged(**terms)
    found = link(shots.film(), rulebook)
    assert (found.state, reasons(found)[0]) == (State.OPEN, Reason.MISSING)


def test_a_contract_that_ended_before_the_work_covers_nothing(
    rulebook: Rulebook,
) -> None:
    shots, _ = engaged(**ASSIGNED, to_on="2026-03-01")
    assert link(shots.film(), rulebook).state is State.NOT_SUPPORTED


def test_the_last_day_of_a_contract_is_a_day_in_seoul(rulebook: Rulebook) -> None:
    # The work was done on 2 March at noon in Seoul.
    shots, _ = engaged(**ASSIGNED, to_on="2026-03-02")
    assert link(shots.film(), rulebook).state is State.SUPPORTED


def test_contracts_that_say_different_things_conflict(rulebook: Rulebook) -> None:
    shots, _ = engaged(**ASSIGNED, contrary_term=False)
    other = {**ASSIGNED, "assignment": "none"}
    shots.maker.engagement("another", "painter", contrary_term=False, **other)
    assert Reason.CONFLICT in reasons(link(shots.film(), rulebook))


def test_a_disputed_contract_settles_nothing(rulebook: Rulebook) -> None:
    shots, contract = engaged(**ASSIGNED)
    found = link(disputed(shots.film(), contract), rulebook)
    assert reasons(found)[0] is Reason.DISPUTED


def test_an_erased_contract_may_have_been_anybodys(rulebook: Rulebook) -> None:
    shots, contract = engaged(**ASSIGNED)
    film = erased(shots.film(), contract)
    assert reasons(link(film, rulebook))[0] is Reason.ERASED
    assert reasons(link(film, rulebook, "actor"))[0] is Reason.ERASED


def test_an_erased_contributor_cannot_be_matched_to_a_contract(
    rulebook: Rulebook,
) -> None:
    shots, _ = engaged(**ASSIGNED)
    film = erased(shots.film(), shots.painting)
    found = chain_of_title(film, rulebook, Asked(on=TODAY))
    (nobody,) = (one for one in found if one.party is None)
    assert (nobody.state, reasons(nobody)[0]) == (State.OPEN, Reason.ERASED)


def test_a_performers_transfer_is_presumed_without_a_contrary_term(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    shots.maker.engagement("role", "actor", performer=True, contrary_term=False)
    found = link(shots.film(), rulebook, "actor")
    assert found.state is State.SUPPORTED
    assert found.tags == {Tag.PRESUMED}
    assert exit_code([found], frozenset()) == 3
    assert exit_code([found], frozenset({Tag.PRESUMED})) == 0


def test_no_transfer_is_shown_for_who_only_told_a_generator_what_to_do(
    rulebook: Rulebook,
) -> None:
    """Worked case 9: nothing was acquired, and there is no contract either."""
    shots = five_shots()
    shots.maker.contribution("prompts", "instruction", "ai-director", act="prompt")
    assert link(shots.film(), rulebook, "ai-director").state is State.NOT_SUPPORTED
    # A contract that assigns nothing moves nothing: by law, nothing was acquired.
    shots.maker.engagement("job", "ai-director", contrary_term=False)
    assert link(shots.film(), rulebook, "ai-director").state is not State.SUPPORTED


def test_work_for_another_company_needs_a_second_link(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.maker.party("vendor", "organisation")
    shots.maker.engagement("job", "painter", "vendor", **ASSIGNED)
    first = link(shots.film(), rulebook)
    second = link(shots.film(), rulebook, "vendor")
    assert first.company == uid("vendor")
    assert first.flags == {"engaged_by_another"}
    assert second.state is State.NOT_SUPPORTED
    assert shots.painting in second.touched
    shots.maker.engagement("order", "vendor", status="vendor", **ASSIGNED)
    assert link(shots.film(), rulebook, "vendor").state is State.SUPPORTED


def test_companies_that_work_for_each_other_come_to_an_end(rulebook: Rulebook) -> None:
    shots = five_shots()
    for name in ("one", "other"):
        shots.maker.party(name, "organisation")
    shots.maker.engagement("a", "painter", "one", **ASSIGNED)
    shots.maker.engagement("b", "one", "other", **ASSIGNED)
    shots.maker.engagement("c", "other", "one", **ASSIGNED)
    assert len(links(shots.film(), rulebook, "one")) == 1
    assert len(links(shots.film(), rulebook, "other")) == 1


def test_the_company_itself_hands_nothing_on(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.maker.contribution("own", "edit", STUDIO)
    assert link(shots.film(), rulebook, STUDIO).state is State.NOT_APPLICABLE


def test_companies_in_a_circle_hand_nothing_to_the_studio(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.maker.contributions.clear()
    shots.maker.generations.clear()
    shots.maker.contribution("painting again", "edit", "painter")
    shots.maker.party("vendor", "organisation")
    shots.maker.engagement("a", "painter", "vendor", **ASSIGNED)
    shots.maker.engagement("b", "vendor", "painter", **ASSIGNED)
    found = chain_of_title(shots.film(), rulebook, Asked(on=TODAY))
    assert len(found) == 2
    assert {(one.state, reasons(one)[0]) for one in found} == {
        (State.OPEN, Reason.MISSING)
    }
    assert exit_code(found, frozenset()) == 3
    # Once one of them works for the studio, the circle does no harm.
    shots.maker.engagement("c", "vendor", **ASSIGNED)
    found = chain_of_title(shots.film(), rulebook, Asked(on=TODAY))
    assert [one.state for one in found] == [State.SUPPORTED] * 3


def test_who_is_engaged_by_a_person_that_nobody_engaged_hands_nothing_on(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    shots.maker.engagement("a", "painter", "actor", **ASSIGNED)
    found = link(shots.film(), rulebook)
    assert (found.state, reasons(found)[0]) == (State.OPEN, Reason.MISSING)
    assert found.flags == {"engaged_by_another"}


def test_who_engages_themselves_hands_nothing_on(rulebook: Rulebook) -> None:
    shots = five_shots()
    shots.maker.engagement("a", "painter", "painter", **ASSIGNED)
    assert link(shots.film(), rulebook).state is State.OPEN


def test_an_erased_contract_may_have_been_the_way_to_the_studio(
    rulebook: Rulebook,
) -> None:
    shots = five_shots()
    shots.maker.party("vendor", "organisation")
    shots.maker.engagement("job", "painter", "vendor", **ASSIGNED)
    order = shots.maker.engagement("order", "vendor", **ASSIGNED)
    assert link(shots.film(), rulebook).state is State.SUPPORTED
    found = link(erased(shots.film(), order), rulebook)
    assert (found.state, reasons(found)[0]) == (State.OPEN, Reason.ERASED)


def test_a_disputed_contract_that_says_otherwise_keeps_the_answer_open(
    rulebook: Rulebook,
) -> None:
    shots, _ = engaged(**ASSIGNED)
    adverse: dict[str, Any] = {"assignment": "none", "contrary_term": True}
    other = shots.maker.engagement("adverse", "painter", **adverse)
    found = link(disputed(shots.film(), other), rulebook)
    assert (found.state, reasons(found)[0]) == (State.OPEN, Reason.DISPUTED)
    assert other in found.evidence


def test_a_disputed_contract_that_says_the_same_changes_nothing(
    rulebook: Rulebook,
) -> None:
    shots, _ = engaged(**ASSIGNED)
    again = shots.maker.engagement("again", "painter", **ASSIGNED)
    film = disputed(shots.film(), again)
    assert link(film, rulebook).state is State.SUPPORTED
    # What cannot be read any more may have said anything.
    lost = tuple(
        replace(one, terms=None) if one.source.id == again else one
        for one in film.engagements
    )
    found = link(replace(film, engagements=lost), rulebook)
    assert (found.state, reasons(found)[0]) == (State.OPEN, Reason.DISPUTED)


def in_shot(film: Film, rulebook: Rulebook, *shots: str, **more: Any) -> set[str]:  # noqa: ANN401
    asked = Asked(on=TODAY, shots=frozenset(map(uid, shots)), **more)
    found = chain_of_title(film, rulebook, asked)
    return {one.names[one.party] for one in found if one.party is not None}


@pytest.fixture
def placed() -> FiveShots:
    """The five shots, where the plate's people say for which shot they worked."""
    shots = five_shots()
    scope = Scope.model_validate({"shot": uid("plate")})
    shots.maker.contributions[:] = [
        replace(one, source=replace(one.source, scope=scope))
        if one.source.id in {shots.capture, shots.performance}
        else one
        for one in shots.maker.contributions
    ]
    return shots


def test_a_shots_people_are_those_whose_files_led_to_what_is_seen(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    film = placed.film()
    assert in_shot(film, rulebook, "c") == {"ai-director"}
    assert in_shot(film, rulebook, "plate") == {"camera", "actor"}
    # What was painted for shot d went into the generator of shot e.
    assert in_shot(film, rulebook, "e") == {"painter", "ai-director"}


def test_work_for_one_shot_counts_in_another_where_its_files_are_seen(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    maker = placed.maker
    (plate,) = (
        layer.asset
        for run in maker.runs.values()
        for layer in run.layers
        if layer.element == uid(PLATE)
    )
    maker.shot("borrowed", [(PLATE, plate, CAPTURED)], FRAMES)
    maker.shot("hidden", [(PLATE, plate, CAPTURED)], FRAMES, unseen=[PLATE])
    assert in_shot(maker.film(), rulebook, "borrowed") == {"camera", "actor"}
    assert in_shot(maker.film(), rulebook, "hidden") == set()


def test_work_whose_files_are_not_seen_in_its_shot_does_not_count(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    maker = placed.maker
    unused = maker.asset("unused", FRAMES)
    maker.party("second painter")
    maker.contribution("try", "edit", "second painter", [unused], shot=uid("c"))
    assert in_shot(maker.film(), rulebook, "c") == {"ai-director"}
    # Of files that are current no more nobody knows where they are seen.
    film = without(maker.film(), unused)
    assert in_shot(film, rulebook, "c") == {"ai-director", "second painter"}


def test_work_that_names_no_files_counts_in_its_shot_and_frames(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    maker = placed.maker
    maker.party("director")
    frames = span(1001, 1003)
    maker.contribution("d", "direction", "director", shot=uid("c"), range=frames)
    film = maker.film()
    assert in_shot(film, rulebook, "c") == {"ai-director", "director"}
    assert "director" not in in_shot(film, rulebook, "d")
    assert "director" in in_shot(film, rulebook, frames=(1002, 1003))
    assert "director" not in in_shot(film, rulebook, frames=(1003, 1005))


def test_work_for_no_shot_in_particular_always_counts(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    placed.maker.party("editor")
    placed.maker.contribution("cutting", "arrangement", "editor")
    for shot in ("c", "d", "e", "plate"):
        assert "editor" in in_shot(placed.film(), rulebook, shot)


def test_the_way_to_people_does_not_end_at_a_withdrawn_asset(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    (again,) = placed.maker.generations[-1].outputs
    film = without(placed.film(), again)
    assert in_shot(film, rulebook, "e") == {"painter", "ai-director"}


def test_the_way_to_people_follows_work_by_any_route(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    maker = placed.maker
    traced = maker.asset("traced", FRAMES)
    maker.shot("f", [(MATTE, traced, CAPTURED)], FRAMES)
    (painting,) = (one for one in maker.contributions if one.route == "edit")
    maker.contribution("tracing", "input", "actor", [traced], painting.after)
    assert in_shot(maker.film(), rulebook, "f") == {"actor", "painter", "ai-director"}


def test_who_is_engaged_but_not_in_the_shot_does_not_appear(
    placed: FiveShots, rulebook: Rulebook
) -> None:
    placed.maker.party("producer")
    placed.maker.engagement("job", "producer", status="employee")
    placed.maker.engagement("contract", "painter", **ASSIGNED)
    film = placed.film()
    assert in_shot(film, rulebook, "c") == {"ai-director"}
    assert "producer" in in_shot(film, rulebook)


@pytest.mark.parametrize(
    ("terms", "state", "why"),
    [
        ({}, State.OPEN, {Reason.MISSING, Reason.UNSETTLED}),
        (
            {"contrary_term": False},
            State.OPEN,
            {Reason.MISSING, Reason.UNSETTLED},
        ),
        (
            {"contrary_term": False, "assignment": "none"},
            State.OPEN,
            {Reason.UNSETTLED},
        ),
        ({"contrary_term": True}, State.OPEN, {Reason.MISSING}),
        ({"contrary_term": True, "assignment": "none"}, State.NOT_SUPPORTED, set()),
        ({"contrary_term": True, "assignment": "licence"}, State.NOT_SUPPORTED, set()),
        ({**ASSIGNED, "to_on": "2026-03-01"}, State.NOT_SUPPORTED, set()),
    ],
)
def test_the_reference_says_what_a_freelance_painters_contract_comes_to(
    rulebook: Rulebook, terms: dict[str, Any], state: State, why: set[Reason]
) -> None:
    shots, _ = engaged(**terms)
    found = link(shots.film(), rulebook)
    assert found.state is state
    assert state is not State.OPEN or set(reasons(found)) == why
