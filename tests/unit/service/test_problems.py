"""Every error has its status and title; what is private stays out of documents."""

import importlib
import json
from collections.abc import Iterator

import pytest

from ledger.encoding import canonical
from ledger.errors import (
    ConflictingRecordError,
    JangbuError,
    MissingBlobError,
    StoreFullError,
    StoreUnavailableError,
)
from ledger.remote.problem import WITHHELD, error_from
from ledger.service.problems import PROBLEMS, defect, problem
from tests.architecture.sources import PACKAGES, ROOT, modules

PRIVATE = "/srv/films/봉준호/blobs/ab"


def tree(kind: type[JangbuError]) -> Iterator[type[JangbuError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from tree(child)


def errors() -> list[type[JangbuError]]:
    for module in modules(*PACKAGES):
        if "Error):" in (ROOT / module).read_text(encoding="utf-8"):
            importlib.import_module(".".join(module.with_suffix("").parts))
    ours = {
        one.code: one
        for one in tree(JangbuError)
        if not one.__module__.startswith("tests")
    }
    return [ours[code] for code in sorted(ours)]


def test_every_code_has_a_status_and_a_title_and_no_other_has() -> None:
    assert set(PROBLEMS) == {error.code for error in errors()}
    assert all(400 <= sort.status <= 599 for sort in PROBLEMS.values())
    assert list(PROBLEMS) == sorted(PROBLEMS)


@pytest.mark.parametrize("kind", errors(), ids=lambda kind: kind.code)
def test_an_error_comes_back_as_itself(kind: type[JangbuError]) -> None:
    told = problem(kind("one", met="two", advice="Do it.", where="/here", index=7))
    document = json.loads(told.body)
    assert document["type"] == f"/problems/{kind.code}"
    assert document["status"] == told.status == PROBLEMS[kind.code].status
    assert document["title"]
    back = error_from(canonical.parse(told.body))
    assert type(back) is kind
    assert (back.expected, back.advice, back.facts) == ("one", "Do it.", {"index": 7})
    assert back.met in {"two", WITHHELD}


@pytest.mark.parametrize("kind", [StoreFullError, MissingBlobError, JangbuError])
def test_what_may_name_a_path_or_a_person_stays_here(kind: type[JangbuError]) -> None:
    told = problem(kind("room", met=PRIVATE, advice="Free some.", where=PRIVATE))
    assert PRIVATE not in told.body.decode()
    assert "봉준호" not in told.body.decode()


def test_what_is_of_the_request_is_told() -> None:
    error = ConflictingRecordError("a", met="b", advice="c", where="/key")
    document = json.loads(problem(error).body)
    assert (document["where"], document["met"]) == ("/key", "b")


def test_a_store_out_of_reach_says_when_to_come_again() -> None:
    told = problem(StoreUnavailableError("a", met="b", advice="c"))
    assert told.status == 503
    assert int(told.headers["retry-after"]) > 0
    assert problem(StoreFullError("a", met="b", advice="c")).status == 507


@pytest.mark.parametrize("text", ["\ud800", "e\u0301", "a\0b"])
def test_any_text_can_be_told(text: str) -> None:
    told = problem(ConflictingRecordError("a", met=text, advice="c", where=text))
    assert canonical.parse(told.body)


def test_a_code_of_a_later_version_becomes_the_nearest_class() -> None:
    document = {"code": "record.of_tomorrow", "expected": "a", "advice": "b"}
    assert error_from(dict(document)).code == "record"
    assert error_from({**document, "code": "of.tomorrow"}).code == "service"


def test_a_defect_says_nothing_of_itself() -> None:
    assert problem(defect()).status == 500
