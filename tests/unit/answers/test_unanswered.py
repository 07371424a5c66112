"""What there are no frames of is missing: it never falls out of an answer."""

from dataclasses import replace

import pytest

from ledger.answers.asked import Asked
from ledger.answers.authorship import authorship
from ledger.answers.verdict import exit_code
from ledger.history.film import Film, Shot
from ledger.records.identity import as_day
from ledger.rules.rulebook import Rulebook, packaged_rulebook
from ledger.rules.values import Reason, State, Tag
from tests.simulators.five_shots import five_shots

ON = as_day("2026-11-22")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return packaged_rulebook()


def with_shot(film: Film, shot: Shot) -> Film:
    return replace(film, shots={**film.shots, shot.uid: shot})


def test_a_shot_without_a_version_is_open_and_not_left_out(rulebook: Rulebook) -> None:
    film = five_shots().film()
    some = next(iter(film.shots.values()))
    bare = replace(some, uid="f" * 32, version=None, range=None, frames={})
    asked = Asked(on=ON, shots=frozenset({bare.uid}))
    (found,) = [
        one
        for one in authorship(with_shot(film, bare), rulebook, asked)
        if one.unit == "element"
    ]
    assert found.state is State.OPEN
    assert found.outcome is not None
    assert found.outcome.reasons[0] is Reason.MISSING
    assert exit_code([found], frozenset(Tag)) == 3


def test_another_view_of_a_shot_in_force_keeps_the_answer_open(
    rulebook: Rulebook,
) -> None:
    film = five_shots().film()
    some = next(iter(film.shots.values()))
    asked = Asked(on=ON, shots=frozenset({some.uid}))

    def bare(film: Film) -> int:
        found = authorship(film, rulebook, asked)
        return sum(one.unit == "element" and one.element is None for one in found)

    assert bare(film) == 0
    assert bare(with_shot(film, replace(some, other_views=("left",)))) == 1
