"""The real command on a layer of light: what it states is what a decoder sees."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline.kernels.tables import LIN
from tests.simulators.logged_shot import check_whole, measured, of_kind
from tests.simulators.shot_folder import Done, ShotFolder, make_shot

pytestmark = pytest.mark.slow

FRAMES = range(1, 3)
KEY = 'key = {screen = "green", low = 2000, high = 20000}'


@pytest.fixture
def shot(tmp_path: Path) -> Iterator[ShotFolder]:
    folder = make_shot(tmp_path, FRAMES, (70, 66))
    for path in (folder.root / "plate").iterdir():
        flash = np.asarray(Image.open(path)).copy()
        flash[flash[..., 1] == 200] = 0  # the screen becomes black
        Image.fromarray(flash).save(path)
    folder.edit_recipe(KEY, 'alpha = "light"')
    yield folder
    folder.close()


def covered(path: Path) -> int:
    """What a picture's light covers, counted by another hand."""
    brightest = LIN[np.asarray(Image.open(path)).max(axis=2)].ravel().tolist()
    return sum(round(Fraction(int(m) * 32768, 65535)) for m in brightest)


def test_light_covers_as_much_as_it_shines_and_is_stated_so(shot: ShotFolder) -> None:
    done = shot.run(shot.production, "--out", shot.root / "out")
    assert done.code == 0, done.err
    check_whole(shot.production, shot.root / "out", FRAMES)
    (run,) = of_kind(shot.production, "run.1")
    assert [layer["alpha"] for layer in run.body["body"]["layers"]] == [
        "opaque",
        "light/1",
    ]
    for frame, leaf in measured(shot.production).items():
        below, light = (layer["lower"] for layer in leaf["coverage"]["layers"])
        assert light == covered(shot.root / "plate" / f"p.{frame:04d}.png")
        assert below + light == 70 * 66 * 32768


def refused(shot: ShotFolder, part: str) -> Done:
    done = shot.run(shot.production)
    assert done.code == 4, done.err
    assert part in done.err
    assert not of_kind(shot.production, "run.1")
    return done


def test_light_beside_a_key_is_refused(shot: ShotFolder) -> None:
    shot.edit_recipe('alpha = "light"', f'alpha = "light"\n{KEY}')
    refused(shot, 'alpha = "light" and key')


def test_light_with_an_alpha_channel_is_refused(shot: ShotFolder) -> None:
    path = shot.root / "plate" / "p.0002.png"
    Image.open(path).convert("RGBA").save(path)
    refused(shot, "p.0002.png")
