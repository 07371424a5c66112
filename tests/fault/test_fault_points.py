"""A process that dies between any two steps of a run leaves nothing amiss."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.simulators.logged_shot import check_version, check_whole, derived, measured
from tests.simulators.shot_folder import ShotFolder, ended

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).parent / "dying_run.py"
FRAMES = range(1024, 1028)
DEAD = 9


@pytest.fixture
def cell(one_cell: ShotFolder, tmp_path: Path) -> ShotFolder:
    """Pictures and production of one's own."""
    shutil.copytree(one_cell.production, tmp_path / one_cell.production.name)
    return one_cell.copy_pictures(tmp_path)


@pytest.mark.parametrize(
    "every",
    [pytest.param(1, marks=pytest.mark.fault), 9],
    ids=["each step", "each ninth step"],
)
def test_dying_before_any_step_changes_nothing_in_the_end(
    cell: ShotFolder, every: int
) -> None:
    counted = ended(_start(cell, [0]))
    assert counted.code == 0, counted.err
    steps = int(counted.out)
    assert steps > 60
    peace = cell.root / "0"
    check_whole(peace, cell.root / "0-out", FRAMES)
    # Every step from the first frame on; of planning and stating, some.
    chosen = [*range(1, steps // 3, 3), *range(steps // 3, steps + 1)][::every]
    # Two drivers at once: much of their time goes into fsync.
    halves = [chosen[start::2] for start in (0, 1)]
    drivers = [_start(cell, half) for half in halves]
    # Both, before anything is asked: the second must not be left running.
    ends = [ended(driver) for driver in drivers]
    for half, driven in zip(halves, ends, strict=True):
        rows = [tuple(map(int, line.split())) for line in driven.out.splitlines()]
        assert rows == [(step, DEAD, 0) for step in half], driven.err
    for step in chosen:
        production, out = cell.root / str(step), cell.root / f"{step}-out"
        check_whole(production, out, FRAMES)
        check_version(production)
        assert derived(production) == derived(peace)
        assert measured(production) == measured(peace)


def _start(shot: ShotFolder, steps: Sequence[int]) -> subprocess.Popen[str]:
    words: list[str | Path] = [shot.root, *map(str, steps)]
    words += ["--", "run", shot.recipe]
    return shot.start_process([sys.executable, DRIVER, *words])
