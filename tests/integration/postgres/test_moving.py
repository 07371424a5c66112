"""A log moves from a file to a server as one log, whatever happens in between."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from ledger.errors import LogError, StoreError, StoreMovedError, StoreUnavailableError
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.ports import Receipt
from ledger.store.postgres.port import PostgresPort
from ledger.store.postgres.receiving import receive
from ledger.store.standing import is_retired
from tests.simulators.ledger_studio import GROWN, START, LedgerStudio, SettableClock
from tests.simulators.log_rows import Rows, queries, rows_of_file
from tests.simulators.server_studio import ServerStudio


def rows_of_server(address: str) -> Rows:
    with psycopg.connect(address) as connection:
        return {
            table: connection.execute(query.encode()).fetchall()
            for table, query in queries()
        }


@pytest.fixture
def old(founded: Path, tmp_path: Path) -> LedgerStudio:
    """A log in a file, with entries under a checkpoint each."""
    root = tmp_path / "production"
    shutil.copytree(founded, root)
    studio = LedgerStudio(root, clock=SettableClock(START.replace(hour=10)))
    for number in range(1, 5):
        studio.state(studio.element(number))
    return studio


@pytest.fixture
def new(old: LedgerStudio, address: str) -> Iterator[PostgresPort]:
    """The same production's port on a server that has no log yet."""
    port = server_port(old, address)
    yield port
    port.engine.dispose()


def server_port(studio: LedgerStudio, address: str) -> PostgresPort:
    there = ServerStudio(studio.root, clock=studio.clock, address=address)
    return there.port


# --- the move ------------------------------------------------------------------------


def test_every_row_arrives_byte_for_byte(
    old: LedgerStudio, new: PostgresPort, address: str
) -> None:
    before = rows_of_file(old.database)
    received = receive(new, old.database)
    assert (received.size, received.copied) == (GROWN, GROWN)
    assert rows_of_server(address) == before == rows_of_file(old.database)
    assert received.note == old.port.reader().checkpoint() == new.reader().checkpoint()
    assert parse_checkpoint(parse_note(received.note).text).origin == old.origin


def test_the_old_database_is_shut_and_the_new_one_goes_on(
    old: LedgerStudio, new: PostgresPort
) -> None:
    receive(new, old.database)
    assert is_retired(old.database)
    with pytest.raises(StoreMovedError) as refused:
        old.submit(old.element(9))
    assert refused.value.code == "store.moved"
    assert old.rows()["entry"] == GROWN
    (receipt,) = old.submit(old.element(9), port=new)
    assert isinstance(receipt, Receipt)
    assert receipt.index == GROWN
    # What was stated before is known there.
    (again,) = old.submit(old.element(1), port=new)
    assert isinstance(again, Receipt)
    assert (again.index, again.new) == (5, False)


def test_a_foreign_program_cannot_write_to_the_old_database(
    old: LedgerStudio, new: PostgresPort
) -> None:
    receive(new, old.database)
    with (
        closing(sqlite3.connect(old.database)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="moved"),
    ):
        connection.execute(
            "INSERT INTO entry SELECT studio, log, idx + 1, id || 'x', kind, leaf, "
            "body FROM entry WHERE idx = 8"
        )


def test_a_move_that_is_repeated_changes_nothing(
    old: LedgerStudio, new: PostgresPort, address: str
) -> None:
    receive(new, old.database)
    before = rows_of_server(address)
    again = receive(new, old.database)
    assert (again.size, again.copied) == (GROWN, 0)
    assert rows_of_server(address) == before


# --- interrupted ---------------------------------------------------------------------


class KilledError(Exception):
    """The program ended here."""


