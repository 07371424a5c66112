"""Two files that belong together: both are there, or neither."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.cli.documents import write_document
from ledger.errors import StoreFullError, StoreUnavailableError
from ledger.evidence.output import OutputExistsError, write_together
from tests.simulators.small_disks import mounted_disk

DOCUMENT = {"title": "The Room (fictional)"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    with mounted_disk(tmp_path / "disk", "64k") as disk:
        yield disk


def test_a_full_disk_leaves_nothing_in_the_way_of_the_next_run(
    small_disk: Path,
) -> None:
    out = small_disk / "r.pdf"
    with pytest.raises(StoreFullError):
        write_document(out, bytes(1 << 20), DOCUMENT, force=False)
    assert list(small_disk.iterdir()) == []
    beside = write_document(out, b"%PDF", DOCUMENT, force=False)
    assert sorted(small_disk.iterdir()) == [beside, out]
    assert {one.stat().st_mode & 0o777 for one in (beside, out)} == {0o600}


def chunks(first: bytes, disturbed: Path) -> Iterator[bytes]:
    """A file during whose writing somebody else takes its place."""
    yield first
    disturbed.write_bytes(b"theirs")


def test_what_somebody_else_put_there_meanwhile_stays_and_is_alone(
    tmp_path: Path,
) -> None:
    first, second = tmp_path / "r.json", tmp_path / "r.pdf"
    with pytest.raises(OutputExistsError):
        write_together(
            {first: [b"{}"], second: chunks(b"%PDF", second)}, overwrite=False
        )
    assert [one.name for one in tmp_path.iterdir()] == ["r.pdf"]
    assert second.read_bytes() == b"theirs"


def test_a_folder_in_the_place_of_one_leaves_the_other_as_it_was(
    tmp_path: Path,
) -> None:
    out = tmp_path / "r.pdf"
    out.mkdir()
    (tmp_path / "r.json").write_bytes(b"older")
    with pytest.raises(StoreUnavailableError):
        write_document(out, b"%PDF", DOCUMENT, force=True)
    assert (tmp_path / "r.json").read_bytes() == b"older"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["r.json", "r.pdf"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_between_two_files_leaves_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    place = Path.hardlink_to
    placed: list[Path] = []

    def interrupted(self: Path, target: Path) -> None:
        if placed:
            raise stop
        placed.append(self)
        place(self, target)

    monkeypatch.setattr(Path, "hardlink_to", interrupted)
    with pytest.raises(stop):
        write_document(tmp_path / "r.pdf", b"%PDF", DOCUMENT, force=False)
    assert placed
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_cannot_be_removed_is_told_as_an_error_of_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "unlink", fail)
    with pytest.raises(StoreUnavailableError):
        write_document(tmp_path / "r.pdf", b"%PDF", DOCUMENT, force=False)
    assert (tmp_path / "r.pdf").read_bytes() == b"%PDF"
