"""A page in bands is the whole page, and costs a band of memory."""

import itertools
import subprocess
import sys
import tracemalloc
import zlib

import numpy as np
import pytest

from pipeline.errors import FrameShapeError, PipelineError, UnreadableFrameError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.pages import Page, open_page
from pipeline.frames.png_deep import encode_deep_png
from pipeline.frames.rasters import read_raster
from pipeline.frames.tiff_write import encode_tiff
from tests.simulators.picture_files import SIGNATURE, chunk, header, interlaced_png
from tests.simulators.raster_files import deep_png, noise, pillow, tiff

RGB, RGBA, GREY = (
    noise(100, 31, 3, "u1"),
    noise(70, 31, 4, "u1"),
    noise(99, 31, 1, "u2"),
)
FILES = {
    "png of all filters": deep_png(RGB, kinds=(0, 1, 2, 3, 4), parts=5),
    "png with alpha": deep_png(RGBA, kinds=(4,)),
    "png of 16 bits, grey": deep_png(GREY, kinds=(3, 2)),
    "interlaced png": interlaced_png(RGB),
    "jpeg": pillow(RGB, "JPEG"),
    "webp": pillow(RGBA, "WEBP", lossless=True),
    "tiff in strips": tiff(RGB, rowsperstrip=7, compression="lzw"),
    "tiff in one strip": tiff(RGB),
    "tiff in tiles": tiff(noise(99, 50, 3, "u2"), tile=(16, 32), compression="deflate"),
    "tiff with alpha": tiff(RGBA, extrasamples=["assocalpha"], rowsperstrip=64),
    "tiff of floats": tiff(noise(50, 9, 3, "f4"), predictor=True, compression="zstd"),
}
WHOLE = {"interlaced png", "jpeg", "webp"}


@pytest.mark.parametrize("kind", FILES)
def test_bands_are_the_whole_page(kind: str) -> None:
    data = FILES[kind]
    raster = read_raster(data)
    for rows in (1, 13, 256):
        page = open_page(data, rows=rows)
        assert (page.decoder, page.survey.colour) == (raster.decoder, raster.colour)
        assert page.premultiplied == raster.premultiplied
        assert page.streamed is (kind not in WHOLE)
        bands = list(page.bands())
        tops = [0, *itertools.accumulate(len(band.rows) for band in bands)]
        assert [band.top for band in bands] == tops[:-1]
        assert tops[-1] == raster.height == page.survey.height
        joined = np.concatenate([band.rows for band in bands])
        assert joined.tobytes() == raster.rgb.tobytes()
        alphas = [band.alpha for band in bands if band.alpha is not None]
        wanted = b"" if raster.alpha is None else raster.alpha.tobytes()
        assert b"".join(one.tobytes() for one in alphas) == wanted


def test_a_page_can_be_read_twice() -> None:
    page = open_page(FILES["png of all filters"])
    first, second = (
        b"".join(band.rows.tobytes() for band in page.bands()) for _ in range(2)
    )
    assert first == second == RGB.tobytes()


def png_of(data: bytes) -> bytes:
    head = header(31, 100)
    return SIGNATURE + head + chunk(b"IDAT", data) + chunk(b"IEND")


ROWS = b"".join(b"\0" + row.tobytes() for row in RGB)


@pytest.mark.parametrize(
    "data",
    [
        zlib.compress(ROWS[:-1]),
        zlib.compress(ROWS + b"\0"),
        zlib.compress(ROWS)[:-1],
        zlib.compress(ROWS)[:-4] + bytes(4),
        zlib.compress(ROWS[:5000] + b"\x07" * 100 + ROWS[5100:]),
        zlib.compress(bytes(10**7)),
        b"\x78\x9c" + b"\xff" * 50,
    ],
)
def test_damage_is_met_while_bands_are_read(data: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        list(open_page(png_of(data)).bands())
    with pytest.raises(UnreadableFrameError):
        read_raster(png_of(data))


def test_a_moving_picture_format_is_no_page() -> None:
    with pytest.raises(FrameShapeError, match="EXR"):
        open_page(b"v/1\x01" + bytes(100))
    with pytest.raises(PipelineError):
        open_page(b"")


def tall(width: int, height: int) -> AnyArray:
    """A synthetic page: panels of flat colour with drawn noise between."""
    page = np.zeros((height, width, 3), np.uint8)
    rng = np.random.default_rng(3)
    for top in range(0, height, 500):
        page[top : top + 400] = rng.integers(0, 256, 3)
        page[top + 400 : top + 500, ::3] = rng.integers(0, 256, 3)
    return page


def peak_of(page: Page) -> int:
    tracemalloc.start()
    try:
        for band in page.bands():
            assert band.rows.shape[1] == page.survey.width
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_page_of_30_000_rows_takes_the_memory_of_a_band(kind: str) -> None:
    page = tall(800, 30_000)
    band = 256 * 800 * 3
    if kind == "png":
        data = encode_deep_png(page, 8)
    else:
        data = encode_tiff(page, 8, compression="lzw")
    # A band filtered, stored, joined and decoded; the whole page is 117 times one.
    assert peak_of(open_page(data)) < 12 * band
    assert page.nbytes > 100 * band


READ_IN_BANDS = """
import resource, sys, zlib
from pathlib import Path
from pipeline.frames.pages import open_page
data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest = 0
for band in open_page(data).bands():
    digest = zlib.crc32(band.rows.data, digest)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, digest)
"""


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_the_process_grows_by_some_bands_only(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = tall(800, 30_000)  # 72 MB
    file = tmp_path_factory.mktemp("page") / "page"
    encoded = encode_deep_png(page, 8) if kind == "png" else encode_tiff(page, 8)
    file.write_bytes(encoded)
    printed = subprocess.run(
        [sys.executable, "-c", READ_IN_BANDS, str(file)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert int(printed[0]) < 24_000  # KiB, where the whole page takes 70,000
    assert int(printed[1]) == zlib.crc32(page.data)
