"""The warm command is to whoever calls it what the installed one is."""

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.simulators.command_line import JANGBU
from tests.simulators.warm_command import warm_jangbu


def called(path: Path, words: Sequence[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [path, *words],
        input="no line",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=folder,
        env={**os.environ, "COLUMNS": "77"},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--version"],
        ["record", "--help"],
        ["verify", "방.zip", "--json"],
        ["verify", "\udcff"],
        ["record", "-", "-p", "."],
        ["nonsense"],
    ],
    ids=["version", "help", "not there", "no text", "standard input", "usage"],
)
def test_it_prints_and_ends_as_the_installed_one(
    words: list[str], tmp_path: Path
) -> None:
    assert called(warm_jangbu(), words, tmp_path) == called(JANGBU, words, tmp_path)


def test_output_that_cannot_be_written_is_told() -> None:
    codes = []
    for path in (warm_jangbu(), JANGBU):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [path, "--version"],
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
                timeout=60,
            )
        codes.append(done.returncode)
    assert codes[0] == codes[1] != 0


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)],
)
def test_a_signal_reaches_it(number: signal.Signals, code: int, tmp_path: Path) -> None:
    for path in (warm_jangbu(), JANGBU):
        folder = tmp_path / path.parent.name
        made = ["witness", "init", str(folder), "--name", "w.example"]
        assert called(path, made, tmp_path)[0] == 0
        with subprocess.Popen(
            [path, "witness", "serve", folder, "--port", "0"],
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stderr is not None
            assert "listens" in process.stderr.readline()
            process.send_signal(number)
            try:
                # The stream ends when nobody is left who could write to it.
                process.communicate(timeout=60)
            finally:
                process.kill()  # else leaving would wait for ever
            assert process.returncode == code
