"""Names that are hard to print, through the real commands."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from ledger.records.time import Rate
from pipeline.editing.write_cut import CutUse, write_cut
from tests.simulators.shot_folder import CODE, Done, ShotFolder, make_shot

FRAMES = range(1001, 1003)
LONG = "가나다라마바사아자차카타파하거너더러머버" * 10


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    made = make_shot(tmp_path_factory.mktemp("names"), FRAMES, (96, 64))
    assert made.run(made.production).code == 0
    cut = write_cut([CutUse(code=CODE, first=1001, frames=2)], Rate(24, 1))
    (made.root / "film.otio").write_bytes(cut)
    yield made
    made.close()


def renamed(shot: ShotFolder, name: str, label: str) -> tuple[Path, Done]:
    """A copy whose studio and element are called so."""
    production = shot.copy_production(label)
    registry = production / "production.toml"
    text = registry.read_text(encoding="utf-8")
    for old in ("interior", "Studio"):
        assert f'"{old}"' in text
        # A TOML string with escapes is a JSON string.
        text = text.replace(f'"{old}"', json.dumps(name, ensure_ascii=False))
    registry.write_text(text, encoding="utf-8")
    return production, shot.command("register", production)


def printed(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "".join(
        "".join(page.get_textpage().get_text_range().split()) for page in pages
    )


def documents(shot: ShotFolder, production: Path) -> dict[Path, Done]:
    roll, report = (shot.root / f"{production.name}-{n}.pdf" for n in "ab")
    cut = shot.root / "film.otio"
    return {
        roll: shot.command("roll", production, "--cut", cut, "--out", roll),
        report: shot.command("report", "authorship", production, "--out", report),
    }


@pytest.mark.parametrize(
    ("label", "name"), [("long", LONG), ("markup", '#[*_$`<@"] \\u{41} // -- ~')]
)
def test_a_name_of_two_hundred_characters_or_of_markup_is_printed_whole(
    shot: ShotFolder, label: str, name: str
) -> None:
    production, done = renamed(shot, name, label)
    assert done.code == 0, done.err
    for path, made in documents(shot, production).items():
        assert made.code == 0, made.err
        assert "".join(name.split()) in printed(path)


def test_a_character_without_a_glyph_stops_both_documents_and_is_named(
    shot: ShotFolder,
) -> None:
    production, done = renamed(shot, "웃음 \U0001f600", "glyph")
    assert done.code == 0, done.err
    for path, made in documents(shot, production).items():
        assert made.code == 4
        assert "U+1F600" in made.err
        assert not path.exists()
        assert not path.with_suffix(".json").exists()


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("nfd", unicodedata.normalize("NFD", "장부 시험 둘")),
        ("control", "bell \a"),
        ("escape", "\x1b[31m red"),
    ],
)
def test_a_name_that_no_record_may_hold_is_refused_at_registration(
    shot: ShotFolder, label: str, name: str
) -> None:
    production, done = renamed(shot, name, label)
    assert done.code == 4, done.err
    assert "\x1b" not in done.err
    for path, made in documents(shot, production).items():
        assert made.code != 0
        assert not path.exists()
