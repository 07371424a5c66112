"""The rows of one log in PostgreSQL: COPY for what is added.

COPY in binary form costs the least on both sides (docs/performance.md); it refuses
tables with row-level security, of which there are none.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from ledger.log.tree import Frontier
from ledger.store.postgres.copying import copy_rows
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
# Each key by its own look into the index, whatever the planner thinks of a table that
# was empty a moment ago: LIMIT keeps it from joining in another way.
_STORED: Final = (
    "SELECT asked.key, found.idx, entry.body "
    "FROM unnest(string_to_array(%s, ',')) AS asked (key) "
    "CROSS JOIN LATERAL (SELECT idx, id FROM statement WHERE studio = %s AND log = %s "
    "AND kind = %s AND key = asked.key LIMIT 1) AS found "
    "CROSS JOIN LATERAL (SELECT body FROM entry WHERE studio = %s AND log = %s "
    "AND idx = found.idx AND id = found.id LIMIT 1) AS entry"
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
        found: dict[KindKey, StoredEntry] = {}
        owner = (self.studio, self.log)
        for kind, group in groupby(sorted(places), key=itemgetter(0)):
            # One text: to write a list of many texts costs more than to look them up.
            keys = ",".join(key for _, key in group)
            rows = self.connection.exec_driver_sql(
                _STORED, (keys, *owner, kind, *owner)
            )
            for key, index, body in rows:
                found[kind, key] = StoredEntry.of(index, bytes(body))
        return found

    def insert_sheets(self, envelopes: Mapping[str, bytes]) -> None:
        owner = (self.studio, self.log)
        given = (list(envelopes), list(envelopes.values()))
        self.connection.exec_driver_sql(_INSERT_SHEETS, (*owner, *given, *owner))

    def insert_admitted(self, added: Sequence[Admitted]) -> None:
        studio, log = self.studio, self.log
        entries = (
            (studio, log, one.idx, one.id, one.kind, one.leaf, one.entry)
            for one in added
        )
        copy_rows(self.connection, "entry", entries)
        statements = (
            (studio, log, one.idx, one.id, one.kind, one.key, one.sheet, one.body)
            for one in added
        )
        copy_rows(self.connection, "statement", statements)
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
