"""Taking a whole log over from SQLite, byte for byte, so that it is one log always.

1. The old database is held: nobody adds to it while its transaction is open.
2. The rows are copied into a log in the state `filling`, to which nobody can add, and
   read back: each row the same, each root again that of the signed checkpoint. Commit.
3. The old database is shut by triggers. Commit: from here on it never goes on.
4. The new log is opened.

Killed after 2, the old database goes on, and the next move copies what came since.
Killed after 3, neither goes on until the move was run again. Both never do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger.errors import LogError, StoreError
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.engine import transaction
from ledger.store.postgres.copying import COPIED, copy_rows
from ledger.store.postgres.port import PostgresPort
from ledger.store.postgres.rows import PostgresRows
from ledger.store.postgres.tables import FILLING, OPEN
from ledger.store.retired import make_read_only, retire
from ledger.store.spans import Spans
from ledger.store.sqlite import open_migration_engine, wrap_error
from ledger.store.standing import is_retired
from ledger.store.state import LogState, changed_outside

CHUNK: Final = 2_000

_BEGIN: Final = (
    "INSERT INTO head (studio, log, epoch, state) VALUES (%s, %s, 0, 'filling') "
    "ON CONFLICT DO NOTHING"
)
_STATE: Final = "SELECT state FROM head WHERE studio = %s AND log = %s FOR UPDATE"
_OPEN: Final = (
    "UPDATE head SET state = 'open', epoch = epoch + 1 "
    "WHERE studio = %s AND log = %s AND state = 'filling'"
)
# By what the rows of a table are ordered, and asked for piece by piece.
_ORDER: Final = {
    "sheet": "digest",
    "entry": "idx",
    "statement": "idx",
    "checkpoint": "size",
}
_LEAST: Final[dict[str, object]] = {
    "sheet": "",
    "entry": -1,
    "statement": -1,
    "checkpoint": -1,
}

_PYTHON: Final[dict[str, type]] = {"text": str, "int8": int, "bytea": bytes}

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Received:
    """What a move did.

    Attributes:
        size: entries of the log.
        copied: how many of them this move brought; 0 if it only finished another.
        note: the newest checkpoint, the same in both.
    """

    size: int
    copied: int
    note: bytes


def receive(port: PostgresPort, source: Path) -> Received:
    """Take over the log of a SQLite database; safe to repeat.

    Raises:
        LogError: the rows do not lead to the signed checkpoints.
        StoreError: the server holds such a log already, or one of the databases
            cannot be used.
    """
    copied = 0
    if not is_retired(source):
        copied = _take_over(port, source)
    received = _open(port, source, copied)
    Spans(port.engine, port.studio, port.log).catch_up()
    make_read_only(source)
    return received


def _take_over(port: PostgresPort, source: Path) -> int:
    engine = open_migration_engine(source)
    try:
        with engine.connect() as plain:
            old = plain.execution_options(immediate=True)
            with old.begin():
                copied = _fill(port, old)
                retire(old)
    except DBAPIError as error:
        raise wrap_error(error, engine) from error
    finally:
        engine.dispose()
    return copied


def _fill(port: PostgresPort, old: Connection) -> int:
    owner = (port.studio, port.log)
    with transaction(port.engine, write=True) as new:
        new.exec_driver_sql(_BEGIN, owner)
        state = new.exec_driver_sql(_STATE, owner).scalar_one()
        if state != FILLING:
            raise _taken()
        before = _count(new, owner)
        for table in _ORDER:
            _copy(old, new, table, owner)
        _check_rows(old, new, owner)
        _check_roots(port, new)
        return _count(new, owner) - before


def _open(port: PostgresPort, source: Path, copied: int) -> Received:
    owner = (port.studio, port.log)
    with transaction(port.engine, write=True) as new:
        state = new.exec_driver_sql(_STATE, owner).scalar_one_or_none()
        rows = PostgresRows(new, *owner)
        note = rows.newest_note()
        if state is None or note is None:
            raise StoreError(
                "a server that holds the log",
                met="one without it, and a database from which it was moved",
                advice="Name the server that it was moved to.",
                where=str(source),
            )
        if state != OPEN:
            new.exec_driver_sql(_OPEN, owner)
        return Received(size=_count(new, owner), copied=copied, note=note)


# --- copying -------------------------------------------------------------------------


def _copy(old: Connection, new: Connection, table: str, owner: Row) -> None:
    # A part may be there from a move that was killed.
    last = _LEAST[table]
    if table != "sheet":
        column = _ORDER[table]
        query = f"SELECT max({column}) FROM {table} WHERE studio = %s AND log = %s"  # noqa: S608  # our own names
        found = new.exec_driver_sql(query, tuple(owner)).scalar_one()
        last = last if found is None else found
    for rows in _pieces(old, table, owner, last):
        missing = rows if table != "sheet" else _unknown_sheets(new, owner, rows)
        copy_rows(new, table, missing)


def _unknown_sheets(new: Connection, owner: Row, rows: Sequence[Row]) -> list[Row]:
    query = (
        "SELECT digest FROM sheet WHERE studio = %s AND log = %s AND digest = ANY(%s)"
    )
    digests = [row[2] for row in rows]
    found = new.exec_driver_sql(query, (*owner, digests)).scalars().all()
    return [row for row in rows if row[2] not in set(found)]


def _pieces(
    connection: Connection, table: str, owner: Row, after: object
) -> Iterator[list[Row]]:
    order, columns = _ORDER[table], list(COPIED[table])
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    query = (
        f"SELECT {', '.join(columns)} FROM {table} "  # noqa: S608  # our own names
        f"WHERE studio = {mark} AND log = {mark} AND {order} > {mark} "
        f"ORDER BY {order} LIMIT {CHUNK}"
    )
    at = columns.index(order)
    while True:
        found = connection.exec_driver_sql(query, (*owner, after)).all()
        if not found:
            return
        rows: list[Row] = [tuple(row) for row in found]
        _check_types(table, rows)
        yield rows
        after = rows[-1][at]


def _check_types(table: str, rows: Sequence[Row]) -> None:
    # SQLite keeps whatever somebody puts into a column.
    types = [_PYTHON[kind] for kind in COPIED[table].values()]
    for row in rows:
        if any(type(value) is not kind for value, kind in zip(row, types, strict=True)):
            raise changed_outside(f"a row of {table} with a value of another type")


def _count(connection: Connection, owner: Row) -> int:
    query = "SELECT count(*) FROM entry WHERE studio = %s AND log = %s"
    return int(connection.exec_driver_sql(query, tuple(owner)).scalar_one())


# --- checking ------------------------------------------------------------------------


def _check_rows(old: Connection, new: Connection, owner: Row) -> None:
    for table in _ORDER:
        sides = (
            _pieces(connection, table, owner, _LEAST[table])
            for connection in (old, new)
        )
        for ours, theirs in zip_longest(*sides):
            _check_same(table, ours == theirs)


def _check_same(table: str, same: bool) -> None:  # noqa: FBT001  # what was found
    if not same:
        raise LogError(
            f"the rows of {table} as they were",
            met="others on the server",
            advice="The server holds another log of this name: use an empty database.",
        )


def _check_roots(port: PostgresPort, new: Connection) -> None:
    """Each signed checkpoint again, from the rows that were received."""
    owner, sequencing = (port.studio, port.log), port.sequencing
    rows = PostgresRows(new, *owner)
    state = sequencing.caught_up(rows, LogState(), port.held_outside())
    leaves = _leaves(new, owner)
    frontier = Frontier()
    for piece in _pieces(new, "checkpoint", owner, _LEAST["checkpoint"]):
        for _, _, size, stored, note in piece:
            frontier = frontier.extend(islice(leaves, size - frontier.size))
            point = sequencing.opened(note, state.authority)
            right = (point.size, point.root) == (size, frontier.root())
            if not right or stored != frontier.to_bytes():
                raise changed_outside(f"another root at size {size}")


def _leaves(new: Connection, owner: Row) -> Iterator[bytes]:
    for piece in _pieces(new, "entry", owner, _LEAST["entry"]):
        for _, _, idx, _, _, leaf, body in piece:
            if leaf != leaf_hash(body):
                raise changed_outside(f"entry {idx} with another leaf hash")
            yield leaf


def _taken() -> StoreError:
    return StoreError(
        "a server without this log",
        met="one on which this log is open already",
        advice="It was moved there from another copy of this folder: use that one.",
    )
