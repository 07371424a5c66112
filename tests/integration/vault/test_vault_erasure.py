"""Erasing a person leaves no value behind, and everybody else's proofs whole."""

import multiprocessing
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ledger.encoding.commitment import check_opening, statement_id
from ledger.encoding.statement import Composed, KeyRef, canonical_object
from ledger.errors import (
    AlteredEvidenceError,
    ErasedEvidenceError,
    KeyStoreError,
    MalformedRecordError,
    StoreUnavailableError,
)
from ledger.keys.folder import KeyFolder
from ledger.records.identity import Uid, as_key_id, as_uid
from ledger.vault.cipher import Sealed, Spot, data_key, unseal
from ledger.vault.erasure import ErasureReport
from ledger.vault.vault import Vault

Generation = Callable[..., Composed]
fork = multiprocessing.get_context("fork")


def files_of(path: Path) -> bytes:
    """Every byte of the vault's files, the write-ahead log's too."""
    return b"".join(one.read_bytes() for one in path.parent.glob(path.name + "*"))


def ciphertexts(path: Path, key_ref: KeyRef) -> list[tuple[str, str, bytes, bytes]]:
    query = "SELECT statement, path, nonce, ciphertext FROM value WHERE key_ref = ?"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, (key_ref,)).fetchall()


@pytest.fixture
def filled(vault: Vault, generation: Generation, anna: Uid, bora: Uid) -> Vault:
    """Twenty statements about each of two people; one each blinded by the person."""
    for first, person in ((0, anna), (100, bora)):
        vault.keep(generation(first, person, blinded_by=f"person/{person}"))
        vault.keep(*(generation(first + more, person) for more in range(1, 20)))
    return vault


