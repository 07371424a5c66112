"""A film is delivered: which of its pictures are those that the log has measured."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from ledger.cli.main import app
from ledger.production.film import read_film
from tests.simulators.shot_film import ShotFilm

pytestmark = pytest.mark.slow


def deliver(film: ShotFilm, target: Path) -> list[int]:
    """The sealed files, numbered by record frame; record frames of one picture."""
    target.mkdir()
    with film.opened() as production:
        read = read_film(production)
        codes = {uid: shot.code for uid, shot in read.shots.items()}
    single = []
    for leaf in read.cuts[0].leaves:
        for source in leaf.sources[:1]:
            folder = film.root / "frames" / str(codes[source.shot])
            (file,) = folder.glob(f"*.{source.frame}.*")
            shutil.copyfile(file, target / f"reel.{leaf.frame + 86400}{file.suffix}")
            if len(leaf.sources) == 1:
                single.append(leaf.frame)
    return single


def ask(film: ShotFilm, media: Path, *options: str) -> tuple[int, dict[str, Any]]:
    command = ["coverage", str(film.production), "--media", str(media), "--json"]
    result = CliRunner().invoke(app, [*command, *options])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def delivered(recorded: ShotFilm, shot_film: ShotFilm, tmp_path: Path) -> list[int]:
    whole = ShotFilm(recorded.root)
    (whole.root / "frames").symlink_to(shot_film.root / "frames")
    return deliver(whole, tmp_path / "reel")


def test_every_kind_of_delivered_picture_gets_its_answer(
    recorded: ShotFilm, delivered: list[int], tmp_path: Path
) -> None:
    reel = tmp_path / "reel"
    code, report = ask(recorded, reel)
    matches = report["matches"]
    assert matches["file"] == len(delivered)
    assert sum(matches.values()) == report["record_frames"]
    assert {name for name, count in matches.items() if count} <= {
        "file",
        "several",
        "black",
    }
    assert code == (3 if matches["several"] else 0)

    same, softer, other, swapped, lost = delivered[:5]
    files = {int(path.name.split(".")[1]) - 86400: path for path in reel.iterdir()}
    # Written again without its manifest: another file, the same pixels.
    with Image.open(files[same]) as picture:
        rewritten = picture.convert("RGB")
    files[same].unlink()
    rewritten.save(reel / f"reel.{same + 86400}.png", "PNG")
    # Compressed: it only looks like it.
    with Image.open(files[softer]) as picture:
        compressed = picture.convert("RGB")
    files[softer].unlink()
    compressed.save(reel / f"reel.{softer + 86400}.jpg", quality=90)
    # Something else altogether; another frame's file; none.
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    files[other].unlink()
    Image.fromarray(noise).save(reel / f"reel.{other + 86400}.png")
    shutil.copyfile(files[delivered[-1]], files[swapped])
    files[lost].unlink()

    out = tmp_path / "coverage.jsonl"
    code, _ = ask(recorded, reel, "--first", "86400", "--out", str(out))
    rows = {row["frame"]: row for row in map(json.loads, out.read_text().splitlines())}
    assert code == 1
    assert rows[same]["match"] == "pixels"
    assert rows[softer]["match"] == "fingerprint"
    assert rows[softer]["distance"] <= 20
    assert rows[other]["match"] == "unmatched"
    assert rows[swapped]["match"] == "elsewhere"
    assert rows[lost]["match"] == "absent"
    assert all("source" in row for row in rows.values() if row["match"] == "file")


def test_a_folder_without_pictures_and_a_log_without_a_cut_say_so(
    film: ShotFilm, recorded: ShotFilm, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert ask(recorded, tmp_path / "empty")[0] == 4
    assert ask(film, tmp_path / "empty")[0] == 4


@pytest.mark.usefixtures("delivered")
def test_the_comparison_opens_what_is_private_and_is_noted(
    recorded: ShotFilm, tmp_path: Path
) -> None:
    ask(recorded, tmp_path / "reel", "--reason", "delivery check")
    words = ["vault", "log", str(recorded.production), "--json"]
    listed = json.loads(CliRunner().invoke(app, words).stdout)
    newest = listed["entries"][-1]
    assert newest["what"]["command"] == "coverage"
    assert newest["what"]["count"] > 0
    assert newest["why"] == "delivery check"
