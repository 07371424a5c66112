"""The published copy of a log outside its database: `log/entries`, `log/checkpoint`.

A signed checkpoint by itself shows *that* a database was changed from outside; with
the entries beside it fsck can name *which* entry. The copy is written after the
transaction and may lag behind it after a crash; the next writer catches up. The
checkpoint is written last, so it never promises entries that the copy lacks.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from ledger.errors import LogError
from ledger.files import make_private_folder, os_error, write_private
from ledger.log.checkpoint import Checkpoint
from ledger.log.tree import leaf_hash, root_of
from ledger.ports import LogReader


@dataclass(frozen=True, slots=True)
class Published:
    """What the copy holds.

    Attributes:
        entries: canonical bytes of each entry, as far as whole lines go.
        checkpoint: the signed note; `None` before the first publication.
    """

    entries: list[bytes]
    checkpoint: bytes | None


class Copied(Protocol):
    """What the copy is made from: a log at one moment."""

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint note."""
        ...

    def entries(self, start: int, end: int) -> list[bytes]:
        """Canonical bytes of the entries [start, end)."""
        ...


@dataclass(frozen=True, slots=True)
class JustStored:
    """A log of which the newest entries need not be read again.

    Attributes:
        log: the database.
        first: index of the first entry that is known.
        known: entries from there on, as they were committed.
    """

    log: LogReader
    first: int
    known: Sequence[bytes]

    def checkpoint(self) -> bytes:
        return self.log.checkpoint()

    def entries(self, start: int, end: int) -> list[bytes]:
        if self.first <= start and end <= self.first + len(self.known):
            return list(self.known[start - self.first : end - self.first])
        return self.log.entries(start, end)


class PublishedLog:
    """Keeps the copy of one log in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Lines and bytes that this process wrote last, so as not to count them again.
        self._known = (0, 0)

    def read(self) -> Published:
        """What the copy holds now."""
        raw = _read(self.folder / "entries") or b""
        rows = raw.split(b"\n")
        # An unfinished line is the trace of a crash: the checkpoint is before it.
        return Published(
            entries=rows[:-1], checkpoint=_read(self.folder / "checkpoint")
        )

    def checkpoint(self) -> bytes | None:
        """The newest published checkpoint."""
        return _read(self.folder / "checkpoint")

    def catch_up(
        self,
        log: Copied,
        opened: Callable[[bytes], Checkpoint],
    ) -> None:
        """Append what the database has and the copy lacks, then the checkpoint.

        Args:
            log: the database at one moment.
            opened: verifies a note of this log.

        Raises:
            LogError: the copy was cut, and the database cannot make it good.
            StoreFullError, StoreUnavailableError: the copy stays behind.
        """
        try:
            make_private_folder(self.folder)
            with self._locked():
                before = self.checkpoint()
                point = opened(log.checkpoint())
                start = opened(before).size if before else 0
                if point.size <= start:
                    return
                self._append(start, point, log)
                write_private(self.folder / "checkpoint", log.checkpoint())
        except OSError as error:
            raise os_error(error, self.folder) from error

    def _append(self, start: int, point: Checkpoint, log: Copied) -> None:
        path = self.folder / "entries"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            offset = self._offset_after(file, start)
            if offset is None:
                # The copy itself was cut: write it anew from the database.
                added, offset = log.entries(0, point.size), 0
                _check_root(added, point)
            else:
                added = log.entries(start, point.size)
            chunk = b"".join(entry + b"\n" for entry in added)
            file.seek(offset)
            file.truncate()
            file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        self._known = (point.size, offset + len(chunk))

    def _offset_after(self, file: BinaryIO, lines: int) -> int | None:
        size, offset = self._known
        if lines == size and offset <= file.seek(0, os.SEEK_END):
            return offset
        file.seek(0)
        return _offset_after(file.read(), lines)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _check_root(entries: list[bytes], point: Checkpoint) -> None:
    if root_of([leaf_hash(entry) for entry in entries]) != point.root:
        raise LogError(
            "entries that lead to the newest checkpoint",
            met="another root",
            advice="The database was changed from outside: run jangbu fsck.",
        )


def _offset_after(raw: bytes, lines: int) -> int | None:
    offset = 0
    for _ in range(lines):
        offset = raw.find(b"\n", offset) + 1
        if offset == 0:
            return None
    return offset


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise os_error(error, path) from error
