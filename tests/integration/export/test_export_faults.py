"""Exports that stop, disks that fail, and others who write to the same tree."""

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import AlteredEvidenceError, StoreFullError, StoreUnavailableError
from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.verdict import State
from ledger.production.tile_folder import TileFolder
from tests.simulators.public_logs import PublicLog, files_in, is_whole, paths_of
from tests.simulators.small_disks import mounted_disk


class Stopped(BaseException):
    """What a kill does: nothing after it runs in order."""


@pytest.mark.parametrize("stop_at", range(1, 13))
def test_an_export_that_stops_at_any_file_leaves_the_tree_before_and_goes_on(
    stop_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    before = PublicLog(300)
    log.grow(700)
    made = iter(range(1, 1000))
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if next(made) == stop_at:
            raise Stopped
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    # Whoever is killed clears up nothing either.
    monkeypatch.setattr(TileFolder, "_clear_workshop", lambda _: None)
    with pytest.raises(Stopped):
        log.export(tmp_path)
    monkeypatch.undo()
    assert check_tiled_log(tmp_path, [log.verifier]).state is State.VERIFIED
    assert (tmp_path / "checkpoint").read_bytes() in (before.log.note, log.log.note)
    log.export(tmp_path)
    assert is_whole(tmp_path, log)
    assert paths_of(1000) <= set(files_in(tmp_path))
    assert not (tmp_path / ".writing").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_is_told_and_leaves_no_drafts(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    before = files_in(tmp_path)
    log.grow(700)

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    expected = StoreFullError if code == errno.ENOSPC else StoreUnavailableError
    with pytest.raises(expected):
        log.export(tmp_path)
    monkeypatch.undo()
    assert files_in(tmp_path) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a quarter of a megabyte."""
    with mounted_disk(tmp_path / "disk", "256k") as disk:
        yield disk


def test_a_full_disk_leaves_the_published_tree_whole(small_disk: Path) -> None:
    log = PublicLog(300)
    log.export(small_disk / "out")
    log.grow(20_000)
    with pytest.raises(StoreFullError):
        log.export(small_disk / "out")
    report = check_tiled_log(small_disk / "out", [log.verifier])
    assert (report.state, report.size) == (State.VERIFIED, 300)
    assert report.ahead


def test_a_second_export_waits_for_the_first(tmp_path: Path) -> None:
    log = PublicLog(3)
    log.export(tmp_path)
    files = TileFolder(tmp_path)
    with files.writing():
        descriptor = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


def test_what_somebody_else_put_there_meanwhile_is_compared(tmp_path: Path) -> None:
    files = TileFolder(tmp_path)
    with files.writing():
        files.add("tile/0/000", b"first")
        files.add("tile/0/000", b"first")
        with pytest.raises(AlteredEvidenceError):
            files.add("tile/0/000", b"other")
    assert (tmp_path / "tile/0/000").read_bytes() == b"first"


def test_a_file_system_without_links_gets_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Path) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    log = PublicLog(300)
    log.export(tmp_path)
    assert is_whole(tmp_path, log)
