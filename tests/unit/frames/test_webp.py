"""WebP in and out, against Pillow."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from pipeline.errors import ColourSpaceError, FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import AnyArray, as_frame
from pipeline.frames.icc_profile import profile_of
from pipeline.frames.webp import encode_webp, read_webp, survey_webp, webp_encoder
from tests.simulators.picture_files import exif, gradient, icc, table_curve
from tests.simulators.raster_files import noise, pillow

FRAME = gradient(61, 47)
RGBA = np.dstack((FRAME, FRAME[:, :, 0]))


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}])
@pytest.mark.parametrize("samples", [FRAME, RGBA], ids=["rgb", "rgba"])
def test_pillow_sees_the_same_pixels(
    samples: AnyArray,
    options: dict[str, bool],
) -> None:
    file = pillow(samples, "WEBP", **options)
    raster = read_webp(file, "a.webp")
    whole = raster.rgb
    if raster.alpha is not None:
        whole = np.dstack((raster.rgb, raster.alpha))
    with Image.open(io.BytesIO(file)) as image:
        assert np.asarray(image).tobytes() == whole.tobytes()
    assert survey_webp(file).alpha == (samples.shape[2] == 4)
    assert not raster.premultiplied


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (61, 47)])
@pytest.mark.parametrize("colour", [None, "srgb", "rec709"])
def test_a_lossless_file_keeps_every_pixel(
    size: tuple[int, int], colour: str | None
) -> None:
    frame = as_frame(noise(*size, 3, "u1"))
    written = encode_webp(frame, colour=colour)
    raster = read_webp(written)
    assert raster.rgb.tobytes() == frame.tobytes()
    assert (raster.colour, raster.alpha) == (colour, None)
    assert written == encode_webp(frame, colour=colour)
    with Image.open(io.BytesIO(written)) as image:
        assert np.asarray(image.convert("RGB")).tobytes() == frame.tobytes()
        wanted = None if colour is None else profile_of(colour)
        assert image.info.get("icc_profile") == wanted


def test_a_lossy_file_is_lossy_at_every_quality() -> None:
    for quality in (1, 90, 100):
        written = encode_webp(FRAME, lossless=False, quality=quality)
        assert written[12:16] == b"VP8 "
    assert webp_encoder(lossless=False, quality=90).endswith("+webp+q90")
    assert webp_encoder(lossless=True, quality=90).endswith("+webp+lossless0")


def test_a_side_over_the_format_is_refused() -> None:
    with pytest.raises(FrameShapeError, match="16383"):
        encode_webp(as_frame(np.zeros((16_384, 1, 3), np.uint8)))


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP"
    for kind, content in chunks:
        body += (
            kind
            + struct.pack("<I", len(content))
            + content
            + b"\0" * (len(content) % 2)
        )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def picture(lossless: bool) -> tuple[bytes, bytes]:  # noqa: FBT001
    file = encode_webp(FRAME, lossless=lossless)
    return file[12:16], file[20 : 20 + int.from_bytes(file[16:20], "little")]


def canvas(flags: int, width: int = 47, height: int = 61) -> tuple[bytes, bytes]:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes((flags, 0, 0, 0)) + sides


VP8L = picture(lossless=True)


@pytest.mark.parametrize(
    ("chunks", "space"),
    [
        ([canvas(0x20), (b"ICCP", icc()), VP8L], "srgb"),
        ([canvas(0x08), VP8L, (b"EXIF", exif(1))], None),
        ([canvas(0), VP8L, (b"XYZ ", b"unknown")], None),
    ],
)
def test_what_stands_beside_the_picture_is_heard(
    chunks: list[tuple[bytes, bytes]], space: str | None
) -> None:
    raster = read_webp(webp(*chunks))
    assert raster.colour == space
    assert raster.rgb.tobytes() == FRAME.tobytes()


@pytest.mark.parametrize(
    ("chunks", "error"),
    [
        ([canvas(0x02), (b"ANIM", bytes(6)), (b"ANMF", b"")], FrameShapeError),
        (
            [canvas(0x20), (b"ICCP", icc(curve=table_curve([563]))), VP8L],
            ColourSpaceError,
        ),
        ([canvas(0x08), VP8L, (b"EXIF", exif(3))], FrameShapeError),
        ([canvas(0, 48), VP8L], UnreadableFrameError),
        ([canvas(0), VP8L, VP8L], UnreadableFrameError),
        ([VP8L, picture(lossless=False)], UnreadableFrameError),
        ([(b"VP8L", b"\x2f" + b"\xff" * 3 + b"\x0f" + bytes(60))], FrameShapeError),
        ([(b"VP8L", b"\x2f" + b"\xff" * 4)], UnreadableFrameError),
        ([(b"VP8L", b"\x2e" + bytes(9))], UnreadableFrameError),
        ([(b"VP8L", VP8L[1][:40])], UnreadableFrameError),
        ([(b"VP8 ", picture(lossless=False)[1][:30])], UnreadableFrameError),
        ([(b"VP8 ", b"\x01" + bytes(20))], UnreadableFrameError),
        ([canvas(0)], UnreadableFrameError),
        ([], UnreadableFrameError),
    ],
)
def test_what_is_damaged_or_more_than_a_picture_is_refused(
    chunks: list[tuple[bytes, bytes]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_webp(webp(*chunks))


@pytest.mark.parametrize("cut", [0, 11, 15, 25, -1])
def test_a_truncated_file_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableFrameError):
        survey_webp(encode_webp(FRAME)[:cut])


def test_a_real_animation_is_refused() -> None:
    frames = [Image.fromarray(noise(9, 9, 3, "u1", seed)) for seed in (1, 2)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(FrameShapeError, match="animation"):
        read_webp(out.getvalue())
