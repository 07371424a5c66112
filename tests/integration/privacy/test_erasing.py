"""A person is erased: the name is gone for good, and everything else still proves."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.statement import Draft, Secret
from ledger.errors import ErasedEvidenceError, NotPermittedError
from ledger.ports import Refusal
from ledger.production.opening import Production, opened
from ledger.production.registry import read_registry, write_registry
from ledger.records.identity import as_uid
from ledger.vault.erasure import default_key
from tests.integration.privacy.conftest import World
from tests.integration.privacy.in_process import jangbu
from tests.integration.privacy.planting import recipe_path
from tests.integration.privacy.tokens import TOKENS
from tests.integration.privacy.vault_records import (
    Field,
    expected_commitment,
    fields_of,
)
from tests.oracles.canary_search import CanarySearch

OLD, NEW = TOKENS["person"], TOKENS["person's new name"]


@dataclass(frozen=True)
class Erased:
    """A copy of the production, before and after the person was erased.

    Attributes:
        before: private fields before.
        sealed: what the vault's rows of the person held.
        key: their blinding key, as its file held it.
        blind: of a statement about the person that the log had refused.
    """

    root: Path
    person: str
    before: tuple[Field, ...]
    sealed: tuple[bytes, ...]
    key: bytes
    blind: str
    answer: tuple[int, dict[str, Any]]

    @property
    def path(self) -> str:
        return str(self.root)

    def theirs(self) -> set[str]:
        """Statements about the person."""
        return {
            one.statement
            for one in self.before
            if one.opening.value in (OLD, NEW) and one.place.kind == "party.1"
        }

    def files(self) -> list[Path]:
        return [path for path in sorted(self.root.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def erased(world: World, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    root = tmp_path_factory.mktemp("erasing") / "prod"
    shutil.copytree(world.production, root)
    registry = root / "production.toml"
    registry.write_text(registry.read_text("utf-8").replace(OLD, NEW), "utf-8")
    assert jangbu("register", str(root)) == (0, {"new": 1})
    person = world.person()
    with opened(root) as production:
        blind = leave_refused_parcel(production, person)
        before = tuple(fields_of(production))
    key = root / "keys" / "blind" / f"person-{person}"
    sealed, key_bytes = rows_of(root, person), key.read_bytes()
    answer = jangbu("erase", str(root), person)
    return Erased(root, person, before, sealed, key_bytes, blind, answer)


def leave_refused_parcel(production: Production, person: str) -> str:
    """What a refusal would leave in the outbox: a statement about the person."""
    owner = default_key(as_uid(person))
    recorder = production.recorder
    draft = Draft(
        log=production.log,
        kind="party.1",
        key="0d" * 16,
        body={"type": "person", "party": Secret(person), "name": Secret(OLD)},
        blinded_by=owner,
    )
    composed = recorder.compose(draft)
    path = recorder.outbox.add(recorder.parcel([composed], "studio"))
    error = NotPermittedError("a right", met="none", advice="Ask for one.")
    recorder.outbox.refused(path, [Refusal(id=composed.id, error=error)])
    return composed.blind.hex()


def rows_of(root: Path, person: str) -> tuple[bytes, ...]:
    with closing(sqlite3.connect(root / "vault.sqlite")) as vault:
        query = "SELECT nonce, ciphertext FROM value WHERE key_ref = ?"
        rows = vault.execute(query, [f"person/{person}"]).fetchall()
    return tuple(cell for row in rows for cell in row)


def test_the_erasure_says_how_much_went_and_names_nobody(erased: Erased) -> None:
    code, document = erased.answer
    assert code == 0
    # Three statements of blinds, uid and name: two admitted, one refused.
    assert document == {"count": 9, "holds": 0}


def test_the_name_no_longer_opens(erased: Erased) -> None:
    assert len(erased.theirs()) == 2
    with opened(erased.root) as production:
        for statement in erased.theirs():
            for path in ("/body/name", "/body/party"):
                with pytest.raises(ErasedEvidenceError):
                    production.vault.open(statement, path)
            with pytest.raises(ErasedEvidenceError):
                production.vault.blinds(statement)


def test_no_command_discloses_the_name_any_more(erased: Erased, tmp_path: Path) -> None:
    with opened(erased.root) as production:
        reader = production.reader()
        rows = {one.id: one.index for one in reader.statements(0, reader.size())}
    for statement in erased.theirs():
        commands = (
            ("bundle", erased.path, "--disclose", f"{statement}:/body/name"),
            ("disclose", erased.path, str(rows[statement]), "/body/name"),
        )
        for command in commands:
            code, document = jangbu(*command, "--out", str(tmp_path / "out"))
            assert (code, document["error"]["code"]) == (3, "evidence.erased")
            assert not (tmp_path / "out").exists()


def test_nothing_of_the_person_is_left_in_any_file(erased: Erased) -> None:
    tokens = {"old": OLD, "new": NEW, "uid": erased.person}
    search = CanarySearch({**tokens, "key": erased.key.decode(), "b": erased.blind})
    assert erased.sealed
    for path in erased.files():
        name = path.relative_to(erased.root).as_posix()
        assert search.in_file(path, name) == []
        assert search.in_text(name, name) == []
        content = path.read_bytes()
        assert not any(sealed in content for sealed in erased.sealed), name


def test_a_refused_parcel_about_the_person_lost_what_it_said(erased: Erased) -> None:
    (refused,) = (erased.root / "outbox").glob("*.refused")
    assert b'"statements":[]' in refused.read_bytes()


def test_all_other_fields_open_as_before(erased: Erased) -> None:
    with opened(erased.root) as production:
        after = {
            (one.statement, one.opening.path): one for one in fields_of(production)
        }
    gone = erased.theirs()
    others = [one for one in erased.before if one.statement not in gone]
    assert len(others) == len(after) - offline_fields(after.values(), erased)
    for one in others:
        same = after[one.statement, one.opening.path]
        assert same == one
        assert expected_commitment(same.place, same.opening) == same.commitment


def offline_fields(after: Any, erased: Erased) -> int:  # noqa: ANN401  # a view
    """Fields of statements that waited in the outbox until the erasure sent them."""
    known = {one.statement for one in erased.before}
    return sum(one.statement not in known for one in after)


def test_a_bundle_of_the_rest_verifies_and_says_erased(
    erased: Erased, tmp_path: Path
) -> None:
    path = str(tmp_path / "a.zip")
    code, document = jangbu("bundle", erased.path, "--out", path)
    assert (code, document["erased"], document["withheld"]) == (0, 2, 2)
    trust = str(erased.root / "trust.json")
    code, verdict = jangbu("verify", path, "--trust", trust)
    assert (code, verdict["state"], verdict["failures"]) == (3, "open", [])
    assert verdict["open"] == [{"reason": "erased", "what": "party.1", "count": 2}]
    assert verdict["records"]["party.1"]["disclosed"] == 1


def test_a_shot_runs_again_afterwards(
    world: World, erased: Erased, tmp_path: Path
) -> None:
    recipe = str(recipe_path(world.root / "in", "jpeg"))
    code, document = jangbu(
        *("run", recipe, "-p", erased.path, "--workers", "1"),
        *("--out", str(tmp_path / "again")),
    )
    assert code == 0
    assert document["version"]


def test_erasing_twice_is_harmless_and_says_the_same(
    erased: Erased, tmp_path: Path
) -> None:
    root = tmp_path / "prod"
    shutil.copytree(erased.root, root)
    size = jangbu("log", str(root))[1]["size"]
    assert jangbu("erase", str(root), erased.person) == erased.answer
    assert jangbu("register", str(root)) == (0, {"new": 0})
    assert jangbu("log", str(root))[1]["size"] == size
    # On another basis it is another statement, and no conflict with the first.
    again = jangbu("erase", str(root), erased.person, "--basis", "pipa-37")
    assert again == erased.answer


@pytest.mark.parametrize("lost", ["row", "row and key"])
def test_an_erasure_that_was_interrupted_is_finished_by_the_next(
    world: World, tmp_path: Path, lost: str
) -> None:
    root, person = tmp_path / "prod", world.person()
    shutil.copytree(world.production, root)
    registry = read_registry(root / "production.toml")
    rest = tuple(party for party in registry.party if party.name != OLD)
    assert len(rest) == 1
    without = registry.model_copy(update={"party": rest})
    write_registry(root / "production.toml", without)
    if lost == "row and key":
        (root / "keys" / "blind" / f"person-{person}").unlink()
    assert jangbu("erase", str(root), person) == (0, {"count": 3, "holds": 0})


def test_a_damaged_key_is_reported_without_saying_whose_it_is(
    world: World, tmp_path: Path
) -> None:
    root, person = tmp_path / "prod", world.person()
    shutil.copytree(world.production, root)
    (root / "keys" / "blind" / f"person-{person}").write_text("damaged")
    code, document = jangbu("register", str(root))
    assert (code, document["error"]["code"]) == (7, "keys")
    assert person not in str(document)


def test_a_company_and_a_stranger_are_not_erased(world: World, tmp_path: Path) -> None:
    root = tmp_path / "prod"
    shutil.copytree(world.production, root)
    with opened(root) as production:
        studio = production.studio
    before = (root / "production.toml").read_bytes()
    for uid in (studio, "0" * 32):
        code, document = jangbu("erase", str(root), uid)
        assert (code, document["error"]["code"]) == (4, "production")
    assert (root / "production.toml").read_bytes() == before
    assert rows_of(root, world.person())
