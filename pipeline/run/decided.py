"""What was decided for a cell, kept beside its frames (protocol 10).

The record is created exclusively before anything is submitted: of two processes that
made the same cell, the first one's seals count, and the other gives its own up. It
holds what is needed to finish the cell from any later process: the parcel, and where
each frame lies until it has its name.
"""

from dataclasses import dataclass
from pathlib import Path

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import statement_id
from ledger.errors import MalformedRecordError, UnreadableInputError
from ledger.files import os_error
from ledger.parcel import Parcel
from pipeline.run.output import OutputFolder, create_exclusively


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedFrame:
    """A sealed frame: its number and the digest that the log states."""

    frame: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A cell that was made; what is left is to submit it and to give names.

    Attributes:
        owner: whose work folder holds the frames.
        set: id of the frame.set.
    """

    cell: int
    owner: str
    set: str
    frames: tuple[DecidedFrame, ...]
    parcel: Parcel

    def to_bytes(self) -> bytes:
        """As it is kept."""
        frames: list[JsonValue] = [
            {"frame": one.frame, "digest": one.digest} for one in self.frames
        ]
        return canonical.encode(
            {
                "v": 1,
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
        if decided.cell != cell or decided.set not in _ids(decided.parcel):
            raise _damaged(path)
    except MalformedRecordError as error:
        raise _damaged(path) from error
    return decided


def place_frames(folder: OutputFolder, decided: Decided) -> None:
    """Give all frames of a decided cell their names; safe to repeat."""
    work = folder.work / decided.owner
    for frame in decided.frames:
        name = folder.name_of(frame.frame)
        folder.place(name, work / name, frame.digest)
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
        for frame in decided.frames:
            name = folder.name_of(frame.frame)
            temporary = folder.work / decided.owner / name
            if temporary.exists() and not _is_same(temporary, folder.root / name):
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


def _ids(parcel: Parcel) -> list[str]:
    return [statement_id(one.blind, one.raw) for one in parcel.statements[:1]]


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
        case _:
            raise _damaged(path)


def _frame(value: JsonValue, path: Path) -> DecidedFrame:
    match value:
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
