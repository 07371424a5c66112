"""The application's connection can add to the log and do nothing else to it."""

# ruff: noqa: S608  # the names in SQL are our own

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from ledger.errors import StoreError
from ledger.store.sqlite import transaction
from ledger.store.tables import FROZEN
from tests.simulators.ledger_studio import LedgerStudio

SCHEMA_CHANGES = (
    "DROP TABLE entry",
    "DROP TRIGGER entry_no_update",
    "DROP INDEX sqlite_autoindex_entry_2",
    "ALTER TABLE entry RENAME TO old",
    "ALTER TABLE entry ADD COLUMN note",
    "CREATE TABLE other (id)",
    "CREATE TRIGGER other AFTER INSERT ON entry BEGIN SELECT 1; END",
    "CREATE VIEW other AS SELECT * FROM entry",
    "CREATE INDEX other ON entry (kind)",
    "CREATE TEMP TABLE entry (id)",
    "CREATE TEMP TRIGGER other AFTER INSERT ON entry BEGIN SELECT 1; END",
    "CREATE TEMP VIEW entry AS SELECT 1",
    "CREATE VIRTUAL TABLE other USING fts5(body)",
    "REINDEX",
    "ANALYZE",
    "UPDATE sqlite_master SET sql = ''",
    "DELETE FROM sqlite_master",
    "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0, '')",
    "UPDATE alembic_version SET version_num = '0000'",
    "DELETE FROM alembic_version",
)
REFUSAL = re.compile("append-only|no gaps")
NEW_BUT_FOR_ITS_NUMBER = {
    "entry": (
        "studio, log, id, kind, leaf, body",
        "studio, log, 'new', kind, leaf, body",
    ),
    "statement": (
        "studio, log, id, kind, key, sheet, body",
        "studio, log, 'new', kind, 'new', sheet, body",
    ),
}
PRAGMAS = (
    "recursive_triggers = OFF",
    "writable_schema = ON",
    "foreign_keys = OFF",
    "journal_mode = DELETE",
    "synchronous = OFF",
    "trusted_schema = ON",
    "user_version = 9",
    "wal_checkpoint(TRUNCATE)",
    "defer_foreign_keys = ON",
    "schema_version = 99",
    "integrity_check",
)


def try_sql(studio: LedgerStudio, sql: str) -> str:
    """Run SQL as the application; the error's code, and nothing may have changed."""
    before = studio.rows()
    with (
        pytest.raises(StoreError) as refused,
        transaction(studio.port.engine, write=True) as connection,
    ):
        connection.exec_driver_sql(sql)
    assert studio.rows() == before
    assert studio.check().ok
    return refused.value.code


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE INTO", "REPLACE INTO"])
def test_a_row_cannot_be_replaced(
    ledger_studio: LedgerStudio, table: str, verb: str
) -> None:
    assert try_sql(ledger_studio, f"{verb} {table} SELECT * FROM {table}") == "store"


@pytest.mark.parametrize("table", FROZEN)
def test_an_existing_row_cannot_be_passed_over(
    ledger_studio: LedgerStudio, table: str
) -> None:
    sql = f"INSERT OR IGNORE INTO {table} SELECT * FROM {table}"
    assert try_sql(ledger_studio, sql) == "store"


@pytest.mark.parametrize("table", FROZEN)
def test_a_row_cannot_be_updated_or_deleted(
    ledger_studio: LedgerStudio, table: str
) -> None:
    for sql in (
        f"UPDATE {table} SET studio = 'x'",
        f"UPDATE OR REPLACE {table} SET studio = 'x'",
        f"DELETE FROM {table}",
        f"WITH one AS (SELECT 1) DELETE FROM {table}",
        (
            f"INSERT INTO {table} SELECT * FROM {table} WHERE true "
            "ON CONFLICT DO UPDATE SET studio = 'x'"
        ),
    ):
        assert try_sql(ledger_studio, sql) == "store"


def test_an_entry_cannot_leave_a_gap(ledger_studio: LedgerStudio) -> None:
    sql = "INSERT INTO entry SELECT studio, log, idx + 100, id || 'x', kind, leaf, body"
    assert try_sql(ledger_studio, f"{sql} FROM entry LIMIT 1") == "store"


