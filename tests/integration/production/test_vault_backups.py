"""Backups of vault and keys: what was erased does not come back with them."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.errors import (
    ErasedEvidenceError,
    JangbuError,
    KeyStoreError,
    MasterKeyError,
    StoreUnavailableError,
    UnreadableInputError,
    UsageError,
)
from ledger.keys.backup import Retention, back_up_keys, backups_in
from ledger.keys.destroyed import NAME as DESTROYED
from ledger.production.erasing import erase_person
from ledger.production.holding import Wish, place_hold, release_hold
from ledger.production.opening import Production, opened
from ledger.production.searching import search_names
from ledger.production.vault_backup import (
    back_up_production_keys,
    back_up_vault,
    restore_production_keys,
)
from tests.integration.privacy.in_process import jangbu
from tests.simulators.film_studio import FilmStudio

NAME = "김하나 (가공인물)"
WEEK = Retention(keep=7, days=30)
NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


class Person:
    """The painter, whose name is in the vault."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with opened(root) as production:
            self.uid = FilmStudio(production).uid("painter")
            reader = production.reader()
            self.statement = next(
                one.id
                for one in reader.statements(0, reader.size())
                if one.kind == "party.1" and self._name(production, one.id) == NAME
            )
            FilmStudio(production).state(
                FilmStudio(production).engaged("painter", {"paid": 7})
            )

    @staticmethod
    def _name(production: Production, statement: str) -> str:
        return str(production.vault.open(statement, "/body/name").value)

    def name(self) -> str:
        with opened(self.root) as production:
            return self._name(production, self.statement)

    def erase(self) -> None:
        with opened(self.root) as production:
            erase_person(production, self.uid, "pipa-36")

    def key_files(self, folder: Path) -> list[str]:
        """Names of the person's key files in a folder of keys."""
        return sorted(path.name for path in folder.rglob(f"*{self.uid}*"))

    def is_gone(self) -> bool:
        try:
            self.name()
        except ErasedEvidenceError:
            return not self.key_files(self.root / "keys") or self.only_contracts()
        return False

    def only_contracts(self) -> bool:
        return self.key_files(self.root / "keys") == [f"person-{self.uid}-retained"]


@pytest.fixture
def person(root: Path) -> Person:
    return Person(root)


def at(root: Path, target: Path, now: datetime, retention: Retention = WEEK) -> Path:
    """Back up keys at another time than now."""
    return back_up_keys(root / "keys", target, retention, now, lambda _: False).folder


# --- the vault ------------------------------------------------------------------------


def test_a_backup_from_before_an_erasure_does_not_bring_the_value_back(
    person: Person, tmp_path: Path
) -> None:
    made = back_up_vault(person.root, tmp_path / "vaults")
    assert person.name() == NAME
    person.erase()
    shutil.copy(made, person.root / "vault.sqlite")
    assert person.is_gone()
    # Erasing again finishes it in what was put back, too.
    person.erase()
    assert rows_of(person.root / "vault.sqlite", f"person/{person.uid}") == 0


def rows_of(path: Path, key_ref: str) -> int:
    with closing(sqlite3.connect(path)) as vault:
        query = "SELECT count(*) FROM value WHERE key_ref = ?"
        return int(vault.execute(query, [key_ref]).fetchone()[0])


def test_a_backup_holds_no_key_and_no_index_of_names(
    person: Person, tmp_path: Path
) -> None:
    with opened(person.root) as production:
        assert search_names(production, "김하나").found
        keys = [
            production.keys.blinding_key(one)
            for one in ("studio", "names", f"person/{person.uid}")
        ]
    with closing(sqlite3.connect(person.root / "vault.sqlite")) as vault:
        tokens = [row[0] for row in vault.execute("SELECT token FROM name_token")]
    made = back_up_vault(person.root, tmp_path / "vaults").read_bytes()
    assert len(tokens) > 10
    for secret in (*keys, *(key.hex().encode() for key in keys), *tokens):
        assert secret not in made
    assert (made.count(b"person/")) > 0


