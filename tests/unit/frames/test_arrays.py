import hashlib
from typing import Any

import numpy as np
import pytest
import rfc8785

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import (
    MAX_PIXELS,
    as_frame,
    as_matte,
    check_size,
    pixels_digest,
)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((2, 2, 4), np.uint8),
        np.zeros((3, 2, 2), np.uint8),
        np.zeros((2, 2, 3), np.uint16),
        np.zeros((2, 2, 3), np.int8),
        np.zeros((2, 2, 3), np.float32),
        np.zeros((0, 2, 3), np.uint8),
        np.zeros((2, 2, 3, 1), np.uint8),
    ],
    ids=lambda array: f"{array.shape} {array.dtype}",
)
def test_only_eight_bit_rgb_becomes_a_frame(array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(FrameShapeError):
        as_frame(array)


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 2, 1), np.uint8), np.zeros((2, 2), np.bool_), np.zeros(4, np.uint8)],
    ids=lambda array: f"{array.shape} {array.dtype}",
)
def test_only_one_plane_of_eight_bits_becomes_a_matte(
    array: np.ndarray[Any, Any],
) -> None:
    with pytest.raises(FrameShapeError):
        as_matte(array)


def test_a_frame_lies_in_c_order_and_is_not_copied_without_need() -> None:
    whole = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    assert as_frame(whole) is whole
    turned = as_frame(whole[::-1, ::2])
    assert turned.flags.c_contiguous
    assert (turned == whole[::-1, ::2]).all()


@pytest.mark.parametrize(
    "size", [(100_000, 100_000), (65_536, 1), (0, 5), (8193, 8192)]
)
def test_a_size_that_no_frame_may_have_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(FrameShapeError) as caught:
        check_size(*size)
    assert caught.value.facts == {"width": size[0], "height": size[1]}


def test_the_largest_frame_is_admitted() -> None:
    check_size(8192, 8192)
    assert MAX_PIXELS == 8192 * 8192


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 4, 3), (4, 2, 3), (2, 4), (720, 1)])
def test_the_digest_is_over_the_canonical_header_and_the_samples(
    shape: tuple[int, ...],
) -> None:
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    head: dict[str, int | str] = {
        "w": shape[1],
        "h": shape[0],
        "channels": shape[2] if len(shape) == 3 else 1,
        "dtype": "uint8",
    }
    expected = hashlib.sha256(rfc8785.dumps(head) + array.tobytes()).hexdigest()
    assert pixels_digest(array) == expected  # type: ignore[arg-type]


def test_a_turned_view_has_the_digest_of_what_it_shows() -> None:
    frame = as_frame(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
    flipped = frame[:, ::-1]
    assert pixels_digest(flipped) == pixels_digest(as_frame(flipped.copy()))
    assert pixels_digest(flipped) != pixels_digest(frame)
