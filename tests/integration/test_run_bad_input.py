"""The real command on input that is not as it should be.

Each time: the documented exit code, a message that names file and field, nothing
private in JSON, no file, and not one entry more in the log.
"""

import os
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.simulators.logged_shot import (
    check_version,
    check_whole,
    entries,
    of_kind,
)
from tests.simulators.picture_files import SIGNATURE, chunk, header
from tests.simulators.shot_folder import (
    Done,
    ShotFolder,
    ended,
    keeps_private,
    make_shot,
    soon,
)

pytestmark = pytest.mark.slow

FRAMES = range(1024, 1028)
PLATE = "plate/p.1025.png"
SIZE = (64, 36)


@pytest.fixture(scope="module")
def founded_shot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShotFolder]:
    folder = make_shot(tmp_path_factory.mktemp("bad"), FRAMES, SIZE)
    yield folder
    folder.close()


@pytest.fixture
def shot(founded_shot: ShotFolder, tmp_path: Path) -> ShotFolder:
    """Everything but the production, which is shared: nothing may change it."""
    (tmp_path / "prod").symlink_to(founded_shot.production)
    return founded_shot.copy_pictures(tmp_path)


def refused(
    shot: ShotFolder, code: int, name: str, *parts: str, words: tuple[str, ...] = ()
) -> Done:
    """Run; refused, with the parts in the message, and without a trace."""
    before = entries(shot.production)
    frames = shot.production / "frames"
    done = shot.run(shot.production, *words)
    assert done.code == code, done.err
    assert done.json["error"]["code"] == name
    for part in parts:
        assert part in done.err, done.err
    keeps_private(done)
    assert entries(shot.production) == before
    assert not list((shot.production / "outbox").iterdir())
    assert not frames.exists()
    return done


def grey(path: Path, size: tuple[int, int] = SIZE, mode: str = "L") -> None:
    Image.new(mode, size, 128).save(path)


# --- pictures ---------------------------------------------------------------------


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _mislabelled(path: Path) -> None:
    Image.new("RGB", SIZE).save(path, "JPEG")


def _text(path: Path) -> None:
    path.write_text("not a picture")


def _sixteen_bits(path: Path) -> None:
    rows = b"".join(b"\0" + bytes(SIZE[0] * 6) for _ in range(SIZE[1]))
    data = chunk(b"IDAT", zlib.compress(rows))
    path.write_bytes(SIGNATURE + header(*SIZE, depth=16) + data + chunk(b"IEND"))


def _larger(path: Path) -> None:
    Image.new("RGB", (66, 36)).save(path)


def _grey(path: Path) -> None:
    grey(path)


def _with_alpha(path: Path) -> None:
    Image.new("RGBA", SIZE).save(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _gone(path: Path) -> None:
    path.unlink()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "name"),
    [
        (_truncated, "frame.unreadable"),
        (_empty, "frame.unreadable"),
        (_mislabelled, "frame.unreadable"),
        (_text, "frame.unreadable"),
        (_sixteen_bits, "frame.shape"),
        (_larger, "frame.shape"),
        (_grey, "frame.shape"),
        (_with_alpha, "frame.shape"),
        (_folder, "frame.hole"),
        (_gone, "frame.hole"),
        (_pipe, "frame.hole"),
    ],
)
def test_a_picture_that_cannot_be_used_is_named(
    shot: ShotFolder, spoil: Callable[[Path], None], name: str
) -> None:
    spoil(shot.root / PLATE)
    refused(shot, 4, name, "p.1025.png")


def test_pixels_that_are_damaged_are_found_when_they_are_decoded(
    founded_shot: ShotFolder, shot: ShotFolder, tmp_path: Path
) -> None:
    # Right structure, checksums too: only decoding can tell. So the run is stated.
    production = founded_shot.copy_production("damaged-pixels")
    spoilt = chunk(b"IDAT", b"x\x9c" + b"\xff" * 64)
    parts = [SIGNATURE, header(*SIZE), spoilt, chunk(b"IEND")]
    (shot.root / PLATE).write_bytes(b"".join(parts))
    done = shot.run(production, "--out", tmp_path / "out")
    assert (done.code, done.json["error"]["code"]) == (4, "frame.unreadable"), done.err
    assert "p.1025.png" in done.err
    assert of_kind(production, "frame.set.1") == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".jangbu"]


# --- mattes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draw", "name"),
    [
        (lambda path: grey(path, (32, 18)), "frame.shape"),
        (lambda path: grey(path, mode="RGB"), "frame.shape"),
        (lambda path: grey(path, mode="I;16"), "frame.shape"),
        (lambda path: path.write_bytes(b""), "frame.unreadable"),
        (lambda _: None, "frame.hole"),
    ],
)
def test_a_matte_that_cannot_be_used_is_named(
    shot: ShotFolder, draw: Callable[[Path], None], name: str
) -> None:
    draw(shot.root / "matte.png")
    key = "key = {screen = "
    text = shot.recipe.read_text()
    start = text.index(key)
    line = text[start : text.index("\n", start)]
    shot.recipe.write_text(text.replace(line, 'matte = "matte.png"'))
    refused(shot, 4, name, "matte.png")


