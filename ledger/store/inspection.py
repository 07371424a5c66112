"""Reading a log's database as it lies there, for fsck: nothing about it is believed.

Other readers rely on what admission wrote. This one must show what somebody else did:
tables may be gone or be views by now, a column may hold another type, rows may lack,
stand twice or belong to nobody. So it reads rows as they come, read-only and in one
transaction, and turns whatever it meets into plain values.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlencode

from sqlalchemy import Engine

from ledger.errors import StoreUnavailableError
from ledger.files import sqlite_address
from ledger.store.sqlite import BUSY_SECONDS
from ledger.store.tables import FROZEN

SchemaObject: TypeAlias = tuple[str, str]
"""Type (`table`, `trigger` …) and name."""

_SCHEMA: Final = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
_REVISION: Final = "SELECT version_num FROM alembic_version"
_SQLITE_OWN: Final = re.compile(
    r"index sqlite_autoindex_\w+|table sqlite_sequence|table sqlite_stat[1-4]"
)
_NO_INDEX: Final = -1
_SPAN: Final = 'idx, kind, shot, take, element, "first", "last"'


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A row of `entry`; an index that is no number is -1."""

    index: int
    id: str
    kind: str
    leaf: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A row of `statement`."""

    id: str
    index: int
    kind: str
    key: str
    sheet: str
    body: bytes


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row of `sheet`."""

    digest: str
    body: bytes


@dataclass(frozen=True, slots=True)
class CheckpointLine:
    """A row of `checkpoint`."""

    size: int
    frontier: bytes
    note: bytes


@dataclass(slots=True)
class Inspection:
    """A database at one moment.

    Attributes:
        failures: what could not be read, in SQLite's words, by what was asked.
    """

    connection: sqlite3.Connection
    studio: str
    log: str
    failures: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Hold the moment: what others write from here on is not seen."""
        # Views and triggers of a forger must not run functions of ours.
        for command in ("PRAGMA trusted_schema = OFF", "BEGIN"):
            list(self._ask("the file", command))

    def schema(self) -> dict[SchemaObject, str]:
        """Every object of the schema with its SQL."""
        return {
            (_text(kind), _text(name)): _text(sql)
            for kind, name, sql in self._ask("the schema", _SCHEMA)
        }

    def expected(self) -> dict[SchemaObject, str]:
        """What the migrations made, up to the revision that the database names."""
        # Here, since it takes its time to import.
        from ledger.store.migrate import expected_schema  # noqa: PLC0415

        found = [_text(row[0]) for row in self._ask("the schema", _REVISION)]
        return expected_schema(found[0] if found else "")

    def is_its_own(self, kind: str, name: str) -> bool:
        """Whether SQLite adds it by itself: never a trigger or a view."""
        return _SQLITE_OWN.fullmatch(f"{kind} {name}") is not None

    def complaints(self) -> list[str]:
        """What SQLite's own check finds, in its words; empty if all is well."""
        rows = self._ask("the file", "PRAGMA integrity_check")
        return [_text(row[0]) for row in rows if row[0] != "ok"]

    def entries(self) -> list[EntryLine]:
        """Rows of `entry`, by index."""
        return [
            EntryLine(_number(idx), _text(name), _text(kind), _blob(leaf), _blob(body))
            for idx, name, kind, leaf, body in self._own(
                "entry", "idx, id, kind, leaf, body"
            )
        ]

    def leaf_rows(self) -> Iterator[tuple[object, ...]]:
        """Index, leaf hash and bytes of each entry, by index, as they lie there."""
        return self._own("entry", "idx, leaf, body")

    def statements(self) -> Iterator[StatementLine]:
        """Rows of `statement`, by index."""
        columns = "idx, id, kind, key, sheet, body"
        for idx, name, kind, key, sheet, body in self._own("statement", columns):
            yield StatementLine(
                _text(name),
                _number(idx),
                _text(kind),
                _text(key),
                _text(sheet),
                _blob(body),
            )

    def sheets(self) -> Iterator[SheetLine]:
        """Rows of `sheet`, by digest."""
        for digest, body in self._own("sheet", "digest, body"):
            yield SheetLine(_text(digest), _blob(body))

    def checkpoints(self) -> list[CheckpointLine]:
        """Rows of `checkpoint`, by size."""
        return [
            CheckpointLine(_number(size), _blob(frontier), _blob(note))
            for size, frontier, note in self._own("checkpoint", "size, frontier, note")
        ]

    def projected(self) -> tuple[int, list[tuple[object, ...]]]:
        """How far the index of shots and frames reaches, and its rows by index."""
        rows = [tuple(row) for row in self._own("frame_span", _SPAN)]
        sizes = [_number(size) for size, _ in self._own("projection", "size, name")]
        # No part of the log: an older version has no such tables, and needs none.
        for table in ("frame_span", "projection"):
            self.failures.pop(table, None)
        return max(sizes, default=0), rows

    def waiting(self) -> int:
        """Submissions that nobody has answered; a file has no inbox."""
        return 0

    def strangers(self) -> dict[str, int]:
        """How many rows of each frozen table belong to another studio or log."""
        counts: dict[str, int] = {}
        for table in FROZEN:
            query = f"SELECT COUNT(*) FROM {table} WHERE studio <> ? OR log <> ?"  # noqa: S608  # our own names
            for (count,) in self._ask(table, query, self.studio, self.log):
                counts[table] = _number(count)
        return {table: count for table, count in counts.items() if count}

    def _own(self, table: str, columns: str) -> Iterator[tuple[object, ...]]:
        query = (
            f"SELECT {columns} FROM {table} "  # noqa: S608  # our own names
            "WHERE studio = ? AND log = ? ORDER BY 1"
        )
        return self._ask(table, query, self.studio, self.log)

    def _ask(
        self, what: str, query: str, *values: object
    ) -> Iterator[tuple[object, ...]]:
        try:
            yield from self.connection.execute(query, values)
        except sqlite3.Error as error:
            self.failures[what] = str(error)


def inspect(
    database: Path | Engine, studio: str, log: str
) -> AbstractContextManager[Inspection]:
    """Look at a database, read-only and at one moment.

    Args:
        database: the file, or a server's.
        studio: owner of the log.
        log: origin of the log.

    Raises:
        StoreUnavailableError: there is no such file, or it cannot be opened.
    """
    if isinstance(database, Path):
        return _inspect_file(database, studio, log)
    # Here, since a log in the folder needs none of it.
    from ledger.store.postgres.inspection import inspect_server  # noqa: PLC0415

    return inspect_server(database, studio, log)


@contextmanager
def _inspect_file(path: Path, studio: str, log: str) -> Iterator[Inspection]:
    try:
        _, address = sqlite_address(path)
        said = {"mode": "ro", **address, "uri": "true"}
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{urlencode(said)}",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
        )
    except sqlite3.Error as error:
        raise StoreUnavailableError(
            "a ledger database that can be read",
            met=str(error),
            advice="Restore the database from its backup.",
            where=str(path),
        ) from error
    with closing(connection):
        # Hostile bytes must not stop the reading.
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        found = Inspection(connection, studio, log)
        found.begin()
        yield found


def _number(value: object) -> int:
    return value if isinstance(value, int) else _NO_INDEX


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _blob(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
