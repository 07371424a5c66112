"""Every error has a code of its own, and the reference says what to do about it."""

import importlib
import inspect
import re

import pytest

from ledger.errors import JangbuError
from tests.architecture.sources import PACKAGES, ROOT, modules

PAGE = ROOT / "docs" / "reference" / "errors.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def descendants(error: type[JangbuError]) -> list[type[JangbuError]]:
    found = [error]
    for child in error.__subclasses__():
        found += descendants(child)
    return found


def errors() -> list[type[JangbuError]]:
    """The whole tree: modules that define errors are found by their text."""
    for module in modules(*PACKAGES):
        if "Error):" in (ROOT / module).read_text(encoding="utf-8"):
            importlib.import_module(".".join(module.with_suffix("").parts))
    tree = descendants(JangbuError)
    ours = [one for one in tree if not one.__module__.startswith("tests")]
    return sorted(ours, key=lambda one: one.code)


ERRORS = errors()
SHOWN = {row[0]: row[1:] for row in ROW.findall(PAGE.read_text(encoding="utf-8"))}


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in ERRORS]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_is_documented_as_it_is(error: type[JangbuError]) -> None:
    exit_code, meaning, advice = SHOWN[error.code]
    assert int(exit_code) == error.exit_code
    assert meaning.strip() == (inspect.getdoc(error) or "").splitlines()[0]
    assert advice.strip()


def test_the_page_lists_no_code_that_is_gone() -> None:
    assert set(SHOWN) == {error.code for error in ERRORS}


def test_the_page_is_sorted_by_code() -> None:
    assert list(SHOWN) == sorted(SHOWN)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_exit_code_is_one_of_the_documented_ones(error: type[JangbuError]) -> None:
    assert error.exit_code in {2, 3, 4, 5, 6, 7, 70}
