"""PNG of 8 and 16 bits: every filter, every declaration, nothing damaged passes."""

import struct
import zlib

import imagecodecs
import numpy as np
import pytest

from pipeline.errors import ColourSpaceError, FrameShapeError, UnreadableFrameError
from pipeline.frames.icc_profile import profile_of
from pipeline.frames.png_deep import (
    deep_png_encoder,
    encode_deep_png,
    read_png,
    survey_deep_png,
)
from tests.simulators.picture_files import (
    SIGNATURE,
    chunk,
    exif,
    header,
    icc,
    interlaced_png,
    table_curve,
)
from tests.simulators.raster_files import deep_png, noise, pillow

DEEP = noise(7, 5, 3, "u2")


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def primaries(red_x: int = 64000) -> bytes:
    numbers = (31270, 32900, red_x, 33000, 30000, 60000, 15000, 6000)
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def cicp(*numbers: int) -> bytes:
    return chunk(b"cICP", bytes(numbers))


def embedded(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"name\x00\x00" + zlib.compress(profile))


SRGB = chunk(b"sRGB", b"\x00")


@pytest.mark.parametrize("dtype", ["u1", "u2"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kinds", [(0,), (1,), (2,), (3,), (4,), (4, 3, 2, 1, 0)])
def test_every_filter_is_undone(
    dtype: str, channels: int, kinds: tuple[int, ...]
) -> None:
    samples = noise(9, 6, channels, dtype)
    raster = read_png(deep_png(samples, kinds=kinds, parts=3), "a.png")
    whole = raster.rgb
    if raster.alpha is not None:
        whole = np.dstack((raster.rgb, raster.alpha))
    assert whole.tobytes() == samples.tobytes()
    assert (raster.bits, raster.grey) == (8 * samples.itemsize, channels == 1)
    assert not raster.premultiplied


def test_bands_of_a_large_picture_join_without_a_seam() -> None:
    samples = noise(700, 900, 3, "u2")  # more than two bands of 2 MiB
    assert read_png(deep_png(samples[:64], kinds=(4, 3))).rgb.tobytes() == (
        samples[:64].tobytes()
    )
    written = bytes(
        imagecodecs.png_encode(samples, 1)
    )  # libpng chooses a filter for each row
    assert read_png(written).rgb.tobytes() == samples.tobytes()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_what_is_written_is_one_idat_that_libpng_reads(
    channels: int, dtype: str
) -> None:
    samples = noise(33, 21, channels, dtype)
    colour, alpha = samples, None
    if channels == 4:
        colour = np.ascontiguousarray(samples[:, :, :3])
        alpha = np.ascontiguousarray(samples[:, :, 3])
    written = encode_deep_png(colour, 8 * samples.itemsize, alpha=alpha)
    assert imagecodecs.png_decode(written).tobytes() == samples.tobytes()
    assert written.count(b"IDAT") == 1
    assert [written[12:16], written[37:41]] == [b"IHDR", b"IDAT"]
    assert written == encode_deep_png(colour, 8 * samples.itemsize, alpha=alpha)


@pytest.mark.parametrize("space", ["srgb", "rec709", "linear-rec709", None])
def test_a_declared_space_comes_back(space: str | None) -> None:
    written = encode_deep_png(DEEP, 16, colour=space)
    assert read_png(written).colour == space
    assert survey_deep_png(written).colour == space


@pytest.mark.parametrize(
    ("chunks", "space"),
    [
        ([SRGB, gamma(45455), primaries()], "srgb"),
        ([gamma(45455), primaries()], "srgb"),
        ([gamma(100_000), primaries()], "linear-rec709"),
        ([gamma(45455)], None),
        ([primaries()], None),
        ([cicp(1, 13, 0, 1), SRGB], "srgb"),
        # One exponent cannot say what cICP says: FFmpeg writes 1/1.96 beside it.
        ([cicp(1, 1, 0, 1), gamma(50994), primaries()], "rec709"),
        ([cicp(1, 8, 0, 1)], "linear-rec709"),
        ([embedded(icc())], "srgb"),
        ([embedded(icc(curve=table_curve([])))], "linear-rec709"),
        ([embedded(profile_of("rec709"))], "rec709"),
    ],
)
def test_a_declaration_is_named(chunks: list[bytes], space: str | None) -> None:
    assert read_png(deep_png(DEEP, *chunks)).colour == space


@pytest.mark.parametrize(
    ("chunks", "met"),
    [
        ([cicp(9, 16, 0, 1)], "cICP 9-16-0-1"),
        ([cicp(1, 13, 0, 0)], "cICP 1-13-0-0"),
        ([cicp(1, 1, 0, 1), SRGB], "rec709 and srgb"),
        ([primaries(68000), SRGB], "cHRM"),
        ([gamma(55556)], "gAMA chunk of 55556"),
        ([chunk(b"sRGB", b"\x07")], "sRGB"),
        ([embedded(icc(curve=table_curve([563])))], "tone curve"),
        ([embedded(icc(space=b"GRAY"))], "GRAY"),
        ([embedded(b"")], "damaged|nothing"),
    ],
)
def test_another_space_is_refused_by_what_was_met(
    chunks: list[bytes], met: str
) -> None:
    with pytest.raises(ColourSpaceError, match=met):
        survey_deep_png(deep_png(DEEP, *chunks))


@pytest.mark.parametrize(
    "file",
    [
        pillow(np.zeros((3, 3), np.uint8) > 0, "PNG"),  # one bit
        pillow(noise(3, 3, 2, "u1"), "PNG"),  # grey with alpha
        deep_png(DEEP, chunk(b"tRNS", bytes(6))),
        deep_png(DEEP, chunk(b"eXIf", exif(6))),
        SIGNATURE
        + header(3, 3, colour=3)
        + chunk(b"PLTE", bytes(3))
        + chunk(b"IDAT", b"")
        + chunk(b"IEND"),
        SIGNATURE + header(100_000, 100_000) + chunk(b"IDAT", b"") + chunk(b"IEND"),
    ],
)
def test_what_no_raster_holds_is_refused(file: bytes) -> None:
    with pytest.raises(FrameShapeError):
        read_png(file)


def with_data(data: bytes, width: int = 5, height: int = 7) -> bytes:
    head = header(width, height, depth=16)
    return SIGNATURE + head + chunk(b"IDAT", data) + chunk(b"IEND")


ROWS = b"".join(b"\x00" + row.tobytes() for row in DEEP)
GOOD = deep_png(DEEP)


@pytest.mark.parametrize(
    "file",
    [
        b"",
        GOOD[:-1],
        GOOD[:60],
        GOOD[:45] + b"\x55" + GOOD[46:],  # a wrong CRC
        with_data(zlib.compress(ROWS[:-1])),
        with_data(zlib.compress(ROWS + b"\x00")),
        with_data(zlib.compress(ROWS)[:-4]),
        with_data(zlib.compress(ROWS)[:-1] + b"\x00"),  # another checksum
        with_data(zlib.compress(b"\x05" + ROWS[1:])),  # a filter that does not exist
        with_data(zlib.compress(bytes(10**7), 9)),  # a bomb
        # Ten kilobytes cannot be 200 MB of rows: refused before memory is taken.
        with_data(zlib.compress(bytes(10**7), 9), 8192, 4096),
    ],
)
def test_what_is_damaged_is_refused(file: bytes) -> None:
    with pytest.raises(UnreadableFrameError):
        read_png(file, "a.png")


def test_an_interlaced_picture_is_read_and_checked_as_strictly() -> None:
    frame = noise(11, 13, 3, "u1")
    whole = interlaced_png(frame)
    assert read_png(whole).rgb.tobytes() == frame.tobytes()
    at = whole.index(b"IDAT")
    length = int.from_bytes(whole[at - 4 : at])
    rows = zlib.decompress(whole[at + 4 : at + 4 + length])
    short = whole[: at - 4] + chunk(b"IDAT", zlib.compress(rows[:-1])) + chunk(b"IEND")
    with pytest.raises(UnreadableFrameError):
        read_png(short)


def test_the_tokens_name_the_library_and_the_way() -> None:
    assert read_png(GOOD).decoder.startswith("imagecodecs@")
    assert read_png(GOOD).decoder.endswith("+png16")
    assert deep_png_encoder(8).startswith("fpng-py-fix@")
    assert deep_png_encoder(16).endswith("+png16+sub+deflate1")
