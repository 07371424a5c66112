"""A small real shot on disk, and the real command to run it with.

Each command is a process of its own. One that is started is started as a user does it;
one that is run to its end is warm.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

from tests.simulators.warm_command import warm_jangbu

COMMAND = Path(sys.executable).parent / "jangbu"
CODE = "SQ010_0040"
TIMEOUT_S = 600
MODULES: Final = tempfile.TemporaryDirectory(prefix="jangbu-modules-")

RECIPE = """
[shot]
code = "{code}"
frames = "{first}-{last}"
[[layer]]
element = "interior"
source = "bg/b.%04d.jpg"
source_type = "algorithmicMedia"
[[layer]]
element = "actor"
source = "plate/p.%04d.png"
source_type = "composite"
key = {{screen = "green", low = 2000, high = 20000}}
[output]
format = "png"
"""
REGISTRY = """
[production]
title = "장부 시험"
[[party]]
type = "organisation"
name = "Studio"
[[party]]
type = "person"
name = "김민수"
[[element]]
name = "interior"
[[element]]
name = "actor"
[[shot]]
code = "SQ010_0040"
"""


@dataclass(frozen=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


@dataclass(frozen=True)
class ShotFolder:
    """Pictures, a recipe and a production folder.

    Attributes:
        mark: stands in the environment of every process that is started from here.
    """

    root: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def production(self) -> Path:
        return self.root / "prod"

    @property
    def recipe(self) -> Path:
        return self.root / "recipe.toml"

    def copy_production(self, name: str, source: Path | None = None) -> Path:
        """A copy of a production as it is now: the same keys, registry and log."""
        return Path(shutil.copytree(source or self.production, self.root / name))

    def copy_pictures(self, root: Path) -> "ShotFolder":
        """Pictures and recipe of one's own, without a production."""
        for name in ("plate", "bg"):
            shutil.copytree(self.root / name, root / name)
        shutil.copy(self.recipe, root)
        return ShotFolder(root, mark=self.mark)

    def edit_recipe(self, old: str, new: str) -> None:
        """Change some text of the recipe."""
        text = self.recipe.read_text()
        assert old in text
        self.recipe.write_text(text.replace(old, new))

    # --- running ------------------------------------------------------------------

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start the command."""
        return self.start_process([COMMAND, *words])

    def start_process(self, words: Sequence[str | Path]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(word) for word in words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(),
            cwd=self.root,
        )

    def _environment(self) -> dict[str, str]:
        # Modules compiled once for all of a test run's many processes.
        cache = {"PYTHONPYCACHEPREFIX": MODULES.name}
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        return {**kept, **cache, "JANGBU_FAULT": self.mark}

    def command(self, *words: str | Path) -> Done:
        """Run the command to its end."""
        return ended(self.start_process([warm_jangbu(), *words]))

    def run(self, production: Path, *words: str | Path, workers: int = 1) -> Done:
        """Run the shot to its end."""
        return self.command(*self._words(production, words, workers))

    def start_run(
        self, production: Path, *words: str | Path, workers: int = 1
    ) -> subprocess.Popen[str]:
        """Start running the shot."""
        return self.start(*self._words(production, words, workers))

    def _words(
        self, production: Path, words: Sequence[str | Path], workers: int
    ) -> Sequence[str | Path]:
        more = [*words, "--json", "--workers", str(workers)]
        return ["run", self.recipe, "-p", production, *more]

    def processes(self) -> list[int]:
        """Processes that live and were started from here, workers too."""
        wanted = f"JANGBU_FAULT={self.mark}".encode()
        return [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdecimal() and wanted in _started_with(folder)
        ]

    def none_left(self, seconds: float = 30) -> bool:
        """Whether all processes are gone, soon.

        A worker that was still being started when its parent was killed reads its
        modules to the end first, which takes a while on a busy machine.
        """
        return soon(lambda: not self.processes(), seconds)

    def close(self) -> None:
        """End what still runs."""
        for process in self.processes():
            os.kill(process, signal.SIGKILL)


def make_shot(root: Path, frames: range, size: tuple[int, int]) -> ShotFolder:
    """Draw a shot's pictures, write its recipe, found its production."""
    width, height = size
    (root / "plate").mkdir(parents=True)
    (root / "bg").mkdir()
    base = np.random.default_rng(1).integers(0, 255, (height, width, 3), np.uint8)
    rows = slice(height // 4, 3 * height // 4)
    for frame in frames:
        plate = np.zeros((height, width, 3), np.uint8)
        plate[..., 1] = 200
        left = (frame - frames.start) % (width // 2)
        columns = slice(left, left + width // 4)
        plate[rows, columns] = base[rows, columns] // 2
        Image.fromarray(plate).save(root / "plate" / f"p.{frame:04d}.png")
        moved = np.roll(base, frame, 1)
        Image.fromarray(moved).save(root / "bg" / f"b.{frame:04d}.jpg", quality=90)
    text = RECIPE.format(code=CODE, first=frames.start, last=frames.stop - 1)
    (root / "recipe.toml").write_text(text)
    (root / "production.toml").write_text(REGISTRY)
    shot = ShotFolder(root)
    done = shot.command("init", shot.production, "--from", root / "production.toml")
    assert done.code == 0, done.err
    return shot


def keeps_private(done: Done) -> None:
    """What a command printed for programs holds no path and no name."""
    for private in ("tmp", "p.10", "plate", "interior", "actor", "SQ010", "김민수"):
        assert private not in done.out, done.out


def ended(process: subprocess.Popen[str]) -> Done:
    """Wait for a process."""
    out, err = process.communicate(timeout=TIMEOUT_S)
    return Done(process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a process alone, not its workers, and wait for it."""
    process.send_signal(signal.SIGKILL)
    process.wait(TIMEOUT_S)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def soon(condition: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether a condition comes true before time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.01)
    return bool(condition())


def _started_with(folder: Path) -> bytes:
    try:
        if b"Z (zombie)" in (folder / "status").read_bytes():
            return b""
        return (folder / "environ").read_bytes()
    except OSError:
        return b""
