"""Several recipes, events, memory: options of a run that go together or do not."""

import json
import shutil
from pathlib import Path

import pytest

from tests.integration.runs.conftest import FRAMES
from tests.simulators.logged_shot import of_kind
from tests.simulators.shot_folder import Done, ShotFolder, keeps_private


def _run(shot: ShotFolder, *words: str | Path) -> Done:
    return shot.command("run", *words, "-p", shot.production, "--json")


def test_several_recipes_are_run_in_turn_and_told_of_in_one_document(
    shot: ShotFolder,
) -> None:
    first, second = shot.recipe, shot.root / "second.toml"
    text = first.read_text().replace("1020-1059", "1024-1055")
    first.write_text(text)
    second.write_text(text.replace("1024-1055", "1020-1059"))
    done = _run(shot, first, second, "--workers", "1", "--events", "-")
    assert done.code == 0, done.err
    keeps_private(done)
    one, other = done.json["shots"]
    assert [len(one["cells"]), len(other["cells"])] == [1, 3]
    # The second shot is longer: the cell of the first stays as it is.
    assert [row["cell"] for row in other["cells"] if row.get("kept")] == [32]
    events = [json.loads(line) for line in done.err.splitlines() if line[0] == "{"]
    assert [one["event"] for one in events if one["event"] != "frame"] == [
        *("started", "cell", "done"),
        *("started", "cell", "cell", "cell", "done"),
    ]
    made = [one["frame"] for one in events if one["event"] == "frame"]
    assert sorted(made) == list(FRAMES)
    assert {one["how"] for one in events if one["event"] == "cell"} == {"made", "kept"}


@pytest.mark.parametrize(
    "words",
    [
        ("--out", "x"),
        ("--frames", "1024-1055"),
        ("--watch",),
    ],
)
def test_what_is_for_one_recipe_is_refused_for_two(
    shot: ShotFolder, words: tuple[str, ...]
) -> None:
    other = Path(shutil.copy(shot.recipe, shot.root / "other.toml"))
    done = _run(shot, shot.recipe, other, *words)
    assert (done.code, done.json["error"]["code"]) == (2, "usage"), done.err
    assert of_kind(shot.production, "run.1") == []


def test_a_shot_that_needs_more_than_a_worker_may_is_not_begun(
    shot: ShotFolder,
) -> None:
    done = _run(shot, shot.recipe, "--memory", "64", "--events", shot.root / "events")
    assert (done.code, done.json["error"]["code"]) == (7, "run.memory"), done.err
    assert of_kind(shot.production, "run.1") == []
    (event,) = map(json.loads, (shot.root / "events").read_text().splitlines())
    assert (event["event"], event["code"]) == ("error", "run.memory")


def test_events_that_nobody_can_write_are_said_before_anything(
    shot: ShotFolder,
) -> None:
    done = _run(shot, shot.recipe, "--events", shot.root / "none" / "events")
    assert (done.code, done.json["error"]["code"]) == (7, "store.unavailable")
    assert of_kind(shot.production, "run.1") == []
