"""Writing a file for others: whole or not at all, and never over another one."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
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
    write_together({path: chunks}, overwrite=overwrite)


def write_together(files: Mapping[Path, Iterable[bytes]], *, overwrite: bool) -> None:
    """Write files that belong together, as `write_output` does: all or none of them.

    All are on the disk under other names before the first gets its own; from there on
    a full disk hardly matters. They get their names in the order of the mapping.
    """
    drafts: dict[Path, Path] = {}
    new: list[Path] = []
    try:
        for path, chunks in files.items():
            with _at(path):
                _check_place(path, overwrite=overwrite)
                name = f".{path.name}.{secrets.token_hex(8)}.tmp"
                drafts[path] = path.with_name(name)
                _write(drafts[path], chunks)
        for path, draft in drafts.items():
            with _at(path):
                was_there = path.exists()
                _place(draft, path, overwrite=overwrite)
                if not was_there:
                    new.append(path)
                sync_folder(path.parent)
    except BaseException:  # an interrupt must not leave one without the other
        for path in new:
            with _at(path):
                path.unlink(missing_ok=True)
        raise
    finally:
        for path, draft in drafts.items():
            with _at(path):
                draft.unlink(missing_ok=True)


@contextmanager
def _at(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise os_error(error, path) from error


def _check_place(path: Path, *, overwrite: bool) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not overwrite and path.exists():
        raise _exists(path)


def _place(temporary: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
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
