"""Writing a file for others: whole or not at all, and never over another one."""

import errno
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from ledger.errors import EvidenceError
from ledger.files import os_error, sync_folder

# What file systems answer that have no hard links (exFAT, some shares).
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP})


class OutputExistsError(EvidenceError):
    """There already is a file where one is to be written."""

    code = "evidence.exists"
    exit_code = 6


def write_output(path: Path, chunks: Iterable[bytes], *, overwrite: bool) -> None:
    """Write chunks to a file with mode 0600: temporary file, fsync, rename.

    Raises:
        OutputExistsError: there is a file, and it is not to be replaced.
        StoreFullError, StoreUnavailableError: nothing was written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        if not overwrite and path.exists():
            raise _exists(path)
        _write(temporary, chunks)
        if overwrite:
            temporary.replace(path)
        else:
            _link(temporary, path)
        sync_folder(path.parent)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise os_error(error, path) from error
    finally:
        temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> None:
    try:
        # Unlike a rename, a link never replaces what came there meanwhile.
        path.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary.replace(path)


def _exists(path: Path) -> OutputExistsError:
    return OutputExistsError(
        "a path where no file is yet",
        met="a file",
        advice="Choose another path, or say that it may be replaced.",
        where=str(path),
    )


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
