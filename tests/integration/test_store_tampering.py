"""Whoever changes the database behind the ledger's back is found, and what he did.

One test for each manipulation, by a foreign connection, after legitimate growth.
"""

import json
import sqlite3
from collections.abc import Callable

import pytest

from ledger.encoding import canonical
from ledger.errors import LogError, RollbackError
from ledger.log.tree import Frontier, leaf_hash
from tests.simulators.ledger_studio import LedgerStudio

GROWN = 9
"""Entries of a founded log and four more."""


@pytest.fixture
def grown(ledger_studio: LedgerStudio) -> LedgerStudio:
    for number in range(1, 5):
        ledger_studio.state(ledger_studio.element(number))
    assert ledger_studio.check().ok
    assert ledger_studio.rows()["entry"] == GROWN
    return ledger_studio


def bodies(connection: sqlite3.Connection) -> list[bytes]:
    rows = connection.execute("SELECT body FROM entry ORDER BY idx")
    return [row[0] for row in rows]


def edited(body: bytes) -> bytes:
    """The same entry, said to be admitted at another time."""
    return canonical.encode({**json.loads(body), "at": "2020-01-01T00:00:00.000000Z"})


def swap(connection: sqlite3.Connection, table: str, a: int, b: int) -> None:
    for old, new in ((a, -5), (b, a), (-5, b)):
        connection.execute(f"UPDATE {table} SET idx = {new} WHERE idx = {old}")  # noqa: S608


# --- entries -----------------------------------------------------------------------


def test_an_edited_entry_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        body = edited(bodies(connection)[6])
        connection.execute("UPDATE entry SET body = ? WHERE idx = 6", (body,))
    assert grown.found_by_fsck() == {("entry.edited", 6), ("entry.columns", 6)}
    (finding, _) = grown.check().findings
    assert finding.kind == "element.1"


