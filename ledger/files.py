"""Durable, private files: written whole or not at all, readable by their owner."""

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ledger.errors import (
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UnreadableInputError,
)


def make_private_folder(path: Path) -> None:
    """Make a folder (and its parents) that only its owner may enter; durable."""
    if path.is_dir():
        return
    # One at a time: mkdir(parents=True) would let everybody into the parents.
    make_private_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def write_private(path: Path, content: bytes) -> None:
    """Write a file with mode 0600 in one step: temporary file, fsync, rename."""
    make_private_folder(path.parent)
    with _at_work(path.parent):
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sweep_temporaries(folder: Path) -> None:
    """Remove temporary files of processes that died, unless somebody writes here now.

    Safe beside writers: each holds a shared lock on the folder while a temporary file
    of its own exists. Where folders cannot be locked, nothing is removed.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return  # not made yet
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for path in folder.glob(".*.tmp"):
            path.unlink(missing_ok=True)
    except OSError:
        return  # somebody is at work here, or it is not ours to change
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _at_work(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):  # NFS: then nobody sweeps either
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_bounded(path: Path, most: int) -> bytes:
    """Read a file that somebody else sent, whole.

    The open file is asked what it is, and not the path, which might come to mean
    another file in between.

    Raises:
        UnreadableInputError: it cannot be opened, is a pipe, a device or a folder, has
            more than `most` bytes, or changes its length while it is read. None of
            these makes us wait or fill the memory.
    """
    try:
        # Without O_NONBLOCK, opening a pipe would wait for somebody to write.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as file:
            told = os.fstat(file.fileno())
            if not stat.S_ISREG(told.st_mode):
                raise _unreadable("a regular file", "another thing", path)
            if told.st_size > most:
                met = f"{told.st_size} bytes"
                raise _unreadable(f"a file of at most {most} bytes", met, path)
            content = file.read(told.st_size + 1)
    except OSError as error:
        met = error.strerror or type(error).__name__
        raise _unreadable("a readable file", met, path) from error
    if len(content) != told.st_size:
        raise _unreadable("a file that keeps its length", "another length", path)
    return content


def _unreadable(expected: str, met: str, path: Path) -> UnreadableInputError:
    return UnreadableInputError(
        expected,
        met=met,
        advice="Check the path, the file's rights and that it is the file you meant.",
        where=str(path),
    )


def sqlite_address(path: Path) -> tuple[str, dict[str, str]]:
    """A database as SQLAlchemy's URL wants it: where it is, and what is said of it.

    SQLite reads a database with a write-ahead log only where it can make files beside
    it, or if it is told that nobody writes. Of a folder that we cannot write to that is
    as good as true while no log is there: whoever writes makes one first.
    """
    log = path.with_name(f"{path.name}-wal")
    if os.access(path.parent, os.W_OK) or log.exists():
        return str(path), {}
    # Quoted, as SQLite takes it for a URI then.
    said = {"mode": "ro", "immutable": "1", "uri": "true"}
    return f"file:{quote(str(path.absolute()))}", said


def os_error(error: OSError, path: Path) -> StoreError:
    """The ledger's own error for one of the operating system's."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return StoreFullError(
            "room on the disk",
            met=error.strerror or "a full disk",
            advice="Free some room and run the command again; nothing is lost.",
            where=str(path),
        )
    return StoreUnavailableError(
        "a folder that can be read and written",
        met=error.strerror or type(error).__name__,
        advice="Check the folder's rights and that its disk is there.",
        where=str(path),
    )
