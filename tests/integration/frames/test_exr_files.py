"""OpenEXR files by its own writer and by OpenImageIO, read here and by both."""

from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
import pytest

from pipeline.errors import ColourSpaceError, FrameShapeError, SampleValueError
from pipeline.frames.exr import (
    encode_exr,
    exr_encoder,
    read_exr,
    read_exr_planes,
    survey_exr,
    survey_exr_planes,
)
from pipeline.frames.exr_channels import ExrChoice
from pipeline.frames.raster import Box
from tests.simulators.film_files import (
    COMPRESSIONS,
    Array,
    exr,
    exr_parts,
    oiio_pixels,
    photo,
    window,
)

PHOTO = photo(70, 90)


def same(one: Array, other: Array) -> bool:
    """Equal to the bit, in type and shape too."""
    return (one.dtype, one.shape, one.tobytes()) == (
        other.dtype,
        other.shape,
        other.tobytes(),
    )


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("tiles", [0, 32])
@pytest.mark.parametrize("kind", ["half", "float"])
def test_every_compression_reads_as_openimageio_reads_it(
    compression: str, tiles: int, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "frame.exr"
    samples = PHOTO.astype(np.float16 if kind == "half" else np.float32)
    path.write_bytes(exr({"RGB": samples}, compression, tiles=tiles))
    raster = read_exr(path.read_bytes(), path.name)
    assert same(raster.rgb, oiio_pixels(path, kind))
    assert (raster.bits, raster.alpha, raster.premultiplied) == (
        16 if kind == "half" else 32,
        None,
        False,
    )
    lossless = compression in {"none", "rle", "zips", "zip", "piz"}
    assert not lossless or same(raster.rgb, samples)
    assert raster.decoder.endswith("lossless" if lossless else compression)


@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz", "dwaa"])
def test_a_file_of_openimageio_reads_as_it_reads_it_itself(
    compression: str, tmp_path: Path
) -> None:
    path = tmp_path / "frame.exr"
    spec = OpenImageIO.ImageSpec(90, 70, 4, "half")
    spec.attribute("compression", compression)
    rgba = np.dstack((PHOTO, np.abs(PHOTO[:, :, :1])))
    out = OpenImageIO.ImageOutput.create(str(path))
    assert out
    assert out.open(str(path), spec)
    assert out.write_image(rgba)
    out.close()
    raster = read_exr(path.read_bytes(), path.name)
    assert raster.alpha is not None
    found = np.dstack((raster.rgb, raster.alpha))
    assert same(found, oiio_pixels(path, "half"))
    assert raster.premultiplied


@pytest.mark.parametrize("compression", ["none", "zips", "zip", "piz", "dwaa"])
@pytest.mark.parametrize("alpha", [False, True])
def test_what_is_written_reads_back_here_and_by_openimageio(
    compression: str, tmp_path: Path, *, alpha: bool
) -> None:
    path = tmp_path / "frame.exr"
    matte = np.ascontiguousarray(PHOTO[:, :, 1]) if alpha else None
    for samples in (PHOTO, PHOTO.astype(np.float32)):
        given = None if matte is None else matte.astype(samples.dtype)
        data = encode_exr(samples, given, colour="acescg", compression=compression)  # type: ignore[arg-type]
        path.write_bytes(data)
        raster = read_exr(data)
        kind = "half" if samples.dtype == np.float16 else "float"
        other = oiio_pixels(path, kind)
        assert same(raster.rgb, np.ascontiguousarray(other[:, :, :3]))
        if given is not None:
            assert raster.alpha is not None
            assert same(raster.alpha, np.ascontiguousarray(other[:, :, 3]))
        assert compression == "dwaa" or same(raster.rgb, samples)
        assert raster.colour == "acescg"
        again = encode_exr(samples, given, colour="acescg", compression=compression)  # type: ignore[arg-type]
        assert again == data


def test_a_written_file_names_no_time_machine_or_person() -> None:
    data = encode_exr(PHOTO, colour="linear-rec709")
    assert not any(
        word in data for word in (b"capDate", b"owner", b"Software", b"comments")
    )


@pytest.mark.parametrize(
    "colour", ["linear-rec709", "acescg", "aces2065-1", "data", None]
)
def test_a_colour_space_is_read_back(colour: str | None) -> None:
    assert read_exr(encode_exr(PHOTO, colour=colour)).colour == colour


def test_only_linear_spaces_and_floats_are_written() -> None:
    with pytest.raises(ColourSpaceError):
        encode_exr(PHOTO, colour="srgb")
    with pytest.raises(FrameShapeError):
        encode_exr(np.zeros((4, 4, 3), np.uint16), colour=None)
    wrong = PHOTO.copy()
    wrong[3, 5, 1] = np.nan
    with pytest.raises(SampleValueError, match="pixel 5, 3"):
        encode_exr(wrong, colour=None)


def test_the_encoder_is_named_with_its_options() -> None:
    assert exr_encoder("zip").endswith("+zip")
    assert exr_encoder("dwaa").endswith("+dwaa+45")


@pytest.mark.parametrize(
    ("data", "active"),
    [
        ((10, 5, 59, 44), Box(10, 5, 60, 45)),  # smaller
        ((-7, -3, 95, 75), None),  # overscan all around
        ((-20, 30, 30, 99), Box(0, 30, 31, 70)),  # shifted
        ((200, 200, 210, 209), Box(0, 0, 0, 0)),  # outside
        ((0, 0, 89, 69), None),
    ],
)
def test_a_data_window_is_placed_in_the_frame(
    data: tuple[int, int, int, int], active: Box | None
) -> None:
    left, top, right, bottom = data
    pixels = photo(bottom - top + 1, right - left + 1, "chelsea.png")
    file = exr(
        {"RGB": pixels, "Z": pixels[:, :, 0].astype(np.float32)},
        dataWindow=window(*data),
        displayWindow=window(0, 0, 89, 69),
    )
    expected = np.zeros((70, 90, 3), np.float16)
    for y in range(max(top, 0), min(bottom + 1, 70)):
        for x in range(max(left, 0), min(right + 1, 90)):
            expected[y, x] = pixels[y - top, x - left]
    raster = read_exr(file)
    assert same(raster.rgb, expected)
    assert same(
        raster.planes["Z"], np.ascontiguousarray(expected[:, :, 0].astype(np.float32))
    )
    assert raster.active == active
    outside = left < 0 or top < 0 or right > 89 or bottom > 69
    assert raster.decoder.endswith("+cropped") == outside
    assert ("dataWindow" in raster.header) == (data != (0, 0, 89, 69))


def test_layers_are_chosen_by_their_prefix_and_the_rest_are_planes() -> None:
    other = photo(70, 90, "rocket.jpg")
    numbers = np.arange(70 * 90, dtype=np.uint32).reshape(70, 90) * 600_000
    file = exr(
        {"RGB": PHOTO, "beauty": np.dstack((other, other[..., :1])), "id": numbers}
    )
    raster = read_exr(file)
    assert same(raster.rgb, PHOTO)
    assert raster.alpha is None
    assert sorted(raster.planes) == [
        "beauty.A",
        "beauty.B",
        "beauty.G",
        "beauty.R",
        "id",
    ]
    assert same(raster.planes["id"], numbers)
    layer = read_exr(file, choice=ExrChoice(layer="beauty"))
    assert same(layer.rgb, other)
    assert layer.alpha is not None
    assert sorted(layer.planes) == ["B", "G", "R", "id"]
    with pytest.raises(FrameShapeError, match=r"fog\.R.*met B, G, R, beauty\.A"):
        read_exr(file, choice=ExrChoice(layer="fog"))


def test_parts_are_chosen_by_name_and_share_one_set_of_planes() -> None:
    fog = photo(70, 90, "rocket.jpg")
    matte = fog[:, :, 0].astype(np.float32)
    file = exr_parts(
        {"rgba": {"RGB": PHOTO}, "fog": {"RGB": fog}, "m": {"matte": matte}}
    )
    first = read_exr(file)
    assert same(first.rgb, PHOTO)
    assert sorted(first.planes) == ["fog.B", "fog.G", "fog.R", "matte"]
    assert same(read_exr(file, choice=ExrChoice(part="fog")).rgb, fog)
    assert survey_exr_planes(file) == {
        **{f"{part}.{c}": "float16" for part in ("rgba", "fog") for c in "RGB"},
        "matte": "float32",
    }
    with pytest.raises(FrameShapeError, match="only parts rgba, fog, m"):
        read_exr(file, choice=ExrChoice(part="haze"))


def test_two_views_are_refused_unless_one_is_named() -> None:
    file = exr_parts(
        {"l": {"RGB": PHOTO}, "r": {"RGB": PHOTO}},
        l={"view": "left"},
        r={"view": "right"},
    )
    with pytest.raises(FrameShapeError, match="views left, right"):
        read_exr(file)
    assert read_exr(file, choice=ExrChoice(part="r")).header["view"] == "right"


def test_a_file_of_mattes_alone_is_read_as_planes() -> None:
    depth = np.full((70, 90), np.inf, np.float32)
    file = exr({"depth.Z": depth, "mattes.R": PHOTO[:, :, 0].copy()})
    with pytest.raises(FrameShapeError, match=r"channels R, G, B; met depth\.Z"):
        read_exr(file)
    assert same(read_exr_planes(file).planes["depth.Z"], depth)
    woven = read_exr_planes(exr({"RGB": PHOTO})).planes
    assert same(woven["G"], np.ascontiguousarray(PHOTO[:, :, 1]))


def test_luminance_alone_is_grey() -> None:
    plane = PHOTO[:, :, 0].copy()
    raster = read_exr(exr({"Y": plane}))
    assert raster.grey
    assert same(raster.rgb, plane)
    with pytest.raises(FrameShapeError):
        read_exr(exr({"Y": plane, "RY": plane, "BY": plane}))


@pytest.mark.parametrize("missing", "RGB")
def test_a_missing_channel_is_refused_with_those_that_are_there(missing: str) -> None:
    planes = {c: PHOTO[:, :, i].copy() for i, c in enumerate("RGB") if c != missing}
    there = ", ".join(sorted(planes))
    with pytest.raises(FrameShapeError, match=f"channels R, G, B; met {there}"):
        read_exr(exr(planes))


@pytest.mark.parametrize("kind", ["float16", "float32"])
@pytest.mark.parametrize("value", [np.nan, -np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused_with_count_and_place(
    kind: str, value: float
) -> None:
    samples: Array = PHOTO.astype(kind)
    samples[20, 31, 2] = samples[40, 1, 0] = value
    with pytest.raises(SampleValueError, match=r"2 that are NaN .* pixel 31, 20"):
        read_exr(exr({"RGB": samples}))
    alpha: Array = np.ones((70, 90), kind)
    alpha[69, 89] = value
    planes: dict[str, Array] = {
        c: PHOTO[:, :, i].astype(kind) for i, c in enumerate("RGB")
    }
    with pytest.raises(SampleValueError, match=r"1 that are NaN .* pixel 89, 69"):
        read_exr(exr({**planes, "A": alpha}))


@pytest.mark.parametrize("kind", ["float16", "float32"])
def test_negative_tiny_and_largest_samples_are_kept(kind: str) -> None:
    limits: Any = np.finfo(kind)
    values = [-1, -0.0, limits.max, limits.min, limits.smallest_subnormal, -0.25]
    samples: Array = np.array(values, kind).reshape(1, 2, 3)
    assert same(read_exr(exr({"RGB": samples})).rgb, samples)


def test_channels_of_different_types_are_no_picture() -> None:
    planes = {c: PHOTO[:, :, i].copy() for i, c in enumerate("RGB")}
    for odd in (np.float32, np.uint32):
        with pytest.raises(FrameShapeError, match="of one type"):
            read_exr(exr({**planes, "G": planes["G"].astype(odd)}))
    with pytest.raises(FrameShapeError, match="A float32"):
        read_exr(exr({**planes, "A": planes["G"].astype(np.float32)}))


def test_pixels_that_are_not_square_are_read_only_when_asked() -> None:
    file = exr({"RGB": PHOTO}, pixelAspectRatio=2.0)
    for read in (read_exr, survey_exr):
        with pytest.raises(FrameShapeError, match="aspect ratio of 2"):
            read(file)
    raster = read_exr(file, choice=ExrChoice(squeezed=True))
    assert raster.header["pixelAspectRatio"] == "2"


REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
AP0 = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)


@pytest.mark.parametrize(
    ("declared", "colour"),
    [
        ({}, None),
        ({"chromaticities": REC709}, "linear-rec709"),
        ({"chromaticities": AP0, "acesImageContainerFlag": 1}, "aces2065-1"),
        (
            {"chromaticities": (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)},
            None,
        ),
        ({"colorInteropID": "lin_ap1_scene"}, "acescg"),
        ({"colorInteropID": "data"}, "data"),
        ({"oiio:ColorSpace": "ACEScg"}, "acescg"),
        ({"oiio:ColorSpace": "Linear"}, None),
        ({"oiio:ColorSpace": "Linear", "chromaticities": REC709}, "linear-rec709"),
        # The name says a curve; the primaries alone would make it linear.
        ({"colorInteropID": "srgb_rec709_scene", "chromaticities": REC709}, None),
    ],
)
def test_what_a_file_declares_becomes_a_token(
    declared: dict[str, Any], colour: str | None
) -> None:
    file = exr({"RGB": PHOTO}, **declared)
    assert read_exr(file).colour == survey_exr(file).colour == colour
    assert set(declared) <= set(read_exr(file).header)


@pytest.mark.parametrize(
    "declared",
    [
        {"chromaticities": REC709, "acesImageContainerFlag": 1},
        {"chromaticities": REC709, "colorInteropID": "lin_ap1_scene"},
        {"colorInteropID": "data", "oiio:ColorSpace": "acescg"},
    ],
)
def test_two_declarations_that_differ_are_refused(declared: dict[str, Any]) -> None:
    with pytest.raises(ColourSpaceError):
        read_exr(exr({"RGB": PHOTO}, **declared))


def test_a_survey_says_what_reading_gives() -> None:
    file = exr({"RGBA": np.dstack((PHOTO, PHOTO[..., :1]))}, chromaticities=REC709)
    survey, raster = survey_exr(file), read_exr(file)
    assert (survey.width, survey.height) == (raster.width, raster.height)
    assert (survey.bits, survey.is_float) == (raster.bits, raster.is_float)
    assert (survey.alpha, survey.grey, survey.colour) == (
        raster.alpha is not None,
        raster.grey,
        raster.colour,
    )
    assert survey.media_type == "image/x-exr"
