"""The tables of a log.

`entry`, `statement`, `sheet` and `checkpoint` are frozen with revision 1: rows are
inserted once and never touched again, and no migration changes the tables. `lease` is
advisory and may be emptied at any time. SQL columns are projections of the bytes in
`body`; proofs need the bytes only. `frame_span` is made from the entries and may be
emptied and filled again.

A server may hold several logs, a file holds one: there, the index of an entry alone is
the key, and the number of its row.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from sqlalchemy import Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.store.columns import POSTGRESQL, Name, Position

NEWEST: Final = "0003"
"""The newest revision of the migrations, known without importing them."""
FROZEN: Final = ("entry", "statement", "sheet", "checkpoint")

# A hidden rowid would be one more key by which REPLACE could hit a row.
_NO_ROWID: Final[dict[str, Any]] = {"sqlite_with_rowid": False}

metadata = MetaData()


class Row(SQLModel):
    """Base of all tables; on a server, owner and log stand in every key."""

    metadata: ClassVar[MetaData] = metadata

    studio: str = Field(primary_key=True, sa_type=Name)
    log: str = Field(primary_key=True, sa_type=Name)


class EntryRow(Row, table=True):
    """One leaf of the log; `body` is what is hashed.

    Its id stands once in the log, since its statement's does.
    """

    __tablename__ = "entry"

    idx: int = Field(primary_key=True, sa_type=Position)
    id: str = Field(sa_type=Name)
    kind: str = Field(sa_type=Name)
    leaf: bytes
    body: bytes


def _unique(*columns: str) -> Iterator[UniqueConstraint]:
    """The constraint of a server, and that of a file (migrations/env.py)."""
    yield UniqueConstraint(*columns, "log", "studio", info={"on": POSTGRESQL})
    yield UniqueConstraint(*columns, info={"on": "sqlite"})


class StatementRow(Row, table=True):
    """What was said, with the digest of the sheet that listed it."""

    __tablename__ = "statement"
    __table_args__ = (
        # What differs most comes first: an index is searched by comparing texts.
        *_unique("id"),
        *_unique("key", "kind"),
    )

    id: str = Field(sa_type=Name)
    idx: int = Field(primary_key=True, sa_type=Position)
    kind: str = Field(sa_type=Name)
    key: str = Field(sa_type=Name)
    sheet: str = Field(sa_type=Name)
    body: bytes


class SheetRow(Row, table=True):
    """A signed sheet's envelope."""

    __tablename__ = "sheet"
    __table_args__ = _NO_ROWID

    digest: str = Field(primary_key=True, sa_type=Name)
    body: bytes


class CheckpointRow(Row, table=True):
    """A signed checkpoint, with the right edge of the tree at that size."""

    __tablename__ = "checkpoint"
    __table_args__ = _NO_ROWID

    size: int = Field(primary_key=True, sa_type=Position)
    frontier: bytes
    note: bytes


class LeaseRow(Row, table=True):
    """An advisory claim on a piece of work."""

    __tablename__ = "lease"

    work: str = Field(primary_key=True, sa_type=Name)
    holder: str
    expires_at: str = Field(sa_type=Name)


def _index(name: str, part: str, *columns: str) -> Index:
    some = text(part)
    return Index(
        f"frame_span_{name}",
        *("studio", "log", *columns),
        sqlite_where=some,
        postgresql_where=some,
    )


class FrameSpanRow(Row, table=True):
    """What an entry's scope says, to look entries up by shot and frames.

    Attributes:
        first: number of the first frame; with `last`, `None` for no range.
        last: number after the last frame.
    """

    __tablename__ = "frame_span"
    __table_args__ = (
        # With all that is asked for: rows of one shot lie all over the table.
        _index("shot", "shot IS NOT NULL", "shot", "first", "last", "idx"),
        _index("take", "take IS NOT NULL", "take", "first", "last", "idx"),
        _index("element", "element IS NOT NULL", "element", "first", "last", "idx"),
        _index("whole", "first IS NULL", "idx"),
    )

    idx: int = Field(primary_key=True, sa_type=Position)
    kind: str = Field(sa_type=Name)
    shot: str | None = Field(default=None, sa_type=Name)
    take: str | None = Field(default=None, sa_type=Name)
    element: str | None = Field(default=None, sa_type=Name)
    first: int | None = Field(default=None, sa_type=Position)
    last: int | None = Field(default=None, sa_type=Position)


class ProjectionRow(Row, table=True):
    """How far a projection has got: `size` entries of the log are in it."""

    __tablename__ = "projection"

    name: str = Field(primary_key=True, sa_type=Name)
    size: int = Field(sa_type=Position)
