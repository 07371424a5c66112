"""Whoever changes statements, sheets or the schema is found.

One test for each manipulation, by a foreign connection, after legitimate growth.
"""
# ruff: noqa: S608  # the names in SQL are our own

import json

import pytest

from ledger.encoding import canonical
from tests.simulators.forging import statement_at
from tests.simulators.ledger_studio import LedgerStudio

# --- statements and sheets -------------------------------------------------------


def test_an_altered_statement_is_named_by_its_id(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        said = json.loads(statement_at(connection, 6))
        said["body"]["name"]["#"] = "00" * 32
        connection.execute(
            "UPDATE statement SET body = ? WHERE idx = 6", (canonical.encode(said),)
        )
    assert grown.found_by_fsck() == {("statement.altered", 6)}


def test_a_statement_that_projects_another_entry_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        said = json.loads(statement_at(connection, 6))
        said["scope"]["element"] = "ee" * 16
        connection.execute(
            "UPDATE statement SET body = ? WHERE idx = 6", (canonical.encode(said),)
        )
    assert grown.found_by_fsck() == {("statement.altered", 6)}


def test_swapped_statement_bytes_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        one, other = (statement_at(connection, index) for index in (6, 7))
        connection.execute("UPDATE statement SET body = ? WHERE idx = 6", (other,))
        connection.execute("UPDATE statement SET body = ? WHERE idx = 7", (one,))
    found = grown.found_by_fsck()
    assert found == {("statement.altered", 6), ("statement.altered", 7)}


def test_a_deleted_statement_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM statement WHERE idx = 6")
    assert grown.found_by_fsck() == {("statement.missing", 6), ("sheet.added", None)}


def test_an_added_statement_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute(
            "INSERT INTO statement SELECT studio, log, ?, 9, kind, ?, sheet, body "
            "FROM statement WHERE idx = 6",
            ("ad" * 32, "ad" * 16),
        )
    assert grown.found_by_fsck() == {("statement.added", 9)}


@pytest.mark.parametrize("column", ["kind", "key"])
def test_a_column_that_is_not_the_statements_is_named(
    grown: LedgerStudio, column: str
) -> None:
    with grown.foreign() as connection:
        connection.execute(f"UPDATE statement SET {column} = 'x' WHERE idx = 6")
    assert grown.found_by_fsck() == {("statement.columns", 6)}


def test_a_statement_under_another_sheet_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute(
            "UPDATE statement SET sheet = "
            "(SELECT sheet FROM statement WHERE idx = 7) WHERE idx = 6"
        )
    assert {("sheet.swapped", 6), ("sheet.altered", 6)} <= grown.found_by_fsck()


def test_an_altered_sheet_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute(
            "UPDATE sheet SET body = x'7b7d' WHERE digest = "
            "(SELECT sheet FROM statement WHERE idx = 6)"
        )
    found = grown.found_by_fsck()
    assert found == {("sheet.altered", None), ("sheet.altered", 6)}


def test_a_deleted_sheet_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute(
            "DELETE FROM sheet WHERE digest = "
            "(SELECT sheet FROM statement WHERE idx = 6)"
        )
    assert grown.found_by_fsck() == {("sheet.missing", 6)}


def test_an_added_sheet_is_named(grown: LedgerStudio) -> None:
    sheet = grown.sheet(["ab" * 32])
    digest = grown.blobs.put(sheet)
    with grown.foreign(triggers=True) as connection:
        connection.execute(
            "INSERT INTO sheet SELECT studio, log, ?, ? FROM sheet LIMIT 1",
            (digest, sheet),
        )
    assert grown.found_by_fsck() == {("sheet.added", None)}


# --- schema ----------------------------------------------------------------------


def test_a_missing_trigger_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("DROP TRIGGER entry_no_delete")
    (finding,) = grown.check().findings
    assert (finding.code.value, "entry_no_delete" in finding.message) == (
        "schema.missing",
        True,
    )


def test_a_changed_trigger_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("DROP TRIGGER entry_no_delete")
        connection.execute(
            "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry "
            "WHEN OLD.idx < 5 BEGIN SELECT RAISE(ABORT, 'entry is append-only'); END"
        )
    assert grown.found_by_fsck() == {("schema.changed", None)}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER quiet AFTER INSERT ON sheet BEGIN SELECT 1; END",
        "CREATE TABLE extra (id)",
        "CREATE VIEW extra AS SELECT 1",
        "CREATE INDEX extra ON entry (kind)",
    ],
)
def test_what_was_added_to_the_schema_is_named(grown: LedgerStudio, sql: str) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute(sql)
    assert grown.found_by_fsck() == {("schema.added", None)}


def test_a_schema_rewritten_in_place_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master "
            "SET sql = replace(sql, 'entry BEGIN', 'entry WHEN 0 BEGIN') "
            "WHERE name = 'entry_no_delete'"
        )
    assert grown.found_by_fsck() == {("schema.changed", None)}


def test_a_schema_that_cannot_be_read_is_damage_and_no_rollback(
    grown: LedgerStudio,
) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'x' WHERE name = 'entry_no_delete'"
        )
    codes = {code for code, _ in grown.found_by_fsck()}
    assert codes == {"database.damaged", "schema.missing"}


def test_an_altered_table_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("ALTER TABLE statement ADD COLUMN note")
    assert grown.found_by_fsck() == {("schema.changed", None)}


def test_a_table_that_became_a_view_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        for name in ("no_update", "no_delete", "no_gap"):
            connection.execute(f"DROP TRIGGER entry_{name}")
        connection.execute("ALTER TABLE entry RENAME TO hidden")
        connection.execute("CREATE VIEW entry AS SELECT * FROM hidden WHERE idx <> 6")
    found = grown.found_by_fsck()
    assert {("entry.deleted", 6), ("schema.missing", None)} <= found


def test_a_dropped_table_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("DROP TABLE sheet")
    found = grown.found_by_fsck()
    assert {("schema.missing", None), ("database.damaged", None)} <= found
    assert ("sheet.missing", 6) in found


def test_a_file_that_is_no_database_is_named(grown: LedgerStudio) -> None:
    grown.port.engine.dispose()
    grown.database.write_bytes(b"x" * 5000)
    for suffix in ("-wal", "-shm"):
        (grown.root / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    assert ("database.damaged", None) in grown.found_by_fsck()


def test_a_broken_page_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = bytearray(grown.database.read_bytes())
    spot = raw.index(b"element.1")
    raw[spot - 300 : spot + 300] = bytes(600)
    grown.database.write_bytes(raw)
    assert not grown.check().ok
