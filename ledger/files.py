"""Durable, private files: written whole or not at all, readable by their owner."""

import errno
import os
import secrets
from pathlib import Path

from ledger.errors import StoreError, StoreFullError, StoreUnavailableError


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


def sync_folder(path: Path) -> None:
    """Make renames in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
