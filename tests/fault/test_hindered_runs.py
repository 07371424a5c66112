"""A log that comes and goes, and file systems that lack something."""

import sys
from pathlib import Path

import pytest

from tests.simulators.logged_shot import check_version, check_whole, waiting
from tests.simulators.shot_folder import Done, ShotFolder, ended

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).parent / "hindered_run.py"
FRAMES = range(1024, 1028)


def _hindered(shot: ShotFolder, production: Path, out: Path, hindrance: str) -> Done:
    script: list[str | Path] = [sys.executable, DRIVER, hindrance, "run", shot.recipe]
    more: list[str | Path] = ["-p", production, "--out", out, "--workers", "1"]
    return ended(shot.start_process([*script, *more, "--json"]))


@pytest.mark.parametrize("times", [1, 2])
def test_what_waits_since_the_log_was_away_goes_before_what_relies_on_it(
    one_cell: ShotFolder, times: int
) -> None:
    production = one_cell.copy_production(f"away{times}")
    out = one_cell.root / f"away{times}-out"
    done = _hindered(one_cell, production, out, f"unreachable:{times}")
    assert done.code == 0, done.err
    assert waiting(production, "refused") == []
    check_whole(production, out, FRAMES)
    check_version(production)


def test_a_file_system_without_hard_links_will_do(one_cell: ShotFolder) -> None:
    production, out = one_cell.copy_production("links"), one_cell.root / "links-out"
    for _ in range(2):
        done = _hindered(one_cell, production, out, "no-links")
        assert done.code == 0, done.err
        check_whole(production, out, FRAMES)
    check_version(production)
