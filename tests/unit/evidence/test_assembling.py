"""The one file is its modules, one after another: so their names must not clash."""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import ledger.evidence.single.main as last
from ledger.evidence.assembling import MODULES, verifier_source

TREE = ast.parse(verifier_source())


def defined() -> Iterator[str]:
    for node in TREE.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case _:
                continue


def test_no_name_is_defined_twice() -> None:
    assert [name for name, count in Counter(defined()).items() if count > 1] == []


def test_every_module_is_in_the_file() -> None:
    folder = last.__spec__.origin
    assert folder is not None
    found = {path.stem for path in Path(folder).parent.glob("*.py")} - {"__init__"}
    assert found == set(MODULES)


def test_it_imports_the_standard_library_alone() -> None:
    roots: set[str] = set()
    for node in ast.walk(TREE):
        match node:
            case ast.Import():
                roots.update(one.name.partition(".")[0] for one in node.names)
            case ast.ImportFrom(module=str(module)):
                roots.add(module.partition(".")[0])
            case _:
                continue
    assert roots <= sys.stdlib_module_names
