"""The vault's file: private from the start, and refused when it is something else."""

import multiprocessing
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ledger.encoding.statement import Composed
from ledger.errors import (
    AlteredEvidenceError,
    ErasedEvidenceError,
    JangbuError,
    StoreError,
    StoreFullError,
    StoreUnavailableError,
    UnreadableInputError,
)
from ledger.keys.folder import KeyFolder
from ledger.records.identity import Uid
from ledger.vault.vault import Vault
from tests.simulators.small_disks import fill, mounted_disk

Generation = Callable[..., Composed]
fork = multiprocessing.get_context("fork")
CANARY = "골목의 비밀 canary 7f3d"


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("open_umask")
def test_files_are_their_owners_alone_whatever_the_umask(
    tmp_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    path = tmp_path / "fresh" / "vault.sqlite"
    vault = Vault.create(path, keys.blinding_key)
    assert mode_of(path.parent) == 0o700
    with closing(sqlite3.connect(path)) as other_program:
        other_program.execute("SELECT count(*) FROM value").fetchall()
        vault.keep(generation(1, anna))
        names = sorted(one.name for one in path.parent.iterdir())
        assert names == ["vault.sqlite", "vault.sqlite-shm", "vault.sqlite-wal"]
        assert {mode_of(one) for one in path.parent.iterdir()} == {0o600}


@pytest.mark.usefixtures("vault")
def test_a_copy_from_a_backup_becomes_private_when_it_is_opened(
    vault_path: Path, keys: KeyFolder
) -> None:
    vault_path.chmod(0o644)
    Vault(vault_path, keys.blinding_key)
    assert mode_of(vault_path) == 0o600


def test_no_plaintext_reaches_the_disk(
    vault: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna, prompt=CANARY)
    secrets = [
        CANARY.encode(),
        b"canary 7f3d",
        *(value.opening.blind for value in composed.values),
        *(value.opening.blind.hex().encode() for value in composed.values),
        composed.blind,
        composed.blind.hex().encode(),
    ]

    def written() -> bytes:
        files = vault_path.parent.glob("*vault.sqlite*")
        return b"".join(one.read_bytes() for one in files)

    with closing(sqlite3.connect(vault_path)) as other_program:
        other_program.execute("SELECT count(*) FROM value").fetchall()
        for step in (
            lambda: vault.keep(composed),
            lambda: vault.open(composed.id, "/body/prompt"),
            lambda: vault.erase_person(anna, keys.destroy_blinding_key),
        ):
            step()
            assert not [one for one in secrets if one in written()]


def test_creating_twice_keeps_what_is_there(
    vault: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    again = Vault.create(vault_path, keys.blinding_key)
    assert again.blinds(composed.id) == (composed.blind, composed.by_blind)
    assert [one.name for one in vault_path.parent.glob("*.tmp*")] == []


def test_processes_that_create_together_get_one_vault(
    tmp_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    path = tmp_path / "fresh" / "vault.sqlite"
    every = [generation(number, anna) for number in range(4)]

    def make(composed: Composed) -> None:
        Vault.create(path, keys.blinding_key).keep(composed)

    children = [fork.Process(target=make, args=(one,)) for one in every]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    vault = Vault(path, keys.blinding_key)
    assert len(vault.statements_of("studio")) == 4


def test_a_missing_vault_is_not_replaced_by_an_empty_one(
    vault_path: Path, keys: KeyFolder
) -> None:
    with pytest.raises(StoreUnavailableError):
        Vault(vault_path, keys.blinding_key)
    assert not vault_path.exists()


def test_a_folder_that_cannot_be_made_is_unavailable(
    tmp_path: Path, keys: KeyFolder
) -> None:
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(StoreUnavailableError):
        Vault.create(tmp_path / "taken" / "vault.sqlite", keys.blinding_key)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100])
def test_a_file_that_is_no_vault_is_refused(
    tmp_path: Path, keys: KeyFolder, content: bytes
) -> None:
    path = tmp_path / "vault.sqlite"
    path.write_bytes(content)
    with pytest.raises(UnreadableInputError):
        Vault(path, keys.blinding_key)
    assert path.read_bytes()[: len(content)] == content


def test_another_database_is_refused(tmp_path: Path, keys: KeyFolder) -> None:
    path = tmp_path / "vault.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE value (statement TEXT)")
    with pytest.raises(UnreadableInputError):
        Vault(path, keys.blinding_key)


@pytest.mark.usefixtures("vault")
def test_a_newer_schema_is_refused(vault_path: Path, keys: KeyFolder) -> None:
    with closing(sqlite3.connect(vault_path)) as connection:
        connection.execute("PRAGMA user_version = 3")
    with pytest.raises(StoreError, match="version 3"):
        Vault(vault_path, keys.blinding_key)


