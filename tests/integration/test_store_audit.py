"""The audit finds whatever changes an entry or a checkpoint, and fsck names it."""

import sqlite3
from collections.abc import Callable

import pytest

from ledger.evidence.fsck.audit import audit
from tests.simulators.forging import bodies, edited, swap
from tests.simulators.ledger_studio import LedgerStudio

Forgery = Callable[[sqlite3.Connection], object]


def test_a_sound_log_is_audited_without_a_finding(grown: LedgerStudio) -> None:
    report = audit(grown.holdings())
    assert (report.ok, report.size, report.published) == (True, 9, 9)
    assert report.checked["checkpoints"] == 9
    assert "statements" not in report.checked


def edit(connection: sqlite3.Connection) -> None:
    body = edited(bodies(connection)[6])
    connection.execute("UPDATE entry SET body = ? WHERE idx = 6", (body,))


def sql(text: str) -> Forgery:
    return lambda connection: connection.execute(text)


@pytest.mark.parametrize(
    "forgery",
    [
        edit,
        lambda connection: swap(connection, 5, 6),
        sql("DELETE FROM entry WHERE idx = 6"),
        sql("DELETE FROM entry WHERE idx = 8"),
        sql("DELETE FROM entry"),
        sql("UPDATE entry SET leaf = zeroblob(32) WHERE idx = 3"),
        sql("UPDATE entry SET body = 'text' WHERE idx = 3"),
        sql(
            "INSERT INTO entry SELECT studio, log, 9, id || 'x', kind, leaf, body "
            "FROM entry WHERE idx = 8"
        ),
        sql("UPDATE checkpoint SET frontier = zeroblob(40) WHERE size = 7"),
        sql("UPDATE checkpoint SET note = zeroblob(40) WHERE size = 7"),
        sql("UPDATE checkpoint SET size = 12 WHERE size = 7"),
        sql("UPDATE sheet SET body = body || ' '"),
        sql("DROP TABLE checkpoint"),
    ],
)
def test_what_somebody_changed_is_found_and_named(
    grown: LedgerStudio, forgery: Forgery
) -> None:
    with grown.foreign(triggers=True) as connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        forgery(connection)
        connection.commit()
    report = audit(grown.holdings())
    assert not report.ok
    codes = {one.code.value.partition(".")[0] for one in report.findings}
    assert codes - {"schema"}


def test_a_copy_that_was_changed_or_set_back_is_found(grown: LedgerStudio) -> None:
    copy = grown.root / "log" / "entries"
    lines = copy.read_bytes().split(b"\n")
    copy.write_bytes(b"\n".join([*lines[:4], edited(lines[4]), *lines[5:]]))
    assert {one.code.value for one in audit(grown.holdings()).findings} == {"copy.line"}
    copy.write_bytes(b"\n".join(lines[:5]) + b"\n")
    assert {one.code.value for one in audit(grown.holdings()).findings} == {"copy.cut"}
