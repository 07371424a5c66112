"""TIFF in and out, against tifffile and Pillow."""

import io
import itertools
import struct

import numpy as np
import pytest
import tifffile
from PIL import Image

from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.arrays import AnyArray
from pipeline.frames.icc_profile import profile_of
from pipeline.frames.tiff import read_tiff, survey_tiff
from pipeline.frames.tiff_write import TiffCompression, encode_tiff, tiff_encoder
from tests.simulators.picture_files import icc, table_curve
from tests.simulators.raster_files import noise, pillow, plain_tiff, tiff, tiff_tags

DTYPES = ("u1", "u2", "f2", "f4")
BITS = {"u1": 8, "u2": 16, "f2": 16, "f4": 32}
FORMS = [
    (compression, predictor, tile)
    for compression, predictor, tile in itertools.product(
        (None, "lzw", "deflate", "zstd", "packbits"),
        (False, True),
        (None, (16, 32)),
    )
    if not (predictor and compression in {None, "packbits"})
]


@pytest.mark.parametrize(("compression", "predictor", "tile"), FORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_whatever_tifffile_writes_is_read(
    dtype: str,
    compression: str | None,
    predictor: bool,  # noqa: FBT001 -- a parameter of the test
    tile: tuple[int, int] | None,
) -> None:
    for channels, order in itertools.product((1, 3), ("<", ">")):
        samples = noise(37, 41, channels, dtype)
        file = tiff(
            samples,
            compression=compression,
            predictor=predictor,
            tile=tile,
            byteorder=order,
            rowsperstrip=None if tile else 10,
        )
        raster = read_tiff(file, "a.tif")
        assert raster.rgb.tobytes() == samples.tobytes()
        assert (raster.bits, raster.is_float) == (BITS[dtype], dtype[0] == "f")
        assert (raster.grey, raster.alpha, raster.colour) == (channels == 1, None, None)


@pytest.mark.parametrize(
    ("extra", "multiplied"), [("assocalpha", True), ("unassalpha", False)]
)
def test_alpha_says_whether_it_was_multiplied_in(extra: str, multiplied: bool) -> None:  # noqa: FBT001
    samples = noise(9, 8, 4, "u2")
    raster = read_tiff(tiff(samples, extrasamples=[extra]))
    assert raster.premultiplied is multiplied
    assert raster.alpha is not None
    assert np.dstack((raster.rgb, raster.alpha)).tobytes() == samples.tobytes()
    with pytest.raises(FrameShapeError, match=r"extra samples \[0\]"):
        read_tiff(tiff(samples, extrasamples=["unspecified"]))


@pytest.mark.parametrize(
    "compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", None]
)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_what_libtiff_writes_through_pillow_is_read(
    channels: int, compression: str | None
) -> None:
    samples = noise(50, 33, channels, "u1")
    raster = read_tiff(pillow(samples, "TIFF", compression=compression))
    whole = raster.rgb
    if raster.alpha is not None:
        whole = np.dstack((raster.rgb, raster.alpha))
    assert whole.tobytes() == samples.tobytes()
    assert not raster.premultiplied


