"""Photographs and sample files of others, read by two libraries each."""

import io
from pathlib import Path

import imagecodecs
import iscc_samples
import numpy as np
import OpenImageIO
import pytest
import skimage
import tifffile
from PIL import Image

from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.pages import open_page
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster, read_raster, survey_raster
from tests.simulators.raster_files import pillow, tiff

DATA = Path(skimage.__file__).parent / "data"
COLOUR = [
    "astronaut.png",
    "chelsea.png",
    "coffee.png",
    "ihc.png",
    "logo.png",
]


def present(names: list[str]) -> list[Path]:
    return [DATA / name for name in names if (DATA / name).is_file()]


def by_openimageio(file: bytes, suffix: str, folder: Path) -> AnyArray:
    path = folder / f"other{suffix}"
    path.write_bytes(file)
    opened = OpenImageIO.ImageInput.open(str(path))
    assert opened is not None, OpenImageIO.geterror()
    pixels = np.asarray(opened.read_image(opened.spec().format))
    opened.close()
    return pixels


@pytest.mark.parametrize("path", present(COLOUR), ids=lambda path: path.name)
def test_photographs_are_what_pillow_sees(path: Path) -> None:
    data = path.read_bytes()
    try:
        raster = read_raster(data, path.name)
    except FrameShapeError:  # a palette, or fewer than eight bits
        with Image.open(path) as image:
            assert image.mode in {"P", "1", "LA"}
        return
    with Image.open(path) as image:
        seen = np.asarray(image)
    whole = raster.rgb
    if raster.alpha is not None:
        whole = np.dstack((raster.rgb, raster.alpha))
    assert whole.tobytes() == seen.tobytes()
    joined = np.concatenate([band.rows for band in open_page(data).bands()])
    assert joined.tobytes() == raster.rgb.tobytes()


def test_a_photograph_with_a_screens_own_profile_is_refused() -> None:
    data = (DATA / "color.png").read_bytes()
    with pytest.raises(ColourSpaceError, match="other primaries"):
        read_raster(data, "color.png")


def photograph(dtype: str) -> AnyArray:
    """A real photograph, its eight bits spread and mixed into deeper samples."""
    with Image.open(DATA / "coffee.png") as image:
        codes = np.asarray(image.convert("RGB"))
    if dtype == "u1":
        return np.ascontiguousarray(codes)
    deep: AnyArray = codes.astype(np.uint16) * 257 ^ np.roll(codes, 1, 1)
    if dtype == "u2":
        return deep
    light: AnyArray = (deep.astype(np.float32) / np.float32(65535)) ** 2
    return light


@pytest.mark.parametrize(
    ("output", "dtype"),
    [
        (RasterOutput(colour="srgb"), "u1"),
        (RasterOutput(bits=16, colour="srgb"), "u2"),
        (RasterOutput(kind="tiff"), "u1"),
        (RasterOutput(kind="tiff", bits=16, compression="lzw"), "u2"),
        (RasterOutput(kind="tiff", bits=16, compression="deflate"), "u2"),
        # Zstandard is left out: the wheel's libtiff was built without it.
        (RasterOutput(kind="tiff", bits=32, compression="deflate"), "f4"),
        (RasterOutput(kind="tiff", bits=32, compression="lzw"), "f4"),
        (RasterOutput(kind="webp"), "u1"),
    ],
    ids=lambda one: one if isinstance(one, str) else f"{one.kind}-{one.scheme}",
)
def test_openimageio_reads_what_is_written(
    output: RasterOutput, dtype: str, tmp_path: Path
) -> None:
    picture = photograph(dtype)
    file = encode_raster(picture, output.bits, output)
    seen = by_openimageio(file, output.suffix, tmp_path)
    assert seen.dtype == picture.dtype
    assert seen.tobytes() == picture.tobytes()
    assert read_raster(file).rgb.tobytes() == picture.tobytes()


@pytest.mark.parametrize("compression", ["none", "lzw", "zip", "zstd", "packbits"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float"])
def test_what_openimageio_writes_is_read(
    dtype: str, compression: str, tmp_path: Path
) -> None:
    picture = photograph({"uint8": "u1", "uint16": "u2", "float": "f4"}[dtype])
    height, width = picture.shape[:2]
    path = tmp_path / "written.tif"
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out is not None
    spec = OpenImageIO.ImageSpec(width, height, 3, dtype)
    spec["compression"] = compression
    spec.tile_width = spec.tile_height = 64
    assert out.open(str(path), spec), out.geterror()
    assert out.write_image(picture)
    out.close()
    assert read_raster(path.read_bytes()).rgb.tobytes() == picture.tobytes()


def test_libpng_at_its_best_is_read_at_sixteen_bits() -> None:
    deep = photograph("u2")
    assert (
        read_raster(bytes(imagecodecs.png_encode(deep, 6))).rgb.tobytes()
        == deep.tobytes()
    )


@pytest.mark.parametrize("options", [{"quality": 75}, {"lossless": True}])
def test_webp_photographs_are_what_pillow_sees(options: dict[str, int]) -> None:
    file = pillow(photograph("u1"), "WEBP", **options)
    with Image.open(io.BytesIO(file)) as image:
        assert read_raster(file).rgb.tobytes() == np.asarray(image).tobytes()


def test_samples_of_others_are_read_or_refused_with_a_reason() -> None:
    met = {}
    for path in map(Path, iscc_samples.images()):
        if path.suffix not in {".png", ".jpg", ".tif", ".webp"}:
            continue
        data = path.read_bytes()
        try:
            survey = survey_raster(data, path.name)
        except (FrameShapeError, ColourSpaceError) as error:
            met[path.name] = error.code
            continue
        raster = read_raster(data, path.name)
        with Image.open(path) as image:
            size = image.size
        assert (raster.width, raster.height) == size == (survey.width, survey.height)
        met[path.name] = survey.format
        if survey.format == "tiff":
            assert raster.rgb.tobytes() == tifffile.imread(path).tobytes()
    assert {"png", "jpeg", "tiff"} <= set(met.values()), met


def test_a_tall_page_of_photographs_streams_from_a_tiff_of_tiles() -> None:
    page = np.concatenate([photograph("u1")] * 5)
    data = tiff(page, tile=(64, 64), compression="deflate", predictor=True)
    bands = list(open_page(data).bands())
    assert {len(band.rows) for band in bands[:-1]} == {64}
    assert np.concatenate([band.rows for band in bands]).tobytes() == page.tobytes()
