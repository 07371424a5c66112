"""A small real shot on disk, and the real command to run it with.

Everything that is asked of it goes through processes and files: the command, the
tables of the database, the frames. Nothing of the code under test looks at its own
results here, except where a comment says so.
"""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

COMMAND = Path(sys.executable).parent / "jangbu"
CODE = "SQ010_0040"
TIMEOUT_S = 120
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
class Stated:
    """A statement in the log, with its entry."""

    index: int
    kind: str
    id: str
    raw_entry: bytes
    body: dict[str, Any]


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
        return ended(self.start(*words))

    def run(self, production: Path, *words: str | Path, workers: int = 1) -> Done:
        """Run the shot to its end."""
        return ended(self.start_run(production, *words, workers=workers))

    def start_run(
        self, production: Path, *words: str | Path, workers: int = 1
    ) -> subprocess.Popen[str]:
        """Start running the shot."""
        more = [*words, "--json", "--workers", str(workers)]
        return self.start("run", self.recipe, "-p", production, *more)

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


# --- looking at the log -----------------------------------------------------------


def stated(production: Path) -> list[Stated]:
    """All statements, in the order of the log, read from the tables themselves."""
    query = (
        "SELECT e.idx, e.kind, e.id, e.body, s.body FROM entry e "
        "JOIN statement s ON s.id = e.id ORDER BY e.idx"
    )
    with closing(sqlite3.connect(production / "ledger.sqlite")) as connection:
        rows = connection.execute(query).fetchall()
    return [
        Stated(index, kind, said, bytes(entry), json.loads(statement))
        for index, kind, said, entry, statement in rows
    ]


def entries(production: Path) -> list[bytes]:
    """Bytes of all entries: they hold index, id and time of admission."""
    with closing(sqlite3.connect(production / "ledger.sqlite")) as connection:
        rows = connection.execute("SELECT body FROM entry ORDER BY idx").fetchall()
    return [bytes(row[0]) for row in rows]


def derived(production: Path) -> list[tuple[str, str]]:
    """Kinds and ids of what is the same on every machine: all but seals."""
    return [
        (one.kind, one.id) for one in stated(production) if one.kind != "seal.set.1"
    ]


def leaves(production: Path, said: dict[str, Any]) -> list[dict[str, Any]]:
    """The leaves of a stated blob, checked against digest, length and count."""
    digest = said["blob"]
    raw = (production / "blobs" / digest[:2] / digest).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == digest
    assert len(raw) == said["length"]
    rows = [json.loads(line) for line in raw.splitlines()]
    assert len(rows) == said["count"]
    return rows


def of_kind(production: Path, kind: str) -> list[Stated]:
    return [one for one in stated(production) if one.kind == kind]


# --- looking at a finished shot ---------------------------------------------------


def measured(production: Path) -> dict[int, dict[str, Any]]:
    """Measured leaves by frame; no frame is in two sets."""
    found: dict[int, dict[str, Any]] = {}
    for one in of_kind(production, "frame.set.1"):
        for leaf in leaves(production, one.body["body"]["measured"]):
            assert leaf["frame"] not in found
            found[leaf["frame"]] = leaf
    return found


def seals_of(production: Path, out: Path) -> dict[str, Stated]:
    """The seal.sets of an output folder by frame.set: those that its files fit."""
    files = {hashlib.sha256(path.read_bytes()).hexdigest() for path in frames_in(out)}
    found: dict[str, Stated] = {}
    for one in of_kind(production, "seal.set.1"):
        body = one.body["body"]
        rows = leaves(production, body["sealed"])
        if all(row["file"] in files for row in rows):
            assert body["set"] not in found
            found[body["set"]] = one
    return found


def frames_in(out: Path) -> list[Path]:
    """Frames, and whatever else lies openly in an output folder."""
    return sorted(path for path in out.iterdir() if path.name != ".jangbu")


def pixels(path: Path) -> str:
    """The pixels digest of a file, by another decoder and another hand."""
    picture = Image.open(path)
    array = np.asarray(picture.convert("RGB"))
    height, width, channels = array.shape
    head = {"channels": channels, "dtype": "uint8", "h": height, "w": width}
    text = json.dumps(head, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode() + array.tobytes()).hexdigest()


def check_whole(production: Path, out: Path, frames: range) -> None:
    """A finished shot: each frame once, all as sealed and measured, nothing else."""
    known = measured(production)
    assert sorted(known) == list(frames)
    assert [path.name for path in frames_in(out)] == [
        f"{CODE}.{frame:04d}.png" for frame in frames
    ]
    for frame, path in zip(frames, frames_in(out), strict=True):
        assert pixels(path) == known[frame]["pixels"]
    sets = of_kind(production, "frame.set.1")
    cells = [one.body["body"]["cell"] for one in sets]
    wanted = sorted({frame // 32 for frame in frames})
    assert sorted(cells) == wanted
    assert seals_of(production, out).keys() == {one.id for one in sets}
    check_tidy(production, out)


def check_version(production: Path) -> None:
    """One version, which lists the set of every cell."""
    (version,) = of_kind(production, "version.1")
    sets = {
        one.body["body"]["cell"]: one.id for one in of_kind(production, "frame.set.1")
    }
    assert version.body["body"]["cells"] == [
        {"cell": cell, "set": sets[cell]} for cell in sorted(sets)
    ]


def check_tidy(production: Path, out: Path) -> None:
    """Nothing temporary is left, and the copy beside the database is complete."""
    state = out / ".jangbu"
    assert {path.name for path in state.iterdir()} == {"cells", "root.json", "work"}
    assert list((state / "work").iterdir()) == []
    assert all(path.stem.isdecimal() for path in (state / "cells").iterdir())
    assert waiting(production) == []
    lines = (production / "log" / "entries").read_bytes().splitlines()
    assert lines == entries(production)


def waiting(production: Path, ending: str = "json") -> list[Path]:
    """Parcels in the outbox that no answer was seen for, or that were refused."""
    return sorted((production / "outbox").glob(f"*.{ending}"))


def cells_decided(out: Path) -> Iterator[int]:
    """Cells that a record was made for."""
    for path in (out / ".jangbu" / "cells").glob("*.json"):
        yield int(path.stem)
