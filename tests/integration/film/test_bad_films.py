"""Films that cannot be: clear errors, documented exit codes, nothing half-written."""

import json
import re
import shutil
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from typer.testing import CliRunner, Result

import policies
from ledger.cli.main import app
from ledger.rules.errors import MalformedPolicyError
from ledger.rules.rulebook import packaged_rulebook, read_rulebook
from tests.simulators.shot_film import Line, ShotFilm

pytestmark = pytest.mark.slow

HUT = "SQ040_0010"


def call(*arguments: object) -> Result:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert "Traceback" not in done.output
    return done


def statements(film: ShotFilm) -> int:
    return film.read().size


# --- cuts ----------------------------------------------------------------------------

CUTS: dict[str, tuple[Callable[[str], str], str]] = {
    "a clip that no shot is called": (
        lambda text: text.replace('"SQ030_0010"', '"SQ031_0010"'),
        "SQ031_0010",
    ),
    "frames before the shot": (
        lambda text: re.sub(r'"value": 1001(\.0)?\b', '"value": 901', text),
        "901",
    ),
    "frames after the shot": (
        lambda text: re.sub(r'"value": 1001(\.0)?\b', '"value": 1004', text),
        "1007",
    ),
    "no timeline": (lambda _: "{}", "film.otio"),
    "no JSON": (lambda text: text[: len(text) // 2], "film.otio"),
}


@pytest.mark.parametrize("name", CUTS)
def test_a_cut_of_what_does_not_exist_makes_no_roll_and_no_statement(
    recorded: ShotFilm, name: str
) -> None:
    change, met = CUTS[name]
    recorded.edit("film/film.otio", change)
    cut, out = recorded.folder / "film.otio", recorded.root / "roll.pdf"
    size = statements(recorded)
    done = call("roll", recorded.production, "--cut", cut, "--out", out)
    assert done.exit_code == 4, done.output
    assert met in done.output.replace("\n", "")
    assert not list(recorded.root.glob("roll*"))
    out.write_bytes(b"old")
    again = call("roll", recorded.production, "--cut", cut, "--out", out, "--force")
    assert again.exit_code == 4
    assert out.read_bytes() == b"old"
    assert not out.with_suffix(".json").exists()
    assert call("cut", cut, "-p", recorded.production).exit_code == 4
    assert statements(recorded) == size


# --- records -------------------------------------------------------------------------


def line_of(film: ShotFilm, kind: str, number: int = -1) -> Line:
    return [one for one in film.lines if one["kind"] == kind][number]


RECORDS: dict[str, tuple[str, Mapping[str, Any], int, str]] = {
    "an unknown person": ("contribution", {"party": "nobody"}, 4, "nobody"),
    "a name in NFD": (
        "contribution",
        {"party": unicodedata.normalize("NFD", "한가람(가공)")},
        4,
        "line 2",
    ),
    "a name with a control character": (
        "contribution",
        {"party": "x\x07"},
        4,
        "line 2",
    ),
    "a name of 201 characters": ("contribution", {"party": "x" * 201}, 4, "/party"),
    "a name of 200 that nobody has": ("contribution", {"party": "x" * 200}, 4, "xxx"),
    "frames beyond the shot": (
        "contribution",
        {"shot": HUT, "frames": "1001-1007"},
        4,
        "1001-1006",
    ),
    "an unknown shot": ("contribution", {"shot": "SQ999"}, 4, "SQ999"),
    "an unknown element": ("contribution", {"element": "lake"}, 4, "lake"),
    "an opinion without the delegation": ("opinion", {"by": "painter"}, 6, "opinion"),
    "an opinion by the studio": ("opinion", {"by": "studio"}, 6, "opinion"),
    "an opinion on frames beyond": ("opinion", {"frames": "1001-1007"}, 4, "1006"),
    "another account of a call": ("generation", {"prompt": "else"}, 6, "line 2"),
    "a note in NFD": ("contribution", {"note": "e\u0301"}, 4, "line 2"),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_line_that_cannot_be_keeps_the_line_before_it_out(
    recorded: ShotFilm, name: str
) -> None:
    kind, changes, code, met = RECORDS[name]
    good = {**line_of(recorded, "contribution"), "note": "once more"}
    lines = recorded.folder / "more.jsonl"
    bad = {**line_of(recorded, kind), **changes}
    lines.write_text(f"{json.dumps(good)}\n{json.dumps(bad)}\n", "utf-8")
    size = statements(recorded)
    done = call("record", lines, "-p", recorded.production)
    assert done.exit_code == code, done.output
    assert met in done.output.replace("\n", "")
    assert "line 2" in done.output
    assert statements(recorded) == size


# --- names ---------------------------------------------------------------------------


def named(film: ShotFilm, name: str) -> Result:
    """Give the painter another name, as its owner edits the registry."""

    def change(text: str) -> str:
        told = tomllib.loads(text)
        (row,) = [one for one in told["party"] if one.get("handle") == "painter"]
        row["name"] = name
        return tomli_w.dumps(told)

    film.edit("production/production.toml", change)
    return call("register", film.production)


@pytest.mark.parametrize(
    "name",
    [
        "가" * 201,
        unicodedata.normalize("NFD", "백이랑"),
        "백\x00이랑",
        "백\n이랑",
        "  ",
    ],
    ids=["201 characters", "NFD", "NUL", "line break", "blank"],
)
def test_a_name_that_is_none_is_refused(recorded: ShotFilm, name: str) -> None:
    size = statements(recorded)
    before = (recorded.production / "production.toml").read_text("utf-8")
    done = named(recorded, name)
    assert done.exit_code == 4, done.output
    assert "production.toml" in done.output.replace("\n", "")
    (recorded.production / "production.toml").write_text(before, "utf-8")
    assert statements(recorded) == size


def rolled(film: ShotFilm) -> Result:
    cut, out = film.folder / "film.otio", film.root / "roll.pdf"
    return call("roll", film.production, "--cut", cut, "--out", out, "--force")


def test_a_name_of_200_characters_stands_on_the_roll(recorded: ShotFilm) -> None:
    name = "백이랑" * 66 + "끝."
    assert len(name) == 200
    assert named(recorded, name).exit_code == 0
    assert rolled(recorded).exit_code == 0
    assert name in (recorded.root / "roll.json").read_text("utf-8")


@pytest.mark.parametrize("letter", ["\u0e01", "\U0001f409"], ids=["Thai", "emoji"])
def test_a_name_that_the_font_cannot_write_leaves_the_old_roll(
    recorded: ShotFilm, letter: str
) -> None:
    assert named(recorded, f"백이랑{letter}").exit_code == 0
    for name in ("roll.pdf", "roll.json"):
        (recorded.root / name).write_bytes(b"old")
    done = rolled(recorded)
    assert done.exit_code == 4, done.output
    assert f"U+{ord(letter):04X}" in done.output
    for name in ("roll.pdf", "roll.json"):
        assert (recorded.root / name).read_bytes() == b"old"
    out = recorded.root / "audit.pdf"
    audit = call("report", "authorship", recorded.production, "--out", out)
    assert audit.exit_code == 4, audit.output
    assert not list(recorded.root.glob("audit*"))


# --- film folders --------------------------------------------------------------------

FILMS: dict[str, tuple[Callable[[str], str | None], str]] = {
    "missing": (lambda _: None, "film.toml"),
    "no TOML": (lambda text: text + "[[", "film.toml"),
    "no table of the film": (lambda text: text.replace("[film]", "[movie]"), "film"),
    "no recipes": (
        lambda text: re.sub(
            r"recipes = \[.*?\]", "recipes = []", text, flags=re.DOTALL
        ),
        "film.recipes",
    ),
    "a recipe that is not there": (
        lambda text: text.replace('"c.toml"', '"f.toml"'),
        "f.toml",
    ),
    "records that are not there": (
        lambda text: text.replace("records.jsonl", "none.jsonl"),
        "none.jsonl",
    ),
    "a cut that is not there": (
        lambda text: text.replace("film.otio", "none.otio"),
        "none.otio",
    ),
    "a path upwards": (
        lambda text: text.replace('"c.toml"', '"../c.toml"'),
        "film.recipes",
    ),
    "an absolute path": (
        lambda text: text.replace('"c.toml"', '"/c.toml"'),
        "film.recipes",
    ),
    "a path in NFD": (
        lambda text: text.replace('"c.toml"', '"e\u0301.toml"'),
        "film.recipes",
    ),
    "an unknown field": (
        lambda text: text.replace("[film]", "[film]\nmusic = 1"),
        "film.music",
    ),
    "an unknown table": (lambda text: f"{text}\n[[song]]\n", "song"),
    "no company": (
        lambda text: text.replace('"organisation"', '"person"'),
        "organisation",
    ),
    "one handle twice": (
        lambda text: text.replace('handle = "actor"', 'handle = "editor"'),
        "'editor' twice",
    ),
}


@pytest.mark.parametrize("name", FILMS)
def test_a_film_folder_that_contradicts_itself_makes_nothing(
    shot_film: ShotFilm, tmp_path: Path, name: str
) -> None:
    change, met = FILMS[name]
    folder = tmp_path / "film"
    folder.mkdir()
    for path in shot_film.folder.iterdir():
        (folder / path.name).symlink_to(path)
    text = change((folder / "film.toml").read_text("utf-8"))
    (folder / "film.toml").unlink()
    if text is not None:
        (folder / "film.toml").write_text(text, "utf-8")
    done = call("demo", "--from", folder, "--out", tmp_path / "out")
    assert done.exit_code == 4, done.output
    assert met in done.output.replace("\n", "")
    assert not (tmp_path / "out").exists()


# --- policies ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_policy_that_lacks_a_language_is_refused(
    tmp_path: Path, language: str
) -> None:
    copy = tmp_path / "policies"
    shutil.copytree(Path(next(iter(policies.__path__))), copy)
    assert read_rulebook(copy).policies == packaged_rulebook().policies
    path = copy / "kr" / "authorship" / "edit.yaml"
    text = path.read_text("utf-8")
    cut = re.sub(
        r"(?m)^title:\n(  ..: .*\n)*", f"title:\n  {_other(language)}: x\n", text
    )
    assert cut != text
    path.write_text(cut, "utf-8")
    (copy / "LOCK").unlink(missing_ok=True)
    with pytest.raises(MalformedPolicyError) as caught:
        read_rulebook(copy)
    assert caught.value.exit_code == 4
    assert "edit.yaml" in caught.value.where
    assert language in str(caught.value)


def _other(language: str) -> str:
    return "en" if language == "ko" else "ko"
