"""Imports go one way: a package may import what stands before it, and no more.

The table is that of docs/explanation/architecture.md.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, modules, tree_of

FOUNDATION = {"ledger.errors", "ledger.files"}
RECORDS = {*FOUNDATION, "ledger.records"}
ENCODING = {*RECORDS, "ledger.encoding"}
LOG = {*ENCODING, "ledger.log"}
HISTORY = {*LOG, "ledger.history"}
PORTS = {*HISTORY, "ledger.ports"}
PARCEL = {*PORTS, "ledger.parcel"}
STORE = {*PARCEL, "ledger.store"}
ANSWERS = {*HISTORY, "ledger.rules", "ledger.answers"}
CREDITS = {*ANSWERS, "ledger.credits"}
EVIDENCE = {*STORE, "ledger.vault", "ledger.keys", "ledger.evidence"}
REMOTE = {*PARCEL, "ledger.remote"}
PRODUCTION = {*EVIDENCE, *CREDITS, "ledger.remote", "ledger.production"}
STATING = {"ledger.errors", "ledger.records", "ledger.encoding"}
PIXELS = {"ledger.errors", "pipeline.errors", "pipeline.frames"}

MAY_IMPORT: dict[str, set[str]] = {
    "ledger.errors": set(),
    "ledger.files": {"ledger.errors"},
    "ledger.records": FOUNDATION,
    "ledger.encoding": RECORDS,
    "ledger.log": ENCODING,
    "ledger.history": LOG,
    # It knows nothing of film.
    "ledger.rules": FOUNDATION,
    "ledger.answers": {*HISTORY, "ledger.rules"},
    "ledger.credits": ANSWERS,
    "ledger.reports": CREDITS,
    "ledger.ports": HISTORY,
    "ledger.parcel": PORTS,
    # Run by somebody who has no production, and must not need one.
    "ledger.witness": {*LOG, "ledger.ports"},
    # Programs of Alembic are started from here; they import the tables in turn.
    "ledger.store": {*PARCEL, "migrations"},
    "ledger.remote": PARCEL,
    # It is handed the port and a reader: it opens no database.
    "ledger.service": REMOTE,
    "ledger.vault": PARCEL,
    "ledger.keys": PARCEL,
    # Pixels and credentials are read by what is passed in, never by the pipeline.
    "ledger.evidence": EVIDENCE,
    "ledger.production": PRODUCTION,
    "pipeline.errors": {"ledger.errors"},
    "pipeline.frames": {"ledger.errors", "pipeline.errors"},
    "pipeline.colour": PIXELS,
    "pipeline.kernels": {*PIXELS, "pipeline.colour"},
    "pipeline.capture": {*STATING, *PIXELS, "ledger.files"},
    # It looks beside the pixels, never at them.
    "pipeline.credentials": {*STATING, *PIXELS},
    "pipeline.demo": {*STATING, *PIXELS, "ledger.files", "pipeline.editing"},
    # Pictures before and after, and cuts: read here, stated by the ledger.
    "pipeline.editing": {
        *STATING,
        *PIXELS,
        "ledger.files",
        "pipeline.kernels",
        "pipeline.capture",
    },
    # The ledger through its port, and the leaves that it states.
    "pipeline.run": {
        *STATING,
        *PIXELS,
        "ledger.files",
        "ledger.log",
        "ledger.ports",
        "ledger.parcel",
        "pipeline.colour",
        "pipeline.kernels",
        "pipeline.capture",
        "pipeline.credentials",
    },
    # What people and generators say, with the files that they say it of.
    "pipeline.recording": {
        *STATING,
        *PIXELS,
        "ledger.files",
        "ledger.log",
        "ledger.history",
        "pipeline.kernels",
        "pipeline.capture",
        "pipeline.credentials",
        "pipeline.editing",
        "pipeline.run",
    },
    "migrations": {"ledger.errors", "ledger.store"},
}
"""The command line, `ledger.cli`, imports everything."""

MODULES = list(modules(*PACKAGES))
EVERYTHING = "ledger.cli"


def package_of(name: str) -> str:
    first, *rest = name.split(".")
    return first if first == "migrations" else ".".join([first, *rest[:1]])


def imported_by(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative imports"
            # `from ledger import errors` names the module last.
            if node.module in PACKAGES:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield str(node.module)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_imports_only_what_stands_before_it(module: Path) -> None:
    own = package_of(".".join(module.with_suffix("").parts))
    if own in (EVERYTHING, "ledger.__init__", "pipeline.__init__"):
        return
    ours = {
        package_of(name)
        for name in imported_by(tree_of(module))
        if name.split(".")[0] in PACKAGES
    }
    assert ours - {own} <= MAY_IMPORT[own]


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("c2pa", "pipeline/credentials"),
        ("typer", "ledger/cli"),
        ("typst", "ledger/reports"),
        ("yaml", "ledger/rules"),
        ("opentimelineio", "pipeline/editing"),
        ("pkcs11", "ledger/keys"),
        ("rfc3161_client", "ledger/keys"),
        ("fastapi", "ledger/service"),
        ("uvicorn", "ledger/service"),
        ("psycopg", "ledger/store/postgres"),
    ],
)
def test_a_library_with_one_home_is_imported_there_only(
    library: str, home: str
) -> None:
    users = {
        module.parent.as_posix()
        for module in MODULES
        if library in {name.split(".")[0] for name in imported_by(tree_of(module))}
    }
    assert users <= {home}


def test_the_table_has_no_circle() -> None:
    def reaches(start: str, seen: frozenset[str] = frozenset()) -> set[str]:
        found = set()
        for name in MAY_IMPORT[start] - {start} - seen - {"migrations"}:
            found |= {name} | reaches(name, seen | {start})
        return found

    for name in set(MAY_IMPORT) - {"migrations"}:
        assert name not in reaches(name)
