"""A run that is killed again and again ends as if nothing had happened."""

import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.fault.conftest import FRAMES, Undisturbed
from tests.simulators.logged_shot import (
    cells_decided,
    check_version,
    check_whole,
    derived,
    entries,
    measured,
)
from tests.simulators.opened_files import OpenedFiles
from tests.simulators.shot_folder import ShotFolder, ended, kill, soon

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("wanted", [pytest.param(20, marks=pytest.mark.fault), 4])
def test_kills_leave_what_an_undisturbed_run_leaves(
    shot: ShotFolder, undisturbed: Undisturbed, wanted: int
) -> None:
    chance = random.Random(20261122)  # noqa: S311  # repeatable, not secret
    kills = rounds = 0
    production, out = shot.production, shot.root
    while kills < wanted:
        rounds += 1
        production = shot.copy_production(f"killed{rounds}-{wanted}")
        out = shot.root / f"killed{rounds}-{wanted}-out"
        for _ in range(min(7, wanted)):
            kills += _killed(shot, production, out, undisturbed.seconds, chance)
        assert shot.run(production, "--out", out).code == 0
        check_whole(production, out, FRAMES)
        check_version(production)
        assert derived(production) == derived(undisturbed.production)
        assert measured(production) == measured(undisturbed.production)
    before = entries(production)
    again = shot.run(production, "--out", out)
    assert again.code == 0, again.err
    assert entries(production) == before
    fsck = shot.command("fsck", production, "--json")
    assert fsck.code == 0, fsck.err


def _killed(
    shot: ShotFolder,
    production: Path,
    out: Path,
    seconds: dict[int, float],
    chance: random.Random,
) -> int:
    """Start a run and kill it at some point, unless it ends before; 1 if killed."""
    workers = chance.choice((1, 1, 1, 2))
    before = entries(production)
    process = shot.start_run(production, "--out", out, workers=workers)
    # Not before the first third: until then a run reads modules and nothing else.
    delay = seconds[workers] * chance.uniform(0.3, 0.9)
    if soon(lambda: process.poll() is not None, delay):
        done = ended(process)
        assert done.code == 0, done.err
        return 0
    kill(process)
    # Index and time of admission are in the order and bytes of the entries.
    assert entries(production)[: len(before)] == before
    assert shot.none_left()
    return 1


@pytest.mark.parametrize("workers", [1, 2])
def test_cells_that_were_decided_are_not_made_again(
    shot: ShotFolder, workers: int
) -> None:
    production = shot.copy_production(f"counted{workers}")
    out = shot.root / f"counted{workers}-out"
    process = shot.start_run(production, "--out", out, workers=workers)
    assert soon(lambda: len(list(cells_decided(out))) >= 2)
    kill(process)
    assert shot.none_left()
    decided = set(cells_decided(out))
    assert len(decided) < 4
    with OpenedFiles([shot.root / "plate", shot.root / "bg"]) as opened:
        done = shot.run(production, "--out", out, workers=workers)
        assert done.code == 0, done.err
        counts = opened.look()
    check_whole(production, out, FRAMES)
    for frame in FRAMES:
        # Once for the plan, which hashes every input; once more to make the frame.
        times = 1 if frame // 32 in decided else 2
        assert counts[f"p.{frame}.png"] == times
        assert counts[f"b.{frame}.jpg"] == times


def test_a_killed_worker_stops_the_run_which_is_then_finished(
    shot: ShotFolder,
) -> None:
    production, out = shot.copy_production("worker"), shot.root / "worker-out"
    process = shot.start_run(production, "--out", out, workers=2)
    work = out / ".jangbu" / "work"
    assert soon(lambda: bool(list(work.glob("*/*.png"))))
    (worker, *_) = [
        child for child in shot.processes() if _runs_frames(child, process.pid)
    ]
    start = time.monotonic()
    os.kill(worker, signal.SIGKILL)
    done = ended(process)
    assert (done.code, done.json["error"]["code"]) == (7, "run.worker")
    assert time.monotonic() - start < 20
    assert shot.none_left()
    assert list(work.iterdir()) == []
    assert shot.run(production, "--out", out, workers=2).code == 0
    check_whole(production, out, FRAMES)


def _runs_frames(process: int, parent: int) -> bool:
    words = Path(f"/proc/{process}/cmdline").read_bytes()
    return process != parent and b"multiprocessing-fork" in words
