"""Who made a file that cuts a layer is in the chain of title; shares are of picture."""

from dataclasses import replace

import pytest

from ledger.answers.asked import Asked
from ledger.answers.sight import sights
from ledger.answers.title import chain_of_title
from ledger.records.identity import as_day
from ledger.records.making import ActivePicture
from ledger.rules.rulebook import packaged_rulebook
from tests.simulators.cut_layers import CUTTERS, cut_by
from tests.simulators.five_shots import FRAMES, PLATE, five_shots
from tests.simulators.small_films import CAPTURED, FilmMaker, uid


def in_shot(how: str, unseen: list[str]) -> dict[str, str]:
    """Companies that a shot's people work for, where one of them made a cutter."""
    maker = FilmMaker()
    maker.party("roto artist")
    maker.engagement("job", "roto artist", assignment="economic_rights")
    cutter = maker.asset("drawn by hand", FRAMES)
    # For no shot that is asked about: its files alone lead there.
    drawn = "f"
    maker.shot(drawn, [(PLATE, cutter, CAPTURED)], FRAMES)
    maker.contribution("roto", "input", "roto artist", [cutter], shot=uid(drawn))
    shown = maker.asset("shown", FRAMES)
    maker.shot("cut", [(PLATE, shown, CAPTURED)], FRAMES, unseen=unseen)
    film = cut_by(maker.film(), "cut", how, cutter) if how else maker.film()
    asked = Asked(on=as_day("2026-11-22"), shots=frozenset({uid("cut")}))
    found = chain_of_title(film, packaged_rulebook(), asked)
    return {one.names[one.party]: one.company or "" for one in found if one.party}


@pytest.mark.parametrize("how", CUTTERS)
def test_who_made_what_cuts_a_layer_is_in_the_chain_of_title(how: str) -> None:
    assert in_shot(how, []) == {"roto artist": uid("studio")}
    # What cuts a layer that nobody sees is not seen either.
    assert in_shot(how, [PLATE]) == {}


def test_what_cuts_nothing_is_in_no_chain_of_title() -> None:
    assert in_shot("", []) == {}


def test_shares_are_of_the_active_picture() -> None:
    maker = five_shots().maker
    film = maker.film()
    shot = film.shots[uid("plate")]
    run = film.runs[shot.frames[FRAMES[0]].run]
    (whole,) = sights(film, shot, [FRAMES[0]])
    assert whole.seen.total == 32768 * 4 * 4
    box = ActivePicture(left=0, top=1, right=4, bottom=3)
    cropped = {**film.runs, run.source.id: replace(run, active=box)}
    (picture,) = sights(replace(film, runs=cropped), shot, [FRAMES[0]])
    assert picture.seen.total == 32768 * 4 * 2
    # A layer that was not measured may be all of the picture, and no more.
    more = replace(run, active=box, layers=(*run.layers, *run.layers))
    _, unmeasured = sights(
        replace(film, runs={**film.runs, run.source.id: more}), shot, [FRAMES[0]]
    )
    assert (unmeasured.seen.lower, unmeasured.seen.upper) == (0, 32768 * 4 * 2)
