"""The rows of one log in SQLite, at the level of the driver.

Statements are inserted by the thousand: compiled SQL and plain tuples, since putting
an expression together costs more than what the database does with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection

from ledger.log.tree import Frontier
from ledger.store.rows import Admitted, KindKey, StoredEntry

_NEWEST: Final = (
    "SELECT note FROM checkpoint WHERE studio = ? AND log = ? "
    "ORDER BY size DESC LIMIT 1"
)
_ENTRIES: Final = (
    "SELECT body FROM entry WHERE studio = ? AND log = ? AND idx >= ? ORDER BY idx"
)
_STATEMENT: Final = "SELECT body FROM statement WHERE studio = ? AND log = ? AND id = ?"
_ENVELOPE: Final = (
    "SELECT sheet.body FROM statement JOIN sheet ON sheet.studio = statement.studio "
    "AND sheet.log = statement.log AND sheet.digest = statement.sheet "
    "WHERE statement.studio = ? AND statement.log = ? AND statement.id = ?"
)
_STORED: Final = (
    "SELECT statement.key, entry.idx, entry.body FROM statement "
    "JOIN entry ON entry.studio = statement.studio AND entry.log = statement.log "
    "AND entry.idx = statement.idx AND entry.id = statement.id "
    "WHERE statement.studio = ? AND statement.log = ? AND statement.kind = ? "
    "AND statement.key IN (%s)"
)
MOST_ASKED: Final = 16_000
"""Values in one question; SQLite takes 32,766."""
_SHEET_KNOWN: Final = "SELECT 1 FROM sheet WHERE studio = ? AND log = ? AND digest = ?"
_INSERT_SHEET: Final = "INSERT INTO sheet (studio, log, digest, body) VALUES (?,?,?,?)"
# A conflict undoes all of the transaction, so SQLite keeps no journal for each row.
_INSERT_ENTRY: Final = (
    "INSERT OR ROLLBACK INTO entry (studio, log, idx, id, kind, leaf, body) "
    "VALUES (?,?,?,?,?,?,?)"
)
_INSERT_STATEMENT: Final = (
    "INSERT OR ROLLBACK INTO statement "
    "(studio, log, idx, id, kind, key, sheet, body) "
    "VALUES (?,?,?,?,?,?,?,?)"
)
_INSERT_CHECKPOINT: Final = (
    "INSERT INTO checkpoint (studio, log, size, frontier, note) VALUES (?,?,?,?,?)"
)


@dataclass(frozen=True, slots=True)
class SqliteRows:
    """Implements `LogRows` on an open transaction."""

    connection: Connection
    studio: str
    log: str

    def newest_note(self) -> bytes | None:
        return self._one(_NEWEST)

    def entries(self, start: int) -> Iterator[bytes]:
        values = (self.studio, self.log, start)
        for (body,) in self.connection.exec_driver_sql(_ENTRIES, values):
            yield bytes(body)

    def statement(self, statement: str) -> bytes | None:
        return self._one(_STATEMENT, statement)

    def envelope_of(self, statement: str) -> bytes | None:
        return self._one(_ENVELOPE, statement)

    def stored(self, places: Collection[KindKey]) -> Mapping[KindKey, StoredEntry]:
        found: dict[KindKey, StoredEntry] = {}
        for kind, group in groupby(sorted(places), key=itemgetter(0)):
            keys = [key for _, key in group]
            for start in range(0, len(keys), MOST_ASKED):
                asked = keys[start : start + MOST_ASKED]
                query = _STORED % ",".join("?" * len(asked))
                for key, index, body in self._ask(query, kind, *asked):
                    found[kind, key] = StoredEntry.of(index, bytes(body))
        return found

    def stage(self, some: Sequence[Admitted]) -> None:
        """Nothing is to be gained by an early start in the same process."""

    def insert_sheets(self, envelopes: Mapping[str, bytes]) -> None:
        for digest, raw in envelopes.items():
            if self._ask(_SHEET_KNOWN, digest):
                continue
            values = (self.studio, self.log, digest, raw)
            self.connection.exec_driver_sql(_INSERT_SHEET, values)

    def insert_admitted(self, added: Sequence[Admitted]) -> None:
        studio, log = self.studio, self.log
        self.connection.exec_driver_sql(
            _INSERT_ENTRY,
            [
                (studio, log, one.idx, one.id, one.kind, one.leaf, one.entry)
                for one in added
            ],
        )
        self.connection.exec_driver_sql(
            _INSERT_STATEMENT,
            [
                (
                    studio,
                    log,
                    one.idx,
                    one.id,
                    one.kind,
                    one.key,
                    one.sheet,
                    one.body,
                )
                for one in added
            ],
        )

    def insert_checkpoint(self, frontier: Frontier, note: bytes) -> None:
        values = (self.studio, self.log, frontier.size, frontier.to_bytes(), note)
        self.connection.exec_driver_sql(_INSERT_CHECKPOINT, values)

    def _ask(self, query: str, *values: object) -> Sequence[Sequence[Any]]:
        found = self.connection.exec_driver_sql(query, (self.studio, self.log, *values))
        return found.all()

    def _one(self, query: str, *values: object) -> bytes | None:
        found = self._ask(query, *values)
        return bytes(found[0][0]) if found else None
