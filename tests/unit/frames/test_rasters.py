"""Which reader gets which bytes, and what an output may be."""

import io

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    RecipeError,
    UnreadableFrameError,
)
from pipeline.frames.jpeg import decode_jpeg
from pipeline.frames.jpeg_raster import encode_declared_jpeg
from pipeline.frames.raster_output import RasterOutput, can_declare
from pipeline.frames.rasters import encode_raster, read_raster, survey_raster
from pipeline.frames.sniff import RasterKind, sniff_raster
from tests.simulators.picture_files import exif, gradient, icc, table_curve
from tests.simulators.raster_files import noise, pillow

FRAME = gradient(16, 24)
MARK = b"Exif\0\0"
OUTPUTS: list[tuple[RasterOutput, str]] = [
    (RasterOutput(colour="srgb"), "u1"),
    (RasterOutput(bits=16, colour="rec709"), "u2"),
    (RasterOutput(kind="jpeg", colour="srgb"), "u1"),
    (RasterOutput(kind="jpeg", subsampling="420", quality=80, colour="rec709"), "u1"),
    (RasterOutput(kind="tiff", colour="srgb"), "u1"),
    (RasterOutput(kind="tiff", bits=16, compression="lzw"), "u2"),
    (RasterOutput(kind="tiff", bits=16, compression="deflate"), "u2"),
    (RasterOutput(kind="tiff", bits=32, colour="linear-rec709"), "f4"),
    (RasterOutput(kind="tiff", bits=32, compression="zstd"), "f4"),
    (RasterOutput(kind="webp", colour="srgb"), "u1"),
    (RasterOutput(kind="webp", compression="lossy", quality=50), "u1"),
    (RasterOutput(kind="exr", bits=16, colour="acescg"), "f2"),
    (RasterOutput(kind="exr", bits=32, compression="zips"), "f4"),
    (RasterOutput(kind="dpx", bits=16, colour="rec709"), "u2"),
]


@pytest.mark.parametrize(("output", "dtype"), OUTPUTS, ids=lambda one: str(one)[:60])
def test_what_is_written_is_read_by_the_reader_of_its_format(
    output: RasterOutput, dtype: str
) -> None:
    samples = noise(20, 30, 3, dtype)
    file = encode_raster(samples, output.bits, output)
    name = f"frame.1001{output.suffix}"
    survey, raster = survey_raster(file, name), read_raster(file, name)
    assert survey.format == output.kind
    assert survey.media_type == output.media_type
    assert (survey.width, survey.height, survey.bits) == (30, 20, output.bits)
    assert (survey.grey, survey.alpha) == (raster.grey, raster.alpha is not None)
    assert survey.is_float == raster.is_float == output.is_float
    assert survey.colour == raster.colour == output.colour
    assert (raster.rgb.tobytes() == samples.tobytes()) is output.lossless
    assert file == encode_raster(samples, output.bits, output)
    assert "@" in output.encoder
    assert "@" in raster.decoder


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "a.PNG", "png"),
        (b"\xff\xd8\xff", "a.jpeg", "jpeg"),
        (b"II*\0", "a.tiff", "tiff"),
        (b"MM\0*", "a.1001", "tiff"),
        (b"RIFF\0\0\0\0WEBPVP8L", "", "webp"),
        (b"v/1\x01", "a.exr", "exr"),
        (b"SDPX", "a.dpx", "dpx"),
        (b"XPDS", "a.dpx", "dpx"),
    ],
)
def test_first_bytes_decide(data: bytes, name: str, kind: RasterKind) -> None:
    assert sniff_raster(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name", "met"),
    [
        (b"", "a.tif", "an empty file"),
        (b"II*\0", "a.png", "a TIFF named '.png'"),
        (b"\x89PNG\r\n\x1a\n", "a.tif", "a PNG named '.tif'"),
        (b"v/1\x01", "a.dpx", "a EXR named '.dpx'"),
        (b"II+\0", "a.tif", "a BigTIFF"),
        (b"GIF89a", "a.gif", "a GIF"),
        (b"RIFF\0\0\0\0WAVEfmt ", "a.webp", "bytes that begin with"),
        (b"\0" * 20, "a.tif", "bytes that begin with"),
    ],
)
def test_what_is_nothing_or_something_else_is_refused(
    data: bytes, name: str, met: str
) -> None:
    with pytest.raises(UnreadableFrameError, match=met):
        read_raster(data, name)
    with pytest.raises(UnreadableFrameError, match=met):
        survey_raster(data, name)


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "gif"},
        {"kind": "png", "bits": 10},
        {"kind": "jpeg", "bits": 16},
        {"kind": "tiff", "compression": "jpeg"},
        {"kind": "webp", "compression": "zip"},
        {"kind": "jpeg", "quality": 0},
        {"kind": "jpeg", "subsampling": "411"},
        {"kind": "png", "colour": "acescg"},
        {"kind": "tiff", "colour": "logc4-awg4", "bits": 16},
        {"kind": "exr", "bits": 16, "colour": "srgb-but-not"},
    ],
)
def test_an_output_that_no_file_can_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        RasterOutput(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("output", "dtype", "bits"),
    [
        (RasterOutput(bits=16), "u1", 8),
        (RasterOutput(), "u2", 16),
        (RasterOutput(bits=16), "f2", 16),
        (RasterOutput(kind="tiff", bits=16), "f2", 16),
        (RasterOutput(bits=16), "u2", 10),
    ],
)
def test_nothing_is_scaled_to_fit_an_output(
    output: RasterOutput, dtype: str, bits: int
) -> None:
    with pytest.raises(FrameShapeError):
        encode_raster(noise(4, 4, 3, dtype), bits, output)


