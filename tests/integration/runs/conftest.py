"""Shots that are retouched, watched and told of."""

import shutil
from pathlib import Path

import pytest

from tests.simulators.shot_folder import ShotFolder, make_shot

FRAMES = range(1020, 1060)
"""40 frames in three cells of the absolute grid: 4, 32 and 4."""


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> ShotFolder:
    """A shot and its production, neither to be changed."""
    return make_shot(tmp_path_factory.mktemp("runs"), FRAMES, (48, 32))


@pytest.fixture(scope="session")
def approved(founded: ShotFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production with a first version, and its frames; not to be changed."""
    root = tmp_path_factory.mktemp("approved")
    production = Path(shutil.copytree(founded.production, root / "prod"))
    done = founded.run(production, "--out", production / "frames" / "v1", workers=1)
    assert done.code == 0, done.err
    return production


@pytest.fixture
def shot(founded: ShotFolder, tmp_path: Path) -> ShotFolder:
    """Pictures, recipe and an empty production of one's own."""
    own = founded.copy_pictures(tmp_path)
    shutil.copytree(founded.production, own.production)
    return own


@pytest.fixture
def versioned(founded: ShotFolder, approved: Path, tmp_path: Path) -> ShotFolder:
    """The same with a first version of the shot."""
    own = founded.copy_pictures(tmp_path)
    shutil.copytree(approved, own.production)
    return own
