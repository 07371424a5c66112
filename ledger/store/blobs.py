"""Bytes kept beside the log, each in a file named by its SHA-256."""

import errno
import os
import stat
from pathlib import Path
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.errors import (
    AlteredEvidenceError,
    MissingEvidenceError,
)
from ledger.files import os_error, sync_folder, write_private
from ledger.records.identity import as_digest

MAX_BLOB: Final = 1 << 30
"""More is no blob of this program: a longer file is not read into memory."""


class BlobFolder:
    """A folder of immutable blobs: `ab/abcdef…`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes) -> str:
        """Keep bytes; durable on return; idempotent.

        Raises:
            StoreFullError, StoreUnavailableError: nothing was kept.
        """
        digest = sha256_hex(content)
        path = self._path(digest)
        try:
            # Looked at, not only found: a damaged file is written anew.
            if not (path.exists() and _content(path) == content):
                write_private(path, content)
        except OSError as error:
            raise os_error(error, path) from error
        return digest

    def destroy(self, digest: str) -> bool:
        """Remove a blob for good; whether there was one.

        Raises:
            StoreUnavailableError: it cannot be removed.
        """
        path = self._path(as_digest(digest))
        try:
            path.unlink()
            sync_folder(path.parent)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise os_error(error, path) from error
        return True

    def read(self, digest: str) -> bytes:
        """The bytes of a blob, checked against its name.

        Raises:
            MissingEvidenceError: there is no such blob.
            AlteredEvidenceError: other bytes, too many, or no plain file at all.
            StoreUnavailableError: it cannot be read.
        """
        # A name from outside must not lead out of the folder.
        path = self._path(as_digest(digest))
        try:
            content = _content(path)
        except FileNotFoundError as error:
            raise MissingEvidenceError(
                "a blob that the log commits to",
                met="no such blob",
                advice="Restore it from a copy of the blobs folder.",
                where=str(path),
                blob=digest,
            ) from error
        except OSError as error:
            raise os_error(error, path) from error
        if content is None or sha256_hex(content) != digest:
            raise AlteredEvidenceError(
                "a blob with the digest that names it",
                met="no plain file of a blob's size"
                if content is None
                else "other bytes",
                advice="Restore it from a copy of the blobs folder.",
                where=str(path),
                blob=digest,
            )
        return content

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


def _content(path: Path) -> bytes | None:
    """The bytes of a plain file; `None` for a link, a pipe, a device, or too many."""
    # Looked at before it is opened: opening a device can do something by itself. Again
    # afterwards: it may have been exchanged, and then opening must not follow or wait.
    if not _is_plain(path.lstat()):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            return None
        raise
    with os.fdopen(descriptor, "rb") as file:
        if not _is_plain(os.fstat(descriptor)):
            return None
        content = file.read(MAX_BLOB + 1)
    return content if len(content) <= MAX_BLOB else None


def _is_plain(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BLOB