def test_an_entry_edited_with_leaf_and_right_edge_recomputed_is_named(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        raw = bodies(connection)
        raw[6] = edited(raw[6])
        connection.execute(
            "UPDATE entry SET body = ?, leaf = ? WHERE idx = 6",
            (raw[6], leaf_hash(raw[6])),
        )
        for size in (7, 8, 9):
            edge = Frontier().extend(map(leaf_hash, raw[:size])).to_bytes()
            connection.execute(
                "UPDATE checkpoint SET frontier = ? WHERE size = ?", (edge, size)
            )
    assert grown.found_by_fsck() == {
        ("entry.edited", 6),
        *(("checkpoint.altered", size) for size in (7, 8, 9)),
    }


def test_an_entry_edited_in_the_database_and_in_the_copy_is_named(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        raw = bodies(connection)
        raw[6] = edited(raw[6])
        connection.execute(
            "UPDATE entry SET body = ?, leaf = ? WHERE idx = 6",
            (raw[6], leaf_hash(raw[6])),
        )
    copy = grown.root / "log" / "entries"
    copy.write_bytes(b"".join(body + b"\n" for body in raw))
    # Between the signed checkpoints at 6 and 7 there is one entry only.
    assert ("entry.unresolved", 6) in grown.found_by_fsck()
    with pytest.raises(LogError):
        LedgerStudio(grown.root).state(grown.element(9))


def test_a_forged_checkpoint_beside_a_forged_log_fails_by_its_signature(
    grown: LedgerStudio,
) -> None:
    forger = LedgerStudio(grown.root.parent / "forger", seed="forger")
    forger.found()
    for name in ("checkpoint", "entries"):
        forged = (forger.root / "log" / name).read_bytes()
        (grown.root / "log" / name).write_bytes(forged)
    for suffix in ("", "-wal", "-shm"):
        (grown.root / f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    forger.port.engine.dispose()
    grown.database.write_bytes(forger.database.read_bytes())
    found = grown.found_by_fsck()
    assert ("copy.checkpoint", None) in found
    assert ("checkpoint.signature", 5) in found
    assert ("entry.added", 0) in found


def test_a_deleted_entry_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = 6")
    assert grown.found_by_fsck() == {("entry.deleted", 6)}


def test_a_deleted_entry_is_named_though_the_gap_was_closed(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = 6")
        for index in (7, 8):
            connection.execute(
                "UPDATE entry SET idx = ? WHERE idx = ?", (index - 1, index)
            )
    assert grown.found_by_fsck() == {("entry.deleted", 6)}


def test_swapped_entries_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        swap(connection, "entry", 5, 7)
    assert grown.found_by_fsck() == {("entry.swapped", 5)}
    assert "5 and 7" in grown.check().findings[0].message


def test_entries_in_another_order_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        swap(connection, "entry", 5, 6)
        swap(connection, "entry", 6, 7)
    assert grown.found_by_fsck() == {("entry.moved", index) for index in (5, 6, 7)}


def test_entries_cut_off_the_end_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx >= 7")
    assert grown.found_by_fsck() == {("entry.cut", 7), ("entry.cut", 8)}
    with pytest.raises(LogError):
        grown.submit(grown.element(9))


def test_a_database_set_back_to_an_earlier_checkpoint_is_a_rollback(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        for sql in (
            "DELETE FROM entry WHERE idx >= 7",
            "DELETE FROM checkpoint WHERE size > 7",
            "DELETE FROM sheet WHERE digest IN "
            "(SELECT sheet FROM statement WHERE idx >= 7)",
            "DELETE FROM statement WHERE idx >= 7",
        ):
            connection.execute(sql)
    assert grown.found_by_fsck() == {("database.rollback", 7)}
    with pytest.raises(RollbackError):
        grown.submit(grown.element(9))


def test_an_entry_added_by_a_foreign_hand_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        raw = bodies(connection)[6]
        forged = canonical.encode({**json.loads(raw), "id": "ad" * 32})
        connection.execute(
            "INSERT INTO entry SELECT studio, log, 9, ?, kind, ?, ? "
            "FROM entry WHERE idx = 6",
            ("ad" * 32, leaf_hash(forged), forged),
        )
    assert grown.found_by_fsck() == {("entry.added", GROWN)}
    with pytest.raises(LogError):
        grown.submit(grown.element(9))


def test_an_added_entry_is_named_after_a_crash_before_publication(
    grown: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_before_publication(grown, monkeypatch)
    with grown.foreign(triggers=True) as connection:
        connection.execute(
            "INSERT INTO entry SELECT studio, log, 10, id || 'x', kind, leaf, body "
            "FROM entry WHERE idx = 9"
        )
    assert grown.found_by_fsck() == {("entry.added", 10), ("entry.columns", 10)}


def test_a_crash_before_publication_is_noted_and_is_no_damage(
    grown: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_before_publication(grown, monkeypatch)
    report = grown.check()
    assert (report.ok, report.size, report.published) == (True, GROWN + 1, GROWN)
    assert "unpublished" in report.notes[0]
    monkeypatch.undo()
    grown.state(grown.element(11))
    assert grown.check().notes == ()
    assert grown.check().published == GROWN + 2


def test_an_edit_of_what_was_not_published_yet_is_named(
    grown: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_before_publication(grown, monkeypatch)
    with grown.foreign() as connection:
        body = edited(bodies(connection)[9])
        connection.execute("UPDATE entry SET body = ? WHERE idx = 9", (body,))
    assert ("entry.unresolved", 9) in grown.found_by_fsck()


@pytest.mark.parametrize(
    ("column", "value"),
    [("leaf", b"\0" * 32), ("kind", "shot.1"), ("id", "ad" * 32), ("leaf", "text")],
)
def test_a_column_that_is_not_the_entrys_is_named(
    grown: LedgerStudio, column: str, value: object
) -> None:
    with grown.foreign() as connection:
        connection.execute(f"UPDATE entry SET {column} = ? WHERE idx = 6", (value,))  # noqa: S608
    assert grown.found_by_fsck() == {("entry.columns", 6)}


def test_an_entry_that_is_no_longer_bytes_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("UPDATE entry SET body = 'text' WHERE idx = 6")
    assert ("entry.edited", 6) in grown.found_by_fsck()


def test_rows_of_a_stranger_are_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute(
            "INSERT INTO entry SELECT studio, 'x', idx, id, kind, leaf, body "
            "FROM entry WHERE idx = 0"
        )
    assert grown.found_by_fsck() == {("database.strangers", None)}


# --- checkpoints -------------------------------------------------------------------


def test_a_checkpoint_with_another_signature_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute(
            "UPDATE checkpoint SET note = "
            "(SELECT CAST(replace(CAST(note AS TEXT), '— jangbu', '— jangby') AS BLOB) "
            "FROM checkpoint WHERE size = 7) WHERE size = 7"
        )
    assert grown.found_by_fsck() == {("checkpoint.signature", 7)}


def test_a_checkpoint_of_another_size_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute(
            "UPDATE checkpoint SET note = "
            "(SELECT note FROM checkpoint WHERE size = 6) WHERE size = 7"
        )
    assert grown.found_by_fsck() == {("checkpoint.altered", 7)}


def test_a_checkpoint_with_another_right_edge_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("UPDATE checkpoint SET frontier = x'00' WHERE size = 7")
    assert grown.found_by_fsck() == {("checkpoint.altered", 7)}


@pytest.mark.parametrize("size", [7, GROWN])
def test_a_deleted_checkpoint_is_named(grown: LedgerStudio, size: int) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM checkpoint WHERE size = ?", (size,))
    assert grown.found_by_fsck() == {("checkpoint.missing", size)}


# --- schema ------------------------------------------------------------------------


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


def test_a_table_that_became_a_view_is_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        for name in ("no_update", "no_delete", "no_replace", "no_gap"):
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


# --- statements and sheets ---------------------------------------------------------


def element_raw(connection: sqlite3.Connection, index: int) -> bytes:
    query = "SELECT body FROM statement WHERE idx = ?"
    return bytes(connection.execute(query, (index,)).fetchone()[0])


def test_an_altered_statement_is_named_by_its_id(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        said = json.loads(element_raw(connection, 6))
        said["body"]["name"]["#"] = "00" * 32
        connection.execute(
            "UPDATE statement SET body = ? WHERE idx = 6", (canonical.encode(said),)
        )
    assert grown.found_by_fsck() == {("statement.altered", 6)}


def test_a_statement_that_projects_another_entry_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        said = json.loads(element_raw(connection, 6))
        said["scope"]["element"] = "ee" * 16
        connection.execute(
            "UPDATE statement SET body = ? WHERE idx = 6", (canonical.encode(said),)
        )
    assert grown.found_by_fsck() == {("statement.altered", 6)}


def test_swapped_statement_bytes_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        one, other = (element_raw(connection, index) for index in (6, 7))
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
        connection.execute(f"UPDATE statement SET {column} = 'x' WHERE idx = 6")  # noqa: S608
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


# --- the copy ----------------------------------------------------------------------


def test_a_changed_line_of_the_copy_is_named(grown: LedgerStudio) -> None:
    copy = grown.root / "log" / "entries"
    rows = copy.read_bytes().split(b"\n")
    rows[6] = edited(rows[6])
    copy.write_bytes(b"\n".join(rows))
    assert grown.found_by_fsck() == {("copy.line", 6)}
    assert "line 7" in grown.check().findings[0].message


def test_lines_cut_from_the_copy_are_named_and_made_good_by_the_next_writer(
    grown: LedgerStudio,
) -> None:
    copy = grown.root / "log" / "entries"
    rows = copy.read_bytes().split(b"\n")
    copy.write_bytes(b"\n".join(rows[:7]) + b"\n")
    assert grown.found_by_fsck() == {("copy.cut", 7), ("copy.cut", 8)}
    LedgerStudio(grown.root).state(grown.element(11))
    assert grown.check().ok


def test_a_cut_copy_is_not_made_good_from_an_edited_database(
    grown: LedgerStudio,
) -> None:
    copy = grown.root / "log" / "entries"
    copy.write_bytes(b"\n".join(copy.read_bytes().split(b"\n")[:7]) + b"\n")
    grown.published._known = (0, 0)  # as a writer that has just started
    with grown.foreign() as connection:
        body = edited(bodies(connection)[6])
        connection.execute("UPDATE entry SET body = ? WHERE idx = 6", (body,))
    cut = copy.read_bytes()
    with pytest.raises(LogError):
        grown.state(grown.element(11))
    assert copy.read_bytes() == cut


def test_both_copies_damaged_in_different_places_are_told_apart(
    grown: LedgerStudio,
) -> None:
    copy = grown.root / "log" / "entries"
    rows = copy.read_bytes().split(b"\n")
    rows[5] = edited(rows[5])
    copy.write_bytes(b"\n".join(rows))
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = 7")
    assert grown.found_by_fsck() == {("copy.line", 5), ("entry.deleted", 7)}


def test_a_missing_copy_is_named(grown: LedgerStudio) -> None:
    for name in ("entries", "checkpoint"):
        (grown.root / "log" / name).unlink()
    assert grown.found_by_fsck() == {("copy.missing", None)}


def test_a_log_with_another_genesis_than_the_trust_file_names_is_found(
    grown: LedgerStudio,
) -> None:
    from dataclasses import replace

    from ledger.evidence.fsck.check import fsck

    report = fsck(replace(grown.holdings(), genesis_leaf="00" * 32))
    assert [finding.code.value for finding in report.findings] == ["genesis.foreign"]


def test_a_report_holds_nothing_private(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = 6")
        connection.execute("UPDATE statement SET body = x'00' WHERE idx = 7")
    text = canonical.encode(grown.check().to_json()).decode()
    assert "괴물" not in text
    assert str(grown.root) not in text


def crash_before_publication(
    studio: LedgerStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    patched: Callable[..., None] = crash
    monkeypatch.setattr(studio.port.published, "catch_up", patched)
    with pytest.raises(KeyboardInterrupt):
        studio.submit(studio.element(10))
