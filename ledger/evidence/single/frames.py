"""Frames: leaf blobs, cells, versions and files (docs/specs/leaves.md)."""

import re
from dataclasses import dataclass, field
from typing import Any

from ledger.evidence.single.encoding import (
    demand,
    leaf_hash,
    parse_json,
    parse_lines,
    root_of,
    sha256,
)
from ledger.evidence.single.statements import Statements

CELL = 32
CHOICE = re.compile(r"all|none|sample:[1-9][0-9]{0,8}")
LEAVES = {
    "asset": ("files",),
    "frame.set": ("measured",),
    "seal.set": ("sealed",),
    "change": ("frames",),
    "cut": ("resolved",),
    "opinion": ("seen",),
}
TILES = ("frame.set", "change")
SIDECAR = "c2pa"


@dataclass
class Frames:
    """What was counted.

    Attributes:
        measured: frames by id of the frame.set.
        sealed: (id of the frame.set, frames with their files) by id of the seal.set.
        beside: by id of the seal.set, frames with the manifests beside their files.
        holes: shots in whose current version a cell is not disclosed.
        disposed: statements of which a blob was destroyed on purpose, by kind.
        gone: digests of what was.
    """

    leaves: int = 0
    measured: dict[str, list[int]] = field(default_factory=dict)
    sealed: dict[str, tuple[str, dict[int, str]]] = field(default_factory=dict)
    beside: dict[str, dict[int, str]] = field(default_factory=dict)
    versions: int = 0
    frames: int = 0
    files: int = 0
    holes: int = 0
    disposed: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


def read_frames(found: Statements, parts: dict[str, bytes]) -> Frames:
    """11 to 15, as far as no pixels are needed."""
    seen = Frames()
    for _, said in found.of("disposition"):
        seen.gone.update(said["body"]["purged"])
    needed: list[str] = []
    for index, said in found.said.items():
        kind = said["kind"].rpartition(".")[0]
        if not said["body"] or said.get("act", {}).get("verb") == "withdraw":
            continue
        blobs = _blobs_of(kind, said["body"])
        if not seen.gone.isdisjoint(blobs):
            seen.disposed[kind] = seen.disposed.get(kind, 0) + 1
            needed += blobs
            continue
        for name in LEAVES.get(kind, ()):
            stated = said["body"][name]
            needed.append(stated["blob"])
            rows = _leaves(parts, stated, f"entry {index}")
            seen.leaves += len(rows)
            _keep(seen, found.history.entries[index]["id"], said, rows)
        if kind in TILES:
            _tiles(parts, said["body"]["tiles"], needed)
    blobs = sorted(f"blobs/{digest}" for digest in set(needed) - seen.gone)
    shown = [name for name in parts if name.startswith("blobs/")]
    demand(all(_named(name, parts) for name in shown), "a blob under another's name")
    demand(blobs == shown, "blobs that nothing commits to, or that are missing")
    _check_versions(found, seen)
    _check_files(seen, parts)
    return seen


def _blobs_of(kind: str, body: dict[str, Any]) -> list[str]:
    names = (*LEAVES.get(kind, ()), *(["tiles"] if kind in TILES else []))
    return [body[name]["blob"] for name in names]


def _named(name: str, parts: dict[str, bytes]) -> bool:
    return name == f"blobs/{sha256(parts[name]).hex()}"


def _leaves(
    parts: dict[str, bytes], stated: dict[str, Any], where: str
) -> list[dict[str, Any]]:
    raw = parts.get(f"blobs/{stated['blob']}")
    demand(raw is not None, f"{where}: without its blob")
    assert raw is not None  # noqa: S101  # for type checkers
    rows = parse_lines(raw)
    demand(len(raw) == stated["length"], f"{where}: a blob of another length")
    demand(sha256(raw).hex() == stated["blob"], f"{where}: another blob")
    demand(len(rows) == stated["count"], f"{where}: another number of leaves")
    root = root_of([leaf_hash(row) for row in rows])
    demand(root.hex() == stated["root"], f"{where}: another root")
    return [parse_json(row) for row in rows]


def _tiles(parts: dict[str, bytes], stated: dict[str, Any], needed: list[str]) -> None:
    needed.append(stated["blob"])
    raw = parts.get(f"blobs/{stated['blob']}", b"")
    met = (len(raw), sha256(raw).hex())
    demand(met == (stated["length"], stated["blob"]), "another tile table")


