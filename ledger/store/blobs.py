"""Bytes kept beside the log, each in a file named by its SHA-256."""

import errno
from pathlib import Path

from ledger.encoding.digest import sha256_hex
from ledger.errors import (
    AlteredEvidenceError,
    MissingEvidenceError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from ledger.files import write_private


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
        if path.is_file() and path.stat().st_size == len(content):
            return digest
        try:
            write_private(path, content)
        except OSError as error:
            raise os_error(error, path) from error
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes of a blob, checked against its name."""
        path = self._path(digest)
        try:
            content = path.read_bytes()
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
        if sha256_hex(content) != digest:
            raise AlteredEvidenceError(
                "a blob with the digest that names it",
                met="other bytes",
                advice="Restore it from a copy of the blobs folder.",
                where=str(path),
                blob=digest,
            )
        return content

    def _path(self, digest: str) -> Path:
        return self.root / digest[:2] / digest


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
