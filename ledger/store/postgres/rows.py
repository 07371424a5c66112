"""The rows of one log in PostgreSQL: COPY for what is added.

COPY in binary form costs the least on both sides (docs/performance.md); it refuses
tables with row-level security, of which there are none. Statements are copied while
others are still being decided about, so that server and client work at once.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection

from ledger.log.tree import Frontier
from ledger.store.postgres.copying import copy_rows, copying
from ledger.store.postgres.staging import Staging
from ledger.store.postgres.templates import Templates
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
_KNOWN_SHEETS: Final = f"SELECT digest FROM sheet WHERE {_OWN} AND digest = ANY(%s)"  # noqa: S608
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


_AT_ONCE: Final = 200
"""Rows that are encoded together: about 200 KB."""


class PostgresRows:
    """Implements `LogRows` on an open transaction.

    As a context, it leaves no COPY open, whatever happens.
    """

    __slots__ = ("_connection", "_log", "_stages", "_staging", "_studio", "_templates")

    def __init__(
        self, connection: Connection, studio: str, log: str, *, stages: bool = False
    ) -> None:
        """Rows of a log.

        Args:
            connection: in a transaction.
            studio: owner of the log.
            log: its name.
            stages: whether statements go to the server before all are decided about;
                if anything goes wrong then, the transaction can only be rolled back.
        """
        self._connection, self._studio, self._log = connection, studio, log
        self._templates = Templates(studio, log)
        self._staging = Staging(connection, self._templates)
        self._stages = stages

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._staging.leave(kind, error, trace)

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
        owner = (self._studio, self._log)
        for kind, group in groupby(sorted(places), key=itemgetter(0)):
            # One text: to write a list of many texts costs more than to look them up.
            keys = ",".join(key for _, key in group)
            self._staging.end()
            rows = self._connection.exec_driver_sql(
                _STORED, (keys, *owner, kind, *owner)
            )
            for key, index, body in rows:
                found[kind, key] = StoredEntry.of(index, bytes(body))
        return found

    def stage(self, some: Sequence[Admitted]) -> None:
        if self._stages and some:
            self._staging.send(some)

    def insert_sheets(self, envelopes: Mapping[str, bytes]) -> None:
        known = {digest for (digest,) in self._ask(_KNOWN_SHEETS, list(envelopes))}
        owner = (self._studio, self._log)
        new = [(*owner, *one) for one in envelopes.items() if one[0] not in known]
        copy_rows(self._connection, "sheet", new)

    def insert_admitted(self, added: Sequence[Admitted]) -> None:
        self._staging.end()
        self._copy("statement", self._templates.statements, added[self._staging.many :])
        self._copy("entry", self._templates.entries, added)
        self._project(added)

    def _copy(
        self,
        table: str,
        encode: Callable[[Sequence[Admitted]], bytes],
        some: Sequence[Admitted],
    ) -> None:
        if not some:
            return
        with copying(self._connection, table) as write:
            for start in range(0, len(some), _AT_ONCE):
                write(encode(some[start : start + _AT_ONCE]))

    def insert_checkpoint(self, frontier: Frontier, note: bytes) -> None:
        values = (self._studio, self._log, frontier.size, frontier.to_bytes(), note)
        self._connection.exec_driver_sql(_INSERT_CHECKPOINT, values)

    def _project(self, added: Sequence[Admitted]) -> None:
        # Only on top of what is complete: else it is caught up when it is asked.
        owner, start = (self._studio, self._log), added[0].idx
        values: tuple[object, ...] = (start + len(added), *owner, SPANS)
        query = _PROJECT_FIRST
        if start:
            query, values = _PROJECT_MORE, (*values, start)
        if self._connection.exec_driver_sql(query, values).rowcount != 1:
            return
        spans = [
            (*owner, *span)
            for one in added
            if (span := span_of(one.idx, one.kind, one.scope)) is not None
        ]
        if spans:
            copy_rows(self._connection, "frame_span", spans)

    def _ask(self, query: str, *values: object) -> Sequence[Sequence[Any]]:
        given = (self._studio, self._log, *values)
        self._staging.end()
        return self._connection.exec_driver_sql(query, given).all()

    def _one(self, query: str, *values: object) -> bytes | None:
        found = self._ask(query, *values)
        return bytes(found[0][0]) if found else None
