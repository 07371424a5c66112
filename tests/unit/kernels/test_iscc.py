import re

import numpy as np
import pytest
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.iscc import (
    border_box,
    fingerprint,
    luma,
    profile,
    reduce_luma,
    trim,
)


def noise(height: int, width: int, seed: int = 5) -> Frame:
    rng = np.random.default_rng(seed)
    return as_frame(rng.integers(0, 256, (height, width, 3), np.uint8))


def test_luma_is_pillows_for_every_kind_of_colour() -> None:
    frame = noise(256, 300)
    assert (luma(frame) == np.asarray(Image.fromarray(frame).convert("L"))).all()


@pytest.mark.parametrize(
    "size",
    [(32, 32), (33, 32), (32, 33), (31, 31), (1, 1), (5, 40), (64, 64), (97, 333)],
)
def test_the_reduction_is_pillows_in_every_value(size: tuple[int, int]) -> None:
    grey = luma(noise(*size))
    steps = Image.fromarray(grey).resize((32, size[0]), Image.Resampling.BICUBIC)
    oracle = steps.resize((32, 32), Image.Resampling.BICUBIC)
    assert (reduce_luma(grey) == np.asarray(oracle)).all()


def test_a_landscape_needs_no_word_about_the_order_of_passes() -> None:
    for size in ((64, 65), (100, 3840), (108, 192), (540, 960), (1080, 1920)):
        grey = luma(noise(*size))
        oracle = Image.fromarray(grey).resize((32, 32), Image.Resampling.BICUBIC)
        assert (reduce_luma(grey) == np.asarray(oracle)).all()


def test_the_order_of_passes_is_pinned_for_tall_pictures() -> None:
    grey = luma(noise(400, 40))
    wide_first = Image.fromarray(grey).resize((32, 400), Image.Resampling.BICUBIC)
    tall_first = Image.fromarray(grey).resize((40, 32), Image.Resampling.BICUBIC)
    met = reduce_luma(grey)
    size, cubic = (32, 32), Image.Resampling.BICUBIC
    assert (met == np.asarray(wide_first.resize(size, cubic))).all()
    assert (met != np.asarray(tall_first.resize(size, cubic))).any()


def test_a_letterbox_is_trimmed_and_a_sky_is_not() -> None:
    inner = noise(40, 60)
    boxed = np.zeros((60, 60, 3), np.uint8)
    boxed[10:50] = inner
    assert trim(as_frame(boxed)).shape == (40, 60, 3)
    sky = noise(60, 60)
    sky[:20] = np.arange(100, 120, dtype=np.uint8)[:, None, None]
    assert trim(sky).shape == (60, 60, 3)
    flat_band = noise(60, 60)
    flat_band[:20] = 100
    assert trim(flat_band).shape == (40, 60, 3)


def test_nested_borders_are_trimmed_one_after_another() -> None:
    frame = as_frame(np.zeros((80, 100, 3), np.uint8))
    frame[10:70, 10:90] = 100
    frame[20:60, 30:70] = noise(40, 40)
    assert trim(frame).shape == (40, 40, 3)


def test_a_uniform_picture_has_no_border() -> None:
    frame = as_frame(np.full((9, 9, 3), 77, np.uint8))
    assert border_box(frame, 16) is None
    assert trim(frame).shape == (9, 9, 3)


def test_borders_may_differ_by_the_tolerance_in_either_direction() -> None:
    frame = as_frame(np.full((9, 9, 3), 100, np.uint8))
    frame[4, 5] = (116, 84, 100)
    assert border_box(frame, 16) is None
    frame[4, 5, 1] = 83
    assert border_box(frame, 16) == (5, 4, 6, 5)
    frame[:] = 250  # 250 + 16 must not wrap round
    frame[2, 3] = 2
    assert border_box(frame, 16) == (3, 2, 4, 3)


def test_the_shorter_code_is_the_beginning_of_the_longer_one() -> None:
    short, name = fingerprint(noise(60, 90))
    long, long_name = fingerprint(noise(60, 90), bits=256)
    assert short.startswith("ISCC:EEA")
    assert long.startswith("ISCC:EED" + short[8:-1])
    assert (name, long_name) == (profile(64), profile(256))
    assert re.fullmatch(r"[a-z0-9][a-z0-9._+@/-]{0,95}", name)
