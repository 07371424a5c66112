"""Files that somebody sent: pipes, devices and files of any length cost nothing."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from ledger.errors import UnreadableInputError
from ledger.evidence.trust import TrustFile, read_trust
from ledger.files import read_bounded
from tests.simulators.warm_command import warm_jangbu


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [warm_jangbu(), "verify", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env={**os.environ, "COLUMNS": "200"},
    )


def sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


@pytest.fixture
def bundle(tmp_path: Path, raw: bytes) -> Path:
    path = tmp_path / "bundle.zip"
    path.write_bytes(raw)
    return path


@pytest.fixture
def trusted(tmp_path: Path, trust: TrustFile) -> Path:
    path = tmp_path / "trust.json"
    path.write_bytes(trust.to_bytes())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "media"
    path.mkdir()
    return path


def odd_things(folder: Path) -> list[Path]:
    """A pipe, a device, a folder, a link to nowhere, an endless file, none at all."""
    os.mkfifo(folder / "pipe")
    (folder / "nowhere").symlink_to("absent")
    (folder / "circle").symlink_to("circle")
    (folder / "zero").symlink_to("/dev/zero")
    sparse(folder / "sparse", 300 << 30)
    names = ("pipe", "nowhere", "circle", "zero", "sparse", "absent")
    return [folder, *(folder / name for name in names)]


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_bounded(path, 5) == b"12345"
    with pytest.raises(UnreadableInputError, match="at most 4 bytes"):
        read_bounded(path, 4)


def test_nothing_but_a_regular_file_is_read(folder: Path) -> None:
    for path in odd_things(folder):
        with pytest.raises(UnreadableInputError) as refused:
            read_bounded(path, 1 << 32)
        assert str(path) not in str(refused.value.public())


def test_a_trust_file_is_small(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError):
        read_trust(sparse(tmp_path / "trust.json", (1 << 20) + 1))


def test_no_odd_bundle_or_trust_file_keeps_us_waiting(
    folder: Path, bundle: Path
) -> None:
    for path in odd_things(folder):
        for arguments in ((path,), (bundle, "--trust", path)):
            done = verify(*arguments)
            assert done.returncode == 4, (path, done.stderr)
            assert "Traceback" not in done.stderr


def test_odd_things_beside_a_bundle_are_strangers(
    folder: Path, bundle: Path, trusted: Path
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "circle").symlink_to("circle")
    (folder / "up").symlink_to("..")
    (folder / "below").mkdir()
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(folder / "below" / "socket"))
        done = verify(bundle, "--trust", trusted, "--media", folder)
    assert done.returncode == 3, done.stderr
    assert re.search(r"open +missing: media\.unmatched \(5\)", done.stderr)
    assert "0 of this log, 5 others; 0 frames missing" in done.stderr


def test_an_endless_file_beside_a_bundle_is_refused(
    folder: Path, bundle: Path, trusted: Path
) -> None:
    sparse(folder / "a.png", 300 << 30)
    done = verify(bundle, "--trust", trusted, "--media", folder)
    assert done.returncode == 4, done.stderr
    assert "a.png" in done.stderr


def test_media_must_be_a_folder_with_files(
    folder: Path, bundle: Path, trusted: Path
) -> None:
    for media in (folder, bundle, folder / "absent"):
        done = verify(bundle, "--trust", trusted, "--media", media)
        assert done.returncode == 4, done.stderr
        assert "a folder with frames" in done.stderr


def test_a_failed_bundle_says_that_the_folder_was_not_looked_at(
    folder: Path, tmp_path: Path, raw: bytes
) -> None:
    (folder / "a.png").write_bytes(b"a")
    changed = tmp_path / "changed.zip"
    changed.write_bytes(raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:])
    done = verify(changed, "--media", folder)
    assert done.returncode == 5
    assert "were not looked at" in done.stderr
    assert "of this log" not in done.stderr
