import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    PipelineError,
    UnreadableFrameError,
)
from pipeline.frames.arrays import as_matte
from pipeline.frames.png import (
    decode_matte_png,
    decode_png,
    encode_matte_png,
    encode_png,
)
from tests.simulators.picture_files import (
    SIGNATURE,
    chunk,
    exif,
    gradient,
    header,
    icc,
    interlaced_png,
    pillow_file,
    png,
    table_curve,
)

FRAME = gradient(11, 13)


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chromaticities(red_x: int) -> bytes:
    numbers = (31270, 32900, red_x, 33000, 30000, 60000, 15000, 6000)
    return chunk(b"cHRM", struct.pack(">8I", *numbers))


def embedded(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"name\x00\x00" + zlib.compress(profile))


def chunks_of(data: bytes) -> list[bytes]:
    kinds, at = [], 8
    while at < len(data):
        kinds.append(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return kinds


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (3, 5), (65, 63), (129, 255)])
@pytest.mark.parametrize("kind", ["gradient", "noise", "flat"])
def test_a_written_png_reads_back_identically_everywhere(
    size: tuple[int, int], kind: str
) -> None:
    frame = gradient(*size)
    if kind == "noise":
        frame[:] = np.random.default_rng(7).integers(0, 256, frame.shape, np.uint8)
    elif kind == "flat":
        frame[:] = 7
    data = encode_png(frame)
    assert chunks_of(data) == [b"IHDR", b"sRGB", b"IDAT", b"IEND"]
    assert (decode_png(data).rgb == frame).all()
    with Image.open(io.BytesIO(data)) as image:
        image.verify()
    inflated = zlib.decompress(data[data.index(b"IDAT") + 4 : -16])
    assert len(inflated) == size[0] * (size[1] * 3 + 1)


def test_a_decoder_is_named_with_its_version() -> None:
    picture = decode_png(encode_png(FRAME))
    assert picture.decoder.startswith("pillow@")
    assert picture.decoder.endswith("+rgb")
    assert (picture.width, picture.height) == (13, 11)


def test_the_alpha_of_an_rgba_file_is_its_own_straight_matte() -> None:
    rgba = np.dstack([FRAME, np.arange(11 * 13, dtype=np.uint8).reshape(11, 13)])
    out = io.BytesIO()
    Image.fromarray(rgba).save(out, "PNG")
    picture = decode_png(out.getvalue())
    assert (picture.rgb == FRAME).all()  # colour under clear pixels is kept
    assert picture.alpha is not None
    assert (picture.alpha == rgba[:, :, 3]).all()
    assert picture.rgb.flags.c_contiguous


def test_an_interlaced_picture_decodes_to_the_same_pixels() -> None:
    assert (decode_png(interlaced_png(FRAME)).rgb == FRAME).all()


def test_no_cut_of_a_png_is_accepted() -> None:
    data = pillow_file(FRAME, "PNG")
    for length in range(8, len(data)):
        with pytest.raises(UnreadableFrameError):
            decode_png(data[:length])


def test_no_flipped_byte_changes_a_pixel() -> None:
    data = pillow_file(FRAME, "PNG")
    for at in range(8, len(data)):
        broken = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(PipelineError):
            decode_png(broken)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1"])
def test_other_colour_types_are_not_converted(mode: str) -> None:
    with pytest.raises(FrameShapeError):
        decode_png(pillow_file(FRAME, "PNG", mode))


def test_sixteen_bits_are_not_cut_to_eight() -> None:
    row = b"\x00" + bytes(2 * 6)
    data = chunk(b"IDAT", zlib.compress(row))
    deep = SIGNATURE + header(2, 1, depth=16) + data + chunk(b"IEND")
    with pytest.raises(FrameShapeError) as caught:
        decode_png(deep)
    assert "16-bit RGB" in caught.value.met


def test_a_transparent_colour_is_refused() -> None:
    with pytest.raises(FrameShapeError) as caught:
        decode_png(png(FRAME, before=[chunk(b"tRNS", bytes(6))]))
    assert "tRNS" in caught.value.met


