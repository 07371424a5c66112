"""What is asked of the index of shots and frames, as SQL for the driver.

Answered a thousand times a second, a question may not cost more to put together than to
answer: plain text with marks, which each database has prepared after the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from ledger.store.columns import POSTGRESQL

_NAMES: Final = ("shot", "take", "element")
_MEETS: Final = {
    # Written as the index over ranges is (migrations, revision 2).
    POSTGRESQL: "int8range(first, last) && int8range(?, ?)",
    "sqlite": "last > ? AND first < ?",
}


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


class Question(NamedTuple):
    """SQL that gives indices, in no order, each once; with its values.

    Attributes:
        owner: studio and log.
    """

    owner: tuple[str, str]
    sql: str
    values: tuple[object, ...]


def question(owner: tuple[str, str], about: About, size: int, dialect: str) -> Question:
    """Ask for the entries of a log below a size that are about something."""
    asked = {name: getattr(about, name) for name in _NAMES}
    given = {name: value for name, value in asked.items() if value is not None}
    where = ["studio = ?", "log = ?", "idx < ?", *(f"{name} = ?" for name in given)]
    values = (*owner, size, *given.values())
    if about.frames is None:
        return Question(owner, _select(where, dialect), values)
    # Apart: OR over both would keep the ranges from being found by their index.
    whole = _select([*where, "first IS NULL"], dialect)
    ranged = _select([*where, "first IS NOT NULL", _MEETS[dialect]], dialect)
    frames = (about.frames.start, about.frames.stop)
    return Question(owner, f"{whole} UNION ALL {ranged}", (*values, *values, *frames))


def _select(where: Sequence[str], dialect: str) -> str:
    # Names and marks of our own; what is asked for stands in the values.
    sql = f"SELECT idx FROM frame_span WHERE {' AND '.join(where)}"  # noqa: S608
    return sql.replace("?", "%s") if dialect == POSTGRESQL else sql


def find_indices(connection: Connection, asked: Question) -> list[int]:
    """The answer, ascending."""
    return sorted(index for (index,) in ask(connection, asked.sql, asked.values))


def ask(
    connection: Connection, sql: str, values: tuple[object, ...]
) -> Sequence[Sequence[Any]]:
    """Rows for a question that is asked again and again."""
    if connection.dialect.name != POSTGRESQL:
        return connection.exec_driver_sql(sql, values).all()
    # Imported by need, as the driver is.
    from ledger.store.postgres.copying import driver_of  # noqa: PLC0415

    # In binary form: bytes as text are twice as long, and have to be read.
    with driver_of(connection).cursor(binary=True) as cursor:
        return cursor.execute(sql.encode(), values, prepare=True).fetchall()
