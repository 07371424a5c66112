"""Blobs, the published copy and restored backups, on a real disk."""

import shutil
from pathlib import Path

import pytest

from ledger.errors import (
    AlteredEvidenceError,
    LogError,
    MalformedRecordError,
    MissingEvidenceError,
    RollbackError,
    StoreUnavailableError,
)
from ledger.store.blobs import BlobFolder
from ledger.store.sqlite import open_engine
from tests.simulators.ledger_studio import GROWN, LedgerStudio

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


# --- blobs ---------------------------------------------------------------------------


@pytest.fixture
def blobs(tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs")


def test_a_blob_is_kept_under_its_digest(blobs: BlobFolder) -> None:
    assert blobs.put(b"") == EMPTY
    digest = blobs.put(b"content")
    assert blobs.put(b"content") == digest
    assert blobs.read(digest) == b"content"
    assert (blobs.root / digest[:2] / digest).stat().st_mode & 0o777 == 0o600


def test_a_blob_that_is_missing_or_altered_is_not_read(blobs: BlobFolder) -> None:
    digest = blobs.put(b"content")
    with pytest.raises(MissingEvidenceError):
        blobs.read("00" * 32)
    (blobs.root / digest[:2] / digest).write_bytes(b"CONTENT")
    with pytest.raises(AlteredEvidenceError):
        blobs.read(digest)


def test_putting_a_damaged_blob_again_makes_it_good(blobs: BlobFolder) -> None:
    digest = blobs.put(b"content")
    (blobs.root / digest[:2] / digest).write_bytes(b"CONTENT")
    assert blobs.put(b"content") == digest
    assert blobs.read(digest) == b"content"


@pytest.mark.parametrize("name", ["", "../keys/log", "AB" * 32, "ab" * 31, "ab/" * 3])
def test_a_name_that_is_no_digest_opens_no_file(blobs: BlobFolder, name: str) -> None:
    with pytest.raises(MalformedRecordError):
        blobs.read(name)


def test_a_folder_that_is_none_is_reported(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_bytes(b"")
    with pytest.raises(StoreUnavailableError):
        BlobFolder(tmp_path / "blobs").put(b"content")


# --- restored backups ----------------------------------------------------------------


def restore(studio: LedgerStudio, backup: Path) -> LedgerStudio:
    """Bring an older database back, as a new process finds it."""
    studio.port.engine.dispose()
    for suffix in ("-wal", "-shm"):
        studio.database.with_name(f"ledger.sqlite{suffix}").unlink(missing_ok=True)
    shutil.copyfile(backup, studio.database)
    return LedgerStudio(studio.root, clock=studio.clock)


@pytest.fixture
def backup(ledger_studio: LedgerStudio, tmp_path: Path) -> Path:
    """The database when it had seven entries."""
    for number in (1, 2):
        ledger_studio.state(ledger_studio.element(number))
    path = tmp_path / "backup.sqlite"
    shutil.copyfile(ledger_studio.database, path)
    return path


def test_a_restored_backup_takes_in_nothing(
    ledger_studio: LedgerStudio, backup: Path, tmp_path: Path
) -> None:
    for number in (3, 4):
        ledger_studio.state(ledger_studio.element(number))
    newest = tmp_path / "newest.sqlite"
    shutil.copyfile(ledger_studio.database, newest)
    restored = restore(ledger_studio, backup)
    for _ in range(2):
        with pytest.raises(RollbackError) as refused:
            restored.submit(restored.element(5))
        assert refused.value.facts == {"size": GROWN}
    assert restored.rows()["entry"] == 7
    assert restored.found_by_fsck() == {("database.rollback", 7)}
    # Nor does a process that was at work when the backup came.
    with pytest.raises(RollbackError):
        ledger_studio.submit(ledger_studio.element(5))
    back = restore(restored, newest)
    back.state(back.element(5))
    assert back.check().ok


def test_an_empty_database_beside_a_published_copy_is_a_rollback(
    ledger_studio: LedgerStudio,
) -> None:
    empty = LedgerStudio(ledger_studio.root.parent / "empty")
    restored = restore(ledger_studio, empty.database)
    with pytest.raises(RollbackError):
        restored.submit(restored.genesis())


def test_a_log_that_went_another_way_is_not_continued(
    ledger_studio: LedgerStudio, backup: Path, tmp_path: Path
) -> None:
    ledger_studio.state(ledger_studio.element(3))
    copy = tmp_path / "copy"
    shutil.copytree(ledger_studio.root / "log", copy)
    # Somebody takes both database and copy back, and states something else.
    shutil.rmtree(ledger_studio.root / "log")
    forked = restore(ledger_studio, backup)
    forked.state(forked.element(4))
    shutil.rmtree(forked.root / "log")
    shutil.copytree(copy, forked.root / "log")
    again = LedgerStudio(forked.root, clock=forked.clock)
    with pytest.raises(LogError):
        again.submit(again.element(5))
    assert ("checkpoint.fork", 8) in again.found_by_fsck()


# --- the copy ------------------------------------------------------------------------


def test_the_copy_is_a_checkpoint_and_the_entries_below_it(
    grown: LedgerStudio,
) -> None:
    copy = grown.published.read()
    reader = grown.port.reader()
    assert copy.checkpoint == reader.checkpoint()
    assert copy.entries == reader.entries(0, GROWN)


def test_what_could_not_be_published_stays_in_the_outbox_and_comes_later(
    grown: LedgerStudio,
) -> None:
    entries = grown.root / "log" / "entries"
    kept = entries.read_bytes()
    entries.unlink()
    entries.mkdir()
    element = grown.element(9)
    with pytest.raises(StoreUnavailableError, match="in the log"):
        grown.submit(element)
    entries.rmdir()
    entries.write_bytes(kept)
    (receipt,) = grown.state(element)
    assert (receipt.index, receipt.new) == (GROWN, False)
    report = grown.check()
    assert (report.ok, report.published, report.notes) == (True, GROWN + 1, ())


def test_an_unfinished_line_of_the_copy_is_written_again(grown: LedgerStudio) -> None:
    entries = grown.root / "log" / "entries"
    with entries.open("ab") as file:
        file.write(b'{"at":"2026')
    assert grown.check().ok
    LedgerStudio(grown.root, clock=grown.clock).state(grown.element(9))
    assert grown.check().ok
    assert entries.read_bytes().count(b"\n") == GROWN + 1


def test_another_log_key_signs_nothing_here(grown: LedgerStudio) -> None:
    studio = grown.signer("studio")
    grown.port.log_key_for = lambda key: (
        studio if key == grown.public("studio").hex() else None
    )
    for path in (grown.root / "log").glob("*"):
        path.unlink()
    with pytest.raises(LogError):
        grown.submit(grown.element(9))
    assert grown.rows()["entry"] == GROWN


def test_a_database_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError):
        open_engine(tmp_path / "ledger.sqlite")
