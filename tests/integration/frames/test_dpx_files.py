"""DPX files by OpenImageIO and FFmpeg, read here; ours, read by OpenImageIO."""

import struct
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from pipeline.errors import ColourSpaceError, FrameShapeError, UnreadableFrameError
from pipeline.frames.dpx import dpx_encoder, encode_dpx, read_dpx, survey_dpx
from tests.simulators.film_files import Array, ffmpeg_dpx, oiio_dpx, oiio_pixels, photo


def codes(bits: int, channels: int = 3, width: int = 61) -> Array:
    """A photograph as codes of some depth; every code's lowest bits are in use."""
    light = photo(40, width).astype(np.float64).clip(0, 1)
    noise = np.random.default_rng(bits).random((40, width, 1))
    found = np.floor(np.dstack((light, noise))[:, :, :channels] * ((1 << bits) - 1))
    return np.ascontiguousarray(found.astype(np.uint16))


def whole(data: bytes) -> Array:
    raster = read_dpx(data, "plate.dpx")
    if raster.alpha is None:
        return raster.rgb
    return np.dstack((raster.rgb, raster.alpha))


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("width", [60, 61, 62])
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    ("bits", "packing"),
    [
        (10, "Filled, method A"),
        (10, "Filled, method B"),
        (10, "Packed"),
        (12, "Packed"),
        (16, "Packed"),
    ],
)
def test_codes_of_openimageio_are_read_as_they_are(
    bits: int, packing: str, channels: int, width: int, order: str, tmp_path: Path
) -> None:
    given = codes(bits, channels, width)
    data = oiio_dpx(given, bits, packing, order, tmp_path / "plate.dpx")
    raster = read_dpx(data)
    assert raster.bits == bits
    assert np.array_equal(whole(data), given)


@pytest.mark.parametrize("order", ["be", "le"])
@pytest.mark.parametrize("bits", [10, 12])
def test_codes_of_ffmpeg_are_read_as_they_are(bits: int, order: str) -> None:
    given = codes(bits)
    planes = [given[:, :, index] for index in (1, 2, 0)]
    raster = read_dpx(ffmpeg_dpx(planes, f"gbrp{bits}{order}"))
    assert raster.bits == bits
    assert np.array_equal(raster.rgb, given)
    assert (raster.colour, raster.alpha) == (None, None)


@pytest.mark.parametrize("order", ["be", "le"])
def test_sixteen_bits_and_grey_of_ffmpeg_are_read(order: str) -> None:
    given = codes(16)
    woven = given.reshape(40, -1)
    assert np.array_equal(read_dpx(ffmpeg_dpx([woven], f"rgb48{order}")).rgb, given)
    grey = np.ascontiguousarray(given[:, :, 1])
    raster = read_dpx(ffmpeg_dpx([grey], f"gray16{order}"))
    assert raster.grey
    assert np.array_equal(raster.rgb, grey)


def test_twelve_bits_by_method_b_have_the_filling_above() -> None:
    given = codes(12, width=60)
    data = bytearray(encode_dpx(given, bits=16, colour=None))
    data[803] = 12
    struct.pack_into(">H", data, 804, 2)
    assert np.array_equal(read_dpx(bytes(data)).rgb, given)


@pytest.mark.parametrize("bits", [10, 16])
@pytest.mark.parametrize("channels", [3, 4])
def test_what_is_written_reads_back_here_and_by_openimageio(
    bits: Literal[10, 16], channels: int, tmp_path: Path
) -> None:
    # OpenImageIO 3.2.2 misreads RGBA of 10 bits, its own too, where a line's last word
    # holds one sample.
    width = 60 if (bits, channels) == (10, 4) else 61
    given = codes(bits, channels, width)
    path = tmp_path / "plate.dpx"
    rgb = np.ascontiguousarray(given[:, :, :3])
    alpha = np.ascontiguousarray(given[:, :, 3]) if channels == 4 else None
    data = encode_dpx(rgb, alpha, bits=bits, colour="rec709")
    path.write_bytes(data)
    assert np.array_equal(whole(data), given)
    assert np.array_equal(oiio_pixels(path, "uint16") >> 16 - bits, given)
    assert encode_dpx(rgb, alpha, bits=bits, colour="rec709") == data
    assert read_dpx(data).colour == survey_dpx(data).colour == "rec709"
    survey = survey_dpx(data)
    assert (survey.width, survey.height, survey.bits) == (width, 40, bits)
    assert (survey.alpha, survey.grey, survey.is_float) == (channels == 4, False, False)


