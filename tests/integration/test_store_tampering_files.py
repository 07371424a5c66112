"""What is of another form than this program wrote: files, schema and vault rows."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ledger.errors import AlteredEvidenceError
from ledger.store import blobs
from ledger.store.blobs import BlobFolder
from tests.simulators.ledger_studio import LedgerStudio

CONTENT = b"leaves"
TRIGGER = "CREATE TRIGGER {} AFTER INSERT ON entry BEGIN DELETE FROM lease; END"


def exchange_for_link(path: Path) -> None:
    other = path.with_name("other")
    path.rename(other)
    path.symlink_to(other)


def exchange_for_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def exchange_for_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def exchange_for_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def exchange_for_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def lengthen(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(blobs.MAX_BLOB + 1)


EXCHANGES = (
    exchange_for_link,
    exchange_for_device,
    exchange_for_pipe,
    exchange_for_folder,
    exchange_for_loop,
    lengthen,
)


@pytest.mark.parametrize("exchange", EXCHANGES)
def test_a_blob_that_is_no_plain_file_is_neither_followed_nor_waited_for(
    ledger_studio: LedgerStudio, exchange: object
) -> None:
    assert callable(exchange)
    ledger_studio.state(ledger_studio.asset(1))
    (blob,) = (one for one in (ledger_studio.root / "blobs").glob("*/*"))
    exchange(blob)
    assert ledger_studio.found_by_fsck() == {("blob.altered", 5)}


def test_a_socket_is_no_blob(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = BlobFolder(tmp_path)
    digest = folder.put(CONTENT)
    path = tmp_path / digest[:2] / digest
    path.unlink()
    monkeypatch.chdir(path.parent)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(digest)
        with pytest.raises(AlteredEvidenceError):
            folder.read(digest)


@pytest.mark.parametrize("exchange", EXCHANGES[:3])
def test_keeping_a_blob_again_puts_a_plain_file_there(
    tmp_path: Path, exchange: object
) -> None:
    assert callable(exchange)
    folder = BlobFolder(tmp_path)
    digest = folder.put(CONTENT)
    path = tmp_path / digest[:2] / digest
    exchange(path)
    assert folder.put(CONTENT) == digest
    assert not path.is_symlink()
    assert folder.read(digest) == CONTENT


@pytest.mark.parametrize(
    ("kind", "name", "on", "sql"),
    [
        ("trigger", "sqlite_evil", "entry", TRIGGER),
        ("trigger", "sqlite_stat1", "entry", TRIGGER),
        ("trigger", "sqlite_autoindex_entry_9", "entry", TRIGGER),
        ("view", "sqlite_sequence", "sqlite_sequence", "CREATE VIEW {} AS SELECT 1"),
        ("table", "sqlite2_x", "sqlite2_x", "CREATE TABLE {} (a)"),
    ],
)
def test_what_only_bears_a_name_of_sqlites_own_is_named(
    grown: LedgerStudio, kind: str, name: str, on: str, sql: str
) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES (?, ?, ?, 0, ?)",
            (kind, name, on, sql.format(name)),
        )
    assert ("schema.added", None) in grown.found_by_fsck()


def test_what_sqlite_keeps_for_itself_is_no_damage(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("ANALYZE")
    assert grown.check().ok


@pytest.mark.parametrize(
    "change",
    [
        "key_ref = '../../sign/studio'",
        "key_ref = 'person/../../x'",
        "key_ref = ''",
        "key_ref = x'ff00'",
        "key_ref = CAST('studio' AS BLOB)",
        "nonce = 'text'",
        "nonce = 999999999999",
        "ciphertext = 1.5",
        "ciphertext = 'text'",
    ],
)
def test_a_row_of_another_form_is_a_finding(grown: LedgerStudio, change: str) -> None:
    (element,) = grown.port.reader().statements(6, 7)
    with closing(sqlite3.connect(grown.root / "vault.sqlite")) as vault:
        sql = f"UPDATE value SET {change} WHERE statement = ?"  # noqa: S608  # our own
        vault.execute(sql, (element.id,))
        vault.commit()
    assert grown.found_by_fsck() == {("opening.altered", 6)}
    assert grown.vault.graves() == 0
    with pytest.raises(AlteredEvidenceError):
        grown.vault.blinds(element.id)