def _keep(
    seen: Frames, name: str, said: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    if said["kind"] not in {"frame.set.1", "seal.set.1"}:
        return
    numbers = [row["frame"] for row in rows]
    frames = said["scope"]["range"]
    within = list(range(frames["start"], frames["end"]))
    demand(numbers == within, "frames of a cell that are not each there once")
    demand(len({number // CELL for number in numbers}) == 1, "frames of two cells")
    if said["kind"] == "frame.set.1":
        seen.measured[name] = numbers
    else:
        files = {row["frame"]: row["file"] for row in rows}
        seen.sealed[name] = (said["body"]["set"], files)
        beside = [row for row in rows if row.get("sidecar")]
        seen.beside[name] = {row["frame"]: row["manifest"] for row in beside}


def _check_versions(found: Statements, seen: Frames) -> None:
    for index, said in found.of("version"):
        scope, numbers, whole = said["scope"], [], True
        for cell in said["body"]["cells"]:
            measured = seen.measured.get(cell["set"])
            at = found.history.at.get(cell["set"])
            demand(at is not None, f"entry {index}: names no frames of this log")
            assert at is not None  # noqa: S101  # for type checkers
            of = found.history.entries[at]
            demand(of["scope"].get("shot") == scope["shot"], "frames of another shot")
            demand(found.history.in_force(at), f"entry {index}: frames that have ended")
            if measured is None:
                whole = False
            else:
                numbers += measured
        frames = scope["range"]
        seen.versions += 1
        seen.holes += not whole
        if whole:
            within = list(range(frames["start"], frames["end"]))
            demand(sorted(numbers) == within, f"entry {index}: gaps or doubles")
            seen.frames += len(numbers)


def check_media(
    found: Statements, seen: Frames, index: dict[str, Any], parts: dict[str, bytes]
) -> None:
    """11. Exactly the frames that the index announces go along."""
    choice = index["frames"]
    demand(isinstance(choice, str) and CHOICE.fullmatch(choice), "an unknown choice")
    shots = set(index["shots"])
    used = {
        cell["set"]
        for _, said in found.of("version")
        if not shots or said["scope"]["shot"] in shots
        for cell in said["body"]["cells"]
    }
    frames: list[tuple[str, int]] = []
    for at, _ in found.of("seal.set"):
        seal = found.history.entries[at]["id"]
        of, files = seen.sealed.get(seal, ("", {}))
        if of in used:
            frames += [
                (seal, frame)
                for frame, file in sorted(files.items())
                if file not in seen.gone
            ]
    count = len(frames)
    if choice != "all":
        wanted = 0 if choice == "none" else int(choice.partition(":")[2])
        wanted = min(wanted, count)
        frames = [frames[place * count // wanted] for place in range(wanted)]
    shown = [name.rpartition(".") for name in parts if name.startswith("media/")]
    names = [
        (f"media/{seal}/{frame}", kind)
        for seal, frame in sorted(frames)
        for kind in (False, *([True] if frame in seen.beside[seal] else []))
    ]
    said = [(stem, suffix == SIDECAR) for stem, _, suffix in shown]
    demand(said == names, "other frames than the index announces")


def _check_files(seen: Frames, parts: dict[str, bytes]) -> None:
    for name, content in parts.items():
        if not name.startswith("media/"):
            continue
        _, seal, file = name.split("/")
        stem, _, suffix = file.rpartition(".")
        _, files = seen.sealed.get(seal, ("", {}))
        files = seen.beside.get(seal, {}) if suffix == SIDECAR else files
        stated = files.get(int(stem))
        demand(stated == sha256(content).hex(), f"{name}: another file")
        seen.files += 1


def destroyed_files(seen: Frames) -> int:
    """How many files of sealed frames were destroyed on purpose."""
    return sum(
        file in seen.gone
        for _, files in seen.sealed.values()
        for file in files.values()
    )


def match_files(seen: Frames, contents: list[bytes]) -> tuple[int, int]:
    """How many files beside the bundle are sealed ones, and how many are not."""
    known = {file for _, files in seen.sealed.values() for file in files.values()}
    known.update(file for files in seen.beside.values() for file in files.values())
    matched = sum(sha256(content).hex() in known for content in contents)
    return matched, len(contents) - matched
