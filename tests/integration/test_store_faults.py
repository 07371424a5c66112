"""Disk full, writers killed, writers side by side: the log stays whole."""

import multiprocessing
import os
import random
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from ledger.errors import StoreFullError
from ledger.ports import Receipt
from tests.simulators.ledger_studio import START, LedgerStudio, SettableClock
from tests.simulators.small_disks import fill, mounted_disk

BATCH = 20
FORK = multiprocessing.get_context("fork")


# --- disk full -----------------------------------------------------------------------


def test_a_database_that_cannot_grow_stores_nothing(
    ledger_studio: LedgerStudio,
) -> None:
    batch = ledger_studio.elements(range(1, 100))
    before = ledger_studio.rows()
    pages = ledger_studio.database.stat().st_size // 4096

    def limit(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    event.listen(ledger_studio.port.engine, "connect", limit, insert=True)
    with pytest.raises(StoreFullError, match="nothing was stored"):
        ledger_studio.submit(*batch)
    assert ledger_studio.rows() == before
    event.remove(ledger_studio.port.engine, "connect", limit)
    ledger_studio.state(*batch)
    assert ledger_studio.check().ok


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    with mounted_disk(tmp_path / "disk", "3m") as disk:
        yield disk


@pytest.mark.parametrize("room", [0, 8_192, 40_960, 81_920])
def test_a_full_disk_stores_nothing_and_leaves_the_log_whole(
    founded: Path, small_disk: Path, room: int
) -> None:
    root = small_disk / "production"
    shutil.copytree(founded, root)
    studio = LedgerStudio(root, clock=SettableClock(START.replace(hour=10)))
    batch = studio.elements(range(1, 200))
    before = studio.rows()
    ballast = small_disk / "ballast"
    fill(ballast, room)
    with pytest.raises(StoreFullError):
        studio.submit(*batch)
    os.truncate(ballast, 0)
    assert studio.rows() == before
    assert studio.check().ok
    receipts = studio.state(*batch)
    assert [receipt.index for receipt in receipts] == list(range(5, 204))
    assert studio.check().ok


# --- writers that die ----------------------------------------------------------------


def batch_of(studio: LedgerStudio, number: int) -> list[Receipt]:
    """Submit a batch; the same number gives the same statements."""
    first = 1_000 + number * BATCH
    return studio.state(*studio.elements(range(first, first + BATCH)))


def write_until_killed(root: Path, acknowledged: Path, start: int) -> None:
    studio = LedgerStudio(root, clock=SettableClock(START.replace(hour=10)))
    with acknowledged.open("ab", buffering=0) as file:
        for number in range(start, start + 1_000):
            for receipt in batch_of(studio, number):
                file.write(f"{receipt.index} {receipt.id}\n".encode())


@pytest.mark.slow
def test_writers_killed_in_the_middle_lose_nothing_acknowledged(
    ledger_studio: LedgerStudio, tmp_path: Path
) -> None:
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()
    chance = random.Random(2026)  # noqa: S311  # when to kill is no secret
    for kills in range(6):
        writer = FORK.Process(
            target=write_until_killed,
            # Each begins with batches that the one before had stored.
            args=(ledger_studio.root, acknowledged, kills),
        )
        before = acknowledged.stat().st_size
        writer.start()
        while acknowledged.stat().st_size == before:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.2)
        writer.kill()
        writer.join(60)
        report = LedgerStudio(ledger_studio.root).check()
        assert report.findings == ()
    lines = acknowledged.read_text().split("\n")[:-1]
    assert len(lines) > BATCH
    stored = ledger_studio.port.reader().statements(0, ledger_studio.rows()["entry"])
    for line in lines:
        index, name = line.split(" ")
        assert stored[int(index)].id == name
    anew = LedgerStudio(ledger_studio.root, clock=SettableClock(START.replace(hour=11)))
    batch_of(anew, 0)
    report = anew.check()
    assert (report.findings, report.notes) == ((), ())


def write_batches(root: Path, numbers: range) -> None:
    studio = LedgerStudio(root, clock=SettableClock(START.replace(hour=10)))
    for number in numbers:
        batch_of(studio, number)


@pytest.mark.slow
def test_writers_side_by_side_make_one_log(ledger_studio: LedgerStudio) -> None:
    # The ranges overlap: both state the same things in the middle.
    writers = [
        FORK.Process(target=write_batches, args=(ledger_studio.root, numbers))
        for numbers in (range(8), range(4, 12))
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert ledger_studio.rows()["entry"] == 5 + 12 * BATCH
    report = ledger_studio.check()
    assert (report.findings, report.notes) == ((), ())
    assert ledger_studio.state(ledger_studio.element(9))[0].new
