"""A full outbox, a full disk, a killed writer: what was kept stays whole."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import (
    StoreFullError,
)
from ledger.files import sweep_temporaries
from ledger.parcel import Parcel
from ledger.ports import Receipt
from ledger.production.recorder import Recorder
from ledger.store.outbox import Bound, Outbox, SpoolFullError
from tests.simulators.distant_machine import Away
from tests.simulators.ledger_studio import LedgerStudio, submission_of
from tests.simulators.small_disks import mounted_disk

FORK = multiprocessing.get_context("fork")


# --- bounds and full disks -----------------------------------------------------------


def test_a_full_outbox_says_so_and_keeps_what_it_has(away: Away) -> None:
    outbox = Outbox(away.recorder.outbox.folder, Bound(parcels=2))
    recorder = replace(away.recorder, outbox=outbox)
    for number in (1, 2):
        recorder.record([away.statement(number)], "studio")
    with pytest.raises(SpoolFullError, match="at most 2 parcels") as caught:
        recorder.record([away.statement(3)], "studio")
    assert caught.value.exit_code == 7
    assert outbox.waiting().parcels == 2
    away.start()
    # With the ledger back there is room: what waits goes first.
    assert len(recorder.record([away.statement(3)], "studio")) == 1
    assert away.names() == ["01", "02", "03"]


def test_bytes_are_bounded_as_well(away: Away) -> None:
    outbox = Outbox(away.recorder.outbox.folder, Bound(size=100))
    recorder = replace(away.recorder, outbox=outbox)
    with pytest.raises(SpoolFullError):
        recorder.record([away.statement(1)], "studio")
    assert list(outbox.folder.iterdir()) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted_disk(tmp_path / "disk", "64k") as disk:
        yield disk


def test_a_disk_that_fills_up_leaves_no_half_file(away: Away, tiny_disk: Path) -> None:
    outbox = Outbox(tiny_disk / "outbox")
    recorder = replace(away.recorder, outbox=outbox)
    kept = _recorded_until_full(recorder, away)
    assert kept > 0
    assert len(list(outbox.folder.iterdir())) == kept == len(list(outbox.pending()))
    away.start()
    assert recorder.flush() == []
    assert len(away.names()) == kept


def _recorded_until_full(recorder: Recorder, away: Away) -> int:
    for number in range(1, 60):
        try:
            recorder.record([away.statement(number)], "studio")
        except StoreFullError as error:
            assert error.code == "store.full"  # noqa: PT017  # counted until then
            return number - 1
    pytest.fail("the disk never became full")


# --- killed at any step --------------------------------------------------------------


def parcel_of(studio: LedgerStudio, number: int) -> Parcel:
    one = studio.element(number)
    return Parcel(sheet=studio.sheet([one.id]), statements=(submission_of(one),))


def spool_until_killed(root: Path, folder: Path, told: Path) -> None:
    studio, outbox = LedgerStudio(root), Outbox(folder)
    with told.open("ab", buffering=0) as file:
        for number in range(1, 10_000):
            path = outbox.add(parcel_of(studio, number))
            file.write(f"{path.name}\n".encode())


@pytest.mark.parametrize("after", [1, 4])
def test_who_is_killed_while_spooling_loses_nothing_that_was_kept(
    ledger_studio: LedgerStudio, tmp_path: Path, after: int
) -> None:
    folder, told = tmp_path / "outbox", tmp_path / "told"
    os.mkfifo(told)
    writer = FORK.Process(
        target=spool_until_killed, args=(ledger_studio.root, folder, told)
    )
    writer.start()
    with told.open("rb") as file:
        kept = [file.readline().decode().strip() for _ in range(after)]
        os.kill(writer.pid or 0, signal.SIGKILL)
        kept += [line.decode().strip() for line in file if line.endswith(b"\n")]
    writer.join(60)
    sweep_temporaries(folder)
    names = sorted(path.name for path in folder.iterdir())
    assert names[: len(kept)] == kept
    parcels = [parcel for _, parcel in Outbox(folder).pending()]
    for parcel in parcels:
        (answer,) = ledger_studio.port.submit(parcel.sheet, parcel.statements)
        assert isinstance(answer, Receipt)
    assert len(parcels) in {len(kept), len(kept) + 1}


def test_who_is_killed_between_answer_and_clearing_sends_it_again_for_nothing(
    away: Away,
) -> None:
    away.start()
    away.state(1)
    one = away.statement(1)
    away.recorder.outbox.add(away.recorder.parcel([one], "studio"))
    assert away.recorder.flush() == []
    assert away.names() == ["01"]


def test_two_processes_settle_the_same_refusal(away: Away) -> None:
    outbox = away.recorder.outbox
    path = outbox.add(away.recorder.parcel([away.statement(1)], "studio"))
    outbox.refused(path, [])
    outbox.refused(path, [])
    outbox.done(path)
    assert outbox.refused_count() == 1
