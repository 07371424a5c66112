"""Opening a log's SQLite database, with the doors shut that SQL could leave by.

The application's connection may read, insert into the frozen tables, keep leases and
projections, and nothing else: an authorizer denies UPDATE and DELETE, DROP, ALTER,
CREATE, ATTACH, VACUUM and every PRAGMA. It is a first wall, not proof: a foreign
connection has none of it, and what such a one does is found by fsck.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    QueuePool,
    create_engine,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from ledger.errors import (
    JangbuError,
    StoreError,
    StoreFullError,
    StoreMovedError,
    StorePartialError,
    StoreUnavailableError,
)
from ledger.files import os_error, sqlite_address
from ledger.store.tables import FROZEN

BUSY_SECONDS: Final = 60
CACHE_KIB: Final = 1 << 17
"""At most: ids and keys are random, so each sheet touches pages of the whole index."""
WAL_PAGES: Final = 1 << 14
"""64 MiB: a page that many sheets touched is copied into the database once."""

# What SQLite reports, by primary result code (the lower byte).
_UNAVAILABLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LEAST_ROOM: Final = 1 << 16
"""Bytes: with less than this, a failed write is put down to the full disk."""

_ALLOWED: Final = frozenset(
    {
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_TRANSACTION,
    }
)
MOVED: Final = "this log was moved"
"""What the triggers of a retired database say (ledger/store/retired.py)."""
PARTIAL: Final = "this log was restored in part"
"""What the triggers of such a database say (ledger/store/partial.py)."""
_MUTABLE: Final = frozenset({"lease", "frame_span", "projection"})
"""No part of the log: leases, and what is made from its entries."""
_ALLOWED_ON: Final[dict[int, frozenset[str]]] = {
    sqlite3.SQLITE_INSERT: frozenset({*FROZEN, *_MUTABLE}),
    sqlite3.SQLITE_UPDATE: _MUTABLE,
    sqlite3.SQLITE_DELETE: _MUTABLE,
}


def authorize(action: int, first: str | None, second: str | None, *_: object) -> int:
    """Decide about one SQL action (sqlite3_set_authorizer); what is not named is out.

    Args:
        action: SQLITE_INSERT, SQLITE_PRAGMA …
        first: for changes, the table.
        second: for functions, the name.
    """
    allowed = action in _ALLOWED or first in _ALLOWED_ON.get(action, ())
    if action == sqlite3.SQLITE_FUNCTION:
        allowed = second != "load_extension"
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def open_engine(path: Path, *, kept: bool = False) -> Engine:
    """An engine on an existing database, for the application.

    Args:
        path: the database.
        kept: whether connections are kept from one transaction to the next, with
            what they have read: for a process that writes for long, and disposes of
            the engine when it ends. While one is open, the newest entries may lie in
            the file `-wal` beside the database.

    Raises:
        StoreUnavailableError: there is no such file.
    """
    if not path.is_file():
        raise StoreUnavailableError(
            "a ledger database",
            met="no such file",
            advice="Run jangbu init, or restore the database from its backup.",
            where=str(path),
        )
    engine = _engine(path, kept=kept)
    event.listen(engine, "connect", _shut_doors)
    return engine


def open_migration_engine(path: Path, *, kept: bool = False) -> Engine:
    """An engine that may change the schema; makes the file with mode 0600."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise os_error(error, path) from error
    return _engine(path, kept=kept)


def _engine(path: Path, *, kept: bool = False) -> Engine:
    database, said = sqlite_address(path)
    engine = create_engine(
        # Not as text: a path may hold what means something in a URL.
        URL.create("sqlite", database=database, query=said),
        poolclass=QueuePool if kept else NullPool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
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
        "recursive_triggers = ON",
        "trusted_schema = OFF",
        "foreign_keys = ON",
        f"cache_size = -{CACHE_KIB}",
        f"wal_autocheckpoint = {WAL_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _shut_doors(connection: DBAPIConnection, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        raise StoreError(
            "a connection of the sqlite3 module",
            met=type(connection).__name__,
            advice="Open the ledger with its own engine.",
        )
    connection.set_authorizer(authorize)


def _begin(connection: Connection) -> None:
    # A reader that later writes would fail instead of waiting: writers say so first.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """One transaction; commits at the end, rolls back on any error.

    Raises:
        StoreFullError, StoreUnavailableError, StoreError: for what SQLite reports.
    """
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(immediate=write)
            with connection.begin():
                yield connection
    except DBAPIError as error:
        raise wrap_error(error, engine) from error


def wrap_error(error: DBAPIError, engine: Engine) -> JangbuError:
    """The ledger's own error for one of the database's."""
    text = str(error.orig)
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    # A journal that cannot be extended on a full disk reports an I/O error.
    if code == sqlite3.SQLITE_FULL or (code in _UNAVAILABLE and _is_full(engine)):
        return StoreFullError(
            "room on the disk",
            met=text,
            advice="Free some room and run the command again; nothing was stored.",
        )
    if MOVED in text:
        return StoreMovedError(
            "the database that holds the log now",
            met=text,
            advice="Open the production again: its production.toml names the server.",
        )
    if PARTIAL in text:
        return StorePartialError(
            "a log with all its statements",
            met=text,
            advice="Run jangbu restore again with more sources, or found a successor: "
            "docs/guides/restore-drill.md.",
        )
    if code in _DAMAGED:
        return StoreError(
            "a ledger database",
            met=text,
            advice="Restore the database from its newest backup, then run jangbu fsck.",
        )
    if code in _UNAVAILABLE:
        return StoreUnavailableError(
            "a ledger database that can be read and written",
            met=text,
            advice="Try again; signed statements wait in the outbox until then.",
        )
    return StoreError(
        "an operation that the ledger's database permits",
        met=text,
        advice="Run jangbu fsck; if it reports nothing, report this as a defect.",
    )


def _is_full(engine: Engine) -> bool:
    folder = Path(engine.url.database or "").parent
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    return False