def test_damaged_pages_are_unreadable_input(
    vault: Vault, vault_path: Path, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    raw = vault_path.read_bytes()
    vault_path.write_bytes(raw[:4096] + os.urandom(len(raw) - 4096))
    with pytest.raises(UnreadableInputError):
        vault.blinds(composed.id)


@pytest.mark.parametrize(
    "change",
    [
        "ciphertext = x'00'",
        "ciphertext = zeroblob(200)",
        "nonce = x'00'",
        "nonce = zeroblob(12)",
        "path = '/body/other'",
        "key_ref = 'studio'",
    ],
)
def test_a_row_changed_from_outside_is_altered_evidence(
    vault: Vault, vault_path: Path, generation: Generation, anna: Uid, change: str
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    with closing(sqlite3.connect(vault_path)) as connection, connection:
        connection.execute(f"UPDATE value SET {change} WHERE path = '/body/party'")  # noqa: S608
    path = "/body/other" if "path" in change else "/body/party"
    with pytest.raises(AlteredEvidenceError):
        vault.open(composed.id, path)


def test_a_locked_vault_is_unavailable_and_takes_the_value_later(
    vault: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    impatient = Vault(vault_path, keys.blinding_key, busy_seconds=0.05)
    with closing(sqlite3.connect(vault_path, isolation_level=None)) as other_program:
        other_program.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError):
            impatient.keep(composed)
        other_program.execute("COMMIT")
    impatient.keep(composed)
    assert len(vault.paths(composed.id)) == 3


def test_errors_hold_nothing_private_in_public(
    vault: Vault, vault_path: Path, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna, prompt=CANARY)
    vault_path.unlink()
    vault_path.mkdir()
    with pytest.raises(JangbuError) as caught:
        vault.keep(composed)
    public = str(caught.value.public())
    assert "canary" not in str(caught.value)
    assert not any(word in public for word in (anna, str(vault_path), composed.id))


# --- a full disk ---------------------------------------------------------------------


def keep_in_turn(vault: Vault, every: list[Composed]) -> tuple[int, StoreError | None]:
    """How many were acknowledged, and what the next one met."""
    for number, composed in enumerate(every):
        try:
            vault.keep(composed)
        except StoreError as error:
            return number, error
    return len(every), None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    with mounted_disk(tmp_path / "disk", "1m", lazy=True) as disk:
        yield disk


def test_a_full_disk_keeps_what_was_acknowledged_and_goes_on_when_there_is_room(
    small_disk: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(700_000))
    vault = Vault.create(small_disk / "vault.sqlite", keys.blinding_key)
    every = [generation(number, anna, prompt="x" * 5_000) for number in range(100)]
    acknowledged, refusal = keep_in_turn(vault, every)
    assert isinstance(refusal, StoreFullError)
    assert acknowledged > 5
    ballast.unlink()
    for composed in every[:acknowledged]:
        assert len(vault.paths(composed.id)) == 3
    assert vault.paths(every[acknowledged].id) == ()
    vault.keep(every[acknowledged])
    assert len(vault.paths(every[acknowledged].id)) == 3


def test_a_disk_too_full_to_make_a_vault_is_left_without_one(
    small_disk: Path, keys: KeyFolder
) -> None:
    (small_disk / "ballast").write_bytes(bytes(1_040_000))
    with pytest.raises(StoreFullError):
        Vault.create(small_disk / "vault.sqlite", keys.blinding_key)
    assert [one.name for one in small_disk.iterdir()] == ["ballast"]


def test_a_full_disk_cannot_keep_a_person_from_being_erased(
    small_disk: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    path = small_disk / "vault.sqlite"
    vault = Vault.create(path, keys.blinding_key)
    every = [generation(number, anna) for number in range(30)]
    vault.keep(*every)
    ballast = small_disk / "ballast"
    fill(ballast)
    with pytest.raises(StoreFullError):
        vault.erase_person(anna, keys.destroy_blinding_key)
    with pytest.raises(ErasedEvidenceError):
        keys.blinding_key(f"person/{anna}")
    ballast.unlink()
    assert vault.erase_person(anna, keys.destroy_blinding_key).count == 30
    assert vault.open(every[0].id, "/body/prompt").value == "비 오는 골목"


def test_a_file_that_may_not_grow_keeps_what_was_acknowledged(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    every = [generation(number, anna, prompt="x" * 5_000) for number in range(100)]
    ours, theirs = fork.Pipe(duplex=False)

    def write() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
        acknowledged, refusal = keep_in_turn(vault, every)
        theirs.send((acknowledged, refusal.code if refusal else ""))

    child = fork.Process(target=write)
    child.start()
    child.join(60)
    assert ours.poll()
    acknowledged, code = ours.recv()
    assert acknowledged > 5
    assert code in {"store.unavailable", "store.full"}
    for number, composed in enumerate(every[: acknowledged + 1]):
        assert len(vault.paths(composed.id)) == (3 if number < acknowledged else 0)
    vault.keep(*every)