def test_killed_while_it_copies_nothing_happened(
    old: LedgerStudio, new: PostgresPort, address: str
) -> None:
    def killed(
        _connection: object, _cursor: object, statement: str, *_: object
    ) -> None:
        if "checkpoint" in statement and "max" in statement:
            raise KilledError

    event.listen(new.engine, "before_cursor_execute", killed)
    with pytest.raises(KilledError):
        receive(new, old.database)
    event.remove(new.engine, "before_cursor_execute", killed)
    assert all(not rows for rows in rows_of_server(address).values())
    assert old.state(old.element(9))[0].index == GROWN
    assert receive(new, old.database).size == GROWN + 1


def test_killed_before_the_old_one_is_shut_the_old_one_goes_on(
    old: LedgerStudio, new: PostgresPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_connection: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("ledger.store.postgres.receiving.retire", killed)
        with pytest.raises(KilledError):
            receive(new, old.database)
    # The rows are there, and nobody can add to them.
    with pytest.raises(StoreUnavailableError, match="moved"):
        old.submit(old.element(8), port=new)
    old.state(old.element(9))
    received = receive(new, old.database)
    assert (received.size, received.copied) == (GROWN + 1, 1)


def test_killed_after_the_old_one_is_shut_neither_goes_on_until_it_is_run_again(
    old: LedgerStudio, new: PostgresPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr("ledger.store.postgres.receiving._open", killed)
        with pytest.raises(KilledError):
            receive(new, old.database)
    with pytest.raises(StoreMovedError):
        old.submit(old.element(9))
    with pytest.raises(StoreUnavailableError, match="moved"):
        old.submit(old.element(9), port=new)
    received = receive(new, old.database)
    assert (received.size, received.copied) == (GROWN, 0)
    assert isinstance(old.submit(old.element(9), port=new)[0], Receipt)


def test_nobody_writes_to_the_old_one_meanwhile(
    old: LedgerStudio, new: PostgresPort
) -> None:
    tried: list[str] = []

    def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "max(size)" in statement:
            with closing(sqlite3.connect(old.database, timeout=0)) as connection:
                try:
                    connection.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    tried.append(str(error))

    event.listen(new.engine, "before_cursor_execute", write)
    receive(new, old.database)
    event.remove(new.engine, "before_cursor_execute", write)
    assert tried == ["database is locked"]


# --- refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        (
            "UPDATE entry SET body = CAST(replace(body, 'element', 'elemend') AS BLOB) "
            "WHERE idx = 6"
        ),
        "UPDATE entry SET body = CAST(body AS TEXT) WHERE idx = 6",
        "UPDATE entry SET leaf = zeroblob(32) WHERE idx = 6",
        "DELETE FROM entry WHERE idx = 8",
        "DELETE FROM checkpoint WHERE size = 9",
    ],
)
def test_a_changed_row_is_not_taken_over(
    old: LedgerStudio, new: PostgresPort, address: str, change: str
) -> None:
    with old.foreign() as connection:
        connection.execute(change)
    with pytest.raises(LogError):
        receive(new, old.database)
    assert all(not rows for rows in rows_of_server(address).values())
    assert not is_retired(old.database)


@pytest.mark.parametrize("column", ["note", "frontier"])
def test_a_changed_checkpoint_is_not_taken_over(
    old: LedgerStudio, new: PostgresPort, column: str
) -> None:
    with old.foreign() as connection:
        connection.execute(
            f"UPDATE checkpoint SET {column} = (SELECT {column} FROM checkpoint "  # noqa: S608
            "WHERE size = 6) WHERE size = 7"
        )
    with pytest.raises(LogError):
        receive(new, old.database)
    assert not is_retired(old.database)


def test_two_copies_of_a_folder_do_not_both_move_to_a_server(
    old: LedgerStudio, new: PostgresPort, tmp_path: Path, address: str
) -> None:
    shutil.copytree(old.root, tmp_path / "copy")
    receive(new, old.database)
    copy = LedgerStudio(tmp_path / "copy", clock=old.clock)
    there = server_port(copy, address)
    with pytest.raises(StoreError, match="open already"):
        receive(there, copy.database)
    there.engine.dispose()
    assert not is_retired(copy.database)
