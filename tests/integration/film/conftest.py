"""The film with its records, and a copy of it for each test."""

import shutil
from pathlib import Path

import pytest

from tests.simulators.shot_film import ShotFilm


@pytest.fixture
def film(shot_film: ShotFilm, tmp_path: Path) -> ShotFilm:
    """All shots run, nothing recorded; one's own."""
    return shot_film.copy(tmp_path / "film")


@pytest.fixture(scope="session")
def recorded_once(
    shot_film: ShotFilm, tmp_path_factory: pytest.TempPathFactory
) -> ShotFilm:
    """With all of the film's own records; not to be changed."""
    film = shot_film.copy(tmp_path_factory.mktemp("recorded"))
    return film.record(film.lines)


@pytest.fixture
def recorded(recorded_once: ShotFilm, tmp_path: Path) -> ShotFilm:
    """The same, one's own."""
    return recorded_once.copy(tmp_path / "recorded")


@pytest.fixture
def unshot_film(shot_film: ShotFilm, tmp_path: Path) -> ShotFilm:
    """The film's folder alone, one's own down to the pictures."""
    shutil.copytree(shot_film.folder, tmp_path / "unshot" / "film")
    return ShotFilm(tmp_path / "unshot")
