"""A real production with one shot that was run, people, and painted pictures."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.integration.recording.told import RecordedFilm
from tests.simulators.shot_folder import ShotFolder, make_shot

FRAMES = range(1001, 1005)
PEOPLE = """
[[party]]
type = "person"
name = "박화가"
handle = "painter"
may = ["contribution"]
[[party]]
type = "person"
name = "이평가"
handle = "assessor"
may = ["opinion"]
[[party]]
type = "person"
name = "최감독"
handle = "director"
[[party]]
type = "person"
name = "정조감독"
handle = "co-director"
may = ["contribution", "cut", "generation"]
[[shot]]
code = "SQ010_0050"
"""


def paint(root: Path) -> None:
    """Somebody paints a square into every background."""
    (root / "paint").mkdir()
    for frame in FRAMES:
        picture = np.asarray(Image.open(root / "bg" / f"b.{frame}.jpg")).copy()
        picture[4:12, 8:20] = (250, 20, 20)
        Image.fromarray(picture).save(root / "paint" / f"b.{frame}.png")


@pytest.fixture(scope="session")
def untold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    """The production before anybody recorded anything; copies are used."""
    root = tmp_path_factory.mktemp("told")
    shot = make_shot(root, FRAMES, (64, 36))
    paint(root)
    registry = shot.production / "production.toml"
    text = registry.read_text("utf-8")
    registry.write_text(
        text.replace('name = "Studio"', 'name = "Studio"\nhandle = "studio"') + PEOPLE,
        "utf-8",
    )
    done = shot.command("register", shot.production)
    assert done.code == 0, done.err
    done = shot.run(shot.production, "--out", root / "out")
    assert done.code == 0, done.err
    yield shot
    shot.close()


@pytest.fixture
def film(untold: ShotFolder, tmp_path: Path) -> RecordedFilm:
    """Pictures and production of one's own."""
    for name in ("bg", "paint", "plate", "prod"):
        shutil.copytree(untold.root / name, tmp_path / name)
    shutil.copy(untold.recipe, tmp_path)
    return RecordedFilm(ShotFolder(tmp_path, mark=untold.mark))
