"""A founded production with two authorities, and loopback without a proxy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.production.founding import found
from ledger.production.opening import Production, opened
from ledger.production.registry import parse_registry

REGISTRY = """
[production]
title = "The Room (fictional) / 방 (가상)"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"

[[time_authority]]
name = "first"
url = "http://127.0.0.1:9/tsa"

[[time_authority]]
name = "second"
url = "http://127.0.0.1:9/tsa"
"""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(scope="session")
def timed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production folder; not to be changed."""
    root = tmp_path_factory.mktemp("timed") / "production"
    production = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    production.online().engine.dispose()
    return root


@pytest.fixture
def root(timed_folder: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    copy = tmp_path / "production"
    shutil.copytree(timed_folder, copy)
    return copy


@pytest.fixture
def production(root: Path) -> Iterator[Production]:
    """The copy, opened."""
    with opened(root) as found_there:
        yield found_there
