import struct

import numpy as np
import pytest

from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    PipelineError,
    UnreadableFrameError,
)
from pipeline.frames.jpeg import decode_jpeg, encode_jpeg
from tests.simulators.picture_files import (
    exif,
    gradient,
    icc,
    pillow_file,
    with_segment,
)

FRAME = gradient(45, 61)
BASELINE = encode_jpeg(FRAME)
PROGRESSIVE = pillow_file(FRAME, "JPEG", quality=90, progressive=True)
EOI = b"\xff\xd9"


def profile_pieces(profile: bytes, *numbers: tuple[int, int]) -> bytes:
    data = BASELINE
    for index, count in numbers:
        body = b"ICC_PROFILE\x00" + bytes((index, count)) + profile
        data = with_segment(data, 0xE2, body)
    return data


def test_a_jpeg_is_close_to_the_frame_and_names_its_decoder() -> None:
    picture = decode_jpeg(BASELINE)
    assert picture.rgb.shape == FRAME.shape
    assert picture.alpha is None
    assert picture.decoder.startswith("simplejpeg@")
    assert np.abs(picture.rgb.astype(int) - FRAME).mean() < 4


def test_quality_and_subsampling_are_options() -> None:
    small = encode_jpeg(FRAME, quality=50, subsampling="420")
    assert len(small) < len(BASELINE)
    assert decode_jpeg(small).rgb.shape == FRAME.shape


@pytest.mark.parametrize("data", [BASELINE, PROGRESSIVE], ids=["baseline", "progress"])
@pytest.mark.parametrize("tail", [b"", EOI], ids=["bare", "with an end mark"])
def test_no_cut_of_a_jpeg_is_accepted_unless_its_pixels_are_whole(
    data: bytes, tail: bytes
) -> None:
    whole = decode_jpeg(data).rgb
    for length in range(2, len(data) - 1):
        try:
            picture = decode_jpeg(data[:length] + tail)
        except PipelineError:
            continue
        assert tail, "a JPEG without its end mark was read"
        assert (picture.rgb == whole).all()


def test_a_progressive_jpeg_without_its_last_scan_is_refused() -> None:
    last = PROGRESSIVE.rindex(b"\xff\xda")
    with pytest.raises(UnreadableFrameError, match="scan is missing"):
        decode_jpeg(PROGRESSIVE[:last] + EOI)


def test_what_follows_the_end_mark_is_not_looked_at() -> None:
    with_more = BASELINE + b"a second picture"
    assert (decode_jpeg(with_more).rgb == decode_jpeg(BASELINE).rgb).all()


@pytest.mark.parametrize(
    ("mode", "error"), [("L", FrameShapeError), ("CMYK", ColourSpaceError)]
)
def test_only_three_components_are_colour(
    mode: str, error: type[PipelineError]
) -> None:
    with pytest.raises(error):
        decode_jpeg(pillow_file(FRAME, "JPEG", mode))


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_turned_jpeg_is_refused(order: str) -> None:
    upright = with_segment(BASELINE, 0xE1, b"Exif\x00\x00" + exif(1, order=order))
    assert decode_jpeg(upright).height == 45
    turned = with_segment(BASELINE, 0xE1, b"Exif\x00\x00" + exif(8, order=order))
    with pytest.raises(FrameShapeError, match="orientation 8"):
        decode_jpeg(turned)


def test_a_profile_in_pieces_is_joined() -> None:
    profile = icc()
    body = b"ICC_PROFILE\x00"
    second = with_segment(BASELINE, 0xE2, body + b"\x02\x02" + profile[99:])
    both = with_segment(second, 0xE2, body + b"\x01\x02" + profile[:99])
    assert decode_jpeg(both).width == 61
    with pytest.raises(ColourSpaceError, match="pieces"):
        decode_jpeg(second)


@pytest.mark.parametrize("numbers", [[(1, 2)], [(2, 1)], [(1, 2), (1, 2)], [(0, 0)]])
def test_pieces_that_do_not_fit_are_refused(numbers: list[tuple[int, int]]) -> None:
    with pytest.raises(ColourSpaceError, match="pieces"):
        decode_jpeg(profile_pieces(icc(), *numbers))


def frame_header(data: bytes, marker: int = 0xC0) -> int:
    return data.index(bytes((0xFF, marker)))


def test_a_giant_header_is_refused_before_anything_is_allocated() -> None:
    at = frame_header(BASELINE) + 5
    giant = BASELINE[:at] + struct.pack(">HH", 65_000, 65_000) + BASELINE[at + 4 :]
    with pytest.raises(FrameShapeError, match="65000 × 65000"):
        decode_jpeg(giant)


def test_a_height_that_is_stated_later_is_refused() -> None:
    at = frame_header(BASELINE) + 5
    with pytest.raises(FrameShapeError):
        decode_jpeg(BASELINE[:at] + bytes(2) + BASELINE[at + 2 :])


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xC9, 0xCA, 0xCF])
def test_other_coding_processes_are_refused(marker: int) -> None:
    at = frame_header(BASELINE)
    other = BASELINE[: at + 1] + bytes([marker]) + BASELINE[at + 2 :]
    with pytest.raises(UnreadableFrameError, match="coding process"):
        decode_jpeg(other)


def test_twelve_bits_are_refused() -> None:
    at = frame_header(BASELINE) + 4
    with pytest.raises(UnreadableFrameError, match="8-bit"):
        decode_jpeg(BASELINE[:at] + b"\x0c" + BASELINE[at + 1 :])


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xe0\x00\x04ab\x00",
        b"\xff\xd8\xff\xc0\x00\x04\x08\x00\xff\xd9",
        BASELINE.replace(b"\xff\xda", b"\xff\xee", 1),
    ],
)
def test_malformed_markers_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        decode_jpeg(data)


def test_damage_that_libjpeg_only_warns_of_is_refused() -> None:
    start = BASELINE.index(b"\xff\xda") + 14
    broken = BASELINE[:start] + b"\xff\x00" * 40 + EOI
    with pytest.raises(UnreadableFrameError, match="without a warning"):
        decode_jpeg(broken)
