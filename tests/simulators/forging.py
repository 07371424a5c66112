"""What a forger does to a log's database with a connection of his own."""

import json
import sqlite3

import pytest

from ledger.encoding import canonical
from tests.simulators.ledger_studio import LedgerStudio


def bodies(connection: sqlite3.Connection) -> list[bytes]:
    """The bytes of every entry."""
    rows = connection.execute("SELECT body FROM entry ORDER BY idx")
    return [row[0] for row in rows]


def statement_at(connection: sqlite3.Connection, index: int) -> bytes:
    """The bytes of a statement."""
    query = "SELECT body FROM statement WHERE idx = ?"
    return bytes(connection.execute(query, (index,)).fetchone()[0])


def edited(body: bytes) -> bytes:
    """The same entry, said to be admitted at another time."""
    return canonical.encode({**json.loads(body), "at": "2020-01-01T00:00:00.000000Z"})


def swap(connection: sqlite3.Connection, a: int, b: int) -> None:
    """Let two entries change places."""
    for old, new in ((a, -5), (b, a), (-5, b)):
        connection.execute("UPDATE entry SET idx = ? WHERE idx = ?", (new, old))


def crash_before_publication(
    studio: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State something and die after the commit, before it is published."""

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(studio.port.published, "catch_up", crash)
    with pytest.raises(KeyboardInterrupt):
        studio.submit(studio.element(10))
