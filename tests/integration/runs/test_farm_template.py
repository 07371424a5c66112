"""The Open Job Description template, checked and run by the format's own command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.integration.runs.conftest import FRAMES
from tests.simulators.logged_shot import check_version, check_whole, of_kind
from tests.simulators.shot_folder import COMMAND, ShotFolder

TEMPLATE = ROOT / "docs" / "templates" / "jangbu-run.openjd.yaml"
OPENJD = Path(sys.executable).parent / "openjd"


def _openjd(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(OPENJD), *map(str, words)], capture_output=True, text=True, check=False
    )


def test_the_template_is_one() -> None:
    done = _openjd("check", TEMPLATE, "--output", "json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["status"] == "success"


@pytest.mark.slow
def test_the_template_s_tasks_make_a_shot_and_its_version(
    shot: ShotFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{COMMAND.parent}:{os.environ['PATH']}")
    out = shot.root / "out"
    given = {
        "ShotName": "test",
        "Recipe": shot.recipe,
        "Production": shot.production,
        "Out": out,
        "Frames": f"{FRAMES.start}-{FRAMES.stop - 1}",
        "FramesPerTask": 32,
        "Workers": 1,
    }
    words = [
        word for name, value in given.items() for word in ("-p", f"{name}={value}")
    ]
    for step in ("Frames", "Version"):
        done = _openjd("run", TEMPLATE, "--step", step, "--run-dependencies", *words)
        assert done.returncode == 0, done.stdout[-3000:]
        assert len(of_kind(shot.production, "frame.set.1")) == 3
    check_whole(shot.production, out, FRAMES)
    check_version(shot.production)
