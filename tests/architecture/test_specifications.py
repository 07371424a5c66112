"""The specifications show the bytes of the vectors and the fields of the models."""

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from ledger.encoding import canonical
from ledger.encoding.entry import Entry
from ledger.encoding.kinds import KINDS, KindRule
from ledger.encoding.sheet import Sheet
from ledger.errors import MalformedRecordError
from ledger.history.authority import ROOT_ONLY, ROTATION
from ledger.records.editing import ChangeLeaf, CutLeaf
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.making import AssetLeaf, SourceType
from ledger.records.people import SeenLeaf
from ledger.records.statement import Scope, Statement, family
from tests.architecture.field_tables import models_within, table_of, tables_in
from tests.architecture.sources import ROOT

SPECS = ROOT / "docs" / "specs"
VECTORS = ROOT / "tests" / "vectors"
BLOCK = re.compile(r"^```\w+ ([\w.]+)#(\S+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
RULE = re.compile(
    r"^## `([a-z.0-9]+)`\n\nScope: ([a-z, ]+)\. Time: (yes|no)\. Acts: (yes|no)\. "
    r"Stated by: (an admission root|a delegated key|the recovery key)",
    re.MULTILINE,
)
OURS = (
    "canonical-json",
    "identity-and-time",
    "statement",
    "commitment",
    "sheet",
    "entry",
    "leaves",
)
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in SPECS.glob("*.md")}
TABLES = {
    heading: rows
    for page in PAGES.values()
    for heading, rows in tables_in(page).items()
}
TOP: list[type[BaseModel]] = [
    Statement,
    Entry,
    Sheet,
    AssetLeaf,
    MeasuredLeaf,
    SealedLeaf,
    ChangeLeaf,
    CutLeaf,
    SeenLeaf,
]
NESTED = {
    inner
    for model in [*TOP, *(rule.body for rule in KINDS.values())]
    for inner in models_within(model)
}


def vector(name: str, pointer: str) -> str:
    value = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    for step in pointer.split("/")[1:]:
        value = value[int(step) if isinstance(value, list) else step]
    assert isinstance(value, str)
    return value


@pytest.mark.parametrize("name", OURS)
def test_a_specification_shows_the_bytes_of_the_vectors(name: str) -> None:
    blocks = BLOCK.findall(PAGES[name])
    assert blocks
    for file, pointer, shown in blocks:
        assert shown == vector(file, pointer).removesuffix("\n")


@pytest.mark.parametrize("name", ["statement", "commitment", "sheet", "entry"])
def test_every_vector_file_is_shown_in_its_own_page(name: str) -> None:
    assert f"{name}.json" in {file for file, _, _ in BLOCK.findall(PAGES[name])}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_kinds_has_the_fields_of_the_body(kind: str) -> None:
    assert tables_in(PAGES["kinds"])[kind] == table_of(KINDS[kind].body)


@pytest.mark.parametrize("model", [*TOP, *sorted(NESTED, key=lambda one: one.__name__)])
def test_every_record_has_a_table_with_its_fields(model: type[BaseModel]) -> None:
    assert TABLES[model.__name__] == table_of(model)


def test_the_page_of_kinds_has_the_rule_of_each_kind_and_no_other() -> None:
    shown = {
        kind: (scope, time == "yes", acts == "yes", stated)
        for kind, scope, time, acts, stated in RULE.findall(PAGES["kinds"])
    }
    assert shown == {
        kind: (
            _scope_of(rule),
            rule.timed,
            rule.acts,
            _stated_by(family(kind)),
        )
        for kind, rule in KINDS.items()
    }


def _stated_by(named: str) -> str:
    if named == ROTATION:
        return "the recovery key"
    return "an admission root" if named in ROOT_ONLY else "a delegated key"


def _scope_of(rule: KindRule) -> str:
    given = ", ".join(name for name in Scope.model_fields if name in rule.scope)
    may = ", ".join(name for name in Scope.model_fields if name in rule.may)
    return given or (f"optional {may}" if may else "none")


def test_the_page_of_kinds_lists_the_source_types() -> None:
    listed = PAGES["kinds"].split("## IPTC source types")[1]
    shown = re.findall(r"`(\w+)`", listed)
    assert shown == list(get_args(SourceType))


def test_the_refusals_that_the_page_shows_are_the_refusals_that_happen() -> None:
    rows = re.findall(r"(?m)^\| `(.*)` \| `(.*)` \|$", PAGES["canonical-json"])
    assert len(rows) == 7
    for text, where in rows:
        with pytest.raises(MalformedRecordError) as refused:
            canonical.parse(text.encode())
        assert refused.value.where == where


def test_every_page_is_in_the_list_and_every_link_leads_somewhere() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", PAGES["README"]))
    assert listed == {f"{name}.md" for name in PAGES if name != "README"}


@pytest.mark.parametrize("page", PAGES)
def test_a_named_source_file_exists(page: str) -> None:
    for name in re.findall(r"`((?:ledger|pipeline|tests)/[\w./-]+)`", PAGES[page]):
        assert Path(ROOT / name).exists(), name
