"""A hot folder: frames are taken when they are whole, cells when their inputs are."""

import json
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.integration.runs.conftest import FRAMES
from tests.simulators.logged_shot import (
    check_version,
    check_whole,
    entries,
    measured,
    of_kind,
)
from tests.simulators.shot_folder import ShotFolder, ended, soon

pytestmark = pytest.mark.slow

FIRST, SECOND, THIRD = range(1020, 1024), range(1024, 1056), range(1056, 1060)


class Renderer:
    """Moves frames, one by one, to where a recipe expects them."""

    def __init__(self, shot: ShotFolder) -> None:
        self.shot = shot
        for name in ("plate", "bg"):
            shutil.move(shot.root / name, shot.root / f"rendered-{name}")
            (shot.root / name).mkdir()

    def files(self, frame: int) -> list[tuple[Path, Path]]:
        names = (("plate", f"p.{frame}.png"), ("bg", f"b.{frame}.jpg"))
        return [
            (
                self.shot.root / f"rendered-{folder}" / name,
                self.shot.root / folder / name,
            )
            for folder, name in names
        ]

    def render(self, frames: range) -> None:
        for frame in frames:
            for done, target in self.files(frame):
                shutil.copyfile(done, target)


@pytest.fixture
def renderer(shot: ShotFolder) -> Renderer:
    return Renderer(shot)


def _watch(shot: ShotFolder, *words: str) -> "subprocess.Popen[str]":
    events = ("--events", str(shot.root / "events.jsonl"))
    more = ("--settle", "0.2", "--watch", *events, *words)
    return shot.start_run(shot.production, "--out", shot.root / "out", *more)


def _events(shot: ShotFolder) -> list[dict[str, Any]]:
    path = shot.root / "events.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def _cells(shot: ShotFolder) -> list[int]:
    return [one["cell"] for one in _events(shot) if one["event"] == "cell"]


def _told_of(shot: ShotFolder, cell: int, times: int) -> bool:
    return soon(lambda: _cells(shot).count(cell) == times, 90)


def test_cells_are_made_while_the_renderer_is_still_at_work(
    renderer: Renderer,
) -> None:
    shot = renderer.shot
    process = _watch(shot)
    renderer.render(SECOND)
    assert soon(lambda: _cells(shot) == [32], 90), _events(shot)
    renderer.render(FIRST)
    renderer.render(THIRD)
    done = ended(process)
    assert done.code == 0, done.err
    check_whole(shot.production, shot.root / "out", FRAMES)
    check_version(shot.production)
    assert [row["cell"] for row in done.json["cells"]] == [31, 32, 33]
    # A run for each cell states the digests of that cell's inputs, and of no others.
    runs = of_kind(shot.production, "run.1")
    assert {row["run"] for row in done.json["cells"]} == {one.id for one in runs}
    spans = [one.body["scope"]["range"] for one in runs]
    assert {(span["start"], span["end"]) for span in spans} == {
        (part.start, part.stop) for part in (FIRST, SECOND, THIRD)
    }
    _check_as_run_at_once(shot)


def _check_as_run_at_once(shot: ShotFolder) -> None:
    """The same files run at once are measured the same, so that all is kept."""
    before = measured(shot.production)
    done = shot.run(shot.production, "--out", shot.root / "at-once")
    assert done.code == 0, done.err
    assert all(row.get("kept") for row in done.json["cells"])
    assert measured(shot.production) == before
    anew = shot.run(shot.production, "--out", shot.root / "anew", "--anew")
    assert anew.code == 0, anew.err
    sets = {row["frame_set"] for row in anew.json["cells"]}
    assert len(sets - {row["frame_set"] for row in done.json["cells"]}) == len(sets)


def test_a_frame_that_is_still_written_is_not_taken(renderer: Renderer) -> None:
    shot = renderer.shot
    renderer.render(range(1020, 1059))
    process = _watch(shot)
    (plate, plate_at), (back, back_at) = renderer.files(1059)
    # Half of it, untouched for longer than any file must settle.
    whole, half = plate.read_bytes(), len(plate.read_bytes()) // 2
    plate_at.write_bytes(whole[:half])
    jpeg = back.read_bytes()
    back_at.write_bytes(jpeg[: len(jpeg) // 2])
    assert soon(lambda: _cells(shot) == [31, 32], 90), _events(shot)
    assert not soon(lambda: process.poll() is not None or 33 in _cells(shot), 2)
    with plate_at.open("ab") as file:
        file.write(whole[half:])
    back_at.write_bytes(jpeg)
    done = ended(process)
    assert done.code == 0, done.err
    check_whole(shot.production, shot.root / "out", FRAMES)


def test_a_marker_says_that_a_frame_is_done(renderer: Renderer) -> None:
    shot = renderer.shot
    renderer.render(FRAMES)
    process = _watch(shot, "--marker", ".done")
    assert not soon(lambda: any(_cells(shot)), 2)
    for frame in FRAMES:
        for _, target in renderer.files(frame):
            target.with_name(target.name + ".done").touch()
    done = ended(process)
    assert done.code == 0, done.err
    check_whole(shot.production, shot.root / "out", FRAMES)


def test_an_interrupted_or_killed_watch_goes_on_where_it_was(
    renderer: Renderer,
) -> None:
    shot = renderer.shot
    renderer.render(SECOND)
    for rounds, end in enumerate((signal.SIGINT, signal.SIGKILL), start=1):
        process = _watch(shot)
        assert _told_of(shot, 32, rounds)
        process.send_signal(end)
        code = ended(process).code
        assert code == (130 if end == signal.SIGINT else -signal.SIGKILL)
    before = entries(shot.production)
    renderer.render(FIRST)
    renderer.render(THIRD)
    done = ended(_watch(shot))
    assert done.code == 0, done.err
    assert entries(shot.production)[: len(before)] == before
    check_whole(shot.production, shot.root / "out", FRAMES)
    check_version(shot.production)
    assert len(of_kind(shot.production, "run.1")) == 3


def test_a_renderer_that_stops_is_not_waited_for_for_ever(renderer: Renderer) -> None:
    shot = renderer.shot
    renderer.render(range(1020, 1058))
    done = ended(_watch(shot, "--idle", "1"))
    assert (done.code, done.json["error"]["code"]) == (4, "frame.hole"), done.err
    assert done.json["error"]["frame"] == 1058
    assert of_kind(shot.production, "version.1") == []
    assert len(of_kind(shot.production, "frame.set.1")) == 2


def test_a_frame_rendered_again_after_its_cell_was_sealed_is_refused(
    renderer: Renderer,
) -> None:
    shot = renderer.shot
    renderer.render(SECOND)
    process = _watch(shot, "--idle", "1")
    assert ended(process).code == 4
    (_, target), _ = renderer.files(1030)
    shutil.copyfile(renderer.files(1031)[0][0], target)
    again = ended(_watch(shot, "--idle", "1"))
    assert (again.code, again.json["error"]["code"]) == (6, "run.output"), again.err
    assert again.json["error"]["cell"] == 32
