"""The bytes of the records that are about something, wherever in the log they lie.

One question for all of them, at the level of the driver: rows that lie apart cost a
look into an index each, and what is put around a row must not cost more than that.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection

from ledger.errors import MissingEvidenceError
from ledger.store.columns import POSTGRESQL
from ledger.store.partial import FOUND
from ledger.store.questions import Question, ask, find_indices


class RecordBytes(NamedTuple):
    """What is kept of one record.

    Attributes:
        entry: canonical bytes, like `statement`.
        statement: `None` if it lacks in a database that was restored in part.
    """

    idx: int
    entry: bytes
    statement: bytes | None


_IN_FILE: Final = (
    "SELECT asked.idx, entry.body, statement.body "
    "FROM (SELECT idx FROM ({}) ORDER BY idx) AS asked "
    "LEFT JOIN entry ON entry.idx = asked.idx "
    "AND entry.studio = ? AND entry.log = ? "
    "LEFT JOIN statement ON statement.idx = asked.idx "
    "AND statement.studio = ? AND statement.log = ?"
)
# Both tables by one walk along their indexes each: what lies together is read together.
# With the end of the log's name it is the small index (`entry_place`; migrations,
# revision 1), which stays in memory. Each row says how many there should be.
_ON_SERVER: Final = (
    "WITH asked AS MATERIALIZED (SELECT ARRAY(SELECT idx FROM ({}) AS each "
    "ORDER BY idx) AS indices) "
    "SELECT entry.idx, entry.body, said.body, "
    "(SELECT cardinality(indices) FROM asked) FROM entry "
    "JOIN (SELECT idx, body FROM statement WHERE studio = %s AND log = %s "
    "AND right(log, 8) = right(%s, 8) "
    "AND idx = ANY ((SELECT indices FROM asked)::bigint[])) AS said "
    "ON said.idx = entry.idx "
    "WHERE studio = %s AND log = %s AND right(log, 8) = right(%s, 8) "
    "AND entry.idx = ANY ((SELECT indices FROM asked)::bigint[]) "
    "ORDER BY entry.idx"
)


def read_records(connection: Connection, asked: Question) -> list[RecordBytes]:
    """The bytes of the entries asked for, and of their statements, by index.

    Raises:
        MissingEvidenceError: a row is not there.
    """
    if connection.dialect.name == POSTGRESQL:
        return _read_server(connection, asked)
    sql, values = _IN_FILE.format(asked.sql), (*asked.values, *asked.owner * 2)
    rows = ask(connection, sql, values)
    whole = [row for row in rows if None not in row]
    if len(whole) != len(rows) and _is_partial(connection):
        whole = [row for row in rows if row[1] is not None]
    _check_whole(len(whole), len(rows))
    return [RecordBytes(*row) for row in whole]


def _is_partial(connection: Connection) -> bool:
    return connection.exec_driver_sql(FOUND).one_or_none() is not None


def _read_server(connection: Connection, asked: Question) -> list[RecordBytes]:
    sql, owner = _ON_SERVER.format(asked.sql), (*asked.owner, asked.owner[1])
    values = (*asked.values, *owner * 2)
    rows = ask(connection, sql, values)
    # Without a row, nobody has said how many there should be.
    expected = rows[0][3] if rows else len(find_indices(connection, asked))
    _check_whole(len(rows), expected)
    return [RecordBytes(*row[:3]) for row in rows]


def _check_whole(met: int, expected: int) -> None:
    if met != expected:
        raise MissingEvidenceError(
            "a row for each entry and its statement",
            met=f"{met} of {expected}",
            advice="The database was changed from outside: run jangbu fsck.",
        )
