"""Two files that belong together: both are there, or neither."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.cli.documents import write_document
from ledger.errors import StoreFullError, StoreUnavailableError
from ledger.evidence.output import OutputExistsError, write_together

DOCUMENT = {"title": "The Room (fictional)"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("no right to mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


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
