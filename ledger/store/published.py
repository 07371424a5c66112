"""The published copy of a log outside its database: `log/entries`, `log/checkpoint`.

A signed checkpoint by itself shows *that* a database was changed from outside; with
the entries beside it fsck can name *which* entry. The copy is written after the
transaction and may lag behind it after a crash; the next writer catches up. The
checkpoint is written last, so it never promises entries that the copy lacks.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.files import make_private_folder, write_private
from ledger.store.blobs import os_error


@dataclass(frozen=True, slots=True)
class Published:
    """What the copy holds.

    Attributes:
        entries: canonical bytes of each entry, as far as whole lines go.
        checkpoint: the signed note; `None` before the first publication.
    """

    entries: list[bytes]
    checkpoint: bytes | None


class PublishedLog:
    """Keeps the copy of one log in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

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
        size_of: Callable[[bytes], int],
        newest: Callable[[], bytes],
        entries: Callable[[int, int], list[bytes]],
    ) -> None:
        """Append what the database has and the copy lacks, then the checkpoint.

        Args:
            size_of: tree size of a checkpoint note.
            newest: the database's newest checkpoint note.
            entries: canonical bytes of entries [start, end) from the database.
        """
        try:
            make_private_folder(self.folder)
            with self._locked():
                before = self.checkpoint()
                note = newest()
                start, end = size_of(before) if before else 0, size_of(note)
                if end <= start:
                    return
                self._append(start, entries(start, end), entries)
                write_private(self.folder / "checkpoint", note)
        except OSError as error:
            raise os_error(error, self.folder) from error

    def _append(
        self, start: int, added: list[bytes], entries: Callable[[int, int], list[bytes]]
    ) -> None:
        path = self.folder / "entries"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            end_of = _offset_after(file.read(), start)
            if end_of is None:
                # The copy itself was cut: write it anew from the database.
                added, end_of = entries(0, start) + added, 0
            file.seek(end_of)
            file.truncate()
            file.write(b"".join(entry + b"\n" for entry in added))
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


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
