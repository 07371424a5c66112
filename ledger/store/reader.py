"""Reading a log from its database: one snapshot, which never changes."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.engine import Row

from ledger.errors import MissingEvidenceError
from ledger.ports import StoredStatement
from ledger.store.engine import transaction
from ledger.store.partial import FOUND
from ledger.store.tables import CheckpointRow, SheetRow, StatementRow

statements = StatementRow.__table__  # type: ignore[attr-defined]
sheets = SheetRow.__table__  # type: ignore[attr-defined]
checkpoints = CheckpointRow.__table__  # type: ignore[attr-defined]

# As text, without types: audits read them all, and drivers return bytes by themselves.
_ENTRIES: Final = text(
    "SELECT idx, body FROM entry WHERE studio = :studio AND log = :log "
    "AND idx >= :start AND idx < :stop ORDER BY idx"
)


class StoreReader:
    """Implements `ledger.ports.LogReader` on the tables.

    The size is fixed at the first question, so that everything that one reader
    answers belongs to one checkpoint, whatever is admitted meanwhile.
    """

    def __init__(self, engine: Engine, studio: str, log: str) -> None:
        self._engine = engine
        self._studio = studio
        self._log = log
        self._newest: tuple[int, bytes] | None = None

    @property
    def origin(self) -> str:
        return self._log

    def is_empty(self) -> bool:
        """Whether not even a genesis was admitted."""
        return self._found() is None

    def size(self) -> int:
        return self._snapshot()[0]

    def checkpoint(self) -> bytes:
        return self._snapshot()[1]

    def entries(self, start: int, end: int) -> list[bytes]:
        indices = range(start, min(end, self.size()))
        asked = {
            "studio": self._studio,
            "log": self._log,
            "start": indices.start,
            "stop": indices.stop,
        }
        with transaction(self._engine, write=False) as connection:
            rows = connection.execute(_ENTRIES, asked).all()
        _check_complete(indices, [index for index, _ in rows])
        return [bytes(body) for _, body in rows]

    def statements(self, start: int, end: int) -> list[StoredStatement]:
        indices = range(start, min(end, self.size()))
        query = (
            select(statements)
            .where(statements.c.studio == self._studio, statements.c.log == self._log)
            .where(statements.c.idx >= indices.start, statements.c.idx < indices.stop)
            .order_by(statements.c.idx)
        )
        with transaction(self._engine, write=False) as connection:
            found = _stored(connection.execute(query).all())
            whole = len(found) == len(indices) or not _is_partial(connection)
        if whole:
            _check_complete(indices, [one.index for one in found])
        return found

    def find(self, kind: str, key: str) -> StoredStatement | None:
        """The statement with this kind and key; `None` if there is none."""
        query = (
            select(statements)
            .where(statements.c.studio == self._studio, statements.c.log == self._log)
            .where(statements.c.kind == kind, statements.c.key == key)
        )
        with transaction(self._engine, write=False) as connection:
            found = _stored(connection.execute(query).all())
        return found[0] if found and found[0].index < self.size() else None

    def note_at(self, size: int) -> bytes | None:
        """The checkpoint of this size as the log signed it; `None` if it never did."""
        query = select(checkpoints.c.note).where(
            checkpoints.c.studio == self._studio,
            checkpoints.c.log == self._log,
            checkpoints.c.size == size,
        )
        with transaction(self._engine, write=False) as connection:
            note = connection.execute(query).scalar_one_or_none()
        return None if note is None else bytes(note)

    def sheet(self, digest: str) -> bytes:
        query = select(sheets.c.body).where(
            sheets.c.studio == self._studio,
            sheets.c.log == self._log,
            sheets.c.digest == digest,
        )
        with transaction(self._engine, write=False) as connection:
            found = connection.execute(query).scalar_one_or_none()
        if found is None:
            raise MissingEvidenceError(
                "a sheet that the log commits to",
                met="no such sheet",
                advice="Run jangbu fsck.",
                where=f"sheet {digest}",
            )
        return bytes(found)

    def _snapshot(self) -> tuple[int, bytes]:
        found = self._found()
        if found is None:
            raise MissingEvidenceError(
                "a log with at least its genesis",
                met="an empty log",
                advice="Run jangbu init again: it takes up where it stopped.",
            )
        return found

    def _found(self) -> tuple[int, bytes] | None:
        if self._newest is None:
            query = (
                select(checkpoints.c.size, checkpoints.c.note)
                .where(
                    checkpoints.c.studio == self._studio,
                    checkpoints.c.log == self._log,
                )
                .order_by(checkpoints.c.size.desc())
                .limit(1)
            )
            with transaction(self._engine, write=False) as connection:
                row = connection.execute(query).one_or_none()
            if row is not None:
                self._newest = (row.size, bytes(row.note))
        return self._newest


def _is_partial(connection: Connection) -> bool:
    """Whether statements may lack: the database was restored in part."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql(FOUND).one_or_none() is not None


def _check_complete(indices: range, met: list[int]) -> None:
    if met != list(indices):
        raise MissingEvidenceError(
            "a row for each entry below the checkpoint",
            met=f"{len(met)} of {len(indices)}",
            advice="The database was changed from outside: run jangbu fsck.",
        )


def _stored(rows: Sequence[Row[tuple[object, ...]]]) -> list[StoredStatement]:
    return [
        StoredStatement(
            index=row.idx,
            id=row.id,
            kind=row.kind,
            key=row.key,
            raw=bytes(row.body),
            sheet=row.sheet,
        )
        for row in rows
    ]
