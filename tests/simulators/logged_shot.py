"""What a run left in log and output folder, looked at by another hand.

Tables, blobs and frames are read as they lie there: nothing of the code under test
looks at its own results here.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.simulators.shot_folder import CODE


@dataclass(frozen=True)
class Stated:
    """A statement in the log, with its entry."""

    index: int
    kind: str
    id: str
    raw_entry: bytes
    body: dict[str, Any]


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
