from typing import Any

import numpy as np
import pytest

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import as_matte
from pipeline.kernels.coverage import as_coverage, coverage_of, intersect

ALL = as_coverage(np.full((2, 3), 32768, np.uint16))


@pytest.mark.parametrize(
    "array",
    [
        np.full((2, 2), 32769, np.uint16),
        np.zeros((2, 2), np.int32),
        np.zeros((2, 2, 1), np.uint16),
        np.zeros((0, 2), np.uint16),
    ],
)
def test_coverage_is_q15_in_one_plane(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(FrameShapeError):
        as_coverage(array)


def test_a_matte_keeps_its_ends() -> None:
    matte = as_matte(np.array([[0, 1, 128], [254, 255, 255]], np.uint8))
    assert coverage_of(matte).tolist() == [[0, 129, 16448], [32639, 32768, 32768]]


def test_a_whole_matte_leaves_the_other_as_it_is() -> None:
    soft = as_coverage(np.array([[0, 1, 16384], [32767, 32768, 5]], np.uint16))
    assert (intersect(soft, ALL) == soft).all()
    assert (intersect(ALL, soft) == soft).all()
    assert intersect(soft, soft).tolist() == [[0, 0, 8192], [32766, 32768, 0]]


def test_planes_of_two_sizes_do_not_meet() -> None:
    with pytest.raises(FrameShapeError):
        intersect(ALL, as_coverage(np.zeros((3, 2), np.uint16)))
