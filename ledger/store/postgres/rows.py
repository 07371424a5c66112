"""The rows of one log in PostgreSQL: COPY for what is added, arrays for what is asked.

COPY in binary form costs the least on both sides (docs/performance.md); it refuses
tables with row-level security, of which there are none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from sqlalchemy import Connection

from ledger.errors import StoreError
from ledger.log.tree import Frontier
from ledger.store.rows import Admitted, KindKey, StoredEntry
from ledger.store.spans import NAME as SPANS
from ledger.store.spans import span_of

_OWN: Final = "studio = %s AND log = %s"
_NEWEST: Final = f"SELECT note FROM checkpoint WHERE {_OWN} ORDER BY size DESC LIMIT 1"  # noqa: S608  # our own names
_PIECE: Final = 5_000
_ENTRIES: Final = (
    f"SELECT idx, body FROM entry WHERE {_OWN} AND idx >= %s "  # noqa: S608
    "ORDER BY idx LIMIT %s"
)
_STATEMENT: Final = f"SELECT body FROM statement WHERE {_OWN} AND id = %s"  # noqa: S608
_ENVELOPE: Final = (
    "SELECT sheet.body FROM statement JOIN sheet ON sheet.studio = statement.studio "
    "AND sheet.log = statement.log AND sheet.digest = statement.sheet "
    "WHERE statement.studio = %s AND statement.log = %s AND statement.id = %s"
)
_STORED: Final = (
    "SELECT statement.kind, statement.key, entry.idx, entry.body "
    "FROM unnest(%s::text[], %s::text[]) AS asked (kind, key) "
    "JOIN statement ON statement.studio = %s AND statement.log = %s "
    "AND statement.kind = asked.kind AND statement.key = asked.key "
    "JOIN entry ON entry.studio = statement.studio AND entry.log = statement.log "
    "AND entry.idx = statement.idx AND entry.id = statement.id"
)
_INSERT_SHEETS: Final = (
    "INSERT INTO sheet (studio, log, digest, body) "
    "SELECT %s, %s, digest, body "
    "FROM unnest(%s::text[], %s::bytea[]) AS given (digest, body) "
    "WHERE NOT EXISTS (SELECT 1 FROM sheet AS kept WHERE kept.studio = %s "
    "AND kept.log = %s AND kept.digest = given.digest)"
)
_INSERT_CHECKPOINT: Final = (
    "INSERT INTO checkpoint (studio, log, size, frontier, note) "
    "VALUES (%s, %s, %s, %s, %s)"
)
_PROJECT_FIRST: Final = (
    "INSERT INTO projection (size, studio, log, name) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT DO NOTHING"
)
_PROJECT_MORE: Final = (
    f"UPDATE projection SET size = %s WHERE {_OWN} AND name = %s AND size = %s"  # noqa: S608
)

_TEXT: Final = "text"
COPIED: Final[Mapping[str, Mapping[str, str]]] = {
    "entry": {
        "studio": _TEXT,
        "log": _TEXT,
        "idx": "int8",
        "id": _TEXT,
        "kind": _TEXT,
        "leaf": "bytea",
        "body": "bytea",
    },
    "statement": {
        "studio": _TEXT,
        "log": _TEXT,
        "id": _TEXT,
        "idx": "int8",
        "kind": _TEXT,
        "key": _TEXT,
        "sheet": _TEXT,
        "body": "bytea",
    },
    "sheet": {"studio": _TEXT, "log": _TEXT, "digest": _TEXT, "body": "bytea"},
    "checkpoint": {
        "studio": _TEXT,
        "log": _TEXT,
        "size": "int8",
        "frontier": "bytea",
        "note": "bytea",
    },
    "frame_span": {
        "studio": _TEXT,
        "log": _TEXT,
        "idx": "int8",
        "kind": _TEXT,
        "shot": _TEXT,
        "take": _TEXT,
        "element": _TEXT,
        "first": "int8",
        "last": "int8",
    },
}
"""Columns of the tables that are filled by COPY, with their types."""


@dataclass(frozen=True, slots=True)
class PostgresRows:
    """Implements `LogRows` on an open transaction."""

    connection: Connection
    studio: str
    log: str

    def newest_note(self) -> bytes | None:
        return self._one(_NEWEST)

    def entries(self, start: int) -> Iterator[bytes]:
        # Piece by piece: a program that starts folds all of them.
        while found := self._ask(_ENTRIES, start, _PIECE):
            for _, body in found:
                yield bytes(body)
            start = found[-1][0] + 1

    def statement(self, statement: str) -> bytes | None:
        return self._one(_STATEMENT, statement)

    def envelope_of(self, statement: str) -> bytes | None:
        return self._one(_ENVELOPE, statement)

    def stored(self, places: Collection[KindKey]) -> Mapping[KindKey, StoredEntry]:
        kinds = [kind for kind, _ in places]
        keys = [key for _, key in places]
        found = self.connection.exec_driver_sql(
            _STORED, (kinds, keys, self.studio, self.log)
        )
        return {
            (row.kind, row.key): StoredEntry.of(row.idx, bytes(row.body))
            for row in found
        }

    def insert_sheets(self, envelopes: Mapping[str, bytes]) -> None:
        owner = (self.studio, self.log)
        given = (list(envelopes), list(envelopes.values()))
        self.connection.exec_driver_sql(_INSERT_SHEETS, (*owner, *given, *owner))

    def insert_admitted(self, added: Sequence[Admitted]) -> None:
        studio, log = self.studio, self.log
        copy_rows(
            self.connection,
            "entry",
            (
                (studio, log, one.idx, one.id, one.kind, one.leaf, one.entry)
                for one in added
            ),
        )
        copy_rows(
            self.connection,
            "statement",
            (
                (
                    *(studio, log, one.id, one.idx, one.kind),
                    *(one.key, one.sheet, one.body),
                )
                for one in added
            ),
        )
        self._project(added)

    def insert_checkpoint(self, frontier: Frontier, note: bytes) -> None:
        values = (self.studio, self.log, frontier.size, frontier.to_bytes(), note)
        self.connection.exec_driver_sql(_INSERT_CHECKPOINT, values)

    def _project(self, added: Sequence[Admitted]) -> None:
        # Only on top of what is complete: else it is caught up when it is asked.
        owner, start = (self.studio, self.log), added[0].idx
        values: tuple[object, ...] = (start + len(added), *owner, SPANS)
        query = _PROJECT_FIRST
        if start:
            query, values = _PROJECT_MORE, (*values, start)
        if self.connection.exec_driver_sql(query, values).rowcount != 1:
            return
        spans = (span_of(one.idx, one.kind, one.scope) for one in added)
        copy_rows(
            self.connection,
            "frame_span",
            ((*owner, *span) for span in spans if span is not None),
        )

    def _ask(self, query: str, *values: object) -> Sequence[Sequence[Any]]:
        given = (self.studio, self.log, *values)
        return self.connection.exec_driver_sql(query, given).all()

    def _one(self, query: str, *values: object) -> bytes | None:
        found = self._ask(query, *values)
        return bytes(found[0][0]) if found else None


def copy_rows(
    connection: Connection, table: str, rows: Iterable[Sequence[object]]
) -> None:
    """Add rows by COPY, inside the connection's transaction."""
    columns = COPIED[table]
    names = ", ".join(f'"{name}"' for name in columns)
    command = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
    with (
        driver_of(connection).cursor() as cursor,
        cursor.copy(command.encode()) as copy,
    ):
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection below."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise StoreError(
            "a connection of psycopg",
            met=type(found).__name__,
            advice="Open the ledger with its own engine.",
        )
    return found
