"""Opening a log's SQLite database, with the doors shut that SQL could leave by.

The application's connection may insert into the frozen tables and nothing else: an
authorizer denies UPDATE and DELETE on them, and DROP, ALTER, CREATE, ATTACH and every
PRAGMA. It is a first wall, not proof: a foreign connection has none of it, and what
such a one does is found by fsck.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

from ledger.errors import (
    JangbuError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)
from ledger.store.tables import FROZEN

BUSY_SECONDS: Final = 60

_DENIED: Final = frozenset(
    getattr(sqlite3, f"SQLITE_{action}")
    for action in (
        "ALTER_TABLE", "ANALYZE", "ATTACH", "CREATE_INDEX", "CREATE_TABLE",
        "CREATE_TEMP_INDEX", "CREATE_TEMP_TABLE", "CREATE_TEMP_TRIGGER",
        "CREATE_TEMP_VIEW", "CREATE_TRIGGER", "CREATE_VIEW", "CREATE_VTABLE",
        "DETACH", "DROP_INDEX", "DROP_TABLE", "DROP_TEMP_INDEX", "DROP_TEMP_TABLE",
        "DROP_TEMP_TRIGGER", "DROP_TEMP_VIEW", "DROP_TRIGGER", "DROP_VIEW",
        "DROP_VTABLE", "PRAGMA", "REINDEX",
    )
)  # fmt: skip
_CHANGES: Final = frozenset({sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE})
_GUARDED: Final = frozenset(FROZEN) | {"sqlite_master", "sqlite_schema"}


def authorize(
    action: int,
    first: str | None,
    second: str | None,
    database: str | None,
    trigger: str | None,
) -> int:
    """Decide about one SQL action (sqlite3_set_authorizer)."""
    if action in _DENIED:
        return sqlite3.SQLITE_DENY
    if action in _CHANGES and first in _GUARDED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_INSERT and first in {"sqlite_master", "sqlite_schema"}:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def open_engine(path: Path) -> Engine:
    """An engine on an existing database, for the application.

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
    engine = _engine(path)
    event.listen(engine, "connect", _shut_doors)
    return engine


def open_migration_engine(path: Path) -> Engine:
    """An engine that may change the schema; makes the file with mode 0600."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.close(descriptor)
    return _engine(path)


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
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
        raise wrap_error(error) from error


def wrap_error(error: DBAPIError) -> JangbuError:
    """The ledger's own error for one of the database's."""
    text = str(error.orig)
    if "full" in text:
        return StoreFullError(
            "room on the disk",
            met=text,
            advice="Free some room and run the command again; nothing was stored.",
        )
    # A journal that cannot be extended on a full disk reports an I/O error.
    unavailable = ("locked", "busy", "unable to open", "readonly", "disk I/O error")
    if any(word in text for word in unavailable):
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
