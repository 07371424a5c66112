"""Opinions: whose, on which pixels, and how strong they are."""

from dataclasses import replace

import pytest

from ledger.answers.opinions import Opinions
from ledger.answers.strengths import Strengths
from ledger.history.film import Film, Speaker
from ledger.rules.values import Fact, Reason, Strength, Tag
from tests.simulators.five_shots import FRAMES, MATTE, FiveShots, five_shots
from tests.simulators.later_films import disputed
from tests.simulators.small_films import STUDIO_KEY, assessors_key, digest, uid

PAINTER = frozenset({uid("painter")})


def judged(
    film: Film,
    floor: Strength = Strength.ANY,
    *,
    shot: str = "d",
    frame: int = FRAMES[0],
) -> Fact | None:
    opinions = Opinions(film, Strengths(film))
    pixels = digest("pixels", shot, frame)
    seen = opinions.on_frame(uid(shot), uid(MATTE), frame, pixels)
    return opinions.facts(seen, PAINTER, floor).get("expression.added")


def found(film: Film, floor: Strength = Strength.ANY) -> Fact:
    fact = judged(film, floor)
    assert fact is not None
    return fact


def test_a_delegated_outsiders_opinion_fills_its_judgement() -> None:
    shots = five_shots()
    opinion = shots.opinion_on_d()
    fact = found(shots.film())
    assert fact.value is True
    assert fact.tags == {Tag.ON_OPINION}
    assert fact.strength is Strength.INDEPENDENT
    assert fact.flags == frozenset()
    assert fact.evidence == (opinion,)


def test_the_painters_own_opinion_is_flagged_and_weaker() -> None:
    shots = five_shots()
    shots.opinion_on_d("painter")
    fact = found(shots.film())
    assert fact.flags == {"self_assessed"}
    assert fact.strength is Strength.OWN_SYSTEM


@pytest.mark.parametrize("assessor", ["camera", "ai-director", "studio", "engaged"])
def test_who_works_on_the_film_is_not_independent_of_it(assessor: str) -> None:
    shots = five_shots()
    shots.maker.engagement("contract", "engaged")
    shots.opinion_on_d(assessor)
    fact = found(shots.film())
    assert fact.flags == {"not_independent"}
    assert fact.strength is Strength.OWN_SYSTEM


def test_an_opinion_of_nobody_who_can_be_named_any_more_is_erased() -> None:
    shots = five_shots()
    key = replace(assessors_key("assessor"), party=None)
    shots.opinion_on_d(speaker=key)
    fact = found(shots.film())
    assert fact.value is None
    assert fact.reason is Reason.ERASED


@pytest.mark.parametrize(
    "key",
    [
        STUDIO_KEY,
        replace(assessors_key("assessor"), delegated=frozenset({"contribution"})),
        replace(assessors_key("assessor"), root=True),
        replace(assessors_key("assessor"), machine=True),
    ],
)
def test_an_opinion_without_a_delegation_of_opinions_does_not_count(
    key: Speaker,
) -> None:
    shots = five_shots()
    shots.opinion_on_d(speaker=key)
    assert judged(shots.film()) is None


def opinion_on(shots: FiveShots, **more: object) -> None:
    question = str(more.pop("question", "kr.authorship.edit"))
    judgement = str(more.pop("judgement", "expression.added"))
    where = {"shot": "d", "element": MATTE} | more
    shots.maker.opinion("o", "assessor", question, judgement, **where)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"question": "kr.authorship.plate", "judgement": "plate.creative"},
        {"question": "kr.authorship.plate"},
        {"shot": "e"},
        {"element": "plate"},
        {"frames": FRAMES[1:]},
    ],
)
def test_an_opinion_on_something_else_does_not_carry_over(
    elsewhere: dict[str, object],
) -> None:
    shots = five_shots()
    opinion_on(shots, **elsewhere)
    assert judged(shots.film()) is None


def test_an_opinion_does_not_outlive_the_pixels_that_were_seen() -> None:
    shots = five_shots()
    shots.opinion_on_d()
    film = shots.film()
    opinions = Opinions(film, Strengths(film))
    again = digest("pixels", "d", "made again")
    assert opinions.on_frame(uid("d"), uid(MATTE), FRAMES[0], again) == ()


def test_an_assessor_who_could_not_decide_leaves_the_judgement_open() -> None:
    shots = five_shots()
    shots.opinion_on_d(finding="undecided")
    assert found(shots.film()).reason is Reason.JUDGEMENT


def test_a_no_is_an_opinion_too() -> None:
    shots = five_shots()
    shots.opinion_on_d(finding="no")
    assert found(shots.film()).value is False


def test_two_opinions_that_differ_conflict() -> None:
    shots = five_shots()
    shots.opinion_on_d("assessor", "yes")
    shots.opinion_on_d("second assessor", "no")
    assert found(shots.film()).reason is Reason.CONFLICT


def test_below_the_floor_a_weaker_opinion_contradicts_nobody() -> None:
    shots = five_shots()
    shots.opinion_on_d("assessor", "no")
    shots.opinion_on_d("painter", "yes")
    assert found(shots.film()).reason is Reason.CONFLICT
    assert found(shots.film(), Strength.INDEPENDENT).value is False


def test_a_weak_opinion_alone_stays_to_be_called_weak() -> None:
    shots = five_shots()
    shots.opinion_on_d("painter")
    fact = found(shots.film(), Strength.INDEPENDENT)
    assert fact.value is True
    assert fact.strength < Strength.INDEPENDENT


def test_an_outsider_who_agrees_takes_the_flag_away() -> None:
    shots = five_shots()
    shots.opinion_on_d("painter")
    shots.opinion_on_d("assessor")
    fact = found(shots.film())
    assert fact.flags == frozenset()
    assert fact.strength is Strength.INDEPENDENT
    assert len(fact.evidence) == 2


def test_a_disputed_opinion_settles_nothing() -> None:
    shots = five_shots()
    opinion = shots.opinion_on_d()
    assert found(disputed(shots.film(), opinion)).reason is Reason.DISPUTED