def test_a_giant_header_is_refused_before_anything_is_allocated() -> None:
    bomb = SIGNATURE + header(100_000, 100_000) + chunk(b"IDAT", b"x") + chunk(b"IEND")
    with pytest.raises(FrameShapeError, match="100000 × 100000"):
        decode_png(bomb)


@pytest.mark.parametrize(
    "before",
    [
        [gamma(45455)],
        [gamma(45450)],
        [chunk(b"sRGB", b"\x00"), gamma(45455), chromaticities(64000)],
        [embedded(icc())],
        [chunk(b"cICP", bytes((1, 13, 0, 1)))],
        [chunk(b"eXIf", exif(1))],
        [chunk(b"eXIf", b"nonsense")],
        [chunk(b"tEXt", b"parameters\x00a prompt")],
        [chunk(b"caBX", b"a manifest")],
    ],
)
def test_what_declares_srgb_or_nothing_is_read(before: list[bytes]) -> None:
    assert (decode_png(png(FRAME, before=before)).rgb == FRAME).all()


@pytest.mark.parametrize(
    "before",
    [
        [gamma(100_000)],
        [gamma(55_556)],
        [chunk(b"sRGB", b"\x00"), gamma(100_000)],
        [chromaticities(68_000)],
        [chunk(b"gAMA", b"")],
        [chunk(b"sRGB", b"\x09")],
        [chunk(b"cICP", bytes((12, 13, 0, 1)))],
        [embedded(icc(curve=table_curve([])))],
    ],
)
def test_another_colour_space_is_refused(before: list[bytes]) -> None:
    with pytest.raises(ColourSpaceError):
        decode_png(png(FRAME, before=before))


def test_text_beside_the_picture_never_reaches_the_decoder() -> None:
    huge = zlib.compress(bytes(2**21))
    data = png(FRAME, before=[chunk(b"zTXt", b"workflow\x00\x00" + huge)])
    assert (decode_png(data).rgb == FRAME).all()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([chunk(b"iCCP", b"no separator")], []),
        ([chunk(b"iCCP", b"name\x00\x00not deflate")], []),
        ([chunk(b"ABCD")], []),
        ([chunk(b"acTL", bytes(8))], []),
        ([chunk(b"sRGB", b"\x00")] * 2, []),
        ([chunk(b"IHDR", bytes(13))], []),
        ([chunk(b"IDAT"), chunk(b"tEXt", b"a\x00b")], []),
        ([], [chunk(b"tEXt", b"a\x00b"), chunk(b"IDAT")]),
    ],
)
def test_a_malformed_png_is_refused(before: list[bytes], after: list[bytes]) -> None:
    with pytest.raises(UnreadableFrameError):
        decode_png(png(FRAME, before=before, after=after))


@pytest.mark.parametrize(
    "stream",
    [b"", b"garbage", zlib.compress(bytes(10)), zlib.compress(b"\x09" * 440)],
)
def test_image_data_that_does_not_fill_the_picture_is_refused(stream: bytes) -> None:
    data = SIGNATURE + header(13, 11) + chunk(b"IDAT", stream) + chunk(b"IEND")
    with pytest.raises(UnreadableFrameError):
        decode_png(data)


def test_a_png_without_header_or_data_is_refused() -> None:
    for data in (
        SIGNATURE + chunk(b"IEND"),
        SIGNATURE + header(1, 1) + chunk(b"IEND"),
        SIGNATURE + chunk(b"IHDR", b"short") + chunk(b"IEND"),
        SIGNATURE + header(1, 1, interlace=2) + chunk(b"IEND"),
    ):
        with pytest.raises(UnreadableFrameError):
            decode_png(data)


def test_a_turned_picture_is_refused() -> None:
    with pytest.raises(FrameShapeError, match="orientation 6"):
        decode_png(png(FRAME, before=[chunk(b"eXIf", exif(6))]))


def test_a_matte_comes_back_as_it_was() -> None:
    matte = as_matte(FRAME[:, :, 0])
    data = encode_matte_png(matte)
    assert (decode_matte_png(data) == matte).all()
    assert chunks_of(data) == [b"IHDR", b"IDAT", b"IEND"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "1", "P"])
def test_a_matte_must_be_grey(mode: str) -> None:
    with pytest.raises(FrameShapeError):
        decode_matte_png(pillow_file(FRAME, "PNG", mode))
