"""Tables that a log has on PostgreSQL only: on its way in, and who may sequence.

None of them is part of the log. Rows of `inbox` and `answer` are deleted once they
served; `head` holds one row for each log.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()

OPEN: Final = "open"
FILLING: Final = "filling"
"""State of a log that is being moved here: nobody may add to it yet."""

_NAME: Final = String(collation="C")

head = Table(
    "head",
    metadata,
    Column("studio", _NAME, primary_key=True),
    Column("log", _NAME, primary_key=True),
    # Of the newest sequencer; an older one is refused by it.
    Column("epoch", BigInteger, nullable=False),
    Column("state", _NAME, nullable=False),
    CheckConstraint("state IN ('open', 'filling')"),
    CheckConstraint("epoch >= 0"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("studio", _NAME, nullable=False),
    Column("log", _NAME, nullable=False),
    # Of all that was submitted: the same submission twice is one row.
    Column("digest", _NAME, nullable=False),
    Column("sheet", LargeBinary, nullable=False),
    Column("statements", ARRAY(LargeBinary), nullable=False),
    Column("blinds", ARRAY(LargeBinary), nullable=False),
    Column("by_blinds", ARRAY(LargeBinary), nullable=False),
    Column("accepted_at", DateTime(True), server_default=func.now(), nullable=False),
    UniqueConstraint("studio", "log", "digest"),
)

answer = Table(
    "answer",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    Column("answered_at", DateTime(True), server_default=func.now(), nullable=False),
    Index("answer_age", "answered_at"),
)
