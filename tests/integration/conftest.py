"""Films that several folders of tests read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.film import FilmWriter
from tests.simulators.command_line import document, jangbu
from tests.simulators.shot_film import ShotFilm

FRAMES, SIZE = 40, "256x144"


@dataclass(frozen=True, slots=True)
class MadeDemo:
    """What one call of `jangbu demo` left and said; not to be changed.

    Attributes:
        root: the folder that it worked in.
        told: the document that it printed.
    """

    root: Path
    told: dict[str, Any]

    @property
    def production(self) -> Path:
        return self.root / "production"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> MadeDemo:
    """The demonstration film by the real command: two cells of frames in each shot."""
    root = tmp_path_factory.mktemp("demo") / "d"
    done = jangbu("demo", "--out", root, "--frames", FRAMES, "--size", SIZE, "--json")
    assert done.returncode == 0, done.stderr
    return MadeDemo(root, document(done))


@pytest.fixture(scope="session")
def shot_film(tmp_path_factory: pytest.TempPathFactory) -> ShotFilm:
    """The same film made small: all shots were run, and nothing was recorded."""
    film = ShotFilm(tmp_path_factory.mktemp("film"))
    FilmWriter(width=128, height=72, frames=6).write(film.folder, lambda: None)
    return film.shoot()
