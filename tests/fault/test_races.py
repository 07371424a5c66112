"""Two processes at once: one record of each cell, whoever is first."""

import signal
import time

import pytest

from tests.fault.conftest import FRAMES, Undisturbed
from tests.simulators.logged_shot import (
    check_tidy,
    check_version,
    check_whole,
    derived,
    entries,
    leaves,
    measured,
    of_kind,
    seals_of,
)
from tests.simulators.opened_files import OpenedFiles
from tests.simulators.shot_folder import ShotFolder, ended, kill, soon

pytestmark = pytest.mark.slow


def test_two_processes_in_one_folder_make_each_frame_once(
    shot: ShotFolder, undisturbed: Undisturbed
) -> None:
    production, out = shot.copy_production("two"), shot.root / "two-out"
    with OpenedFiles([shot.root / "plate", shot.root / "bg"]) as opened:
        both = [shot.start_run(production, "--out", out) for _ in range(2)]
        done = [ended(process) for process in both]
        counts = opened.look()
    assert [one.code for one in done] == [0, 0], [one.err for one in done]
    check_whole(production, out, FRAMES)
    check_version(production)
    assert done[0].json == done[1].json
    assert set(derived(production)) == set(derived(undisturbed.production))
    assert measured(production) == measured(undisturbed.production)
    # Two plans, and one of the two made the frame.
    assert {counts[f"p.{frame}.png"] for frame in FRAMES} == {3}


def test_two_folders_share_what_was_measured_and_differ_in_seals(
    one_cell: ShotFolder,
) -> None:
    production = one_cell.copy_production("folders")
    outs = [one_cell.root / name for name in ("folder-a", "folder-b")]
    both = [one_cell.start_run(production, "--out", out) for out in outs]
    done = [ended(process) for process in both]
    assert [one.code for one in done] == [0, 0], [one.err for one in done]
    (frame_set,) = of_kind(production, "frame.set.1")
    seals = [seals_of(production, out)[frame_set.id].id for out in outs]
    assert len(set(seals)) == 2
    assert {one.id for one in of_kind(production, "seal.set.1")} == set(seals)
    check_version(production)
    for out in outs:
        check_whole(production, out, range(1024, 1028))


def test_another_process_takes_over_from_a_killed_one_at_once(
    one_cell: ShotFolder,
) -> None:
    production, out = one_cell.copy_production("lease"), one_cell.root / "lease-out"
    work = out / ".jangbu" / "work"
    first = one_cell.start_run(production, "--out", out)
    assert soon(lambda: bool(list(work.glob("*/*.png"))))
    first.send_signal(signal.SIGSTOP)  # it lives, and holds lease and lock
    assert not list((out / ".jangbu" / "cells").iterdir())
    second = one_cell.start_run(production, "--out", out)
    assert soon(lambda: len(list(work.glob("*.lock"))) == 2)
    assert not soon(lambda: second.poll() is not None, 2)
    kill(first)
    start = time.monotonic()
    done = ended(second)
    assert done.code == 0, done.err
    assert time.monotonic() - start < 20  # the lease runs for 60 seconds
    check_whole(production, out, range(1024, 1028))
    check_version(production)


def test_two_recipes_at_once_never_leave_two_current_versions(
    one_cell: ShotFolder,
) -> None:
    production = one_cell.copy_production("recipes")
    other = one_cell.root / "other.toml"
    other.write_text(one_cell.recipe.read_text().replace("low = 2000", "low = 2001"))
    both = [
        one_cell.start_run(production),
        one_cell.start("run", other, "-p", production, "--json", "--workers", "1"),
    ]
    done = [ended(process) for process in both]
    # The slower one replaces the faster one's version, or is told of it.
    assert sorted(one.code for one in done) in ([0, 0], [0, 6]), done
    again = one_cell.command("run", other, "-p", production, "--json")
    assert again.code == 0, again.err
    versions = of_kind(production, "version.1")
    replaced = [one.body.get("act", {}).get("of") for one in versions]
    assert replaced == [None, *(one.id for one in versions[:-1])]
    assert again.json["version"] == versions[-1].id


def test_some_frames_only_are_completed_by_another_process(shot: ShotFolder) -> None:
    production, out = shot.copy_production("parts"), shot.root / "parts-out"
    part = shot.run(production, "--out", out, "--frames", "1030-1031")
    assert part.code == 0, part.err
    assert not part.json.get("version")
    assert [row["cell"] for row in part.json["cells"]] == [32]
    (said,) = of_kind(production, "frame.set.1")
    rows = leaves(production, said.body["body"]["measured"])
    assert [row["frame"] for row in rows] == list(range(1024, 1056))
    check_tidy(production, out)
    before = entries(production)
    whole = shot.run(production, "--out", out)
    assert whole.code == 0, whole.err
    assert entries(production)[: len(before)] == before
    check_whole(production, out, FRAMES)
    check_version(production)


def test_a_dead_process_s_frames_survive_a_run_of_other_cells(
    shot: ShotFolder,
) -> None:
    production, out = shot.copy_production("sweep"), shot.root / "sweep-out"
    # A foreign file stops the first cell after it was decided and logged.
    process = shot.start_run(production, "--out", out, "--frames", "1001-1001")
    work = out / ".jangbu" / "work"
    assert soon(lambda: bool(list(work.glob("*/*.1001.png"))))
    stranger = out / "SQ010_0040.1023.png"
    stranger.write_bytes(b"mine")
    assert ended(process).code == 6
    assert stranger.read_bytes() == b"mine"
    assert [one.name for one in work.glob("*/*")] == [stranger.name]
    assert shot.run(production, "--out", out, "--frames", "1030-1030").code == 0
    assert [one.name for one in work.glob("*/*")] == [stranger.name]
    stranger.unlink()
    done = shot.run(production, "--out", out)
    assert done.code == 0, done.err
    check_whole(production, out, FRAMES)
    check_version(production)
