"""Which cells have all their inputs, as a renderer goes on."""

import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.run.hot_folder import HotFolder, is_whole
from pipeline.run.recipe import Recipe, read_recipe

RECIPE = """
[shot]
code = "A"
frames = "30-65"
[[layer]]
element = "interior"
source = "still.png"
source_type = "digitalCapture"
[[layer]]
element = "actor"
source = "plate/p.%04d.png"
source_type = "composite"
matte = "matte/m.####.png"
offset = 100
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    for name in ("plate", "matte"):
        (tmp_path / name).mkdir()
    return read_recipe(path)


def _png(seed: int) -> bytes:
    rows = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(rows).save(stream, "PNG")
    return stream.getvalue()


def _write(path: Path, content: bytes, age: float = 60) -> None:
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)


def _render(root: Path, frames: range) -> None:
    for frame in frames:
        _write(root / "plate" / f"p.{frame + 100:04d}.png", _png(frame))
        _write(root / "matte" / f"m.{frame + 100:04d}.png", _png(frame))


def test_a_cell_is_ready_with_its_last_input_and_told_once(
    recipe: Recipe, tmp_path: Path
) -> None:
    hot = HotFolder(recipe, tmp_path, settle=2, marker=None)
    _render(tmp_path, range(30, 64))
    assert hot.ready() == []  # the still is every frame's
    assert hot.missing() == (30, str(tmp_path / "still.png"))
    _write(tmp_path / "still.png", _png(0))
    assert hot.ready() == [0, 1]
    assert hot.missing()[0] == 64
    _render(tmp_path, range(64, 66))
    assert hot.ready() == [2]
    assert hot.ready() == []
    assert not hot.waiting()


def test_a_young_file_must_stand_still_first(recipe: Recipe, tmp_path: Path) -> None:
    hot = HotFolder(recipe, tmp_path, settle=0.3, marker=None)
    _write(tmp_path / "still.png", _png(0))
    _render(tmp_path, range(30, 66))
    _write(tmp_path / "plate" / "p.0130.png", _png(1), age=0)
    assert hot.ready() == [1, 2]
    _write(tmp_path / "plate" / "p.0130.png", _png(2), age=0)
    assert hot.ready() == []
    time.sleep(0.35)
    assert hot.ready() == [0]


def test_an_unfinished_file_is_read_again_only_when_it_changed(
    recipe: Recipe, tmp_path: Path
) -> None:
    hot = HotFolder(recipe, tmp_path, settle=0.2, marker=None)
    _write(tmp_path / "still.png", _png(0))
    _render(tmp_path, range(30, 66))
    half = tmp_path / "matte" / "m.0130.png"
    _write(half, _png(3)[:-20])
    assert hot.ready() == [1, 2]
    before, state = half.stat().st_atime_ns, hot.progress()
    assert hot.ready() == []
    assert (half.stat().st_atime_ns, hot.progress()) == (before, state)
    _write(half, _png(3))
    assert hot.ready() == []  # it changed just now, whatever its date
    time.sleep(0.25)
    assert hot.ready() == [0]


@pytest.mark.parametrize("name", ["p.0130.png.done", "p.0130.done"])
def test_a_marker_counts_instead_of_age(
    recipe: Recipe, tmp_path: Path, name: str
) -> None:
    hot = HotFolder(recipe, tmp_path, settle=60, marker=".done")
    _write(tmp_path / "still.png", _png(0), age=0)
    (tmp_path / "still.png.done").touch()
    _render(tmp_path, range(30, 32))
    for frame in (130, 131):
        (tmp_path / "matte" / f"m.{frame:04d}.done").touch()
    (tmp_path / "plate" / "p.0131.done").touch()
    assert hot.ready() == []
    (tmp_path / "plate" / name).touch()
    assert hot.ready() == [0]


def test_names_in_either_spelling_of_hangul_are_the_same_file(tmp_path: Path) -> None:
    still, _, _ = RECIPE.partition('[[layer]]\nelement = "actor"')
    (tmp_path / "r.toml").write_text(still.replace("still", "\uc7a5\ubd80"))
    recipe = read_recipe(tmp_path / "r.toml")
    hot = HotFolder(recipe, tmp_path, settle=1, marker=None)
    _write(tmp_path / "\u110c\u1161\u11bc\u1107\u116e.png", _png(1))
    assert hot.ready() == [0, 1, 2]


def _jpeg() -> bytes:
    stream = io.BytesIO()
    Image.open(io.BytesIO(_png(1))).save(stream, "JPEG")
    return stream.getvalue()


@pytest.mark.parametrize("content", [_png(1), _jpeg(), _jpeg() + b"\0\0"])
def test_whole_pictures_are_whole_and_no_shorter_one_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "p"
    path.write_bytes(content)
    assert is_whole(path)
    end = len(content.rstrip(b"\0"))
    for length in (*range(0, end, 7), end - 1):
        path.write_bytes(content[:length])
        assert not is_whole(path), length
