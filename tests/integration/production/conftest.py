"""A founded production whose painter and assessor have keys of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.production.founding import found
from ledger.production.opening import Production, opened
from ledger.production.registry import parse_registry

REGISTRY = """
[production]
title = "The Room (fictional)"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"
handle = "studio"

[[party]]
type = "person"
name = "김하나 (가공인물)"
latin = "Kim Hana (fictional)"
handle = "painter"
may = ["contribution"]

[[party]]
type = "person"
name = "이두리 (가공인물)"
handle = "assessor"
may = ["opinion"]

[[party]]
type = "person"
name = "박세찬 (가공인물)"

[[element]]
name = "matte painting"

[[shot]]
code = "SQ010_0040"
since = "2026-01-05"

[[shot]]
code = "SQ010_0050"
since = "2026-01-05"
"""


@pytest.fixture(scope="session")
def founded_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production folder; not to be changed."""
    root = tmp_path_factory.mktemp("film") / "production"
    production = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    production.online().engine.dispose()
    return root


@pytest.fixture
def root(founded_film: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    copy = tmp_path / "production"
    shutil.copytree(founded_film, copy)
    return copy


@pytest.fixture
def production(root: Path) -> Iterator[Production]:
    """The copy, opened."""
    with opened(root) as found_there:
        yield found_there