def test_a_grey_picture_is_no_jpeg_and_no_webp() -> None:
    matte = noise(4, 4, 1, "u1")
    assert read_raster(encode_raster(matte, 8, RasterOutput())).grey
    assert read_raster(encode_raster(matte, 8, RasterOutput(kind="tiff"))).grey
    for kind in ("jpeg", "webp"):
        with pytest.raises(FrameShapeError):
            encode_raster(matte, 8, RasterOutput(kind=kind))


def test_a_jpeg_has_the_same_pixels_as_under_picture_1() -> None:
    file = encode_declared_jpeg(FRAME, subsampling="420", colour="srgb")
    assert read_raster(file).rgb.tobytes() == decode_jpeg(file).rgb.tobytes()
    with Image.open(io.BytesIO(file)) as image:
        assert image.info["icc_profile"]
        assert image.size == (24, 16)


@pytest.mark.parametrize(
    ("options", "space"),
    [
        ({}, None),
        ({"icc_profile": icc()}, "srgb"),
        ({"icc_profile": icc(curve=table_curve([614]))}, "rec709"),
        ({"exif": MARK + exif(1)}, None),
    ],
)
def test_a_jpeg_declares_by_profile_or_not_at_all(
    options: dict[str, bytes], space: str | None
) -> None:
    assert read_raster(pillow(FRAME, "JPEG", **options)).colour == space


def test_a_camera_declares_srgb_or_adobe_rgb_by_exif() -> None:
    data = Image.Exif()
    data[0x8769] = {0xA001: 1}
    assert survey_raster(pillow(FRAME, "JPEG", exif=data)).colour == "srgb"
    adobe = pillow(FRAME, "JPEG", exif=MARK + exif(1, interop=b"R03\0"))
    with pytest.raises(ColourSpaceError, match="R03"):
        read_raster(adobe)
    both = pillow(FRAME, "JPEG", exif=data, icc_profile=icc(curve=table_curve([])))
    with pytest.raises(ColourSpaceError, match="linear-rec709 and srgb"):
        read_raster(both)


def test_what_a_format_can_declare() -> None:
    assert can_declare("webp", "srgb")
    assert can_declare("exr", "acescg")
    assert can_declare("dpx", "logc4-awg4")
    assert not can_declare("jpeg", "acescg")
    assert np.all([not can_declare(kind, "nothing") for kind in ("png", "exr", "dpx")])
