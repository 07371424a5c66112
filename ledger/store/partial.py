"""A SQLite database that was restored in part: it can be read, and nothing is added.

All entries are there and lead to the newest checkpoint; some statements are not. What
is missing may be stated a second time by accident, and a log in which one fact stands
twice verifies nowhere. So the database is shut until the rest is found.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ledger.store.sqlite import PARTIAL
from ledger.store.tables import FROZEN

FOUND: Final = "SELECT 1 FROM sqlite_master WHERE name = 'entry_partial'"


def partial_triggers() -> dict[str, str]:
    """Name and SQL of the triggers that shut a database restored in part."""
    return {
        f"{table}_partial": (
            f"CREATE TRIGGER {table}_partial BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{PARTIAL}'); END"
        )
        for table in FROZEN
    }


def shut_partial(connection: Connection) -> None:
    """Shut a database, in the connection's transaction."""
    for sql in partial_triggers().values():
        connection.exec_driver_sql(sql)


def is_partial(path: Path) -> bool:
    """Whether a file is a database that was restored in part; `False` for any other."""
    if not path.is_file():
        return False
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as own:
            return own.execute(FOUND).fetchone() is not None
    except sqlite3.Error:
        return False
