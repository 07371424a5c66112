"""Any small picture survives any lossless file; no bytes at all crash a reader."""

import contextlib
import io

import imagecodecs
import numpy as np
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import PipelineError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.pages import open_page
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster, read_raster, survey_raster
from tests.simulators.raster_files import deep_png, noise, pillow, tiff

OUTPUTS = (
    (RasterOutput(), "u1"),
    (RasterOutput(bits=16, colour="rec709"), "u2"),
    (RasterOutput(kind="tiff", colour="srgb"), "u1"),
    *(
        (RasterOutput(kind="tiff", bits=bits, compression=scheme), dtype)
        for scheme in ("none", "lzw", "deflate", "zstd")
        for bits, dtype in ((8, "u1"), (16, "u2"), (32, "f4"))
    ),
    (RasterOutput(kind="webp"), "u1"),
)
SMALL = noise(13, 12, 3, "u1")
FILES = (
    *(encode_raster(noise(13, 12, 3, t), o.bits, o) for o, t in OUTPUTS),
    encode_raster(SMALL, 8, RasterOutput(kind="jpeg", colour="srgb")),
    encode_raster(SMALL, 8, RasterOutput(kind="webp", compression="lossy")),
    deep_png(SMALL, kinds=(4, 3, 2), parts=3),
    tiff(noise(40, 33, 4, "u2"), tile=(16, 16), extrasamples=["unassalpha"]),
    tiff(SMALL, compression="packbits", byteorder=">"),
    pillow(noise(13, 12, 4, "u1"), "WEBP", lossless=True),
)


@st.composite
def pictures(draw: st.DrawFn, dtype: str) -> AnyArray:
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    if dtype == "f4":  # every bit pattern: NaN, infinity and -0 are kept as they are
        bits = rng.integers(0, 2**32, (height, width, 3), np.uint32)
        return bits.view(np.float32)
    most = draw(st.sampled_from([1, 2, 200, 256 ** np.dtype(dtype).itemsize]))
    return rng.integers(0, most, (height, width, 3)).astype(dtype)


def seen_elsewhere(file: bytes, output: RasterOutput) -> AnyArray:
    """The same file through a library that is not the one under test."""
    if output.kind == "tiff":
        return np.asarray(tifffile.imread(io.BytesIO(file)))
    if output.kind == "png" and output.bits == 16:
        return np.asarray(imagecodecs.png_decode(file))
    with Image.open(io.BytesIO(file)) as image:
        return np.asarray(image.convert("RGB"))


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(OUTPUTS), st.data())
def test_a_lossless_file_keeps_every_bit_here_and_elsewhere(
    case: tuple[RasterOutput, str], data: st.DataObject
) -> None:
    output, dtype = case
    picture = data.draw(pictures(dtype))
    file = encode_raster(picture, output.bits, output)
    raster = read_raster(file, f"a{output.suffix}")
    assert raster.rgb.tobytes() == picture.tobytes()
    assert seen_elsewhere(file, output).tobytes() == picture.tobytes()


def joined(data: bytes) -> bytes:
    return b"".join(band.rows.tobytes() for band in open_page(data, rows=5).bands())


@settings(deadline=None, max_examples=500)
@given(st.sampled_from(FILES), st.data())
def test_damaged_bytes_are_refused_or_read_and_pages_agree(
    file: bytes, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(file)))
    stop = data.draw(st.integers(start, min(len(file), start + 8)))
    damaged = file[:start] + data.draw(st.binary(max_size=8)) + file[stop:]
    whole = bands = b""
    with contextlib.suppress(PipelineError):
        whole = read_raster(damaged).rgb.tobytes()
    with contextlib.suppress(PipelineError):
        bands = joined(damaged)
    assert bands == whole
    if whole:
        assert survey_raster(damaged).width > 0


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"RIFF\0\1\0\0WEBPVP8"]),
    st.binary(max_size=200),
)
def test_bytes_behind_a_signature_never_crash(mark: bytes, rest: bytes) -> None:
    with contextlib.suppress(PipelineError):
        read_raster(mark + rest)
