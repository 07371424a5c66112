"""Whoever changes entries or checkpoints behind the ledger's back is found.

One test for each manipulation, by a foreign connection, after legitimate growth.
"""
# ruff: noqa: S608  # the names in SQL are our own

import json

import pytest

from ledger.encoding import canonical
from ledger.errors import LogError, RollbackError, StoreError
from ledger.log.tree import Frontier, leaf_hash
from tests.simulators.forging import bodies, crash_before_publication, edited, swap
from tests.simulators.ledger_studio import GROWN, LedgerStudio

# --- entries ---------------------------------------------------------------------


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


def test_an_entry_replaced_while_the_triggers_were_away_is_named(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        connection.execute("PRAGMA recursive_triggers = OFF")
        body = edited(bodies(connection)[6])
        connection.execute(
            "REPLACE INTO entry SELECT studio, log, idx, id, kind, ?, ? "
            "FROM entry WHERE idx = 6",
            (leaf_hash(body), body),
        )
    assert grown.found_by_fsck() == {("entry.edited", 6)}


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
        swap(connection, 5, 7)
    assert grown.found_by_fsck() == {("entry.swapped", 5)}
    assert "5 and 7" in grown.check().findings[0].message


def test_entries_in_another_order_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        swap(connection, 5, 6)
        swap(connection, 6, 7)
    assert grown.found_by_fsck() == {("entry.moved", index) for index in (5, 6, 7)}


def test_entries_cut_off_the_end_are_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx >= 7")
    assert grown.found_by_fsck() == {("entry.cut", 7), ("entry.cut", 8)}
    # A writer at work meets the trigger against gaps, a new one the signed root.
    with pytest.raises(StoreError, match="no gaps"):
        grown.submit(grown.element(9))
    with pytest.raises(LogError):
        LedgerStudio(grown.root).submit(grown.element(9))


def test_a_database_set_back_to_an_earlier_checkpoint_is_a_rollback(
    grown: LedgerStudio,
) -> None:
    with grown.foreign() as connection:
        for sql in (
            "DELETE FROM entry WHERE idx >= 7",
            "DELETE FROM checkpoint WHERE size > 7",
            (
                "DELETE FROM sheet WHERE digest IN "
                "(SELECT sheet FROM statement WHERE idx >= 7)"
            ),
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
        connection.execute(f"UPDATE entry SET {column} = ? WHERE idx = 6", (value,))
    assert grown.found_by_fsck() == {("entry.columns", 6)}


def test_an_entry_that_is_no_longer_bytes_is_named(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("UPDATE entry SET body = 'text' WHERE idx = 6")
    assert ("entry.edited", 6) in grown.found_by_fsck()


def test_rows_of_a_stranger_are_named(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute(
            "INSERT INTO entry SELECT studio, 'x', (SELECT max(idx) + 1 FROM entry), "
            "id, kind, leaf, body FROM entry WHERE idx = 0"
        )
    assert grown.found_by_fsck() == {("database.strangers", None)}


# --- checkpoints -----------------------------------------------------------------


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
