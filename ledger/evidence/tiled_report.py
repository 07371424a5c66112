"""What a check of a tiled log came to: data, never an exception.

Everything here may be written to JSON: names are those under which a log serves its
own files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.encoding.canonical import JsonValue
from ledger.evidence.counting import KindCount
from ledger.evidence.verdict import EXIT_CODES, State


class Fault(StrEnum):
    """What is wrong with a file."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    """Another length than its width asks for, or entries that are cut off."""
    WRONG = "wrong"
    """Its content does not belong to the tree that the other files make."""
    ROOT = "root"
    """Of the checkpoint: all files together lead to another root."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """A file that is not as the checkpoint demands."""

    path: str
    fault: Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class TiledReport:
    """The whole answer.

    Attributes:
        signers: names of the reader's keys that signed the checkpoint.
        unknown: signatures by other keys, which were not looked at.
        extensions: further lines of the checkpoint; nobody can audit what they say.
        tiles, bundles: files that were read and found right.
        entries: how many entries' bytes were seen; the others by their hashes alone.
        strays: files below `tile` whose names no log serves.
        ahead: files of a larger tree than the checkpoint's; they are not signed yet.
        older: partial files of smaller trees, found to be beginnings of their tiles.
        records: by kind, if all entries are of our own form; else `None`.
    """

    origin: str
    size: int
    root: bytes
    signers: tuple[str, ...] = ()
    unknown: int = 0
    extensions: int = 0
    tiles: int = 0
    bundles: int = 0
    entries: int = 0
    faults: tuple[FileFault, ...] = ()
    strays: tuple[str, ...] = ()
    ahead: tuple[str, ...] = ()
    older: int = 0
    shots: tuple[str, ...] = ()
    records: Mapping[str, KindCount] | None = field(default=None)

    @property
    def open_points(self) -> dict[str, int]:
        """What keeps an intact log from being found whole, and how often."""
        points = {
            "entries_not_here": self.size - self.entries,
            "stray_files": len(self.strays),
            "shots_not_countable": int(bool(self.shots) and self.records is None),
        }
        return {what: count for what, count in points.items() if count}

    @property
    def state(self) -> State:
        """The answer: a fault outweighs an open point, that an unknown origin."""
        if self.faults:
            return State.FAILED
        if self.open_points:
            return State.OPEN
        return State.VERIFIED if self.signers else State.ORIGIN_UNKNOWN

    @property
    def exit_code(self) -> int:
        """What the command returns."""
        return EXIT_CODES[self.state]

    def to_json(self) -> dict[str, JsonValue]:
        """The report as one document."""
        document: dict[str, JsonValue] = {
            "v": 1,
            "state": self.state.value,
            "exit_code": self.exit_code,
            "origin": self.origin,
            "size": self.size,
            "root": self.root.hex(),
            "signed_by": list(self.signers),
            "unknown_signatures": self.unknown,
            "extension_lines": self.extensions,
            "tiles": self.tiles,
            "bundles": self.bundles,
            "entries": self.entries,
            "faults": [
                {"path": one.path, "fault": one.fault.value} for one in self.faults
            ],
            "open": dict(self.open_points),
            "strays": list(self.strays),
            "ahead": len(self.ahead),
            "older": self.older,
            "shots": list(self.shots),
        }
        if self.records is not None:
            document["records"] = {
                kind: dict(count.to_json()) for kind, count in self.records.items()
            }
        return document
