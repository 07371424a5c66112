"""One field is opened and no other; what was opened cannot be changed unseen."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.evidence import form
from ledger.production.opening import opened
from tests.integration.privacy.conftest import World
from tests.integration.privacy.in_process import jangbu
from tests.integration.privacy.tokens import TOKENS
from tests.integration.privacy.vault_records import Field, fields_of
from tests.oracles.canary_search import CanarySearch
from tests.simulators.repacking import contents, repack, resign

NAME = TOKENS["top element"]


@dataclass(frozen=True)
class Told:
    """A bundle that opens one element's name.

    Attributes:
        other: a field of the same name that stays closed.
    """

    path: Path
    field: Field
    other: Field
    trust: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        raw = contents(self.path.read_bytes())[form.OPENINGS]
        return [json.loads(line) for line in raw.splitlines()]

    def verified(self, raw: bytes, folder: Path) -> tuple[int, dict[str, Any]]:
        path = folder / "forged.zip"
        path.write_bytes(raw)
        return jangbu("verify", str(path), "--trust", self.trust)


@pytest.fixture(scope="module")
def told(world: World, tmp_path_factory: pytest.TempPathFactory) -> Told:
    with opened(world.production) as production:
        names = [
            one for one in fields_of(production) if one.name == "element.1 /body/name"
        ]
    (field,) = [one for one in names if one.opening.value == NAME]
    (other,) = [one for one in names if one.opening.value != NAME]
    path = tmp_path_factory.mktemp("told") / "told.zip"
    code, _ = jangbu(
        *("bundle", str(world.production), "--out", str(path)),
        *("--disclose", f"{field.statement}:/body/name"),
    )
    assert code == 0
    return Told(path, field, other, str(world.production / "trust.json"))


def test_a_bundle_opens_exactly_the_field_that_was_asked_for(
    world: World, told: Told
) -> None:
    (row,) = told.rows
    assert (row["path"], row["value"]) == ("/body/name", NAME)
    code, verdict = jangbu("verify", str(told.path), "--trust", told.trust)
    steps = {check["step"]: check["count"] for check in verdict["checks"]}
    assert (code, steps["openings"]) == (0, 1)
    search = CanarySearch({**TOKENS, "person's uid": world.person()})
    found = search.in_file(told.path, "bundle")
    assert {one.label for one in found} == {"top element"}
    assert all(re.search(r"bundle(!openings\.jsonl)?", one.place) for one in found)
    parts = contents(told.path.read_bytes())
    rest = [content for name, content in parts.items() if name != form.OPENINGS]
    assert [one for content in rest for one in search.in_bytes(content, "rest")] == []


CHANGES: dict[str, dict[str, Any]] = {
    "another value": {"value": TOKENS["person"]},
    "a value of another type": {"value": {"name": NAME}},
    "another blind": {"blind": "00" * 32},
    "another field": {"path": "/body/alias"},
    "another statement": {"index": 0},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_opening_that_was_changed_is_refused_though_an_insider_signed_it(
    world: World, told: Told, tmp_path: Path, change: dict[str, Any]
) -> None:
    raw = told.path.read_bytes()
    row = canonical.encode({**told.rows[0], **change}) + b"\n"
    with opened(world.production) as production:
        studio = production.keys.signing_key("studio")
    forged = resign(raw, {**contents(raw), form.OPENINGS: row}, studio)
    code, verdict = told.verified(forged, tmp_path)
    assert code == 5
    assert [failure["step"] for failure in verdict["failures"]] == ["openings"]


def test_an_opening_that_was_changed_in_the_file_is_refused(
    told: Told, tmp_path: Path
) -> None:
    row = canonical.encode({**told.rows[0], "value": "x"}) + b"\n"
    forged = repack(told.path.read_bytes(), {form.OPENINGS: row})
    assert told.verified(forged, tmp_path)[0] == 5


def test_the_name_of_one_element_does_not_open_the_other(
    world: World, told: Told, tmp_path: Path
) -> None:
    raw = told.path.read_bytes()
    with opened(world.production) as production:
        studio = production.keys.signing_key("studio")
        entries = production.reader().statements(0, production.reader().size())
        index = next(one.index for one in entries if one.id == told.other.statement)
    row = canonical.encode({**told.rows[0], "index": index}) + b"\n"
    forged = resign(raw, {**contents(raw), form.OPENINGS: row}, studio)
    assert told.verified(forged, tmp_path)[0] == 5


def test_a_field_of_a_leaf_or_none_at_all_is_no_field_of_a_statement(
    world: World, told: Told, tmp_path: Path
) -> None:
    with opened(world.production) as production:
        leaves = [one for one in fields_of(production) if "files" in one.opening.path]
    for field in (
        f"{leaves[0].statement}:{leaves[0].opening.path}",
        f"{told.field.statement}:/body/nothing",
    ):
        code, document = jangbu(
            *("bundle", str(world.production), "--out", str(tmp_path / "a.zip")),
            *("--disclose", field),
        )
        assert code != 0
        assert "error" in document
        assert not (tmp_path / "a.zip").exists()


def test_a_disclosure_by_itself_tells_the_field_and_nothing_else(
    world: World, told: Told, tmp_path: Path
) -> None:
    path, index = tmp_path / "one.json", str(told.rows[0]["index"])
    production = str(world.production)
    code, document = jangbu(
        "disclose", production, index, "/body/name", "--out", str(path)
    )
    search = CanarySearch({**TOKENS, "person's uid": world.person()})
    assert code == 0
    assert search.in_text(json.dumps(document), "stdout") == []
    assert {one.label for one in search.in_file(path, "one")} == {"top element"}
    assert path.stat().st_mode & 0o777 == 0o600
