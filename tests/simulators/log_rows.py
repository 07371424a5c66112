"""Every row of a log's tables, as they stand in a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

Rows = dict[str, list[tuple[object, ...]]]

TABLES = {
    "entry": "idx, id, kind, leaf, body",
    "statement": "idx, id, kind, key, sheet, body",
    "sheet": "digest, body",
    "checkpoint": "size, frontier, note",
}


def queries() -> Iterator[tuple[str, str]]:
    """Each table with the question for its rows, in their order."""
    for table, columns in TABLES.items():
        yield table, f"SELECT {columns} FROM {table} ORDER BY 1"  # noqa: S608


def rows_of_file(path: Path) -> Rows:
    """The rows of a database file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return {
            table: connection.execute(query).fetchall() for table, query in queries()
        }
