"""Looking entries up by what they are about: shot, take, element, frames.

A projection: made from the entries alone, no part of the log, never proof of anything.
It is filled up to a size that `projection` says, on PostgreSQL with each admission, on
SQLite when it is asked; emptied, it fills itself again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from ledger.encoding.entry import parse_entry
from ledger.records.statement import Scope
from ledger.store.columns import POSTGRESQL
from ledger.store.engine import transaction
from ledger.store.tables import EntryRow, FrameSpanRow, ProjectionRow

NAME: Final = "frame_span"
CHUNK: Final = 5_000

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


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is asked for; what is `None` is not asked about.

    Attributes:
        frames: an entry without a range is about all frames.
    """

    shot: str | None = None
    take: str | None = None
    element: str | None = None
    frames: range | None = None


def span_of(index: int, kind: str, scope: Scope) -> Span | None:
    """What an entry is about; `None` if its scope is empty."""
    if scope == Scope():
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
                return self._found(connection, about, size)
        self.catch_up()
        with transaction(self.engine, write=False) as connection:
            return self._found(connection, about, size)

    def _found(self, connection: Connection, about: About, size: int) -> list[int]:
        parts = [
            select(spans.c.idx)
            .where(spans.c.studio == self.studio, spans.c.log == self.log)
            .where(spans.c.idx < size, *self._asked(about), *part)
            for part in self._parts(about.frames)
        ]
        return sorted(connection.execute(union_all(*parts)).scalars())

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
        query = select(projections.c.size).where(self._own())
        return connection.execute(query).scalar_one_or_none() or 0

    def _own(self) -> ColumnElement[bool]:
        return and_(
            projections.c.studio == self.studio,
            projections.c.log == self.log,
            projections.c.name == NAME,
        )

    # --- the question ------------------------------------------------------------

    def _asked(self, about: About) -> Iterator[ColumnElement[bool]]:
        for name in ("shot", "take", "element"):
            wanted = getattr(about, name)
            if wanted is not None:
                yield spans.c[name] == wanted

    def _parts(self, frames: range | None) -> list[list[ColumnElement[bool]]]:
        if frames is None:
            return [[]]
        # Apart: OR over both would keep the ranges from being found by their index.
        ranged = [spans.c.first.is_not(None), self._meets(frames)]
        return [[spans.c.first.is_(None)], ranged]

    def _meets(self, frames: range) -> ColumnElement[bool]:
        if self.engine.dialect.name == POSTGRESQL:
            asked = func.int8range(frames.start, frames.stop)
            own: ColumnElement[bool] = func.int8range(spans.c.first, spans.c.last).op(
                "&&", is_comparison=True
            )(asked)
            return own
        return and_(spans.c.first < frames.stop, spans.c.last > frames.start)


def _read(index: int, raw: bytes) -> Span | None:
    entry = parse_entry(raw)
    return span_of(index, entry.kind, entry.scope)
