"""Rasters: what is a picture's samples, and how samples are named."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import as_frame, pixels_digest
from pipeline.frames.raster import DEPTHS, Raster, Samples, samples_digest

PAGE = Path(__file__).parents[3] / "docs" / "specs" / "identity-and-time.md"
CODES = np.array([[[1, 2, 3], [4, 5, 6]]])


def raster(rgb: Samples, bits: int, alpha: Samples | None = None) -> Raster:
    return Raster(rgb=rgb, alpha=alpha, bits=bits, decoder="test@1")


def test_samples_are_named_as_the_specification_says() -> None:
    half = CODES.astype(np.float16)
    alpha = np.array([[1, 0.5]], np.float16)
    named = [
        samples_digest(CODES.astype(np.uint8), 8),
        samples_digest(CODES.astype(np.uint16), 10),
        samples_digest(half, 16, alpha),
    ]
    rows = PAGE.read_text().split("| picture | `pixels` |")[1].splitlines()[2:5]
    assert [row.split("`")[1] for row in rows] == named


@given(
    st.sampled_from([(name, bits) for name, all_ in DEPTHS.items() for bits in all_]),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_header_and_samples_are_hashed(
    kind: tuple[str, int], height: int, width: int
) -> None:
    dtype, bits = kind
    rgb = np.arange(height * width * 3).reshape(height, width, 3).astype(dtype)
    said: dict[str, Any] = {"channels": 3, "dtype": dtype, "h": height, "w": width}
    narrow = {"bits": bits} if bits in {10, 12} else {}
    expected = hashlib.sha256(rfc8785.dumps({**said, **narrow}))
    expected.update(rgb.astype(rgb.dtype.newbyteorder("<")).tobytes())
    assert samples_digest(rgb, bits) == expected.hexdigest()


def test_frames_of_eight_bits_keep_their_name() -> None:
    frame = as_frame(np.arange(27, dtype=np.uint8).reshape(3, 3, 3))
    assert samples_digest(frame, 8) == pixels_digest(frame)


def test_zero_below_zero_is_another_sample() -> None:
    zero = np.zeros((1, 1), np.float32)
    assert samples_digest(zero, 32) != samples_digest(-zero, 32)


@pytest.mark.parametrize(
    ("rgb", "bits"),
    [
        (np.zeros((2, 2, 4), np.uint8), 8),
        (np.zeros((2, 2, 1), np.uint8), 8),
        (np.zeros(4, np.uint8), 8),
        (np.zeros((0, 2, 3), np.uint8), 8),
        (np.zeros((2, 2, 3), np.uint8), 10),
        (np.zeros((2, 2, 3), np.uint16), 8),
        (np.zeros((2, 2, 3), np.float64), 64),
        (np.zeros((2, 2, 3), np.int16), 16),
        (np.zeros((2, 2, 3), ">u2"), 16),
        (np.zeros((4, 2, 3), np.uint8)[::2], 8),
    ],
)
def test_other_arrays_are_refused(rgb: Samples, bits: int) -> None:
    with pytest.raises(FrameShapeError):
        raster(rgb, bits)
    with pytest.raises(FrameShapeError):
        samples_digest(rgb, bits)


@pytest.mark.parametrize(
    "alpha", [np.zeros((2, 3), np.uint16), np.zeros((2, 2), np.uint8)]
)
def test_alpha_fits_the_colour(alpha: Samples) -> None:
    with pytest.raises(FrameShapeError, match="alike"):
        raster(np.zeros((2, 2, 3), np.uint16), 16, alpha)
    with pytest.raises(FrameShapeError, match="alike"):
        samples_digest(np.zeros((2, 2, 3), np.uint16), 16, alpha)


def test_a_matte_has_one_channel() -> None:
    matte = raster(np.zeros((2, 3), np.uint16), 12)
    assert (matte.width, matte.height, matte.grey, matte.is_float) == (
        3,
        2,
        True,
        False,
    )