def test_erased_values_answer_erased_and_held_ones_stay(
    filled: Vault, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    own, other = (
        generation(0, anna, blinded_by=f"person/{anna}"),
        generation(1, anna),
    )
    report = filled.erase_person(anna, keys.destroy_blinding_key)
    # 20 party references, and of the person's own statement its blinds and prompt.
    assert report == ErasureReport(count=22, holds=20)
    for ask in (
        lambda: filled.blinds(own.id),
        lambda: filled.open(own.id, "/body/prompt"),
        lambda: filled.open(other.id, "/body/party"),
    ):
        with pytest.raises(ErasedEvidenceError):
            ask()
    assert filled.open(other.id, "/body/prompt").value == "비 오는 골목"
    assert filled.open(other.id, "/body/parameters").value == {"paid": 3}
    assert filled.statements_of(f"person/{anna}") == ()


def test_tombstones_name_place_and_nobody(
    filled: Vault, vault_path: Path, keys: KeyFolder, anna: Uid
) -> None:
    places = [row[:2] for row in ciphertexts(vault_path, f"person/{anna}")]
    report = filled.erase_person(anna, keys.destroy_blinding_key)
    with closing(sqlite3.connect(vault_path)) as connection:
        cursor = connection.execute("SELECT * FROM tombstone")
        assert [column[0] for column in cursor.description] == ["statement", "path"]
        assert sorted(cursor.fetchall()) == sorted(places)
    assert report.count == len(places)


def test_no_page_keeps_what_was_erased(
    filled: Vault, vault_path: Path, keys: KeyFolder, anna: Uid, bora: Uid
) -> None:
    theirs = ciphertexts(vault_path, f"person/{anna}")
    others = ciphertexts(vault_path, f"person/{bora}")
    # An open connection keeps the write-ahead log alive, as other programs do.
    with closing(sqlite3.connect(vault_path)) as other_program:
        other_program.execute("SELECT count(*) FROM value").fetchall()
        filled.erase_person(anna, keys.destroy_blinding_key)
        left = files_of(vault_path)
    assert len(theirs) == 22
    assert not [row for row in theirs if row[3] in left or row[2] in left]
    assert all(row[3] in left for row in others)
    default, retained = f"person/{anna}".encode(), f"person/{anna}/retained".encode()
    assert left.count(default) == left.count(retained) > 0


def test_a_backup_from_before_does_not_open_with_the_keys_of_today(
    filled: Vault, vault_path: Path, keys: KeyFolder, anna: Uid
) -> None:
    backup_path = vault_path.with_name("backup.sqlite")
    shutil.copy(vault_path, backup_path)
    filled.erase_person(anna, keys.destroy_blinding_key)
    backup = Vault(backup_path, keys.blinding_key)
    with pytest.raises(ErasedEvidenceError):
        backup.open(ciphertexts(backup_path, f"person/{anna}")[0][0], "/body/party")
    left = [bytes.fromhex(path.read_text()) for path in (keys.root / "blind").iterdir()]
    assert len(left) == 4
    for statement, path, nonce, ciphertext in ciphertexts(
        backup_path, f"person/{anna}"
    ):
        spot, sealed = (
            Spot(statement=statement, path=path),
            Sealed(nonce=nonce, ciphertext=ciphertext),
        )
        for key in left:
            with pytest.raises(AlteredEvidenceError):
                unseal(data_key(key), spot, sealed)


def test_a_new_key_of_the_same_name_does_not_open_a_backup_either(
    filled: Vault, vault_path: Path, keys: KeyFolder, anna: Uid
) -> None:
    backup_path = vault_path.with_name("backup.sqlite")
    shutil.copy(vault_path, backup_path)
    filled.erase_person(anna, keys.destroy_blinding_key)
    keys.make_blinding_key(f"person/{anna}")
    backup = Vault(backup_path, keys.blinding_key)
    statement, path, _, _ = ciphertexts(backup_path, f"person/{anna}")[-1]
    with pytest.raises(AlteredEvidenceError):
        backup.open(statement, path or "/body/prompt")


def test_other_peoples_commitments_still_open(
    filled: Vault, keys: KeyFolder, generation: Generation, anna: Uid, bora: Uid
) -> None:
    hers = [
        generation(100, bora, blinded_by=f"person/{bora}"),
        *(generation(100 + number, bora) for number in range(1, 20)),
    ]
    filled.erase_person(anna, keys.destroy_blinding_key)
    for composed in hers:
        blind, _ = filled.blinds(composed.id)
        assert statement_id(blind, composed.raw) == composed.id
        body = canonical_object(composed.raw)["body"]
        assert isinstance(body, dict)
        for name in ("prompt", "party"):
            field = body[name]
            assert isinstance(field, dict)
            opening = filled.open(composed.id, f"/body/{name}")
            check_opening(opening, composed.place, str(field["#"]))


def test_joins_go_with_the_person(
    filled: Vault, keys: KeyFolder, anna: Uid, bora: Uid
) -> None:
    first, second = as_key_id("0a" * 16), as_key_id("0b" * 16)
    filled.remember_authority(first, anna)
    filled.remember_authority(second, bora)
    filled.erase_person(anna, keys.destroy_blinding_key)
    assert filled.party_of(first) is None
    assert filled.party_of(second) == bora


def test_erased_values_do_not_come_back(
    vault: Vault, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    vault.erase_person(anna, keys.destroy_blinding_key)
    keys.make_blinding_key(f"person/{anna}")
    with pytest.raises(ErasedEvidenceError):
        vault.keep(composed)
    with pytest.raises(ErasedEvidenceError):
        vault.keep_values(composed.id, composed.values)


def test_nothing_is_kept_under_a_key_that_was_destroyed(
    vault: Vault, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    late = generation(2, anna)
    vault.erase_person(anna, keys.destroy_blinding_key)
    with pytest.raises(ErasedEvidenceError):
        vault.keep(late)
    assert vault.paths(late.id) == ()


def test_only_a_uid_names_whom_to_erase(
    filled: Vault, keys: KeyFolder, anna: Uid
) -> None:
    with pytest.raises(MalformedRecordError):
        filled.erase_person(f"{anna}/retained", keys.destroy_blinding_key)  # type: ignore[arg-type]
    assert keys.blinding_key(f"person/{anna}/retained")


def test_somebody_of_whom_nothing_is_kept_is_erased_with_a_count_of_none(
    filled: Vault, keys: KeyFolder
) -> None:
    report = filled.erase_person(as_uid("cc" * 16), keys.destroy_blinding_key)
    assert report == ErasureReport(count=0, holds=0)


# --- interrupted ---------------------------------------------------------------------


def test_a_key_that_cannot_be_destroyed_leaves_everything_as_it_was(
    filled: Vault, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    def refuse(_: KeyRef) -> None:
        raise KeyStoreError("a key", met="a read-only folder", advice="Unlock it.")

    with pytest.raises(KeyStoreError):
        filled.erase_person(anna, refuse)
    assert filled.open(generation(1, anna).id, "/body/party").value == anna
    assert filled.erase_person(anna, keys.destroy_blinding_key).count == 22


def test_dying_right_after_the_key_is_gone_leaves_nothing_readable_and_a_rerun_ends_it(
    filled: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)

    def destroy_and_die(reference: KeyRef) -> None:
        keys.destroy_blinding_key(reference)
        os.kill(os.getpid(), signal.SIGKILL)

    child = fork.Process(target=filled.erase_person, args=(anna, destroy_and_die))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    with pytest.raises(ErasedEvidenceError):
        filled.open(composed.id, "/body/party")
    assert filled.open(composed.id, "/body/prompt").value == "비 오는 골목"
    theirs = ciphertexts(vault_path, f"person/{anna}")
    assert len(theirs) == 22
    assert filled.erase_person(anna, keys.destroy_blinding_key).count == 22
    left = files_of(vault_path)
    assert not [row for row in theirs if row[3] in left]


@pytest.mark.usefixtures("filled")
def test_a_reader_of_an_older_state_delays_the_scrubbing_and_a_rerun_ends_it(
    vault_path: Path, keys: KeyFolder, anna: Uid
) -> None:
    theirs = ciphertexts(vault_path, f"person/{anna}")
    impatient = Vault(vault_path, keys.blinding_key, busy_seconds=0.05)
    with closing(sqlite3.connect(vault_path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM value").fetchall()
        with pytest.raises(StoreUnavailableError):
            impatient.erase_person(anna, keys.destroy_blinding_key)
        reader.execute("COMMIT")
    report = impatient.erase_person(anna, keys.destroy_blinding_key)
    assert report == ErasureReport(count=22, holds=20)
    left = files_of(vault_path)
    assert not [row for row in theirs if row[3] in left]


def test_a_busy_vault_does_not_keep_a_person_from_being_erased(
    filled: Vault, vault_path: Path, keys: KeyFolder, anna: Uid
) -> None:
    statement = ciphertexts(vault_path, f"person/{anna}")[0][0]
    impatient = Vault(vault_path, keys.blinding_key, busy_seconds=0.05)
    with closing(sqlite3.connect(vault_path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError):
            impatient.erase_person(anna, keys.destroy_blinding_key)
        writer.execute("COMMIT")
    with pytest.raises(ErasedEvidenceError):
        filled.open(statement, "/body/party")
    assert impatient.erase_person(anna, keys.destroy_blinding_key).count == 22


def test_a_value_sealed_while_the_key_is_destroyed_goes_with_the_others(
    filled: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    late = generation(50, anna)

    def keep_and_destroy(reference: KeyRef) -> None:
        filled.keep(late)
        keys.destroy_blinding_key(reference)

    assert filled.erase_person(anna, keep_and_destroy).count == 23
    with pytest.raises(ErasedEvidenceError):
        filled.open(late.id, "/body/party")
    assert ciphertexts(vault_path, f"person/{anna}") == []
