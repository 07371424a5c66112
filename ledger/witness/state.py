"""What a witness remembers: one SQLite file, and every change on disk before it counts.

A witness that forgets can be led to cosign a second history, so nothing is ever
deleted here, and an older copy of the file must never be put back.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ledger.errors import StoreError, StoreFullError, StoreUnavailableError
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.witness_request import origin_hash

FORMAT: Final = 1
_WAIT_S: Final = 10.0

_SCHEMA: Final = """
CREATE TABLE witness (name TEXT NOT NULL, vkey TEXT NOT NULL) STRICT;
CREATE TABLE log_key (
    origin TEXT NOT NULL, vkey TEXT NOT NULL, trusted INTEGER NOT NULL,
    PRIMARY KEY (origin, vkey)
) STRICT;
CREATE TABLE cosigned (
    origin TEXT NOT NULL, origin_hash TEXT NOT NULL, size INTEGER NOT NULL,
    time INTEGER NOT NULL, note TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (origin, size)
) STRICT;
CREATE INDEX cosigned_by_hash ON cosigned (origin_hash, size);
CREATE TRIGGER cosigned_stays BEFORE DELETE ON cosigned
BEGIN SELECT RAISE(ABORT, 'cosigned checkpoints are never deleted'); END;
CREATE TRIGGER cosigned_is BEFORE UPDATE ON cosigned
WHEN new.text != old.text OR new.size != old.size OR new.time < old.time
BEGIN SELECT RAISE(ABORT, 'cosigned checkpoints are never changed'); END;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CosignedRow:
    """A checkpoint that was cosigned.

    Attributes:
        text: the checkpoint's text, which the cosignature is over.
        note: the checkpoint as the log signed it, with its verified signatures only.
        time: when it was cosigned last.
    """

    text: str
    note: str
    time: int

    @property
    def checkpoint(self) -> Checkpoint:
        """What the text says."""
        return parse_checkpoint(self.text)


@dataclass(frozen=True, slots=True)
class Pen:
    """The state while nobody else can change it."""

    connection: sqlite3.Connection

    def vkeys(self, origin: str) -> list[str]:
        """Keys that are trusted for a log, in the order in which they were added."""
        rows = self.connection.execute(
            "SELECT vkey FROM log_key WHERE origin = ? AND trusted ORDER BY rowid",
            (origin,),
        )
        return [str(row[0]) for row in rows]

    def held(self, origin: str) -> CosignedRow | None:
        """The newest cosigned checkpoint of a log."""
        return self._row("origin = ? ORDER BY size DESC LIMIT 1", origin)

    def at(self, origin: str, size: int) -> CosignedRow | None:
        """The checkpoint of a log that was cosigned at a size."""
        return self._row("origin = ? AND size = ?", origin, size)

    def newest_of(self, hashed: str) -> CosignedRow | None:
        """The newest cosigned checkpoint of the log whose origin has this hash."""
        return self._row("origin_hash = ? ORDER BY size DESC LIMIT 1", hashed)

    def latest_time(self) -> int:
        """The latest time that was ever signed, of any log; 0 before the first."""
        query = "SELECT coalesce(max(time), 0) FROM cosigned"
        return int(self.connection.execute(query).fetchone()[0])

    def remember(self, origin: str, row: CosignedRow) -> None:
        """Note what is about to be cosigned; signing comes after the commit."""
        self.connection.execute(
            "INSERT INTO cosigned (origin, origin_hash, size, time, note, text) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (origin, size) "
            "DO UPDATE SET time = excluded.time, note = excluded.note",
            (
                origin,
                origin_hash(origin),
                row.checkpoint.size,
                row.time,
                row.note,
                row.text,
            ),
        )

    def trust(self, origin: str, vkey: str, *, alone: bool) -> None:
        """Accept a log's key from now on; `alone`: and no other key of that log."""
        if alone:
            self.connection.execute(
                "UPDATE log_key SET trusted = 0 WHERE origin = ?", (origin,)
            )
        self.connection.execute(
            "INSERT INTO log_key (origin, vkey, trusted) VALUES (?, ?, 1) "
            "ON CONFLICT (origin, vkey) DO UPDATE SET trusted = 1",
            (origin, vkey),
        )

    def origins(self) -> list[str]:
        """Logs that were added, in that order."""
        rows = self.connection.execute(
            "SELECT origin FROM log_key GROUP BY origin ORDER BY min(rowid)"
        )
        return [str(row[0]) for row in rows]

    def _row(self, where: str, *given: str | int) -> CosignedRow | None:
        # `where` is one of the texts above, never anybody's input.
        query = f"SELECT text, note, time FROM cosigned WHERE {where}"  # noqa: S608
        found = self.connection.execute(query, given).fetchone()
        if found is None:
            return None
        return CosignedRow(text=found[0], note=found[1], time=found[2])


class WitnessState:
    """The database file of a witness."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, name: str, vkey: str) -> None:
        """Make the file; the caller sees to it that there is none."""
        with _wrapped(self.path), closing(self._connect("rwc")) as connection:
            connection.executescript(f"PRAGMA user_version = {FORMAT}; {_SCHEMA}")
            connection.execute("INSERT INTO witness VALUES (?, ?)", (name, vkey))
        self.path.chmod(0o600)

    def identity(self) -> tuple[str, str]:
        """Name and verifier key that the file was made for.

        Raises:
            StoreUnavailableError: no such file, or of another format.
        """
        with _wrapped(self.path), closing(self._connect("ro")) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != FORMAT:
                raise sqlite3.DatabaseError(f"a file of format {version}")
            name, vkey = connection.execute("SELECT name, vkey FROM witness").fetchone()
        return str(name), str(vkey)

    @contextmanager
    def reading(self) -> Iterator[Pen]:
        """The state at one moment."""
        with _wrapped(self.path), closing(self._connect("ro")) as connection:
            connection.execute("BEGIN")
            yield Pen(connection)

    @contextmanager
    def writing(self) -> Iterator[Pen]:
        """One change at a time; on disk when this ends, or as if it never was."""
        with _wrapped(self.path), closing(self._connect("rw")) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Pen(connection)
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self, mode: str) -> sqlite3.Connection:
        # Never "rwc" in use: a lost file must not come back as an empty one.
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_WAIT_S,
            isolation_level=None,
        )
        # A rollback journal: after a commit, the one file is the whole state.
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection


@contextmanager
def _wrapped(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _store_error(error, path) from error


def _store_error(error: sqlite3.Error, path: Path) -> StoreError:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return StoreFullError(
            "room on the disk",
            met=str(error),
            advice="Free some room; nothing was cosigned.",
            where=str(path),
        )
    return StoreUnavailableError(
        "the witness's database",
        met=str(error),
        advice="Check the folder and its rights. If the file is lost, this witness "
        "must be given up: one that forgot can be led to cosign a second history.",
        where=str(path),
    )
