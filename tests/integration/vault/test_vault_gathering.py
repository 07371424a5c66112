"""Values fetched together open exactly as values fetched one by one."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from ledger.encoding.commitment import ID_PATH
from ledger.encoding.statement import Composed
from ledger.errors import JangbuError
from ledger.keys.folder import KeyFolder
from ledger.ports import OpeningReader
from ledger.records.identity import Uid
from ledger.vault.vault import Vault

PATHS = (
    *("/body/prompt", "/body/party", "/body/parameters"),
    *(ID_PATH, "/body/none", "/body/없음"),
)


def said(reader: OpeningReader, statement: str) -> list[object]:
    """Everything that can be asked of a statement: answers, or errors with place."""
    asked: list[Callable[[], object]] = [partial(reader.blinds, statement)]
    asked += [partial(reader.open, statement, path) for path in PATHS]
    return [answer(ask) for ask in asked]


def answer(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except JangbuError as error:
        return type(error), error.where, error.met


@pytest.fixture
def kept(vault: Vault, generation: Callable[..., Composed], anna: Uid) -> list[str]:
    """Statements under the studio's key and under a person's."""
    made = [generation(number, anna) for number in range(3)]
    made.append(generation(3, anna, blinded_by=f"person/{anna}"))
    vault.keep(*made)
    return [one.id for one in made]


def test_what_is_there_and_what_is_not(vault: Vault, kept: list[str]) -> None:
    nobody = ["0" * 64, "장부", ""]
    gathered = vault.gathered([*kept, *nobody])
    for statement in (*kept, *nobody):
        assert said(gathered, statement) == said(vault, statement)


def test_what_was_erased(
    vault: Vault, keys: KeyFolder, kept: list[str], anna: Uid
) -> None:
    vault.erase_person(anna, keys.destroy_blinding_key)
    gathered = vault.gathered(kept)
    for statement in kept:
        assert said(gathered, statement) == said(vault, statement)


def test_a_key_that_was_destroyed_before_it_was_asked_for(
    vault: Vault, keys: KeyFolder, kept: list[str], anna: Uid
) -> None:
    gathered = vault.gathered(kept)
    keys.destroy_blinding_key(f"person/{anna}")
    for statement in kept:
        assert said(gathered, statement) == said(vault, statement)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE value SET ciphertext = zeroblob(40)",
        "UPDATE value SET ciphertext = 'text'",
        "UPDATE value SET nonce = 7",
        "UPDATE value SET key_ref = '../../elsewhere'",
        "UPDATE value SET path = '/body/none' WHERE path = '/body/party'",
    ],
)
def test_what_was_changed_from_outside(
    vault: Vault, vault_path: Path, kept: list[str], change: str
) -> None:
    with closing(sqlite3.connect(vault_path)) as connection:
        connection.execute(change)
        connection.commit()
    gathered = vault.gathered(kept)
    for statement in kept:
        assert said(gathered, statement) == said(vault, statement)


def test_more_statements_than_one_question_holds(
    vault: Vault, generation: Callable[..., Composed], anna: Uid
) -> None:
    made = [generation(number, anna) for number in range(401)]
    vault.keep(*made)
    gathered = vault.gathered([one.id for one in made])
    for one in (made[0], made[399], made[400]):
        assert gathered.blinds(one.id) == (one.blind, one.by_blind)
