"""COPY in binary form (PostgreSQL, "COPY", binary format), encoded here.

The driver asks for each value which class writes it; with six million values a minute
that costs more than all the rest. The format is simple: a header, then for each row the
number of columns, and for each value its length and its bytes, most significant first.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from struct import Struct
from typing import Any, Final

import psycopg
from sqlalchemy import Connection

from ledger.errors import StoreError

_TEXT: Final = "text"
COPIED: Final[Mapping[str, Mapping[str, str]]] = {
    "entry": {
        "studio": _TEXT,
        "log": _TEXT,
        "idx": "int8",
        "id": _TEXT,
        "kind": _TEXT,
        "leaf": "bytea",
        "body": "bytea",
    },
    "statement": {
        "studio": _TEXT,
        "log": _TEXT,
        "idx": "int8",
        "id": _TEXT,
        "kind": _TEXT,
        "key": _TEXT,
        "sheet": _TEXT,
        "body": "bytea",
    },
    "sheet": {"studio": _TEXT, "log": _TEXT, "digest": _TEXT, "body": "bytea"},
    "checkpoint": {
        "studio": _TEXT,
        "log": _TEXT,
        "size": "int8",
        "frontier": "bytea",
        "note": "bytea",
    },
    "frame_span": {
        "studio": _TEXT,
        "log": _TEXT,
        "idx": "int8",
        "kind": _TEXT,
        "shot": _TEXT,
        "take": _TEXT,
        "element": _TEXT,
        "first": "int8",
        "last": "int8",
    },
}
"""Columns of the tables that are filled by COPY, with their types."""

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_NULL: Final = b"\xff\xff\xff\xff"
_LENGTH: Final = Struct(">i").pack
_COLUMNS: Final = Struct(">h").pack
_NUMBER: Final = Struct(">iq").pack
_AT_ONCE: Final = 200
"""Rows that are handed to the driver together: about 200 KB."""


@contextmanager
def copying(connection: Connection, table: str) -> Iterator[Callable[[bytes], None]]:
    """COPY into a table, inside the connection's transaction, as long as it is open.

    The server works on what it was given while more is made ready; the rows are in at
    the end, which waits for it. With an error nothing of them is, and the transaction
    can only be rolled back.

    Args:
        connection: in a transaction; of no other use meanwhile.
        table: one of `COPIED`.

    Yields:
        What takes encoded rows, any number at a time.
    """
    names = ", ".join(f'"{name}"' for name in COPIED[table])
    command = f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
    with (
        driver_of(connection).cursor() as cursor,
        cursor.copy(command.encode()) as copy,
    ):
        copy.write(_HEADER)
        yield copy.write
        copy.write(_TRAILER)


def copy_rows(
    connection: Connection, table: str, rows: Iterable[Sequence[Any]]
) -> None:
    """Add rows by COPY, inside the connection's transaction.

    Args:
        connection: in a transaction.
        table: one of `COPIED`.
        rows: the values of all its columns, in their order.
    """
    with copying(connection, table) as write:
        for chunk in _chunks(rows, list(COPIED[table].values())):
            write(chunk)


def _chunks(rows: Iterable[Sequence[Any]], kinds: Sequence[str]) -> Iterator[bytes]:
    # Owner and name of the log are the same in all rows: encoded once.
    encoders = [_ENCODERS[kind] for kind in kinds[2:]]
    count, owner, start = _COLUMNS(len(kinds)), None, b""
    parts: list[bytes] = []
    for number, (studio, log, *values) in enumerate(rows, start=1):
        if (studio, log) != owner:
            owner = (studio, log)
            start = count + text_value(studio) + text_value(log)
        parts.append(start)
        parts += [
            _NULL if value is None else encode(value)
            for encode, value in zip(encoders, values, strict=True)
        ]
        if number % _AT_ONCE == 0:
            yield b"".join(parts)
            parts = []
    yield b"".join(parts)


def text_value(value: str) -> bytes:
    """Text as it stands in a row: with its length before it."""
    raw = value.encode()
    return _LENGTH(len(raw)) + raw


def _bytes(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _number(value: int) -> bytes:
    return _NUMBER(8, value)


_ENCODERS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    _TEXT: text_value,
    "bytea": _bytes,
    "int8": _number,
}


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection below."""
    found = connection.connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise StoreError(
            "a connection of psycopg",
            met=type(found).__name__,
            advice="Open the ledger with its own engine.",
        )
    return found
