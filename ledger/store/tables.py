"""The tables of a log.

`entry`, `statement`, `sheet` and `checkpoint` are frozen with revision 1: rows are
inserted once and never touched again, and no migration changes the tables. `lease` is
advisory and may be emptied at any time. SQL columns are projections of the bytes in
`body`; proofs need the bytes only.
"""

from typing import Any, ClassVar, Final

from sqlalchemy import MetaData, UniqueConstraint
from sqlmodel import Field, SQLModel

FROZEN: Final = ("entry", "statement", "sheet", "checkpoint")

# A hidden rowid would be one more key by which REPLACE could hit a row.
_NO_ROWID: Final[dict[str, Any]] = {"sqlite_with_rowid": False}

metadata = MetaData()


class Row(SQLModel):
    """Base of all tables: owner and log stand in every key."""

    metadata: ClassVar[MetaData] = metadata

    studio: str = Field(primary_key=True)
    log: str = Field(primary_key=True)


class EntryRow(Row, table=True):
    """One leaf of the log; `body` is what is hashed."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("studio", "log", "id"), _NO_ROWID)

    idx: int = Field(primary_key=True)
    id: str
    kind: str
    leaf: bytes
    body: bytes


class StatementRow(Row, table=True):
    """What was said, with the digest of the sheet that listed it."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("studio", "log", "kind", "key"),
        UniqueConstraint("studio", "log", "idx"),
        _NO_ROWID,
    )

    id: str = Field(primary_key=True)
    idx: int
    kind: str
    key: str
    sheet: str
    body: bytes


class SheetRow(Row, table=True):
    """A signed sheet's envelope."""

    __tablename__ = "sheet"
    __table_args__ = _NO_ROWID

    digest: str = Field(primary_key=True)
    body: bytes


class CheckpointRow(Row, table=True):
    """A signed checkpoint, with the right edge of the tree at that size."""

    __tablename__ = "checkpoint"
    __table_args__ = _NO_ROWID

    size: int = Field(primary_key=True)
    frontier: bytes
    note: bytes


class LeaseRow(Row, table=True):
    """An advisory claim on a piece of work."""

    __tablename__ = "lease"

    work: str = Field(primary_key=True)
    holder: str
    expires_at: str
