"""Opening a log's database on a server, and what its errors mean.

A session promises what a log needs: commits are on disk when they return, nobody waits
for a lock for ever, and a session whose program hangs lets its locks go.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from ledger.errors import (
    JangbuError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
)

_OPTIONS: Final = (
    "-c search_path=public -c lock_timeout=30s "
    "-c idle_in_transaction_session_timeout=5min"
)
_DEFAULTS: Final[Mapping[str, str]] = {
    "application_name": "jangbu",
    "client_encoding": "UTF8",
    "connect_timeout": "10",
    # A server that vanished is noticed after about a minute.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "options": _OPTIONS,
}

_READING: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

_FULL: Final = "53100"
_UNPREPARED: Final = frozenset({"42P01", "3F000", "42703"})
_FORBIDDEN: Final = "42501"
_DAMAGED: Final = frozenset({"XX001", "XX002"})
_UNAVAILABLE: Final = (
    "08",  # connection
    "25006",  # read only: a standby, or a disk that is being saved
    "28",  # not let in
    "3D000",  # no such database
    "40",  # rolled back: deadlock, serialisation
    "53",  # out of something
    "55",  # in use, lock not available
    "57",  # stopped by somebody: shutdown, crash, timeout
    "58",  # the server's own disk
    "25P03",  # the session was idle for too long
)


def open_engine(parameters: Mapping[str, str]) -> Engine:
    """An engine on a database; connects when it is first used."""
    given = {**_DEFAULTS, **parameters}

    def connect() -> psycopg.Connection[Any]:
        return psycopg.connect(**given)  # type: ignore[arg-type]  # all text

    engine = create_engine(
        "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=2,
        max_overflow=14,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _check_promises)
    event.listen(engine, "checkout", _check_process)
    return engine


def _check_promises(connection: Any, record: ConnectionPoolEntry) -> None:  # noqa: ANN401  # the driver's class
    record.info["process"] = os.getpid()
    cursor = connection.execute(
        "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    )
    fsync, synchronous = cursor.fetchone()
    if fsync != "on":
        raise StoreError(
            "a server that writes to its disk before it says so",
            met=f"fsync = {fsync}",
            advice="Set fsync = on in postgresql.conf; a log must not forget.",
        )
    if synchronous == "off":
        connection.execute("SET synchronous_commit = on")
    connection.commit()


def _check_process(
    _connection: object, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    # A connection that a forked process inherited is its parent's.
    if record.info["process"] != os.getpid():
        record.dbapi_connection = None  # type: ignore[misc]  # SQLAlchemy's own way
        raise DisconnectionError("another process opened this connection")


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """One transaction; commits at the end, rolls back on any error.

    Raises:
        StoreFullError, StoreUnavailableError, StoreError: for what the server reports.
    """
    with connected(engine) as connection, connection.begin():
        if not write:
            # One snapshot for all that is asked: entries and their checkpoint agree.
            connection.exec_driver_sql(_READING)
        yield connection


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection, with the server's errors made our own."""
    try:
        with engine.connect() as connection:
            yield connection
    except (DBAPIError, psycopg.Error) as error:
        raise wrap_error(error) from error


def wrap_error(error: DBAPIError | psycopg.Error) -> JangbuError:
    """The ledger's own error for one of the server's (PostgreSQL, appendix A)."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None) or ""
    met = _words(original)
    if state == _FULL:
        return StoreFullError(
            "room on the database server's disk",
            met=met,
            advice="Free some room and run the command again; nothing was stored.",
        )
    if state in _UNPREPARED or state == _FORBIDDEN:
        return StoreError(
            "a database that was prepared for this role",
            met=met,
            advice="Prepare it (docs/reference/postgresql.md), or use another role.",
        )
    if state in _DAMAGED:
        return StoreError(
            "a ledger database",
            met=met,
            advice="Restore the database from its newest backup, then run jangbu fsck.",
        )
    if state.startswith(_UNAVAILABLE) or _is_lost(error, original, state):
        return StoreUnavailableError(
            "a ledger database that can be read and written",
            met=met,
            advice="Try again; signed statements wait in the outbox until then.",
        )
    return StoreError(
        "an operation that the ledger's database permits",
        met=met,
        advice="Run jangbu fsck; if it reports nothing, report this as a defect.",
    )


def _is_lost(error: Exception, original: object, state: str) -> bool:
    # Without a code, the server had no say: it was not reached, or went away.
    lost = isinstance(original, psycopg.OperationalError | psycopg.InterfaceError)
    return (lost or isinstance(error, InterfaceError)) and not state


def _words(original: object) -> str:
    # The primary message alone: details quote rows.
    if isinstance(original, psycopg.Error) and original.diag.message_primary:
        return original.diag.message_primary
    if isinstance(original, psycopg.OperationalError):
        return str(original).partition("\n")[0]
    return type(original).__name__
