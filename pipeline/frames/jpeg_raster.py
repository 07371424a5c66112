"""JPEG as a raster, with the colour space that it declares.

Pixels are those of `pipeline.frames.jpeg`, by the same decoder with the same options.
JFIF implies a space without stating one; here that is no declaration.
"""

from typing import Final

from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.exif import check_exif, exif_space
from pipeline.frames.icc import agreed_space, icc_space
from pipeline.frames.icc_profile import PROFILED, profile_of
from pipeline.frames.jpeg import (
    DEFAULT_QUALITY,
    Subsampling,
    encode_jpeg,
    jpeg_decoder,
    jpeg_pixels,
)
from pipeline.frames.jpeg_structure import JpegStructure, survey_jpeg
from pipeline.frames.raster import Raster
from pipeline.frames.survey import RasterSurvey

JPEG_SPACES: Final = PROFILED
"""Spaces that a JPEG of ours can declare."""

_PROFILE_MARK: Final = b"ICC_PROFILE\x00\x01\x01"
_APP2: Final = b"\xff\xe2"


def survey_jpeg_raster(data: bytes, name: str = "") -> RasterSurvey:
    """Size and declared colour; errors as for `read_jpeg`."""
    structure = survey_jpeg(data, name)
    return RasterSurvey(
        format="jpeg",
        width=structure.width,
        height=structure.height,
        bits=8,
        is_float=False,
        grey=False,
        alpha=False,
        colour=_colour(structure, name),
    )


def read_jpeg(data: bytes, name: str = "") -> Raster:
    """Decode a colour JPEG.

    Raises:
        UnreadableFrameError: truncated, incomplete or damaged; also where libjpeg would
            only warn.
        FrameShapeError: grey, turned by EXIF, or a size that no frame may have.
        ColourSpaceError: CMYK, or a declared space that is not known here.
    """
    colour = _colour(survey_jpeg(data, name), name)
    return Raster(
        rgb=jpeg_pixels(data, name),
        bits=8,
        colour=colour,
        decoder=jpeg_decoder(),
    )


def encode_declared_jpeg(
    frame: Frame,
    *,
    quality: int = DEFAULT_QUALITY,
    subsampling: Subsampling = "444",
    colour: str | None = None,
) -> bytes:
    """Encode a baseline JPEG, with an ICC profile behind the JFIF segment.

    Args:
        frame: (height, width, 3) uint8.
        quality: 1 to 100.
        subsampling: `444` keeps the chroma of matte edges.
        colour: one of `JPEG_SPACES`; `None` declares nothing.
    """
    encoded = encode_jpeg(as_frame(frame), quality=quality, subsampling=subsampling)
    if colour is None:
        return encoded
    body = _PROFILE_MARK + profile_of(colour)
    end = 4 + int.from_bytes(encoded[4:6], "big")  # of the APP0 segment, JFIF 1.02
    segment = _APP2 + (2 + len(body)).to_bytes(2, "big") + body
    return encoded[:end] + segment + encoded[end:]


def _colour(structure: JpegStructure, name: str) -> str | None:
    check_exif(structure.exif, name)
    profile = structure.profile
    by_profile = None if profile is None else icc_space(profile, name)
    return agreed_space((by_profile, exif_space(structure.exif)), name)
