"""The vault's file: made whole, readable by its owner alone, and truly forgetting.

Plain SQL deletion leaves content behind in three places: free space inside pages
(`secure_delete` zeroes it), the write-ahead log (truncated after an erasure) and pages
that are no longer used (`VACUUM` drops them). `Database.scrub` does the last two.
"""

import contextlib
import os
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DBAPIError

from ledger.errors import (
    JangbuError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UnreadableInputError,
)
from ledger.files import make_private_folder, sqlite_address, sync_folder
from ledger.vault.tables import APPLICATION_ID, SCHEMA_VERSION, metadata

BUSY_SECONDS: Final = 60.0

PRIVATE_FILE: Final = 0o600
_FOREIGN: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
_FAILED_WRITES: Final = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN})
_UNAVAILABLE: Final = _FAILED_WRITES | {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_LEAST_ROOM: Final = 1 << 16
"""With fewer free bytes a failed write means a full disk: SQLite needs 32 KiB for the
index of its write-ahead log alone, and calls its lack an I/O error."""


def create_database(path: Path) -> None:
    """Make an empty vault unless there is one; whole or not at all.

    Raises:
        StoreFullError, StoreUnavailableError: nothing was made.
    """
    with wrapping(path, (sqlite3.Error, OSError)):
        make_private_folder(path.parent)
        if path.exists():
            return
        # Filled under another name and linked when it is complete: nobody ever opens
        # half a vault, and of two processes that make one the second finds the first's.
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        try:
            os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE))
            _fill(draft)
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
        finally:
            for suffix in ("", "-wal", "-shm"):
                draft.with_name(draft.name + suffix).unlink(missing_ok=True)
        sync_folder(path.parent)


class Database:
    """Connections to one vault, each for one transaction: none is left open."""

    def __init__(self, path: Path, busy_seconds: float = BUSY_SECONDS) -> None:
        """Open a vault.

        Raises:
            StoreUnavailableError: there is no such file, or it cannot be used.
            UnreadableInputError: the file is no vault.
            StoreError: a newer version of Jangbu made it.
        """
        if not path.is_file():
            raise StoreUnavailableError(
                "a vault in the production folder",
                met="no such file",
                advice="Restore it from its backup: a new one would lack all values.",
                where=str(path),
            )
        self.path = path
        self._engine = _engine(path, busy_seconds)
        self._session = threading.local()
        with wrapping(path, (sqlite3.Error, OSError)):
            # A copy from a backup may have lost its mode; where nothing can be
            # written, it is the folder's owner who looks after it.
            if path.stat().st_mode & 0o077 and os.access(path.parent, os.W_OK):
                path.chmod(PRIVATE_FILE)
        with self.transaction(write=False) as connection:
            version = _check_origin(connection, path)
        if version < SCHEMA_VERSION and os.access(path, os.W_OK):
            self._upgrade()

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """One transaction: on the disk when it ends, or undone by any error.

        A writer has the vault for itself from the first moment on.

        Raises:
            StoreFullError, StoreUnavailableError, StoreError, UnreadableInputError:
                for what SQLite reports.
        """
        reading: Connection | None = getattr(self._session, "connection", None)
        if reading is not None and not write:
            with wrapping(self.path):
                yield reading
            return
        with wrapping(self.path), self._engine.connect() as plain:
            connection = plain.execution_options(immediate=write)
            with connection.begin():
                yield connection

    def _upgrade(self) -> None:
        # Older versions lack tables alone; what they have is as it was.
        with self.transaction(write=True) as connection:
            metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """One snapshot for many reads of this thread: opening the file is the cost."""
        with self.transaction(write=False) as connection:
            self._session.connection = connection
            try:
                yield
            finally:
                self._session.connection = None

    def scrub(self) -> None:
        """Leave no trace of deleted rows in the vault's files; costs a copy of them.

        Raises:
            StoreUnavailableError: somebody is reading an older state; traces remain.
        """
        with wrapping(self.path):
            raw = self._engine.raw_connection()
            try:
                cursor = raw.cursor()
                self._truncate_log(cursor)
                cursor.execute("VACUUM")
                # VACUUM went through the log, which now holds all that was kept.
                self._truncate_log(cursor)
            finally:
                raw.close()

    def _truncate_log(self, cursor: DBAPICursor) -> None:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        answer = cursor.fetchone()
        if answer is None or answer[0]:
            raise StoreUnavailableError(
                "nobody reading the vault while deleted rows are wiped out",
                met="another reader",
                advice="Close other programs and run the command again: it finishes.",
                where=str(self.path),
            )


def _engine(path: Path, busy_seconds: float) -> Engine:
    database, said = sqlite_address(path)
    engine = create_engine(
        URL.create("sqlite", database=database, query=said),
        poolclass=NullPool,
        connect_args={"timeout": busy_seconds, "isolation_level": None},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "secure_delete = ON",
        "trusted_schema = OFF",
        # VACUUM copies all rows: in memory, not into a folder that others can list.
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that later writes would fail instead of waiting: writers say so first.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _fill(path: Path) -> None:
    engine = _engine(path, BUSY_SECONDS)
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _check_origin(connection: Connection, path: Path) -> int:
    marks = [
        connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
        for name in ("application_id", "user_version")
    ]
    if marks[0] != APPLICATION_ID:
        raise damaged("another database", path)
    if marks[1] > SCHEMA_VERSION:
        raise StoreError(
            f"a vault of version {SCHEMA_VERSION} or older",
            met=f"version {marks[1]}",
            advice="Use the version of Jangbu that wrote it, or a newer one.",
            where=str(path),
            version=marks[1],
        )
    return int(marks[1])


@contextmanager
def wrapping(
    path: Path, foreign: tuple[type[Exception], ...] = (sqlite3.Error,)
) -> Iterator[None]:
    """Turn what SQLite reports into the ledger's own errors."""
    # OSError is only ours where we touch the file ourselves: inside a transaction it
    # may come from whoever looks up or destroys a key.
    try:
        yield
    except DBAPIError as error:
        raise _wrapped(error.orig, path) from error
    except foreign as error:
        raise _wrapped(error, path) from error


def _wrapped(error: BaseException | None, path: Path) -> JangbuError:
    # The lower byte is the primary result code of SQLite, the rest says more.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _FOREIGN:
        return damaged(str(error), path)
    failed = code in _FAILED_WRITES or isinstance(error, OSError)
    if code == sqlite3.SQLITE_FULL or (failed and _is_full(path)):
        return StoreFullError(
            "room on the disk",
            met=str(error),
            advice="Free some room and run the command again; nothing was stored.",
            where=str(path),
        )
    if code in _UNAVAILABLE or isinstance(error, OSError):
        return StoreUnavailableError(
            "a vault that can be read and written",
            met=str(error),
            advice="Check who else uses it and its owner and mode, then try again.",
            where=str(path),
        )
    return StoreError(
        "an operation that the vault's database permits",
        met=str(error),
        advice="Run jangbu fsck; if it reports nothing, report this as a defect.",
        where=str(path),
    )


def _is_full(path: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    return False


def damaged(met: str, path: Path) -> UnreadableInputError:
    """The error for a file that holds no vault, or a broken one."""
    return UnreadableInputError(
        "a vault",
        met=met,
        advice="Restore vault.sqlite from its backup.",
        where=str(path),
    )
