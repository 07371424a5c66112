"""Writing a log's SQLite database anew, from entries and what belongs to them.

It decides nothing: what is written was found to lead to signed checkpoints, and is
compared again by whoever opens it. The caller writes it beside its place and gives it
its name when it is whole, so that an interrupted restore leaves no half of a log.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import read
from ledger.files import os_error, sync_folder
from ledger.log.tree import Frontier, leaf_hash
from ledger.store.migrate import upgrade
from ledger.store.partial import shut_partial
from ledger.store.spans import Spans
from ledger.store.sqlite import open_migration_engine, wrap_error

_CHUNK: Final = 2_000
_ENTRY: Final = (
    "INSERT INTO entry (studio, log, idx, id, kind, leaf, body) VALUES (?,?,?,?,?,?,?)"
)
_STATEMENT: Final = (
    "INSERT INTO statement (studio, log, idx, id, kind, key, sheet, body) "
    "VALUES (?,?,?,?,?,?,?,?)"
)
_SHEET: Final = "INSERT INTO sheet (studio, log, digest, body) VALUES (?,?,?,?)"
_CHECKPOINT: Final = (
    "INSERT INTO checkpoint (studio, log, size, frontier, note) VALUES (?,?,?,?,?)"
)


class FoundStatement(NamedTuple):
    """A statement that belongs to an entry, with the digest of its sheet."""

    raw: bytes
    sheet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a database is to hold.

    Attributes:
        entries: canonical bytes, from entry 0 on.
        statements: by index; some may lack.
        sheets: envelopes by digest, those of the statements.
        notes: signed checkpoints by size, the newest over all entries.
    """

    studio: str
    log: str
    entries: Sequence[bytes]
    statements: Mapping[int, FoundStatement]
    sheets: Mapping[str, bytes]
    notes: Mapping[int, bytes]

    @property
    def complete(self) -> bool:
        """Whether each entry has its statement."""
        return len(self.statements) == len(self.entries)


def write_database(path: Path, contents: Contents) -> None:
    """Write a database; whatever is at that path is replaced.

    It is one file afterwards, with projections, durable; shut if statements lack.

    Raises:
        StoreFullError, StoreUnavailableError: it is not whole; write it again.
    """
    remove_database(path)
    upgrade(path)
    engine = open_migration_engine(path)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin():
                _fill(connection, contents)
        Spans(engine, contents.studio, contents.log).catch_up()
        if not contents.complete:
            with engine.connect() as plain, plain.begin():
                shut_partial(plain)
    except DBAPIError as error:
        raise wrap_error(error, engine) from error
    finally:
        engine.dispose()
    settle(path)


def remove_database(path: Path) -> None:
    """Remove a database with what SQLite keeps beside it, if it is there."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        try:
            path.with_name(name).unlink(missing_ok=True)
        except OSError as error:
            raise os_error(error, path) from error


def _fill(connection: Connection, contents: Contents) -> None:
    owner = (contents.studio, contents.log)
    sheets = [(*owner, digest, raw) for digest, raw in contents.sheets.items()]
    _insert(connection, _SHEET, iter(sheets))
    _insert(connection, _ENTRY, _entry_rows(contents))
    _insert(connection, _STATEMENT, _statement_rows(contents))
    _insert(connection, _CHECKPOINT, _checkpoint_rows(contents))


def _insert(
    connection: Connection, query: str, rows: Iterator[tuple[object, ...]]
) -> None:
    waiting: list[tuple[object, ...]] = []
    for row in rows:
        waiting.append(row)
        if len(waiting) == _CHUNK:
            connection.exec_driver_sql(query, waiting)
            waiting = []
    if waiting:
        connection.exec_driver_sql(query, waiting)


def _entry_rows(contents: Contents) -> Iterator[tuple[object, ...]]:
    for index, raw in enumerate(contents.entries):
        entry = parse_entry(raw)
        named = (entry.id, entry.kind, leaf_hash(raw), raw)
        yield (contents.studio, contents.log, index, *named)


def _statement_rows(contents: Contents) -> Iterator[tuple[object, ...]]:
    for index, found in sorted(contents.statements.items()):
        entry, said = parse_entry(contents.entries[index]), read(found.raw)
        named = (entry.id, said.kind, said.key, found.sheet, found.raw)
        yield (contents.studio, contents.log, index, *named)


def _checkpoint_rows(contents: Contents) -> Iterator[tuple[object, ...]]:
    tree = Frontier()
    for size, note in sorted(contents.notes.items()):
        tree = tree.extend(map(leaf_hash, contents.entries[tree.size : size]))
        yield contents.studio, contents.log, size, tree.to_bytes(), note


def settle(path: Path) -> None:
    """Fold the write-ahead log in: the file is about to be renamed; it is durable."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as own:
            own.execute("PRAGMA journal_mode = DELETE")
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise os_error(_as_os_error(error), path) from error


def _as_os_error(error: OSError | sqlite3.Error) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))