@pytest.mark.parametrize("table", ["sheet", "checkpoint"])
def test_there_is_no_hidden_row_number_to_replace_a_row_by(
    ledger_studio: LedgerStudio, table: str
) -> None:
    assert try_sql(ledger_studio, f"SELECT rowid FROM {table}") == "store"


@pytest.mark.parametrize("number", ["rowid", "oid", "_rowid_", "idx"])
@pytest.mark.parametrize("table", ["entry", "statement"])
def test_triggers_alone_stop_a_replacement_by_the_number_of_a_row(
    ledger_studio: LedgerStudio, table: str, number: str
) -> None:
    rows = f"SELECT * FROM {table} WHERE idx <= 3"
    # As new as can be but for the row's number: nothing else could refuse it.
    columns, values = NEW_BUT_FOR_ITS_NUMBER[table]
    following = f"(SELECT max(idx) + 1 FROM {table})"
    with ledger_studio.foreign(triggers=True) as connection:
        connection.execute("PRAGMA recursive_triggers = OFF")
        before = connection.execute(rows).fetchall()
        with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
            connection.execute(
                f"REPLACE INTO {table} ({number}, {columns}) "
                f"SELECT 1, {values} FROM {table} WHERE idx = 2"
            )
        # Named twice, one of the two counts, for the trigger and the row alike.
        for names in (f"idx, {number}", f"{number}, idx"):
            with contextlib.suppress(sqlite3.IntegrityError):
                connection.execute(
                    f"REPLACE INTO {table} ({names}, {columns}) "
                    f"SELECT {following}, 1, {values} FROM {table} WHERE idx = 2"
                )
        assert connection.execute(rows).fetchall() == before


@pytest.mark.parametrize(("id_", "key"), [("id", "'new'"), ("'new'", "key")])
def test_triggers_alone_stop_a_statement_that_replaces_by_id_or_key(
    ledger_studio: LedgerStudio, id_: str, key: str
) -> None:
    with ledger_studio.foreign(triggers=True) as connection:
        connection.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
            connection.execute(
                "REPLACE INTO statement (studio, log, idx, id, kind, key, sheet, body) "
                f"SELECT studio, log, 99, {id_}, kind, {key}, sheet, body "
                "FROM statement WHERE idx = 2"
            )
    assert ledger_studio.check().ok


@pytest.mark.parametrize("sql", SCHEMA_CHANGES)
def test_the_schema_cannot_be_changed(ledger_studio: LedgerStudio, sql: str) -> None:
    assert try_sql(ledger_studio, sql) == "store"


@pytest.mark.parametrize("pragma", PRAGMAS)
def test_no_pragma_can_be_set(ledger_studio: LedgerStudio, pragma: str) -> None:
    assert try_sql(ledger_studio, f"PRAGMA {pragma}") == "store"


def test_no_other_database_can_be_attached_or_written(
    ledger_studio: LedgerStudio, tmp_path: Path
) -> None:
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).close()
    for sql in (
        f"ATTACH DATABASE '{other}' AS other",
        "ATTACH DATABASE ':memory:' AS other",
        "DETACH DATABASE main",
        "SELECT load_extension('libc.so.6')",
    ):
        assert try_sql(ledger_studio, sql) == "store"


def test_the_database_cannot_be_copied_out(
    ledger_studio: LedgerStudio, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    with ledger_studio.port.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        with pytest.raises(sqlite3.DatabaseError, match="denied"):
            raw.execute(f"VACUUM INTO '{copy}'")
    assert not copy.exists()


@pytest.mark.parametrize("table", FROZEN)
def test_triggers_alone_stop_a_foreign_connection_that_replaces(
    ledger_studio: LedgerStudio, table: str
) -> None:
    with ledger_studio.foreign(triggers=True) as connection:
        connection.execute("PRAGMA recursive_triggers = OFF")
        for sql in (
            f"REPLACE INTO {table} SELECT * FROM {table}",
            f"UPDATE {table} SET studio = 'x'",
            f"DELETE FROM {table}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match=REFUSAL):
                connection.execute(sql)
    assert ledger_studio.check().ok


def test_database_and_folders_are_private(ledger_studio: LedgerStudio) -> None:
    ledger_studio.blobs.put(b"blob")
    for path in ledger_studio.root.rglob("*"):
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), path
