"""`jangbu roll` and `jangbu report` over a shot that was really run."""

import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from ledger.records.time import Rate
from pipeline.editing.write_cut import CutUse, write_cut
from tests.simulators.shot_folder import CODE, ShotFolder, keeps_private, make_shot

FRAMES = range(1001, 1005)


@pytest.fixture(scope="module")
def shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    made = make_shot(tmp_path_factory.mktemp("reports"), FRAMES, (96, 64))
    assert made.run(made.production).code == 0
    yield made
    made.close()


@pytest.fixture(scope="module")
def cut(shot: ShotFolder) -> Path:
    path = shot.root / "film.otio"
    path.write_bytes(write_cut([CutUse(code=CODE, first=1001, frames=4)], Rate(24, 1)))
    return path


def text_of(path: Path) -> str:
    pages = pypdfium2.PdfDocument(path)
    return "".join(
        "".join(page.get_textpage().get_text_range().split()) for page in pages
    )


def test_a_report_is_written_twice_the_same_and_shows_its_pictures(
    shot: ShotFolder,
) -> None:
    made = []
    for name in ("one", "two"):
        out = shot.root / f"{name}.pdf"
        done = shot.command(
            "report", "authorship", shot.production, "--out", out,
            "--on", "2026-11-22", "--json",
        )  # fmt: skip
        assert done.code == 0, done.err
        keeps_private(done)
        made.append((out.read_bytes(), out.with_suffix(".json").read_bytes()))
        assert out.stat().st_mode & 0o777 == 0o600
    assert made[0] == made[1]
    document = json.loads(made[0][1])
    pictures = [one for row in document["findings"] for one in row["pictures"]]
    shown = {one["role"] for one in pictures if one["picture"]}
    assert {"delivered", "coverage"} <= shown
    assert "장부시험" in text_of(shot.root / "one.pdf")


def test_a_frame_that_is_not_at_hand_is_shown_as_such(shot: ShotFolder) -> None:
    out = shot.root / "missing.pdf"
    frames = shot.production / "frames"
    away = frames.rename(shot.root / "away")
    try:
        done = shot.command(
            "report", "authorship", shot.production, "--out", out, "--json"
        )
    finally:
        away.rename(frames)
    assert done.code == 0, done.err
    assert done.json["pictures_not_shown"] > 0
    assert "이파일은현재이컴퓨터에없음" in text_of(out)


def test_a_roll_names_the_studio_and_leaves_nothing_private_on_stdout(
    shot: ShotFolder, cut: Path
) -> None:
    out = shot.root / "roll.pdf"
    done = shot.command("roll", shot.production, "--cut", cut, "--out", out, "--json")
    assert done.code == 0, done.err
    keeps_private(done)
    document = json.loads(out.with_suffix(".json").read_text())
    assert [one["name"] for one in document["companies"]] == ["Studio"]
    assert document["cut"]["frames"] == len(FRAMES)
    assert "Studio" in text_of(out)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--order", "alphabetical"], 2),
        (["--font", "production.toml"], 4),
        (["--cut", "absent.otio"], 4),
        (["--cut", "production.toml"], 4),
        (["--out", "roll.txt"], 2),
        (["--out", "recipe.pdf"], 6),
    ],
)
def test_a_roll_that_cannot_be_is_refused_and_nothing_is_written(
    shot: ShotFolder, cut: Path, words: list[str], code: int
) -> None:
    (shot.root / "recipe.json").write_text("{}")
    before = sorted(shot.root.iterdir())
    given = {"--cut": str(cut), "--out": "new.pdf"} | dict([words])
    options = [word for pair in given.items() for word in pair]
    done = shot.command("roll", shot.production, *options)
    assert done.code == code, done.err
    assert sorted(shot.root.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--shot", "SQ999_0000"], 4),
        (["--frames", "1-4"], 2),
        (["--frames", "last"], 2),
        (["--on", "someday"], 2),
    ],
)
def test_a_report_on_what_is_not_there_is_refused(
    shot: ShotFolder, words: list[str], code: int
) -> None:
    done = shot.command(
        "report", "authorship", shot.production, "--out", "new.pdf", *words
    )
    assert done.code == code, done.err
    assert not (shot.root / "new.pdf").exists()
    assert not (shot.root / "new.json").exists()
