"""The log of reads adds up, or says what was done to it."""

import multiprocessing
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import (
    AlteredEvidenceError,
    CheckpointError,
    JangbuError,
    LogError,
    RollbackError,
    UnreadableInputError,
)
from ledger.vault.access_log import AccessLog

ORIGIN = "jangbu.invalid/0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
fork = multiprocessing.get_context("fork")


def entry(number: int) -> dict[str, int | str]:
    return {"v": 1, "number": number, "why": "사건"}


@pytest.fixture
def log(tmp_path: Path) -> AccessLog:
    """Seven reads."""
    made = AccessLog(tmp_path / "access.sqlite", ORIGIN)
    for number in range(7):
        assert made.append(entry(number), KEY) == number
    return made


def test_entries_come_back_in_their_order(log: AccessLog) -> None:
    found = log.check(PUBLIC)
    assert [one["number"] for one in found.entries] == list(range(7))
    assert found.checkpoint is not None
    assert found.checkpoint.size == 7
    assert log.published.read_bytes().startswith(f"{ORIGIN}/access\n7\n".encode())


def test_a_log_that_was_never_written_is_empty(tmp_path: Path) -> None:
    assert AccessLog(tmp_path / "access.sqlite", ORIGIN).check(PUBLIC).entries == ()


def changed(log: AccessLog, *statements: str) -> None:
    with closing(sqlite3.connect(log.path)) as database:
        for trigger in ("entry_kept", "entry_stays"):
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)
        database.commit()


FORGERIES: dict[str, tuple[str, ...]] = {
    "edited": ("UPDATE entry SET raw = CAST('{\"v\":1}' AS BLOB) WHERE place = 3",),
    "taken out": ("DELETE FROM entry WHERE place = 3",),
    "cut": ("DELETE FROM entry WHERE place > 4",),
    "added": ("INSERT INTO entry VALUES (7, CAST('{\"v\":1}' AS BLOB))",),
    "swapped": (
        "UPDATE entry SET place = 99 WHERE place = 2",
        "UPDATE entry SET place = 2 WHERE place = 3",
        "UPDATE entry SET place = 3 WHERE place = 99",
    ),
    "without head": ("DELETE FROM head",),
}


@pytest.mark.parametrize("statements", FORGERIES.values(), ids=FORGERIES.keys())
def test_what_was_done_to_the_entries_is_found(
    log: AccessLog, statements: tuple[str, ...]
) -> None:
    changed(log, *statements)
    with pytest.raises((AlteredEvidenceError, RollbackError)):
        log.check(PUBLIC)


@pytest.mark.parametrize("name", ["taken out", "cut", "added", "without head"])
def test_nothing_is_added_to_a_log_that_does_not_add_up(
    log: AccessLog, name: str
) -> None:
    changed(log, *FORGERIES[name])
    with pytest.raises(JangbuError) as caught:
        log.append(entry(7), KEY)
    assert caught.value.exit_code == 5


def test_triggers_keep_entries_from_being_changed_by_accident(log: AccessLog) -> None:
    with closing(sqlite3.connect(log.path)) as database:
        for statement in ("DELETE FROM entry", "UPDATE entry SET raw = ''"):
            with pytest.raises(sqlite3.IntegrityError):
                database.execute(statement)


def rolled_back(log: AccessLog, tmp_path: Path) -> None:
    shutil.copy(log.path, tmp_path / "older")
    log.append(entry(7), KEY)
    shutil.copy(tmp_path / "older", log.path)


def test_an_older_database_is_found_by_its_checkpoint(
    log: AccessLog, tmp_path: Path
) -> None:
    rolled_back(log, tmp_path)
    for ask in (lambda: log.check(PUBLIC), lambda: log.append(entry(7), KEY)):
        with pytest.raises(RollbackError):
            ask()


def test_a_lost_database_is_not_begun_anew(log: AccessLog) -> None:
    log.path.unlink()
    for ask in (lambda: log.check(PUBLIC), lambda: log.append(entry(0), KEY)):
        with pytest.raises(RollbackError):
            ask()


def test_a_fork_is_found_by_a_checkpoint_that_was_kept_elsewhere(
    log: AccessLog, tmp_path: Path
) -> None:
    for name in (log.path.name, log.published.name):
        shutil.copy(tmp_path / name, tmp_path / f"{name}.older")
    log.append(entry(7), KEY)
    kept = log.published.read_bytes()
    assert log.check(PUBLIC, kept).entries
    for name in (log.path.name, log.published.name):
        shutil.copy(tmp_path / f"{name}.older", tmp_path / name)
    with pytest.raises(RollbackError):
        log.check(PUBLIC, kept)
    # With the keys at hand, another read takes its place: by itself the log is whole.
    log.append(entry(70), KEY)
    assert log.check(PUBLIC).entries
    with pytest.raises(AlteredEvidenceError):
        log.check(PUBLIC, kept)


def test_another_keys_log_is_refused(log: AccessLog) -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(CheckpointError):
        log.check(other.public_key().public_bytes_raw())
    with pytest.raises(LogError):
        log.append(entry(7), other)


def test_another_file_is_refused(log: AccessLog) -> None:
    log.path.write_bytes(b"no database" * 100)
    with pytest.raises(UnreadableInputError):
        log.append(entry(7), KEY)
    with pytest.raises(UnreadableInputError):
        log.check(PUBLIC)


def test_reads_of_many_processes_are_all_noted(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "access.sqlite", ORIGIN)

    def add(number: int) -> None:
        for more in range(5):
            log.append(entry(number * 5 + more), KEY)

    writers = [fork.Process(target=add, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    found = log.check(PUBLIC).entries
    assert sorted(int(str(one["number"])) for one in found) == list(range(30))
