"""How many workers there is room for."""

from dataclasses import dataclass

import pytest

from pipeline.errors import MemoryShortError
from pipeline.run.memory import MIB, Room, available, need_of, room_for


@dataclass(frozen=True)
class Sized:
    """What is asked of a plan: a size and some layers."""

    width: int
    height: int
    layers: tuple[None, ...]
    film: object = None


UHD = Sized(3840, 2160, (None,) * 4)


def test_four_layers_of_uhd_stay_below_the_figure_that_is_promised() -> None:
    assert need_of(3840, 2160, 4) < 600 << 20


def test_there_are_as_many_workers_as_there_is_memory_for() -> None:
    need = need_of(3840, 2160, 4)
    assert room_for(UHD, 8, None, 3 * need + 1).workers == 3
    assert room_for(UHD, 2, None, 3 * need + 1).workers == 2
    assert room_for(UHD, 8, None, None).workers == 8


def test_film_gets_fewer_workers_than_pictures_of_8_bits() -> None:
    film = Sized(3840, 2160, (None,) * 4, film=object())
    need = need_of(3840, 2160, 4, film=True)
    assert need > 3 * need_of(3840, 2160, 4)
    assert room_for(film, 8, None, 2 * need) == Room(need, 2)


def test_no_room_for_one_worker_is_said_with_figures() -> None:
    with pytest.raises(MemoryShortError, match="100 MiB"):
        room_for(UHD, 2, None, 100 * MIB)


def test_a_shot_that_needs_more_than_permitted_is_refused() -> None:
    with pytest.raises(MemoryShortError, match="at most 200 MiB"):
        room_for(UHD, 1, 200 * MIB, None)


def test_this_machine_has_some_memory() -> None:
    free = available()
    assert free is None or free > 16 * MIB
