"""Many machines' worth of processes on one shot, killed at random points.

Frames are small: what is tried here is who counts, and not how fast.
"""

import hashlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.simulators.logged_shot import (
    check_version,
    check_whole,
    derived,
    entries,
    frames_in,
    leaves,
    measured,
    of_kind,
    seals_of,
)
from tests.simulators.shot_folder import ShotFolder, ended, kill, make_shot, soon

pytestmark = [pytest.mark.slow, pytest.mark.fault]

KILLS = 20
MACHINES = 4
FIRST = 1001


@dataclass(frozen=True)
class Farm:
    """A shot, an undisturbed run of it, and how long that took."""

    shot: ShotFolder
    frames: range
    undisturbed: Path
    seconds: float


@pytest.fixture(scope="module", params=[300, 2000])
def farm(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Farm]:
    frames = range(FIRST, FIRST + request.param)
    shot = make_shot(tmp_path_factory.mktemp("farm"), frames, (32, 18))
    undisturbed = shot.copy_production("peace")
    start = time.monotonic()
    done = ended(shot.start_run(undisturbed, "--out", shot.root / "peace-out"))
    assert done.code == 0, done.err
    yield Farm(shot, frames, undisturbed, time.monotonic() - start)
    shot.close()


def _ends(process: "subprocess.Popen[str]", seconds: float) -> bool:
    return soon(lambda: process.poll() is not None, seconds)


def _start(farm: Farm, production: Path, out: Path) -> "subprocess.Popen[str]":
    return farm.shot.start_run(production, "--out", out)


def _check(farm: Farm, production: Path, out: Path) -> None:
    check_whole(production, out, farm.frames)
    check_version(production)
    # Of one process the order is that of an undisturbed run; several have none.
    assert sorted(derived(production)) == sorted(derived(farm.undisturbed))
    assert measured(production) == measured(farm.undisturbed)
    _check_files(production, out)
    fsck = farm.shot.command("fsck", production, "--json")
    assert fsck.code == 0, fsck.err


def _check_files(production: Path, out: Path) -> None:
    """Every file is what its leaf states, every leaf has its file, and no more."""
    found = {
        path.name.split(".")[1]: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in frames_in(out)
    }
    stated = {
        f"{row['frame']:04d}": row["file"]
        for one in seals_of(production, out).values()
        for row in leaves(production, one.body["body"]["sealed"])
    }
    assert found == stated
    seals = {one.body["body"]["set"] for one in of_kind(production, "seal.set.1")}
    assert seals == {one.id for one in of_kind(production, "frame.set.1")}


def test_a_run_killed_twenty_times_leaves_what_an_undisturbed_one_leaves(
    farm: Farm,
) -> None:
    chance = random.Random(41)  # noqa: S311  # repeatable, not secret
    production, out = farm.shot.copy_production("killed"), farm.shot.root / "killed-out"
    kills = 0
    while kills < KILLS:
        process = _start(farm, production, out)
        before = entries(production)
        # Not in the first second: a process reads modules then.
        delay = 1 + farm.seconds / KILLS * chance.uniform(0.2, 1.5)
        if _ends(process, delay):
            assert ended(process).code == 0
            break
        kill(process)
        kills += 1
        assert entries(production)[: len(before)] == before
    done = ended(_start(farm, production, out))
    assert done.code == 0, done.err
    _check(farm, production, out)


def test_four_machines_racing_and_killed_make_each_frame_once(farm: Farm) -> None:
    chance = random.Random(42)  # noqa: S311  # repeatable, not secret
    production, out = farm.shot.copy_production("raced"), farm.shot.root / "raced-out"
    machines = [_start(farm, production, out) for _ in range(MACHINES)]
    kills = 0
    while kills < KILLS and any(one.poll() is None for one in machines):
        time.sleep(farm.seconds / KILLS * chance.uniform(0.2, 1.5))
        number = chance.randrange(MACHINES)
        if machines[number].poll() is None:
            kill(machines[number])
            kills += 1
        else:
            assert ended(machines[number]).code == 0
        machines[number] = _start(farm, production, out)
    codes = [ended(one).code for one in machines]
    assert set(codes) == {0}
    done = ended(_start(farm, production, out))
    assert done.code == 0, done.err
    _check(farm, production, out)


def test_machines_with_a_range_each_meet_at_cells(farm: Farm) -> None:
    production, out = farm.shot.copy_production("parts"), farm.shot.root / "parts-out"
    step = len(farm.frames) // MACHINES
    machines = []
    for number in range(MACHINES):
        # Ranges end within cells, so that neighbours are after the same one.
        first = FIRST + number * step
        last = first + step - 1 if number < MACHINES - 1 else farm.frames[-1]
        words = ("--out", out, "--frames", f"{first}-{last}")
        machines.append(farm.shot.start_run(production, *words))
    os.kill(machines[1].pid, signal.SIGSTOP)
    time.sleep(1)
    os.kill(machines[1].pid, signal.SIGCONT)
    done = [ended(one) for one in machines]
    assert [one.code for one in done] == [0] * MACHINES, [one.err for one in done]
    # Who was last found every cell there, and stated the version.
    assert any("version" in one.json for one in done)
    _check(farm, production, out)
