import numpy as np
import pytest

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.change import changed_pixels, measure_differences


def flat(height: int, width: int, *rgb: int) -> Frame:
    return as_frame(np.full((height, width, 3), rgb, np.uint8))


def test_black_against_white_is_the_greatest_change_there_is() -> None:
    met = measure_differences(flat(64, 64, 0, 0, 0), flat(64, 64, 255, 255, 255))
    assert met.pixels == met.changed_0 == met.changed_2 == 4096
    assert met.sum_abs == 4096 * 3 * 255
    assert met.sum_sq == 4096 * 3 * 255 * 255
    assert met.tiles.ravel().tolist() == [4096, 4096, met.sum_abs, met.sum_sq]


def test_sums_of_many_tiles_do_not_run_over() -> None:
    met = measure_differences(flat(640, 960, 0, 0, 0), flat(640, 960, 255, 255, 255))
    assert met.sum_sq == 640 * 960 * 3 * 255 * 255 > 2**32


def test_one_pixel_is_counted_once_whatever_its_channels() -> None:
    before, after = flat(3, 70, 10, 20, 30), flat(3, 70, 10, 20, 30)
    after[2, 69] = (12, 17, 30)
    met = measure_differences(before, after)
    assert (met.changed_0, met.changed_2, met.sum_abs, met.sum_sq) == (1, 1, 5, 13)
    assert met.tiles[:, 0].tolist() == [[0, 1], [0, 1], [0, 5], [0, 13]]


def test_a_change_of_two_code_values_is_slight_and_of_three_is_not() -> None:
    before = flat(1, 2, 100, 100, 100)
    after = before.copy()
    after[0, 0, 0], after[0, 1, 2] = 98, 103
    met = measure_differences(before, after)
    assert (met.changed_0, met.changed_2) == (2, 1)
    assert changed_pixels(before, after).tolist() == [[True, True]]
    assert changed_pixels(before, after, beyond=2).tolist() == [[False, True]]


def test_neither_picture_is_touched() -> None:
    before, after = flat(65, 65, 1, 2, 3), flat(65, 65, 3, 2, 1)
    measure_differences(before, after)
    changed_pixels(before, after)
    assert (before == (1, 2, 3)).all()
    assert (after == (3, 2, 1)).all()


def test_pictures_of_two_sizes_are_refused() -> None:
    for compare in (measure_differences, changed_pixels):
        with pytest.raises(FrameShapeError, match="5 × 4"):
            compare(flat(4, 5, 0, 0, 0), flat(5, 4, 0, 0, 0))
