"""Who works in an output folder: a process, its temporary names, its lock.

    out/.jangbu/work/<owner>/…       frames under temporary names
    out/.jangbu/work/<owner>.lock    locked while the owner lives

A frame under a temporary name counts as soon as a record says so, though its owner
may be gone before it has its final name. Such a frame is never removed here.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Self

from ledger.errors import JangbuError
from ledger.files import os_error, sync_folder
from pipeline.run.decided import awaited
from pipeline.run.output import OutputFolder


class Owner:
    """A process at work in a folder, known by a lock that dies with it.

    Raises:
        StoreError: the folder cannot be written.
    """

    def __init__(self, folder: OutputFolder) -> None:
        self._output = folder
        try:
            self.token, self._lock = _lock_new(folder)
            self.folder = folder.work / self.token
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise os_error(error, folder.work) from error

    def sync(self) -> None:
        """Make the temporary names durable, before a record relies on them."""
        try:
            sync_folder(self.folder)
        except OSError as error:
            raise os_error(error, self.folder) from error

    def close(self) -> None:
        """Remove our temporary names but those that count, and let the lock go."""
        # What cannot be removed or judged now is left to a later run's sweep.
        with contextlib.suppress(OSError, JangbuError):
            _remove(self._output, self.token, self._kept())
        os.close(self._lock)

    def _kept(self) -> set[str]:
        if not any(self.folder.iterdir()):
            return set()
        return awaited(self._output).get(self.token, set())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def is_dead(folder: OutputFolder, owner: str) -> bool:
    """Whether an owner in this folder is known to be gone."""
    if not _lock_path(folder, owner).exists():
        return not (folder.work / owner).exists()
    lock = _lock_of_dead(folder, owner)
    if lock is None:
        return False
    os.close(lock)
    return True


def sweep(folder: OutputFolder) -> None:
    """Remove what dead processes left, but never a frame that still counts.

    Raises:
        UnreadableInputError: a cell's record was damaged, so that nobody can tell
            which frames count; they all stay.
        StoreError: the folder cannot be read or changed.
    """
    try:
        for owner in {path.stem for path in folder.work.glob("*.lock")}:
            lock = _lock_of_dead(folder, owner)
            if lock is None:
                continue
            try:
                # Asked now that it is dead: just before, it may have decided a cell.
                _remove(folder, owner, awaited(folder).get(owner, set()))
            finally:
                os.close(lock)
        for path in [*folder.state.glob(".*.tmp"), *folder.cells.glob(".*.tmp")]:
            # Its writer is dead, or was too late and will see that.
            if path.with_name(path.name[1:].rsplit(".", 2)[0]).exists():
                path.unlink(missing_ok=True)
    except OSError as error:
        raise os_error(error, folder.work) from error


def _remove(folder: OutputFolder, owner: str, kept: Collection[str]) -> None:
    work = folder.work / owner
    if kept:
        for path in work.iterdir():
            if path.name not in kept:
                path.unlink(missing_ok=True)
        return
    shutil.rmtree(work, ignore_errors=True)
    if not work.exists():
        # Last, so that no folder is ever without its lock.
        _lock_path(folder, owner).unlink(missing_ok=True)


def _lock_path(folder: OutputFolder, owner: str) -> Path:
    return folder.work / f"{owner}.lock"


def _lock_new(folder: OutputFolder) -> tuple[str, int]:
    while True:
        token = secrets.token_hex(8)
        path = _lock_path(folder, token)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Between the two lines a sweeper may have taken it for a dead process's.
        if path.exists():
            return token, descriptor
        os.close(descriptor)


def _lock_of_dead(folder: OutputFolder, owner: str) -> int | None:
    """The lock of an owner that is gone, held by us; `None` if it may be alive."""
    try:
        descriptor = os.open(_lock_path(folder, owner), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
