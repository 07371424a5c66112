"""Looking entries up by what they are about: shot, take, element, frames.

A projection: made from the entries alone, no part of the log, never proof of anything.
It is filled up to a size that `projection` says, on PostgreSQL with each admission, on
SQLite when it is asked; emptied, it fills itself again.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    insert,
    select,
    update,
)

from ledger.encoding.entry import parse_entry
from ledger.records.statement import Scope
from ledger.store.bodies import RecordBytes, read_records
from ledger.store.columns import POSTGRESQL
from ledger.store.engine import transaction
from ledger.store.questions import About, Question, find_indices, question
from ledger.store.rows import NO_SCOPE
from ledger.store.tables import EntryRow, FrameSpanRow, ProjectionRow

NAME: Final = "frame_span"
CHUNK: Final = 5_000
_DONE: Final = "SELECT size FROM projection WHERE studio = ? AND log = ? AND name = ?"

entries = EntryRow.__table__  # type: ignore[attr-defined]
spans = FrameSpanRow.__table__  # type: ignore[attr-defined]
projections = ProjectionRow.__table__  # type: ignore[attr-defined]


class Span(NamedTuple):
    """What an entry is about; the order is that of the table's columns.

    Attributes:
        first: its first frame, `None` for no range, as `last`: the one after its last.
    """

    idx: int
    kind: str
    shot: str | None
    take: str | None
    element: str | None
    first: int | None
    last: int | None


def span_of(index: int, kind: str, scope: Scope) -> Span | None:
    """What an entry is about; `None` if its scope is empty."""
    if scope is NO_SCOPE or scope == NO_SCOPE:
        return None
    frames = scope.range
    return Span(
        idx=index,
        kind=kind,
        shot=scope.shot,
        take=scope.take,
        element=scope.element,
        first=frames.start if frames else None,
        last=frames.end if frames else None,
    )


@dataclass(frozen=True, slots=True)
class Spans:
    """The projection of one log."""

    engine: Engine
    studio: str
    log: str

    def find(self, about: About, size: int) -> list[int]:
        """Indices of the entries below `size` that are about something, ascending.

        Raises:
            StoreError: the projection is behind, and this role may not fill it.
        """
        with transaction(self.engine, write=False) as connection:
            if self._done(connection) >= size:
                return find_indices(connection, self._question(about, size))
        self.catch_up()
        with transaction(self.engine, write=False) as connection:
            return find_indices(connection, self._question(about, size))

    def records(self, about: About, size: int) -> list[RecordBytes]:
        """The bytes of the entries that `find` finds, and of their statements.

        Raises:
            StoreError: the projection is behind, and this role may not fill it.
            MissingEvidenceError: a row is not there.
        """
        with transaction(self.engine, write=False) as connection:
            if self._done(connection) >= size:
                return read_records(connection, self._question(about, size))
        self.catch_up()
        with transaction(self.engine, write=False) as connection:
            return read_records(connection, self._question(about, size))

    def catch_up(self) -> int:
        """Take in the entries that are missing; how many were looked at."""
        looked = 0
        while True:
            with transaction(self.engine, write=True) as connection:
                added = self._advance(connection)
            looked += added
            if added == 0:
                return looked

    def rebuild(self) -> int:
        """Make the projection anew from the entries; how many were looked at."""
        with transaction(self.engine, write=True) as connection:
            for table in (spans, projections):
                own = and_(table.c.studio == self.studio, table.c.log == self.log)
                connection.execute(delete(table).where(own))
        return self.catch_up()

    # --- one step ----------------------------------------------------------------

    def _advance(self, connection: Connection) -> int:
        start = self._claimed(connection)
        rows = connection.execute(
            select(entries.c.idx, entries.c.body)
            .where(entries.c.studio == self.studio, entries.c.log == self.log)
            .where(entries.c.idx >= start, entries.c.idx < start + CHUNK)
            .order_by(entries.c.idx)
        ).all()
        met = [one for row in rows if (one := _read(row.idx, bytes(row.body)))]
        owner = {"studio": self.studio, "log": self.log}
        if met:
            connection.execute(
                insert(spans), [{**owner, **one._asdict()} for one in met]
            )
        self._set(connection, start + len(rows))
        return len(rows)

    def _claimed(self, connection: Connection) -> int:
        # Written first: of two that fill at once, the second waits for the first.
        own = self._own()
        same = update(projections).where(own).values(size=projections.c.size)
        if connection.execute(same).rowcount == 0:
            row = {"studio": self.studio, "log": self.log, "name": NAME, "size": 0}
            connection.execute(insert(projections).values(row))
        return self._done(connection)

    def _set(self, connection: Connection, size: int) -> None:
        connection.execute(update(projections).where(self._own()).values(size=size))

    def _done(self, connection: Connection) -> int:
        mark = "%s" if self.engine.dialect.name == POSTGRESQL else "?"
        query = _DONE.replace("?", mark)
        found = connection.exec_driver_sql(query, (self.studio, self.log, NAME))
        return found.scalar_one_or_none() or 0

    def _own(self) -> ColumnElement[bool]:
        return and_(
            projections.c.studio == self.studio,
            projections.c.log == self.log,
            projections.c.name == NAME,
        )

    def _question(self, about: About, size: int) -> Question:
        owner = (self.studio, self.log)
        return question(owner, about, size, self.engine.dialect.name)


def _read(index: int, raw: bytes) -> Span | None:
    entry = parse_entry(raw)
    return span_of(index, entry.kind, entry.scope)
