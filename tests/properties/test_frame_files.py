"""Written frames come back, and no bytes at all escape as a foreign exception."""

import contextlib

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import PipelineError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.jpeg import encode_jpeg
from pipeline.frames.reading import read_matte, read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from tests.simulators.picture_files import chunk, exif, icc, pillow_file, png

SMALL = as_frame(np.arange(12 * 14 * 3, dtype=np.uint8).reshape(12, 14, 3))
FILES = (
    encode_picture(SMALL, OutputFormat()),
    encode_jpeg(SMALL),
    pillow_file(SMALL, "JPEG", progressive=True, exif=exif(1), icc_profile=icc()),
    pillow_file(SMALL, "PNG", "L"),
    png(SMALL, before=[chunk(b"eXIf", exif(1, interop=b"R98\x00"))]),
)


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    colours = draw(st.sampled_from([1, 2, 16, 256]))
    return as_frame(rng.integers(0, colours, (height, width, 3), np.uint8))


@settings(deadline=None, max_examples=100)
@given(frames())
def test_a_png_keeps_every_pixel(frame: Frame) -> None:
    picture = read_picture(encode_picture(frame, OutputFormat()), "frame.png")
    assert picture.rgb.tobytes() == frame.tobytes()


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(FILES), st.data())
def test_damaged_bytes_are_refused_or_read_and_never_crash(
    file: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(file)))
    stop = data.draw(st.integers(start, min(len(file), start + 8)))
    patch = data.draw(st.binary(max_size=8))
    damaged = file[:start] + patch + file[stop:]
    for read in (read_picture, read_matte):
        with contextlib.suppress(PipelineError):
            read(damaged)
