"""A SQLite database whose log was moved away: readable, and shut for ever.

A trigger on each frozen table refuses every insert, so that no program adds to it any
more, older versions of this one and other people's included. There is no way back but
by hand: two databases that could both go on would be two histories of one log.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from ledger.files import os_error
from ledger.store.sqlite import MOVED
from ledger.store.tables import FROZEN


def retiring_triggers() -> dict[str, str]:
    """Name and SQL of the triggers that shut a database whose log was moved."""
    return {
        f"{table}_moved": (
            f"CREATE TRIGGER {table}_moved BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{MOVED}'); END"
        )
        for table in FROZEN
    }


def retire(connection: Connection) -> None:
    """Shut a database, in the connection's transaction."""
    for sql in retiring_triggers().values():
        connection.exec_driver_sql(sql)


def make_read_only(path: Path) -> None:
    """Take the right to write from the file of a retired database.

    Its write-ahead log is folded in first: without it, a file that nobody may write to
    can be read from anywhere. If somebody still reads, the triggers alone must do.
    """
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as own:
            (mode,) = own.execute("PRAGMA journal_mode = DELETE").fetchone()
        if mode == "delete":
            path.chmod(0o400)
    except sqlite3.Error:
        return
    except OSError as error:
        raise os_error(error, path) from error
