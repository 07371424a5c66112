"""Every fault has its row, and every row names tests that exist."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tree_of

PAGE = ROOT / "docs" / "reference" / "faults.md"
ROW = re.compile(r"^\| ([^|`]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")
FAULTS = (
    "kill -9 of the writer",
    "kill -9 of PostgreSQL",
    "disk full, SQLite",
    "disk full, PostgreSQL",
    "every system call of a publish",
    "duplicate submissions",
    "conflicting submissions",
    "sixteen writers",
    "two sequencers",
    "clock backwards",
    "rows edited, deleted, swapped, appended, tail cut",
    "tile byte flipped",
    "tile missing",
    "wrong partial width",
    "old backup restored",
    "split view",
    "log key rotated",
    "log key compromised",
    "witness down, slow, lying",
    "time authority down, slow, lying",
    "poison statements",
)
"""What a log must survive, whatever else may be added."""

ROWS = {
    row[0].strip(): TEST.findall(row[2])
    for row in ROW.findall(PAGE.read_text(encoding="utf-8"))
    if row[0].strip() not in {"fault", "---"}
}


def named_in(module: str) -> set[str]:
    """Names of the tests in a module, those of its classes included."""
    return {
        node.name
        for node in ast.walk(tree_of(Path(module)))
        if isinstance(node, ast.FunctionDef)
    }


def test_every_fault_has_a_row() -> None:
    assert set(FAULTS) <= set(ROWS)


@pytest.mark.parametrize("fault", ROWS)
def test_a_row_names_tests_that_exist(fault: str) -> None:
    assert ROWS[fault], f"{fault}: no test"
    for module, name in ROWS[fault]:
        assert (ROOT / module).is_file(), module
        assert name in named_in(module), f"{module}::{name}"
