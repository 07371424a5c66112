"""Checkpoints of this log that are kept outside of its database.

    log/cosigned/<size>    the checkpoint with the log's and witnesses' signatures
    log/evidence/*.json    checkpoints that contradict this log's own

Before anything is stated, the database is compared with the newest of them; while there
is a contradiction nothing is stated at all, and reading goes on.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.errors import LogError, StoreUnavailableError, UnreadableInputError
from ledger.files import os_error, read_bounded, write_private
from ledger.log.conflict import Conflict
from ledger.log.note import MAX_BYTES

OUTSIDE: Final = "JANGBU_OUTSIDE_CHECKPOINT"
"""Environment variable: a checkpoint file on another machine's disk."""

_SIZED: Final = re.compile(r"[0-9]{20}")


class WitnessConflictError(LogError):
    """A witness holds a checkpoint that contradicts this log."""

    code = "log.conflict"


@dataclass
class KeptCheckpoints:
    """What lies in the folder of the published copy, and one file elsewhere.

    Attributes:
        folder: `log/` of the production.
        elsewhere: a file that holds a checkpoint; `None` if none is named.
    """

    folder: Path
    elsewhere: Path | None = None
    # The newest name of a folder that did not change since: (mtime, name).
    _newest: tuple[int, str] = field(default=(-1, ""), init=False)

    def notes(self) -> Sequence[bytes]:
        """The newest checkpoints that others are known to hold.

        Raises:
            WitnessConflictError: a contradiction was kept.
            StoreUnavailableError: one of them cannot be read.
        """
        self.check_undisputed()
        found = [self.newest()]
        if self.elsewhere is not None:
            found.append(self._read(self.elsewhere))
        return [note for note in found if note is not None]

    def newest(self) -> bytes | None:
        """The newest cosigned checkpoint; `None` if there is none."""
        name = self._newest_name()
        return self._read(self.cosigned / name) if name else None

    def at(self, size: int) -> bytes | None:
        """The cosigned checkpoint of a size."""
        path = self._path(size)
        return self._read(path) if path.exists() else None

    def sizes(self) -> list[int]:
        """Sizes of which there is a cosigned checkpoint, ascending."""
        return [int(name) for name in self._names()]

    def keep(self, size: int, note: bytes) -> None:
        """Keep a cosigned checkpoint; replaces that of the same size.

        Raises:
            StoreFullError, StoreUnavailableError: it was not kept.
        """
        try:
            write_private(self._path(size), note)
        except OSError as error:
            raise os_error(error, self.cosigned) from error

    def keep_conflict(self, conflict: Conflict) -> Path:
        """Keep a contradiction: from now on nothing is stated.

        Raises:
            StoreFullError, StoreUnavailableError: it was not kept.
        """
        raw = conflict.to_bytes()
        said = f"{conflict.held}\n{conflict.shown}".encode()
        path = self.evidence / f"{conflict.reason}-{sha256_hex(said)[:32]}.json"
        try:
            if not path.exists():
                write_private(path, raw)
        except OSError as error:
            raise os_error(error, path) from error
        return path

    def check_undisputed(self) -> None:
        """Refuse to go on while there is a contradiction.

        Raises:
            WitnessConflictError: with the file.
        """
        kept = self._conflicts()
        if kept:
            raise WitnessConflictError(
                "a log that nobody holds another history of",
                met="a checkpoint of another history, signed with this log's key",
                advice="Reading goes on, nothing is stated. Find out which history is "
                "true; docs/guides/witness.md says how a log goes on after that.",
                where=str(kept[0]),
            )

    @property
    def cosigned(self) -> Path:
        """Folder of cosigned checkpoints."""
        return self.folder / "cosigned"

    @property
    def evidence(self) -> Path:
        """Folder of contradictions."""
        return self.folder / "evidence"

    def _path(self, size: int) -> Path:
        return self.cosigned / f"{size:020d}"

    def _conflicts(self) -> list[Path]:
        return sorted(self.evidence.glob("*.json")) if self.evidence.is_dir() else []

    def _newest_name(self) -> str:
        try:
            changed = self.cosigned.stat().st_mtime_ns
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise os_error(error, self.cosigned) from error
        if self._newest[0] != changed:
            self._newest = (changed, max(self._names(), default=""))
        return self._newest[1]

    def _names(self) -> list[str]:
        try:
            names = [one.name for one in self.cosigned.iterdir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise os_error(error, self.cosigned) from error
        return sorted(filter(_SIZED.fullmatch, names))

    def _read(self, path: Path) -> bytes:
        try:
            return read_bounded(path, MAX_BYTES)
        except UnreadableInputError as error:
            # Without it nobody can tell whether the database was rolled back.
            raise StoreUnavailableError(
                "a checkpoint that is kept outside of the database",
                met=error.met,
                advice="Bring the file back, or its disk; nothing is stated before.",
                where=str(path),
            ) from error


def kept_checkpoints(folder: Path) -> KeptCheckpoints:
    """Those of a production, and the one that the environment names."""
    named = os.environ.get(OUTSIDE)
    return KeptCheckpoints(folder, Path(named) if named else None)
