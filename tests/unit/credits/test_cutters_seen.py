"""A file that cuts a layer is seen with it, and so is who made it."""

import pytest

from ledger.credits.policies import packaged_roles
from ledger.credits.visible import MATTE, Visibility
from tests.simulators.credited_film import cut
from tests.simulators.cut_layers import CUTTERS, cut_by
from tests.simulators.small_films import CAPTURED, FilmMaker, uid

FRAMES = range(1001, 1003)


@pytest.mark.parametrize("how", CUTTERS)
@pytest.mark.parametrize("seen", [True, False])
def test_whose_file_cuts_a_layer_is_credited_by_it(
    how: str,
    seen: bool,  # noqa: FBT001  # a case of two
) -> None:
    maker = FilmMaker()
    maker.party("roto artist")
    cutter, shown = maker.asset("drawn", FRAMES), maker.asset("shown", FRAMES)
    roto = maker.contribution("roto", "input", "roto artist", [cutter])
    maker.shot("cut", [("plate", shown, CAPTURED)], FRAMES, [] if seen else ["plate"])
    film = cut_by(maker.film(), "cut", how, cutter)
    records = cut(((uid("cut"), 1001),), ((uid("cut"), 1002),))
    visible = Visibility(film, records, packaged_roles())
    assert visible.way(roto) == ((MATTE,) if seen else None)
    if seen:
        assert visible.seen([roto]).frames == 2
    bare = Visibility(maker.film(), records, packaged_roles())
    assert bare.way(roto) is None
