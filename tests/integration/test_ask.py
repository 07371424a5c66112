"""`jangbu ask` as it is called: exit codes, what JSON names, what is refused."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ledger.cli.main import app
from ledger.production.founding import found
from ledger.production.opening import opened
from ledger.production.registering import register
from ledger.production.registry import parse_registry
from tests.simulators.film_studio import FilmStudio

REGISTRY = """
[production]
title = "낡은 방"
domain = "jangbu.invalid"

[[party]]
type = "organisation"
name = "가상 제작사"

[[party]]
type = "person"
name = "김가상"

[[element]]
name = "interior"

[[shot]]
code = "SQ010_0040"
"""


def ask(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["ask", *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "production"
    registry = parse_registry(REGISTRY.encode(), "test")
    found(path, registry).online().engine.dispose()
    with opened(path) as production:
        register(production)
        FilmStudio(production).shoot("SQ010_0040", 1001, 1005)
    return path


def test_a_plate_that_nobody_recorded_is_open_and_exits_3(folder: Path) -> None:
    done = ask("authorship", folder, "--json")
    assert done.exit_code == 3, done.output
    document = json.loads(done.stdout)
    (finding,) = document["findings"]
    assert finding["state"] == "open"
    assert finding["outcome"]["reasons"][0] == "missing"
    assert finding["frames"] == ["1001-1004"]
    assert document["exit_code"] == 3
    assert "legal advice" in document["disclaimer"]["en"]
    asked = [one["id"] for one in document["policies"]]
    assert "kr.authorship.element" in asked


def test_a_person_reads_the_answer_in_both_languages(folder: Path) -> None:
    done = ask("authorship", folder, "--shot", "SQ010_0040")
    assert done.stdout == ""
    for words in ("미확정", "자료 없음", "증명책임", "burden", "법률자문이 아닙니다"):
        assert words in done.stderr


def test_json_holds_names_only_on_request(folder: Path) -> None:
    quiet = ask("authorship", folder, "--json").stdout
    assert "SQ010_0040" not in quiet
    assert "interior" not in quiet
    assert "SQ010_0040" in ask("authorship", folder, "--json", "--names").stdout


def test_frames_narrow_the_answer(folder: Path) -> None:
    done = ask("authorship", folder, "--frames", "1002-1003", "--json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["frames"] == ["1002-1003"]


def test_nothing_human_recorded_leaves_nothing_to_count(folder: Path) -> None:
    done = ask("authorship", folder, "--parts", "human", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["findings"] == []


def test_without_a_contract_no_transfer_is_shown_and_it_exits_1(folder: Path) -> None:
    with opened(folder) as production:
        studio = FilmStudio(production)
        studio.state(studio.contributed("김가상"))
    assert ask("chain-of-title", folder).exit_code == 1


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--shot", "SQ999"], 4),
        (["--frames", "x"], 2),
        (["--frames", "1-5"], 2),
        (["--on", "2026-02-30"], 2),
        (["--on", "9999-12-31"], 2),
        (["--accept", "everything"], 2),
        (["--floor", "high"], 2),
    ],
)
def test_what_cannot_be_asked_is_refused(
    folder: Path, options: list[str], code: int
) -> None:
    assert ask("authorship", folder, *options).exit_code == code
