"""The SQL of admission: what is looked up and what is inserted, by log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select

from ledger.encoding.entry import parse_entry
from ledger.encoding.sheet import parse_envelope
from ledger.log.tree import Frontier, leaf_hash
from ledger.ports import Receipt
from ledger.store.admission import Admitted
from ledger.store.reader import checkpoints, entries, sheets, statements
from ledger.store.state import changed_outside

# Made once: it is asked for each statement, and putting it together costs the most.
_ENTRY_AT: Final = (
    select(entries.c.idx, entries.c.body)
    .join(
        statements,
        (statements.c.studio == entries.c.studio)
        & (statements.c.log == entries.c.log)
        & (statements.c.id == entries.c.id),
    )
    .where(
        entries.c.studio == bindparam("at_studio"),
        entries.c.log == bindparam("at_log"),
        statements.c.kind == bindparam("at_kind"),
        statements.c.key == bindparam("at_key"),
    )
)


@dataclass(frozen=True, slots=True)
class LogRows:
    """Rows of one log."""

    studio: str
    log: str

    @property
    def _owner(self) -> dict[str, str]:
        return {"studio": self.studio, "log": self.log}

    @property
    def _at_owner(self) -> dict[str, str]:
        return {"at_studio": self.studio, "at_log": self.log}

    def newest_note(self, connection: Connection) -> bytes | None:
        """The newest signed checkpoint; `None` for an empty log."""
        query = (
            select(checkpoints.c.note)
            .where(checkpoints.c.studio == self.studio, checkpoints.c.log == self.log)
            .order_by(checkpoints.c.size.desc())
            .limit(1)
        )
        note = connection.execute(query).scalar_one_or_none()
        return None if note is None else bytes(note)

    def receipt(
        self, connection: Connection, kind: str, key: str, note: bytes
    ) -> Receipt | None:
        """The receipt of the statement with this kind and key."""
        place = {**self._at_owner, "at_kind": kind, "at_key": key}
        row = connection.execute(_ENTRY_AT, place).one_or_none()
        if row is None:
            return None
        return receipt_of(row.idx, bytes(row.body), note, new=False)

    def signer_of(self, connection: Connection, statement: str) -> str:
        """Key id that signed the sheet of a stored statement."""
        envelope = connection.execute(
            select(sheets.c.body)
            .join(
                statements,
                (statements.c.studio == sheets.c.studio)
                & (statements.c.log == sheets.c.log)
                & (statements.c.sheet == sheets.c.digest),
            )
            .where(sheets.c.studio == self.studio, sheets.c.log == self.log)
            .where(statements.c.id == statement)
        ).scalar_one_or_none()
        if envelope is None:
            raise changed_outside("a statement or a sheet that is not there")
        return parse_envelope(bytes(envelope)).key_id

    def insert_sheet(self, connection: Connection, digest: str, raw: bytes) -> None:
        """Keep a sheet once: a retry may bring new statements on an old sheet."""
        known = connection.execute(
            select(sheets.c.digest)
            .where(sheets.c.studio == self.studio, sheets.c.log == self.log)
            .where(sheets.c.digest == digest)
        ).one_or_none()
        if known is None:
            row = {**self._owner, "digest": digest, "body": raw}
            connection.execute(insert(sheets).values(row))

    def insert_admitted(
        self, connection: Connection, added: Sequence[Admitted]
    ) -> None:
        """Append entries and their statements."""
        connection.execute(
            insert(entries),
            [
                {
                    **self._owner,
                    "idx": one.index,
                    "id": one.entry.id,
                    "kind": one.entry.kind,
                    "leaf": leaf_hash(one.raw_entry),
                    "body": one.raw_entry,
                }
                for one in added
            ],
        )
        connection.execute(
            insert(statements),
            [
                {
                    **self._owner,
                    "idx": one.index,
                    "id": one.entry.id,
                    "kind": one.entry.kind,
                    "key": one.said.statement.key,
                    "sheet": one.sheet,
                    "body": one.said.raw,
                }
                for one in added
            ],
        )

    def insert_checkpoint(
        self, connection: Connection, frontier: Frontier, note: bytes
    ) -> None:
        """Keep a signed checkpoint with the right edge of its tree."""
        row = {
            **self._owner,
            "size": frontier.size,
            "frontier": frontier.to_bytes(),
            "note": note,
        }
        connection.execute(insert(checkpoints).values(row))


def receipt_of(index: int, raw_entry: bytes, note: bytes, *, new: bool) -> Receipt:
    """The receipt of an entry under a checkpoint."""
    entry = parse_entry(raw_entry)
    return Receipt(
        id=entry.id,
        index=index,
        leaf=leaf_hash(raw_entry).hex(),
        at=entry.at,
        checkpoint=note.decode(),
        new=new,
    )