# --- recipes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ('element = "actor"', 'element = "nobody"', ("element",)),
        ('code = "SQ010_0040"', 'code = "SQ010_0041"', ("shot.code",)),
        ("[output]", "[output]\ncolour = 1", ("recipe.toml", "output.colour")),
        ("[output]", "[extra]", ("recipe.toml", "extra")),
        ("key = {", 'matte = "m.png"\nkey = {', ("recipe.toml", "layer 1")),
        ('frames = "1024-1027"', 'frames = "later"', ("recipe.toml", "shot.frames")),
        ('frames = "1024-1027"', 'frames = "1027-1024"', ("shot.frames",)),
        ('frames = "1024-1027"', "frames = 1024", ("recipe.toml", "shot.frames")),
        ('frames = "1024-1027"', 'frames = "1024-1029"', ("b.1028.jpg",)),
        ("p.%04d.png", "p.%0999999999d.png", ("recipe.toml", "layer.1.source")),
        ("p.%04d.png", "p.%09d.%09d.png", ("recipe.toml", "layer.1.source")),
        (
            'frames = "1024-1027"',
            'frames = "1-900000000"',
            ("recipe.toml", "shot.frames"),
        ),
        ("low = 2000", "low = 30000", ("recipe.toml", "layer 1: key")),
        ("low = 2000", "low = -1", ("recipe.toml", "layer.1.key.low")),
        ('format = "png"', 'format = "exr"', ("recipe.toml", "output.format")),
        ("plate/p.%04d.png", "/etc/p.%04d.png", ("recipe.toml", "layer.1.source")),
        ("plate/p.%04d.png", "../p.%04d.png", ("recipe.toml", "layer.1.source")),
        ("[shot]", "[shot", ("recipe.toml", "line")),
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused_with_its_field(
    shot: ShotFolder, old: str, new: str, parts: tuple[str, ...]
) -> None:
    shot.edit_recipe(old, new)
    name = "frame.hole" if "1029" in new else "run.recipe"
    refused(shot, 4, name, *parts)


def test_an_empty_recipe_is_refused(shot: ShotFolder) -> None:
    shot.recipe.write_bytes(b"")
    refused(shot, 4, "run.recipe", "recipe.toml", "shot")


def test_a_recipe_in_another_encoding_is_refused(shot: ShotFolder) -> None:
    shot.recipe.write_bytes("# 장부\n".encode("cp949") + shot.recipe.read_bytes())
    refused(shot, 4, "run.recipe", "recipe.toml", "UTF-8")


def test_a_recipe_that_is_not_there_is_refused(shot: ShotFolder) -> None:
    shot.recipe.unlink()
    refused(shot, 4, "run.recipe", "recipe.toml")


def test_a_file_name_longer_than_systems_allow_is_a_missing_file(
    shot: ShotFolder,
) -> None:
    shot.edit_recipe("plate/p.", "plate/" + "가" * 300 + ".")
    refused(shot, 4, "frame.hole")


# --- Hangul -----------------------------------------------------------------------

NAME = "한복/배우"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_hangul_name_is_found_composed_and_decomposed(
    founded_shot: ShotFolder, shot: ShotFolder, tmp_path: Path, form: str
) -> None:
    production = founded_shot.copy_production(f"hangul-{form}")
    for frame in FRAMES:
        spelled = unicodedata.normalize(form, f"{NAME}.{frame}.png")  # type: ignore[arg-type]
        path = shot.root / spelled
        path.parent.mkdir(exist_ok=True)
        (shot.root / f"plate/p.{frame}.png").rename(path)
    shot.edit_recipe("plate/p.%04d", f"{NAME}.%04d")
    done = shot.run(production, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    check_whole(production, tmp_path / "out", FRAMES)


def test_a_decomposed_name_in_the_recipe_is_refused(shot: ShotFolder) -> None:
    shot.edit_recipe("plate/p.%04d", unicodedata.normalize("NFD", f"{NAME}.%04d"))
    refused(shot, 4, "run.recipe", "recipe.toml", "layer.1.source", "NFC")


# --- options ----------------------------------------------------------------------


def test_frames_outside_the_shot_are_refused(shot: ShotFolder) -> None:
    refused(shot, 4, "run.recipe", "--frames", words=("--frames", "1020-1025"))


def test_frames_that_are_no_frames_are_refused(shot: ShotFolder) -> None:
    refused(shot, 2, "usage", "--frames", words=("--frames", "x"))


def test_no_workers_is_a_wrong_call(shot: ShotFolder) -> None:
    before = entries(shot.production)
    done = shot.run(shot.production, workers=0)
    assert done.code == 2
    assert "--workers" in done.err
    assert entries(shot.production) == before


# --- inputs that change -----------------------------------------------------------


def test_an_input_that_changes_after_planning_states_the_run_but_no_cell(
    founded_shot: ShotFolder, shot: ShotFolder, tmp_path: Path
) -> None:
    production, out = founded_shot.copy_production("changing"), tmp_path / "out"
    last = shot.root / "plate" / "p.1027.png"
    kept = last.read_bytes()
    process = shot.start_run(production, "--out", out)
    assert soon(lambda: bool(list((out / ".jangbu" / "work").glob("*/*.png"))))
    _larger(last)
    done = ended(process)
    assert (done.code, done.json["error"]["code"]) == (6, "run.changed_input"), done.err
    assert done.json["error"]["frame"] == 1027
    assert "p.1027.png" in done.err
    keeps_private(done)
    assert len(of_kind(production, "run.1")) == 1
    assert of_kind(production, "frame.set.1") == []
    assert [path.name for path in out.iterdir()] == [".jangbu"]
    assert list((out / ".jangbu" / "work").iterdir()) == []
    last.write_bytes(kept)
    again = shot.run(production, "--out", out)
    assert again.code == 0, again.err
    check_whole(production, out, FRAMES)
    check_version(production)
