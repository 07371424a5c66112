"""The restore drill is run as its guide says it, and prints what it says."""

import os
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.test_tutorials import (
    LANGUAGE,
    ROOT,
    commands_in,
    outputs_of,
    pattern_of,
)
from tests.simulators.warm_command import WarmCommand

GUIDE = ROOT / "docs" / "guides" / "restore-drill.md"
SECONDS = 120
"""Within which such a small log is back, on a machine that is busy."""


@pytest.mark.slow
def test_the_drill_does_what_it_says(tmp_path: Path) -> None:
    told = list(commands_in(GUIDE.read_text(encoding="utf-8")))
    assert len(told) > 10
    with closing(WarmCommand({**os.environ, **LANGUAGE})) as warm:
        printed = outputs_of([command for command, _ in told], tmp_path, warm)
    assert len(printed) == len(told)
    for (command, expected), met in zip(told, printed, strict=True):
        assert pattern_of(expected).fullmatch(met), f"$ {command}\n{met}"
    took = [
        float(met.split(" in ")[1].split(" s.")[0])
        for (command, _), met in zip(told, printed, strict=True)
        if command.startswith("jangbu restore")
    ]
    assert len(took) == 2
    assert sum(took) < SECONDS
