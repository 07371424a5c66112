"""What was decided for a cell, kept beside its frames (protocol 10).

The record is created exclusively before anything is submitted: of two processes that
made the same cell, the first one's seals count, and the other gives its own up. It
holds what is needed to finish the cell from any later process: the parcel, and where
each frame lies until it has its name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import statement_id
from ledger.errors import MalformedRecordError, UnreadableInputError
from ledger.files import os_error
from ledger.parcel import Parcel
from ledger.records.frames import SealedLeaf
from pipeline.run.output import OutputFolder, both_names, create_exclusively


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFrame:
    """A sealed frame: its number and the digests that the log states.

    Attributes:
        sidecar: of the manifest that lies beside the frame; `None` if none does.
    """

    frame: int
    digest: str
    sidecar: str | None = None

    @classmethod
    def of(cls, leaf: SealedLeaf) -> Self:
        """What is to be placed of a sealed leaf."""
        beside = leaf.manifest if leaf.sidecar else None
        return cls(frame=leaf.frame, digest=leaf.file, sidecar=beside)

    def files(self, name: str) -> tuple[tuple[str, str], ...]:
        """Name and digest of each file, the manifest first.

        In this order a frame never stands under its name without its manifest, and a
        death between the two leaves a manifest for which the frame is still awaited.
        """
        frame, manifest = both_names(name)
        if self.sidecar is None:
            return ((frame, self.digest),)
        return ((manifest, self.sidecar), (frame, self.digest))

    def to_json(self) -> JsonValue:
        """As it is kept."""
        row: dict[str, JsonValue] = {"frame": self.frame, "digest": self.digest}
        return row if self.sidecar is None else {**row, "sidecar": self.sidecar}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A cell that was made; what is left is to submit it and to give names.

    Attributes:
        owner: whose work folder holds the frames; "" for a cell of an earlier run.
        set: id of the frame.set.
        frames: none for a cell of an earlier run: they were named there.
        parcel: `None` for a cell of an earlier run: it is in the log.
        made_by: what computed the pictures. Kept here and stated nowhere, since every
            backend gives the same; nobody reads it but people who look for a fault.
    """

    cell: int
    owner: str
    set: str
    frames: tuple[DecidedFrame, ...]
    parcel: Parcel | None
    made_by: tuple[str, ...] = ()

    @classmethod
    def kept(cls, cell: int, said: str) -> "Decided":
        """A cell that stays as an earlier run of the shot measured it."""
        return cls(cell=cell, owner="", set=said, frames=(), parcel=None)

    def to_bytes(self) -> bytes:
        """As it is kept."""
        if self.parcel is None:
            return canonical.encode({"v": 1, "cell": self.cell, "kept": self.set})
        frames = [one.to_json() for one in self.frames]
        backends: list[JsonValue] = list(self.made_by)
        return canonical.encode(
            {
                "v": 1,
                "made_by": backends,
                "cell": self.cell,
                "owner": self.owner,
                "set": self.set,
                "frames": frames,
                "parcel": self.parcel.to_json(),
            }
        )


def decide(folder: OutputFolder, decided: Decided) -> bool:
    """Decide a cell, unless it was decided before; whether we were first."""
    return create_exclusively(_path(folder, decided.cell), decided.to_bytes())


def decided_in(folder: OutputFolder, cell: int) -> Decided | None:
    """What was decided for a cell; `None` if nothing was.

    Raises:
        UnreadableInputError: the record was damaged.
    """
    path = _path(folder, cell)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(error, path) from error
    try:
        decided = _parsed(canonical.parse(raw), path)
        # Whole, but of another cell or pointing to another set: copied or edited.
        if decided.cell != cell or not _names_its_set(decided):
            raise _damaged(path)
    except MalformedRecordError as error:
        raise _damaged(path) from error
    return decided


def place_frames(folder: OutputFolder, decided: Decided) -> None:
    """Give all frames of a decided cell their names; safe to repeat."""
    work = folder.work / decided.owner
    for frame in decided.frames:
        for name, digest in frame.files(folder.name_of(frame.frame)):
            folder.place(name, work / name, digest)
    folder.sync()


def awaited(folder: OutputFolder) -> dict[str, set[str]]:
    """Frames that count and have no final name yet, by owner.

    Raises:
        UnreadableInputError: a record was damaged.
    """
    found: dict[str, set[str]] = {}
    for path in sorted(folder.cells.glob("*.json")):
        decided = decided_in(folder, _cell(path))
        if decided is None:
            continue  # refused meanwhile
        work = folder.work / decided.owner
        for frame in decided.frames:
            for name, _ in frame.files(folder.name_of(frame.frame)):
                waits = (work / name).exists()
                if waits and not _is_same(work / name, folder.root / name):
                    found.setdefault(decided.owner, set()).add(name)
    return found


def set_aside(folder: OutputFolder, cell: int) -> Path:
    """Keep a refused record visible, where it decides nothing."""
    path = _path(folder, cell)
    refused = path.with_suffix(".refused")
    try:
        path.replace(refused)
    except FileNotFoundError:
        return refused  # another process set it aside
    except OSError as error:
        raise os_error(error, path) from error
    return refused


def _is_same(temporary: Path, final: Path) -> bool:
    return final.exists() and final.samefile(temporary)


def _cell(path: Path) -> int:
    if not path.stem.removeprefix("-").isdecimal():
        raise _damaged(path)
    return int(path.stem)


def _names_its_set(decided: Decided) -> bool:
    if decided.parcel is None:
        return True
    first = decided.parcel.statements[:1]
    return decided.set in [statement_id(one.blind, one.raw) for one in first]


def _path(folder: OutputFolder, cell: int) -> Path:
    return folder.cells / f"{cell}.json"


def _parsed(value: JsonValue, path: Path) -> Decided:
    match value:
        case {
            "cell": int(cell),
            "owner": str(owner),
            "set": str(said),
            "frames": list(frames),
            "parcel": parcel,
        }:
            return Decided(
                cell=cell,
                owner=owner,
                set=said,
                frames=tuple(_frame(frame, path) for frame in frames),
                parcel=Parcel.from_json(parcel, str(path)),
            )
        case {"cell": int(cell), "kept": str(said)}:
            return Decided.kept(cell, said)
        case _:
            raise _damaged(path)


def _frame(value: JsonValue, path: Path) -> DecidedFrame:
    match value:
        case {"frame": int(frame), "digest": str(digest), "sidecar": str(sidecar)}:
            return DecidedFrame(frame=frame, digest=digest, sidecar=sidecar)
        case {"frame": int(frame), "digest": str(digest)}:
            return DecidedFrame(frame=frame, digest=digest)
        case _:
            raise _damaged(path)


def _damaged(path: Path) -> UnreadableInputError:
    return UnreadableInputError(
        "the record of a cell as it was written",
        met="other bytes",
        advice="Restore the output folder's .jangbu from a copy, or run into another.",
        where=str(path),
    )