@pytest.mark.parametrize("compression", ["none", "lzw", "deflate", "zstd"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_written_comes_back_and_tifffile_agrees(
    dtype: str, compression: TiffCompression
) -> None:
    for channels, colour in ((1, None), (3, "srgb"), (4, "linear-rec709")):
        samples = noise(300, 431, channels, dtype)
        rgb, alpha = samples, None
        if channels == 4:
            rgb = np.ascontiguousarray(samples[:, :, :3])
            alpha = np.ascontiguousarray(samples[:, :, 3])
        written = encode_tiff(
            rgb, BITS[dtype], alpha=alpha, compression=compression, colour=colour
        )
        raster = read_tiff(written)
        assert raster.rgb.tobytes() == rgb.tobytes()
        assert raster.colour == colour
        other = tifffile.imread(io.BytesIO(written))
        assert other.tobytes() == samples.tobytes()


def test_a_written_file_holds_pixels_and_a_profile_only() -> None:
    samples = noise(40, 30, 3, "u1")
    written = encode_tiff(samples, 8, colour="rec709")
    assert written == encode_tiff(samples, 8, colour="rec709")
    with tifffile.TiffFile(io.BytesIO(written)) as file:
        tags = {tag.name for tag in file.pages.first.tags}
    assert not tags & {"Software", "DateTime", "ImageDescription", "Artist"}
    with Image.open(io.BytesIO(written)) as image:
        assert image.info["icc_profile"] == profile_of("rec709")
        assert np.asarray(image).tobytes() == samples.tobytes()


@pytest.mark.parametrize(
    ("profile", "space"),
    [(icc(), "srgb"), (icc(curve=table_curve([])), "linear-rec709"), (None, None)],
)
def test_a_profile_is_named(profile: bytes | None, space: str | None) -> None:
    file = tiff(noise(4, 4, 3, "u2"), iccprofile=profile)
    assert read_tiff(file).colour == survey_tiff(file).colour == space


@pytest.mark.parametrize(("said", "space"), [(1, "srgb"), (65535, None)])
def test_exif_in_a_tiff_can_declare_srgb(said: int, space: str | None) -> None:
    pixels = bytes(12)
    directory = struct.pack("<HHHIII", 1, 0xA001, 3, 1, said, 0)
    tags = tiff_tags(2, 2, len(pixels), t34665=(4, (8 + len(pixels),)))
    assert read_tiff(plain_tiff(tags, pixels + directory)).colour == space


RATIONAL = 5
REC709 = (64, 100, 33, 100, 30, 100, 60, 100, 15, 100, 6, 100)
P3 = (68, 100, 32, 100, 265, 1000, 69, 100, 15, 100, 6, 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"t34675": (7, tuple(icc(curve=table_curve([563]))))},
        {"t301": (3, (0,) * 256)},
        {"t319": (RATIONAL, P3)},
        {"t318": (RATIONAL, (3457, 10_000, 3585, 10_000))},
        {"t318": (RATIONAL, (1, 0, 1, 0))},
    ],
)
def test_another_space_is_refused(
    changes: dict[str, tuple[int, tuple[int, ...]]],
) -> None:
    with pytest.raises(ColourSpaceError):
        survey_tiff(plain_tiff(tiff_tags(2, 2, 12, **changes), bytes(12)))


def test_primaries_of_rec_709_alone_declare_nothing() -> None:
    tags = tiff_tags(2, 2, 12, t319=(RATIONAL, REC709))
    assert survey_tiff(plain_tiff(tags, bytes(12))).colour is None


def pages(*pictures: AnyArray, reduced: bool = False) -> bytes:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for number, one in enumerate(pictures):
            kind = 1 if reduced and number else 0
            writer.write(one, photometric="rgb", subfiletype=kind)
    return out.getvalue()


def test_one_of_several_pages_is_read_if_it_is_named() -> None:
    one, two = noise(5, 4, 3, "u1", 1), noise(7, 6, 3, "u1", 2)
    file = pages(one, two)
    with pytest.raises(FrameShapeError, match="one with 2"):
        read_tiff(file)
    assert read_tiff(file, page=1).rgb.tobytes() == two.tobytes()
    with pytest.raises(FrameShapeError):
        read_tiff(file, page=2)


def test_a_smaller_copy_is_no_page() -> None:
    large, small = noise(8, 8, 3, "u1", 1), noise(4, 4, 3, "u1", 2)
    assert read_tiff(pages(large, small, reduced=True)).rgb.tobytes() == large.tobytes()


def test_the_tokens_name_library_and_scheme() -> None:
    assert read_tiff(tiff(noise(4, 4, 3, "u1"))).decoder.startswith("numpy@")
    packed = tiff(noise(4, 4, 3, "u1"), compression="zstd")
    assert read_tiff(packed).decoder.endswith("+tiff+zstd")
    assert tiff_encoder("none").endswith("+tiff")
    assert tiff_encoder("deflate").endswith("+tiff+deflate1")
