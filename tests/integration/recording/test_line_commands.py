"""The commands that record one line from options, and standard input."""

import json
import subprocess

import pytest
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.errors import JangbuError
from tests.integration.recording.told import (
    AT,
    DIRECTED,
    ENGAGED,
    OPINED,
    PAINTED,
    Line,
    RecordedFilm,
    jsonl,
    without,
)
from tests.simulators.shot_folder import CODE, COMMAND, TIMEOUT_S, Done, keeps_private

pytestmark = pytest.mark.slow


def command(film: RecordedFilm, kind: str, *words: str) -> Done:
    done = film.folder.command(kind, "-p", film.production, *words, "--json")
    assert "Traceback" not in done.err
    return done


def recorded(film: RecordedFilm, kind: str, *words: str) -> dict[str, object]:
    done = command(film, kind, *words)
    assert done.code == 0, done.err
    keeps_private(done)
    (line,) = done.json["lines"]
    return dict(line)


def test_the_options_of_an_engagement_are_its_line(film: RecordedFilm) -> None:
    (film.root / "contract.txt").write_text("계약서", "utf-8")
    words = (
        "--party", "painter", "--company", "studio", "--status", "freelancer",
        "--from", "2026-01-05", "--to", "2026-12-31", "--at", AT,
        "--assignment", "economic_rights", "--derivative-right",
        "--credit", "matte-painter", "--document", "contract.txt",
    )  # fmt: skip
    line = recorded(film, "engagement", *words)
    assert film.record(ENGAGED)["lines"][0]["id"] == line["id"]
    wrong = ("--verb", "correct", "--of", str(line["index"]), "--no-derivative-right")
    recorded(film, "engagement", *words, *wrong)
    (said,) = film.read().engagements
    assert said.terms is not None
    assert said.terms.derivative_right is False


def test_the_options_of_a_generation_are_its_line(film: RecordedFilm) -> None:
    line = recorded(
        film, "generation", "--provider", "scripted", "--model", "scripted-interior",
        "--model-version", "1", "--source-type", "algorithmicMedia", "--asked-at", AT,
        "--prompt", "a quiet room", "--output", "bg/b.1001.jpg",
        "--input", "reference:paint/b.1001.png", "--parameters", '{"cfg": "7.5"}',
        "--party", "director",
    )  # fmt: skip
    (said,) = film.read().generations
    assert (said.source.id, said.inputs[0].edge) == (line["id"], "reference")
    recorded(film, "generation", "--verb", "withdraw", "--of", str(line["id"]))
    assert film.read().generations == ()


def test_the_options_of_an_opinion_are_its_line(film: RecordedFilm) -> None:
    words = (
        "--by", "assessor", "--shot", CODE, "--element", "interior",
        "--frames", "1001-1004", "--question", "kr.authorship.edit",
        "--judgement", "expression.added", "--finding", "yes",
        "--reasons", str(OPINED["reasons"]), "--confirms", "--at", AT,
    )  # fmt: skip
    line = recorded(film, "opinion", *words)
    assert film.record(OPINED)["lines"][0]["id"] == line["id"]
    of = ("--verb", "withdraw", "--of", str(line["index"]))
    recorded(film, "opinion", "--by", "assessor", *of)
    assert film.read().opinions == ()


UNFIT: list[tuple[str, list[str], int, str]] = [
    ("contribution", ["--party", "painter"], 2, "--route, --act"),
    ("cut", [], 2, "FILE"),
    ("generation", ["--provider", "x"], 2, "--output"),
    ("contribution", ["--verb", "withdraw"], 4, "/of"),
    ("contribution", ["--verb", "withdraw", "--of", "x"], 4, "/of"),
    ("contribution", ["--verb", "withdraw", "--of", "0", "--act", "x"], 4, "/act"),
    ("generation", ["--verb", "withdraw", "--of", "1", "--prompt", "x"], 4, "/prompt"),
    ("cut", ["--verb", "withdraw", "--of", "9999"], 6, "9999"),
    ("cut", ["none.otio", "--of", "1"], 4, "/verb"),
    ("cut", ["none.otio", "--verb", "undo", "--of", "1"], 4, "/verb"),
]


def test_options_that_make_no_line_are_refused(film: RecordedFilm) -> None:
    before = film.entries()
    for kind, words, code, part in UNFIT:
        done = CliRunner().invoke(app, [kind, "-p", str(film.production), *words])
        assert done.exit_code == code, done.output
        assert part in done.output, done.output
    assert film.entries() == before


def test_an_opinion_answers_a_judgement_that_a_policy_asks_for(
    film: RecordedFilm,
) -> None:
    cases: list[tuple[Line, str]] = [
        ({"question": "kr.authorship.genius"}, "kr.authorship.edit"),
        ({"question": "kr.authorship.pure-output"}, "kr.authorship.edit"),
        ({"judgement": "expression.appears"}, "expression.added"),
    ]
    for changed, part in cases:
        with pytest.raises(JangbuError) as caught:
            film.record(DIRECTED, {**OPINED, **changed})
        error = caught.value
        assert (error.code, error.facts["line"]) == ("record.unknown_name", 2)
        assert part in error.expected
    assert film.read().contributions == ()


def test_lines_come_from_standard_input_with_paths_in_the_working_directory(
    film: RecordedFilm,
) -> None:
    process = subprocess.run(
        [COMMAND, "record", "-", "-p", film.production, "--json"],
        input=jsonl(DIRECTED, PAINTED),
        capture_output=True,
        cwd=film.root,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert json.loads(process.stdout)["new"] == 2 + 1 + 1
    assert film.record(DIRECTED, PAINTED)["new"] == 0
    process = subprocess.run(
        [COMMAND, "record", "-", "-p", film.production],
        input=jsonl(DIRECTED, without(PAINTED, "act")),
        capture_output=True,
        cwd=film.root,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert process.returncode == 4
    assert b"standard input: line 2: /act" in process.stderr