@pytest.mark.parametrize(
    ("transfer", "colorimetric", "colour"),
    [
        (6, 6, "rec709"),
        (5, 6, "rec709"),
        (1, 1, None),
        (2, 6, None),
        (3, 0, None),
        (255, 255, None),
    ],
)
def test_only_high_definition_is_a_space_that_dpx_can_name(
    transfer: int, colorimetric: int, colour: str | None
) -> None:
    data = bytearray(encode_dpx(codes(10), bits=10, colour=None))
    data[801], data[802] = transfer, colorimetric
    raster = read_dpx(bytes(data))
    assert raster.colour == colour
    names = {1: "printing density", 2: "linear", 3: "logarithmic"}
    if transfer in names:
        assert raster.header["dpx:transfer"] == names[transfer]


def test_a_cameras_curve_is_declared_as_logarithmic_and_light_is_not_written() -> None:
    data = encode_dpx(codes(10), bits=10, colour="logc3-ei800-awg3")
    assert read_dpx(data).header["dpx:transfer"] == "logarithmic"
    with pytest.raises(ColourSpaceError):
        encode_dpx(codes(16), bits=16, colour="linear-rec709")
    with pytest.raises(FrameShapeError):
        encode_dpx(codes(16), bits=10, colour=None)
    assert dpx_encoder(10).endswith("+dpx+10+a")


def test_lines_may_be_padded_at_their_end() -> None:
    given = codes(16)
    head = bytearray(encode_dpx(given, bits=16, colour=None)[:2048])
    struct.pack_into(">I", head, 780 + 32, 10)
    body = given.reshape(40, -1).astype(">u2").view(np.uint8)
    padded = np.pad(body, ((0, 0), (0, 10)), constant_values=7)
    assert np.array_equal(read_dpx(bytes(head) + padded.tobytes()).rgb, given)


@pytest.mark.parametrize("bits", [10, 16])
def test_the_wrong_byte_order_is_refused(bits: Literal[10, 16]) -> None:
    data = encode_dpx(codes(bits), bits=bits, colour=None)
    with pytest.raises(UnreadableFrameError, match="one byte order"):
        read_dpx(b"XPDS" + data[4:])
    if bits == 10:
        swapped = np.frombuffer(data[2048:], ">u4").astype("<u4").tobytes()
        with pytest.raises(UnreadableFrameError, match="byte order the other"):
            read_dpx(data[:2048] + swapped)


@pytest.mark.parametrize(
    ("at", "form", "value", "match"),
    [
        (768, ">H", 1, "upright"),
        (770, ">H", 3, "one image element"),
        (780, ">I", 1, "unsigned"),
        (800, ">B", 100, "descriptor 100"),
        (803, ">B", 8, "8 bits"),
        (803, ">B", 32, "32 bits"),
        (804, ">H", 5, "packing 5"),
        (806, ">H", 1, "compression"),
        (660, ">I", 77, "encryption"),
        (1628, ">I", 2, "2:1"),
    ],
)
def test_other_forms_are_refused_by_name(
    at: int, form: str, value: int, match: str
) -> None:
    data = bytearray(encode_dpx(codes(10), bits=10, colour=None))
    struct.pack_into(form, data, at, value)
    for read in (read_dpx, survey_dpx):
        with pytest.raises(FrameShapeError, match=match):
            read(bytes(data))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (772, 100_000),
        (776, 100_000),
        (772, 0),
        (772, 65_535),
        (808, 2**31),
        (808, 100),
        (812, 2**32 - 2),
    ],
)
def test_impossible_sizes_and_offsets_are_refused(at: int, value: int) -> None:
    data = bytearray(encode_dpx(codes(10), bits=10, colour=None))
    struct.pack_into(">I", data, at, value)
    for read in (read_dpx, survey_dpx):
        with pytest.raises((FrameShapeError, UnreadableFrameError)):
            read(bytes(data))


@pytest.mark.parametrize("length", [0, 3, 100, 1663, 2048, 5000])
def test_a_truncated_file_is_refused(length: int) -> None:
    data = encode_dpx(codes(10), bits=10, colour=None)
    with pytest.raises(UnreadableFrameError):
        read_dpx(data[:length])
    with pytest.raises(UnreadableFrameError):
        read_dpx(data[:-1])


def test_squeezed_pixels_are_read_when_asked() -> None:
    data = bytearray(encode_dpx(codes(10), bits=10, colour=None))
    struct.pack_into(">II", data, 1628, 2, 1)
    assert read_dpx(bytes(data), squeezed=True).header["dpx:aspect"] == "2:1"
