"""Shots that several tests break in different ways."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.simulators.shot_folder import ShotFolder, ended, make_shot

FRAMES = range(1001, 1097)
"""96 frames in four cells of the absolute grid: 23, 32, 32 and 9."""


@dataclass(frozen=True)
class Undisturbed:
    """What a run that nothing disturbed came to.

    Attributes:
        seconds: how long it took, by number of workers.
    """

    production: Path
    out: Path
    seconds: dict[int, float]


@pytest.fixture(scope="session")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    """96 frames, and a production that is never run itself: copies are."""
    folder = make_shot(tmp_path_factory.mktemp("shot"), FRAMES, (160, 90))
    yield folder
    folder.close()


@pytest.fixture(scope="session")
def undisturbed(shot: ShotFolder) -> Undisturbed:
    """The same shot, keys and registry, run in peace."""
    seconds = {}
    production, out = shot.production, shot.root
    for workers in (2, 1):
        production = shot.copy_production(f"peace{workers}")
        out = shot.root / f"peace{workers}-out"
        start = time.monotonic()
        # Started as those are that will be killed on the way.
        done = ended(shot.start_run(production, "--out", out, workers=workers))
        seconds[workers] = time.monotonic() - start
        assert done.code == 0, done.err
    return Undisturbed(production, out, seconds)


@pytest.fixture(scope="session")
def one_cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    """Four frames in one cell; a production that is never run itself."""
    folder = make_shot(tmp_path_factory.mktemp("cell"), range(1024, 1028), (64, 36))
    yield folder
    folder.close()


@pytest.fixture(scope="session")
def finished(one_cell: ShotFolder) -> Undisturbed:
    """Those four frames, run; tests take copies."""
    production, out = one_cell.copy_production("whole"), one_cell.root / "whole-out"
    start = time.monotonic()
    done = one_cell.run(production, "--out", out)
    assert done.code == 0, done.err
    return Undisturbed(production, out, {1: time.monotonic() - start})
