"""Chain of title: what contracts show, party by party, link by link."""

from typing import Any

import pytest

from ledger.answers.asked import Asked
from ledger.answers.finding import Finding
from ledger.answers.title import chain_of_title
from ledger.answers.verdict import exit_code
from ledger.history.film import Film
from ledger.records.identity import as_day
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Reason, State, Tag
from tests.simulators.five_shots import FiveShots, five_shots
from tests.simulators.later_films import disputed, erased, without
from tests.simulators.small_films import STUDIO, digest, uid

ASSIGNED = {"assignment": "economic_rights", "document": digest("signed copy")}


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return packaged_rulebook()


def links(film: Film, rulebook: Rulebook, party: str) -> list[Finding]:
    found = chain_of_title(film, rulebook, Asked(on=as_day("2026-11-22")))
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
    found = chain_of_title(film, rulebook, Asked(on=as_day("2026-11-22")))
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


def test_only_the_asked_shots_people_are_asked_about(rulebook: Rulebook) -> None:
    film = five_shots().film()
    asked = Asked(on=as_day("2026-11-22"), shots=frozenset({uid("c")}))
    found = chain_of_title(film, rulebook, asked)
    # The painter's contribution names shot d; the others name no shot.
    assert uid("painter") not in {one.party for one in found}