def test_a_backup_is_whole_while_others_write(person: Person, tmp_path: Path) -> None:
    vault = person.root / "vault.sqlite"
    with closing(sqlite3.connect(vault, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO tombstone VALUES ('half', 'done')")
        made = back_up_vault(person.root, tmp_path / "vaults")
        writer.execute("ROLLBACK")
    with closing(sqlite3.connect(made)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not copy.execute("SELECT * FROM tombstone").fetchall()
    assert oct(made.stat().st_mode & 0o777) == "0o600"
    assert list(made.parent.iterdir()) == [made]


def test_a_damaged_vault_makes_no_backup(person: Person, tmp_path: Path) -> None:
    vault = person.root / "vault.sqlite"
    raw = bytearray(vault.read_bytes())
    raw[4096:8192] = os.urandom(4096)
    vault.write_bytes(raw)
    with pytest.raises(UnreadableInputError):
        back_up_vault(person.root, tmp_path / "vaults")
    assert not list((tmp_path / "vaults").iterdir())


def test_no_vault_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError):
        back_up_vault(tmp_path / "nothing", tmp_path / "vaults")


def test_vault_and_keys_are_never_backed_up_into_one_folder(
    person: Person, tmp_path: Path
) -> None:
    back_up_vault(person.root, tmp_path / "vaults")
    back_up_production_keys(person.root, tmp_path / "keys", WEEK)
    with pytest.raises(UsageError):
        back_up_vault(person.root, tmp_path / "keys")
    with pytest.raises(UsageError):
        back_up_production_keys(person.root, tmp_path / "vaults", WEEK)
    for work in (
        lambda: back_up_vault(person.root, person.root / "backup"),
        lambda: back_up_production_keys(person.root, person.root / "keys/old", WEEK),
    ):
        with pytest.raises(JangbuError):
            work()


# --- the keys -------------------------------------------------------------------------


def test_a_backup_of_keys_opens_with_the_master_key_alone(
    person: Person, tmp_path: Path
) -> None:
    folder = back_up_production_keys(person.root, tmp_path / "b", WEEK).folder
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"studio", "studio.pem", "log.pem", f"person-{person.uid}"} <= names
    assert not names & {"master.key", "recovery.pem", "names", DESTROYED, ".lock"}
    master = (person.root / "keys" / "master.key").read_bytes()
    (person.root / "keys" / "master.key").unlink()
    for name in ("sign", "blind", "c2pa"):
        shutil.rmtree(person.root / "keys" / name)
    with pytest.raises(MasterKeyError):
        restore_production_keys(person.root, folder)
    (person.root / "keys" / "master.key").write_bytes(master)
    # The studio's keys came back already; the others come now.
    assert restore_production_keys(person.root, folder).count == len(
        [one for one in names if one.startswith(("person-", "party-"))]
    )
    assert person.name() == NAME


def test_keys_in_clear_are_not_backed_up(person: Person, tmp_path: Path) -> None:
    with opened(person.root) as production:
        raw = production.keys.blinding_key("studio").hex()
    (person.root / "keys" / "blind" / "studio").write_text(raw)
    with pytest.raises(KeyStoreError, match="vault wrap"):
        back_up_production_keys(person.root, tmp_path / "b", WEEK)
    assert backups_in(tmp_path / "b") == []


def test_old_backups_of_keys_are_destroyed(person: Person, tmp_path: Path) -> None:
    target = tmp_path / "b"
    for days in (60, 31, 29, 5, 4):
        at(person.root, target, NOW - timedelta(days=days), Retention(keep=9, days=99))
    kept = at(person.root, target, NOW, Retention(keep=3, days=30))
    assert [path.name for path in backups_in(target)] == [
        "keys-20261117T083000Z",
        "keys-20261118T083000Z",
        kept.name,
    ]
    at(person.root, target, NOW + timedelta(days=90), Retention(keep=3, days=30))
    assert len(backups_in(target)) == 1  # the newest stays, however old it gets


def test_the_key_of_somebody_erased_since_is_not_brought_back(
    person: Person, tmp_path: Path
) -> None:
    folder = back_up_production_keys(person.root, tmp_path / "b", WEEK).folder
    assert len(person.key_files(folder)) == 3
    person.erase()
    done = restore_production_keys(person.root, folder)
    assert (done.count, done.refused) == (0, 2)
    assert person.is_gone()
    # Nor does the backup hold it any longer: contracts alone.
    assert person.key_files(folder) == [f"person-{person.uid}-retained"]


def forget_nothing(_: Path) -> None:
    """Keys, vault and log all know of the erasure."""


def forget_list(root: Path) -> None:
    (root / "keys" / DESTROYED).unlink()


def forget_vault(root: Path) -> None:
    """The vault is put back to the day before as well: the log alone knows."""
    forget_list(root)
    shutil.copy(root.parent / "older.sqlite", root / "vault.sqlite")


@pytest.mark.parametrize("forget", [forget_nothing, forget_list, forget_vault])
def test_keys_list_vault_and_log_each_know_by_themselves(
    person: Person, tmp_path: Path, forget: Callable[[Path], None]
) -> None:
    folder = back_up_production_keys(person.root, tmp_path / "b", WEEK).folder
    shutil.copy(person.root / "vault.sqlite", person.root.parent / "older.sqlite")
    person.erase()
    forget(person.root)
    # A second person, to see that not just anybody's key is refused.
    with opened(person.root) as production:
        other = FilmStudio(production).uid("assessor")
    (person.root / "keys" / "blind" / f"person-{other}").unlink()
    done = restore_production_keys(person.root, folder)
    assert (done.count, done.refused) == (1, 2)
    assert person.is_gone()


def test_contracts_that_were_erased_and_holds_that_are_over_do_not_come_back(
    person: Person, tmp_path: Path
) -> None:
    with opened(person.root) as production:
        studio = FilmStudio(production)
        studio.state(studio.contributed("painter"))
        hold = place_hold(production, Wish(basis="audit", shot="SQ010_0040"))
        erase_person(production, person.uid, "pipa-36")
        held = back_up_production_keys(person.root, tmp_path / "b", WEEK).folder
        assert any("-held-" in name for name in person.key_files(held))
        release_hold(production, hold)
        erase_person(production, person.uid, "pipa-36")
        erase_person(production, person.uid, "retention-ended", retained=True)
    (person.root / "keys" / DESTROYED).unlink()
    done = restore_production_keys(person.root, held)
    assert (done.count, done.refused) == (0, 2)
    assert person.key_files(person.root) == []


def test_the_next_backup_destroys_keys_of_the_erased_in_older_ones(
    person: Person, tmp_path: Path
) -> None:
    first = back_up_production_keys(person.root, tmp_path / "b", WEEK).folder
    first = first.rename(first.with_name("keys-20261101T000000Z"))
    person.erase()
    done = back_up_production_keys(
        person.root, tmp_path / "b", Retention(keep=9, days=9999)
    )
    assert done.erased == 2
    assert person.key_files(first) == [f"person-{person.uid}-retained"]


def test_a_folder_that_is_no_backup_brings_nothing_back(
    person: Person, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        restore_production_keys(person.root, tmp_path)
    with pytest.raises(JangbuError):
        restore_production_keys(tmp_path, tmp_path)


def test_the_commands_wrap_back_up_and_restore(root: Path, tmp_path: Path) -> None:
    path = str(root)
    code, done = jangbu("vault", "rewrap", path)
    assert (code, done["count"]) == (0, done["total"])
    assert jangbu("vault", "wrap", path)[1]["count"] == 0
    assert jangbu("vault", "backup", path, str(tmp_path / "v"))[0] == 0
    code, done = jangbu(
        *("vault", "backup-keys", path, str(tmp_path / "k"), "--keep", "2")
    )
    assert code == 0
    (folder,) = backups_in(tmp_path / "k")
    (root / "keys" / "blind" / "studio").unlink()
    assert jangbu("vault", "search", path, "--name", "김하나")[0] == 7
    assert jangbu("vault", "restore-keys", path, str(folder))[1]["count"] == 1
    assert jangbu("vault", "search", path, "--name", "김하나")[0] == 0
    assert jangbu("vault", "backup-keys", path, str(tmp_path), "--keep", "0")[0] == 2
