"""The real command in a production folder that is not as it should be.

Each time: the documented exit code, a message that names file and field, nothing
private in JSON, no frame, and not one entry more in the log.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulators.logged_shot import entries
from tests.simulators.shot_folder import Done, ShotFolder, keeps_private, make_shot

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def founded_shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    folder = make_shot(tmp_path_factory.mktemp("bad"), range(1024, 1026), (64, 36))
    yield folder
    folder.close()


@pytest.fixture
def shot(founded_shot: ShotFolder, tmp_path: Path) -> ShotFolder:
    """The same pictures, and a recipe of one's own."""
    return founded_shot.copy_pictures(tmp_path)


def _run_in(shot: ShotFolder, production: Path) -> Done:
    done = shot.run(production)
    assert not (production / "frames").exists()
    keeps_private(done)
    return done


def test_a_folder_that_is_no_production_is_refused(
    shot: ShotFolder, tmp_path: Path
) -> None:
    done = _run_in(shot, tmp_path / "plate")
    assert (done.code, done.json["error"]["code"]) == (4, "production"), done.err
    assert "production.toml" in done.err


def test_a_production_without_keys_is_refused(
    founded_shot: ShotFolder, shot: ShotFolder
) -> None:
    production = founded_shot.copy_production("keyless")
    shutil.rmtree(production / "keys")
    before = entries(production)
    done = _run_in(shot, production)
    assert (done.code, done.json["error"]["code"]) == (7, "keys.missing"), done.err
    assert "keys" in done.err
    assert entries(production) == before


def test_another_production_s_keys_are_refused(
    founded_shot: ShotFolder, shot: ShotFolder, tmp_path: Path
) -> None:
    production = founded_shot.copy_production("foreign-keys")
    other = tmp_path / "other"
    source = founded_shot.root / "production.toml"
    assert shot.command("init", other, "--from", source).code == 0
    shutil.rmtree(production / "keys")
    shutil.copytree(other / "keys", production / "keys")
    before = entries(production)
    done = _run_in(shot, production)
    assert (done.code, done.json["error"]["code"]) == (6, "keys.foreign"), done.err
    assert entries(production) == before


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("[[element]]", "[[element]", ("production.toml", "line")),
        ('name = "actor"', 'name = "interior"', ("production.toml", "element")),
        ("[[shot]]", "[[shots]]", ("production.toml", "shots")),
        ('code = "SQ010_0040"', "code = 40", ("production.toml", "shot.0.code")),
    ],
)
def test_a_broken_registry_is_refused_with_its_field(
    founded_shot: ShotFolder,
    shot: ShotFolder,
    tmp_path: Path,
    old: str,
    new: str,
    parts: tuple[str, ...],
) -> None:
    production = Path(shutil.copytree(founded_shot.production, tmp_path / "broken"))
    path = production / "production.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    before = entries(production)
    done = _run_in(shot, production)
    assert (done.code, done.json["error"]["code"]) == (4, "production"), done.err
    for part in parts:
        assert part in done.err
    assert entries(production) == before


@pytest.mark.parametrize("code", ["SQ010/0040", "../SQ010", ".hidden", "가" * 90])
def test_a_shot_code_that_is_no_file_name_is_refused(
    founded_shot: ShotFolder, shot: ShotFolder, tmp_path: Path, code: str
) -> None:
    production = Path(shutil.copytree(founded_shot.production, tmp_path / "code"))
    path = production / "production.toml"
    path.write_text(path.read_text().replace("SQ010_0040", code))
    shot.edit_recipe("SQ010_0040", code)
    assert shot.command("register", production).code == 0
    before = entries(production)
    done = _run_in(shot, production)
    assert (done.code, done.json["error"]["code"]) == (4, "run.recipe"), done.err
    assert "shot.code" in done.err
    assert entries(production) == before
