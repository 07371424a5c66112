"""Bytes kept beside the log, each in a file named by its SHA-256."""

from pathlib import Path

from ledger.encoding.digest import sha256_hex
from ledger.errors import (
    AlteredEvidenceError,
    MissingEvidenceError,
)
from ledger.files import os_error, write_private
from ledger.records.identity import as_digest


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
            if not (path.is_file() and path.read_bytes() == content):
                write_private(path, content)
        except OSError as error:
            raise os_error(error, path) from error
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes of a blob, checked against its name."""
        # A name from outside must not lead out of the folder.
        path = self._path(as_digest(digest))
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
