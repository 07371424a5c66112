"""What is kept is there, once, and comes out as it went in."""

import multiprocessing
import os
import signal
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ledger.encoding.commitment import Opening, check_opening, statement_id
from ledger.encoding.statement import Composed, KeptValue, canonical_object
from ledger.errors import (
    ConflictingRecordError,
    MalformedRecordError,
    MissingEvidenceError,
)
from ledger.keys.folder import KeyFolder
from ledger.ports import OpeningReader
from ledger.records.identity import Uid, as_key_id
from ledger.vault.vault import Vault

Generation = Callable[..., Composed]
fork = multiprocessing.get_context("fork")


def test_values_and_blinds_come_out_as_they_went_in(
    vault: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    reader: OpeningReader = Vault(vault_path, keys.blinding_key)
    blind, by_blind = reader.blinds(composed.id)
    assert (blind, by_blind) == (composed.blind, composed.by_blind)
    assert statement_id(blind, composed.raw) == composed.id
    for kept in composed.values:
        assert reader.open(composed.id, kept.opening.path) == kept.opening


def test_an_opening_from_the_vault_leads_to_the_commitment_in_the_statement(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    body = canonical_object(composed.raw)["body"]
    assert isinstance(body, dict)
    prompt = body["prompt"]
    assert isinstance(prompt, dict)
    opening = vault.open(composed.id, "/body/prompt")
    check_opening(opening, composed.place, str(prompt["#"]))


def test_keeping_the_same_again_changes_nothing(
    vault: Vault, vault_path: Path, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    before = vault_path.read_bytes()
    vault.keep(composed, composed)
    assert vault_path.read_bytes() == before


def test_another_value_blind_or_key_at_the_same_place_is_refused(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    first = composed.values[0]
    path, blind = first.opening.path, first.opening.blind
    others = [
        KeptValue(
            opening=Opening(path=path, value="other", blind=blind),
            key_ref=first.key_ref,
        ),
        KeptValue(
            opening=Opening(path=path, value=first.opening.value, blind=bytes(32)),
            key_ref=first.key_ref,
        ),
        KeptValue(opening=first.opening, key_ref=f"person/{anna}"),
    ]
    for other in others:
        with pytest.raises(ConflictingRecordError):
            vault.keep_values(composed.id, [other])
    assert vault.open(composed.id, path) == first.opening


def test_a_conflict_anywhere_keeps_nothing_of_the_batch(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    first, fresh = generation(1, anna), generation(2, anna)
    vault.keep(first)
    wrong = KeptValue(
        opening=Opening(path="/body/prompt", value="other", blind=bytes(32)),
        key_ref="studio",
    )
    clash = Composed(
        kind=first.kind,
        key=first.key,
        id=first.id,
        raw=first.raw,
        blind=first.blind,
        by_blind=first.by_blind,
        blinded_by=first.blinded_by,
        values=(wrong,),
    )
    with pytest.raises(ConflictingRecordError):
        vault.keep(fresh, clash)
    with pytest.raises(MissingEvidenceError):
        vault.blinds(fresh.id)


def test_two_values_for_one_place_in_one_batch_are_refused(vault: Vault) -> None:
    both = [
        KeptValue(
            opening=Opening(path="/body/name", value=value, blind=bytes(32)),
            key_ref="studio",
        )
        for value in (1, True)
    ]
    with pytest.raises(ConflictingRecordError):
        vault.keep_values("a" * 64, both)
    assert vault.paths("a" * 64) == ()


def test_leaf_values_with_foreign_random_blinds_are_kept_beside_the_statements_own(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    openings = [
        Opening(
            path=f"/files/{number}/declared",
            value={"maker": "카메라", "iso": number},
            blind=os.urandom(32),
        )
        for number in range(1_000)
    ]
    kept = [KeptValue(opening=opening, key_ref="studio") for opening in openings]
    vault.keep_values(composed.id, kept)
    assert vault.open(composed.id, "/files/12/declared") == openings[12]
    own = {value.opening.path for value in composed.values}
    assert set(vault.paths(composed.id)) == own | {one.path for one in openings}


@pytest.mark.parametrize(
    ("path", "blind"),
    [
        ("", bytes(32)),
        ("/by", bytes(32)),
        ("body/prompt", bytes(32)),
        ("/body/\udcff", bytes(32)),
        ("/body/prompt", bytes(16)),
    ],
)
def test_places_that_are_no_fields_and_short_blinds_are_refused(
    vault: Vault, path: str, blind: bytes
) -> None:
    opening = Opening(path=path, value="x", blind=blind)
    with pytest.raises(MalformedRecordError):
        vault.keep_values("a" * 64, [KeptValue(opening=opening, key_ref="studio")])


def test_what_was_never_kept_is_missing_and_not_erased(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    composed = generation(1, anna)
    vault.keep(composed)
    for ask in (
        lambda: vault.blinds("f" * 64),
        lambda: vault.open("f" * 64, "/body/prompt"),
        lambda: vault.open(composed.id, "/body/seed"),
        lambda: vault.open(composed.id, ""),
        lambda: vault.open(composed.id, "/body/\udcff"),
    ):
        with pytest.raises(MissingEvidenceError):
            ask()
    assert vault.paths("f" * 64) == ()


def test_statements_are_found_by_the_key_that_seals_anything_of_them(
    vault: Vault, generation: Generation, anna: Uid, bora: Uid
) -> None:
    mine, hers = generation(1, anna), generation(2, bora)
    vault.keep(mine, hers)
    assert vault.statements_of(f"person/{bora}") == (hers.id,)
    assert vault.statements_of("studio") == tuple(sorted([mine.id, hers.id]))


def test_a_key_speaks_for_one_party(vault: Vault, anna: Uid, bora: Uid) -> None:
    key = as_key_id("0f" * 16)
    assert vault.party_of(key) is None
    vault.remember_authority(key, anna)
    vault.remember_authority(key, anna)
    assert vault.party_of(key) == anna
    with pytest.raises(ConflictingRecordError):
        vault.remember_authority(key, bora)


def test_an_output_root_moves_and_its_path_is_kept_in_nfc(vault: Vault) -> None:
    vault.remember_location("root-1", "/mnt/old")
    vault.remember_location("root-1", unicodedata.normalize("NFD", "/mnt/가"))
    assert vault.locations() == {"root-1": "/mnt/가"}
    with pytest.raises(MalformedRecordError):
        vault.remember_location("root-2", "/mnt/\udcff")


def test_threads_and_processes_that_write_together_lose_nothing(
    vault: Vault, vault_path: Path, keys: KeyFolder, generation: Generation, anna: Uid
) -> None:
    batches = [
        [generation(10 * writer + number, anna) for number in range(10)]
        for writer in range(4)
    ]

    def write(batch: list[Composed]) -> None:
        own = Vault(vault_path, keys.blinding_key)
        for composed in batch:
            own.keep(composed)

    children = [fork.Process(target=write, args=(batch,)) for batch in batches[:2]]
    for child in children:
        child.start()
    with ThreadPoolExecutor(2) as threads:
        # The same statements from two threads: a retry that meets the first try.
        list(threads.map(write, [batches[2], batches[2], batches[3]]))
    for child in children:
        child.join(60)
        assert child.exitcode == 0
    for composed in [one for batch in batches for one in batch]:
        assert vault.blinds(composed.id) == (composed.blind, composed.by_blind)
        assert len(vault.paths(composed.id)) == 3


def test_what_was_acknowledged_survives_a_kill(
    vault: Vault, generation: Generation, anna: Uid
) -> None:
    every = [generation(number, anna) for number in range(400)]
    ours, theirs = fork.Pipe(duplex=False)

    def write(done: Connection) -> None:
        for number, composed in enumerate(every):
            vault.keep(composed)
            done.send(number)

    child = fork.Process(target=write, args=(theirs,))
    child.start()
    acknowledged = [ours.recv() for _ in range(15)]
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(60)
    while ours.poll():
        acknowledged.append(ours.recv())
    assert child.exitcode == -signal.SIGKILL
    for number in acknowledged:
        assert len(vault.paths(every[number].id)) == 3
    # What was under way is there as a whole or not at all, and keeping goes on.
    vault.keep(*every)
    assert len(vault.statements_of("studio")) == 400
