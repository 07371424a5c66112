"""A copy outside the database that is itself damaged is found and told apart.

One test for each manipulation, by a foreign connection, after legitimate growth.
"""

from dataclasses import replace

import pytest

from ledger.encoding import canonical
from ledger.errors import LogError
from ledger.evidence.fsck.check import fsck
from tests.simulators.forging import bodies, edited
from tests.simulators.ledger_studio import LedgerStudio


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
    report = fsck(replace(grown.holdings(), genesis_leaf="00" * 32))
    assert [finding.code.value for finding in report.findings] == ["genesis.foreign"]


def test_a_report_holds_nothing_private(grown: LedgerStudio) -> None:
    with grown.foreign() as connection:
        connection.execute("DELETE FROM entry WHERE idx = 6")
        connection.execute("UPDATE statement SET body = x'00' WHERE idx = 7")
    text = canonical.encode(grown.check().to_json()).decode()
    assert "괴물" not in text
    assert str(grown.root) not in text
