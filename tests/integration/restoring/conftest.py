"""A small production that grew after its last backup, with all that others hold."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.cli.evidence import bundle_production
from ledger.evidence.bundle import Request
from ledger.production.exporting import Exporter
from ledger.production.founding import found
from ledger.production.registry import parse_registry
from ledger.production.signed_log import read_signed_log
from ledger.store.backup import back_up
from tests.simulators.film_studio import FilmStudio

REGISTRY = """
[production]
title = "The Room (fictional)"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"

[[party]]
type = "person"
name = "김하나 (가공인물)"
handle = "painter"

[[element]]
name = "matte painting"

[[shot]]
code = "SQ010_0040"
since = "2026-01-05"
"""


@dataclass(frozen=True)
class Kept:
    """A production and what was kept of it elsewhere.

    Attributes:
        older, newer: backups, before and after the last statements.
        bundle, tree: of the log as it is.
    """

    root: Path
    older: Path
    newer: Path
    bundle: Path
    tree: Path

    @property
    def database(self) -> Path:
        return self.root / "ledger.sqlite"

    def lose(self) -> None:
        """Lose the database and all that SQLite keeps beside it."""
        for path in self.root.glob("ledger.sqlite*"):
            path.unlink()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder above a production and its copies; not to be changed."""
    top = tmp_path_factory.mktemp("kept")
    root = top / "production"
    production = found(root, parse_registry(REGISTRY.encode(), "production.toml"))
    studio = FilmStudio(production)
    studio.asset("plate")
    back_up(production.layout.database, top / "older.sqlite")
    studio.generation([studio.asset("creature")])
    reader = production.reader()
    Exporter(
        log=reader,
        keys=read_signed_log(reader).keys,
        beside=production.layout.published,
    ).export(top / "tree", whole=False)
    bundle_production(production, Request(), top / "all.bundle", force=False)
    production.online().engine.dispose()
    back_up(production.layout.database, top / "newer.sqlite")
    return top


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Kept:
    """All of it, copied."""
    top = tmp_path / "kept"
    shutil.copytree(made, top)
    return Kept(
        root=top / "production",
        older=top / "older.sqlite",
        newer=top / "newer.sqlite",
        bundle=top / "all.bundle",
        tree=top / "tree",
    )
