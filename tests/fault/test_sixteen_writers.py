"""Sixteen processes write into one file, with duplicates and conflicts."""

import json
import multiprocessing
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.statement import Composed, Secret
from ledger.parcel import Parcel
from ledger.ports import Receipt
from ledger.records.identity import as_uid
from tests.simulators.ledger_studio import (
    START,
    LedgerStudio,
    SettableClock,
    submission_of,
)

FORK = multiprocessing.get_context("fork")
WRITERS, SHEETS, EACH = 16, 4, 5
COMMON, CONTESTED, OWN = 1_000, 2_000, 10_000


def element(studio: LedgerStudio, number: int, name: str) -> Composed:
    """An element whose name nobody keeps: here only the log is looked at."""
    uid = as_uid(f"{number:032x}")
    return studio.composed(
        "element.1", {"name": Secret(name)}, key=uid, scope={"element": uid}
    )


def write(root: Path, writer: int, go: Event) -> None:
    """Submit sheets: some statements of one's own, one of all, one that all contest."""
    studio = LedgerStudio(root, clock=SettableClock(START.replace(hour=10)))
    told: list[dict[str, object]] = []
    assert go.wait(60)
    for sheet in range(SHEETS):
        first = OWN + (writer * SHEETS + sheet) * EACH
        many = [element(studio, first + number, "own") for number in range(EACH)]
        many.append(element(studio, COMMON + sheet, "the same for all"))
        many.append(element(studio, CONTESTED + sheet, f"of writer {writer}"))
        for one, answer in zip(many, studio.submit(*many), strict=True):
            if isinstance(answer, Receipt):
                told.append({"id": one.id, "index": answer.index, "new": answer.new})
            else:
                told.append({"id": one.id, "refused": answer.error.code})
    (root / f"told-{writer}.json").write_text(json.dumps(told), encoding="utf-8")


@pytest.mark.fault
def test_sixteen_writers_of_one_file_make_one_log(ledger_studio: LedgerStudio) -> None:
    root, go = ledger_studio.root, FORK.Event()
    writers = [
        FORK.Process(target=write, args=(root, number, go)) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    go.set()
    for writer in writers:
        writer.join(240)
        assert writer.exitcode == 0
    told: list[dict[str, Any]] = [
        one
        for number in range(WRITERS)
        for one in json.loads((root / f"told-{number}.json").read_text())
    ]
    size = 5 + WRITERS * SHEETS * EACH + 2 * SHEETS
    stored = {
        one.id: one.index for one in ledger_studio.port.reader().statements(0, size)
    }
    assert sorted(stored.values()) == list(range(size))
    received = [one for one in told if "index" in one]
    assert all(stored[one["id"]] == one["index"] for one in received)
    assert sum(one["new"] for one in received) == size - 5
    refused = [one["refused"] for one in told if "refused" in one]
    assert refused == ["record.conflict"] * SHEETS * (WRITERS - 1)
    # Nobody kept the values of these statements.
    report = ledger_studio.check()
    assert {one.code.value for one in report.findings} == {"opening.missing"}
    assert report.notes == ()


def test_sheets_admitted_together_have_one_checkpoint_and_are_no_damage(
    ledger_studio: LedgerStudio,
) -> None:
    parcels = []
    for numbers in (range(1, 3), range(3, 5), range(5, 6)):
        many = ledger_studio.elements(numbers)
        sheet = ledger_studio.sheet([one.id for one in many])
        statements = tuple(map(submission_of, many))
        parcels.append(Parcel(sheet=sheet, statements=statements))
    before = ledger_studio.rows()["checkpoint"]
    ledger_studio.port.submit_all(parcels)
    assert ledger_studio.rows()["checkpoint"] == before + 1
    assert ledger_studio.check().findings == ()
    # The one at their end is missed, as soon as others came after it.
    ledger_studio.state(ledger_studio.element(9))
    with ledger_studio.foreign() as connection:
        connection.execute("DELETE FROM checkpoint WHERE size = 10")
    assert ledger_studio.found_by_fsck() == {("checkpoint.missing", 10)}
