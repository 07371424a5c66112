"""Bundles and trust files on disk: whole or not at all, never over another file."""

import errno
import os
from pathlib import Path

import pytest

from ledger.errors import (
    ConflictingRecordError,
    StoreFullError,
    StoreUnavailableError,
    UnreadableInputError,
)
from ledger.evidence.bundle import write_bundle
from ledger.evidence.output import OutputExistsError
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import read_trust, write_trust
from ledger.evidence.verify import verify_bundle
from tests.simulators.stated_log import StatedLog

LOG = StatedLog()
BUNDLE = LOG.bundle()


def test_a_written_bundle_is_private_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    write_bundle(path, BUNDLE)
    assert path.stat().st_mode & 0o777 == 0o600
    verdict = verify_bundle(path.read_bytes(), LOG.trust(), Readers())
    assert verdict.exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["evidence.zip"]


def test_another_file_is_never_replaced_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "thesis.zip"
    path.write_bytes(b"years of work")
    with pytest.raises(OutputExistsError) as refused:
        write_bundle(path, BUNDLE)
    assert refused.value.exit_code == 6
    assert path.read_bytes() == b"years of work"
    write_bundle(path, BUNDLE, overwrite=True)
    assert path.read_bytes() == BUNDLE.to_bytes()
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, StoreFullError), (errno.EIO, StoreUnavailableError)],
)
def test_a_disk_that_fails_leaves_nothing_behind(
    number: int,
    error: type[Exception],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(error):
        write_bundle(tmp_path / "evidence.zip", BUNDLE)
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_path: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "hardlink_to", fails)
    path = tmp_path / "evidence.zip"
    write_bundle(path, BUNDLE)
    assert path.read_bytes() == BUNDLE.to_bytes()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError):
        write_bundle(tmp_path / "missing" / "evidence.zip", BUNDLE)


def test_a_trust_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "trust.json"
    write_trust(path, LOG.trust())
    write_trust(path, LOG.trust())
    assert read_trust(path) == LOG.trust()
    other = StatedLog(seed="another").trust()
    with pytest.raises(ConflictingRecordError):
        write_trust(path, other)
    assert read_trust(path) == LOG.trust()


def test_a_trust_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(UnreadableInputError) as refused:
            read_trust(path)
        assert refused.value.where == str(path)
    broken = tmp_path / "trust.json"
    broken.write_bytes(b"{}\n")
    with pytest.raises(UnreadableInputError) as refused:
        read_trust(broken)
    assert refused.value.where == str(broken)
