"""Looking at a picture file without decoding it: type, size, transparency."""

from dataclasses import dataclass

from pipeline.errors import FrameShapeError, PipelineError
from pipeline.frames.exif import check_exif
from pipeline.frames.exr import survey_exr_planes
from pipeline.frames.exr_structure import survey_exr_structure
from pipeline.frames.icc import check_icc
from pipeline.frames.jpeg_structure import survey_jpeg
from pipeline.frames.png_structure import survey_png
from pipeline.frames.rasters import survey_raster
from pipeline.frames.sniff import sniff, sniff_raster
from pipeline.frames.survey import MEDIA_TYPES
from pipeline.frames.writing import media_type

_GREY, _RGB, _RGBA = 0, 2, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a file is, as its structure says; its pixels may still be damaged.

    Attributes:
        grey: one channel, as a matte has.
        alpha: it brings a matte of its own.
        bits: of a sample.
        colour: token of the colour space that it declares; `None` if it declares none.
        refused: why `picture/1` cannot take it; `None` if it can.
    """

    media_type: str
    width: int
    height: int
    grey: bool
    alpha: bool
    bits: int = 8
    colour: str | None = None
    refused: PipelineError | None = None


def look_at(data: bytes, name: str = "") -> Probe:
    """Check the structure of a picture of any format.

    What `picture/1` cannot take is told in `refused`, for whoever composes with it.

    Raises:
        UnreadableFrameError: empty, of no known type, truncated, damaged or misnamed.
        FrameShapeError: of a size, depth or channels that no picture may have.
        ColourSpaceError: it declares a colour space that is not known.
    """
    refused = None
    try:
        probe(data, name)
    except PipelineError as error:
        refused = error
    try:
        survey = survey_raster(data, name)
    except FrameShapeError as error:
        if sniff_raster(data, name) == "exr":
            return _of_planes(data, name, error)
        raise (refused or error) from error
    except PipelineError as error:
        raise (refused or error) from error
    return Probe(
        media_type=survey.media_type,
        width=survey.width,
        height=survey.height,
        grey=survey.grey,
        alpha=survey.alpha,
        bits=survey.bits,
        colour=survey.colour,
        refused=refused,
    )


def _of_planes(data: bytes, name: str, error: FrameShapeError) -> Probe:
    """An OpenEXR without a picture may be one of mattes, or of ids."""
    display = survey_exr_structure(data, name).parts[0].display
    survey_exr_planes(data, name)
    return Probe(
        media_type=MEDIA_TYPES["exr"],
        width=display.right - display.left,
        height=display.bottom - display.top,
        grey=True,
        alpha=False,
        bits=32,
        refused=error,
    )


def probe(data: bytes, name: str = "") -> Probe:
    """Check a file's structure and declarations.

    Raises:
        UnreadableFrameError: empty, truncated, damaged or misnamed.
        FrameShapeError: palette, 16-bit, turned or of an impossible size.
        ColourSpaceError: it declares another colour space than sRGB.
    """
    kind = sniff(data, name)
    if kind == "jpeg":
        jpeg = survey_jpeg(data, name)
        check_exif(jpeg.exif, name)
        if jpeg.profile is not None:
            check_icc(jpeg.profile, name)
        size = (jpeg.width, jpeg.height)
        grey, alpha = False, False
    else:
        png = survey_png(data, name)
        fits = png.depth == 8 and png.colour_type in {_GREY, _RGB, _RGBA}
        if not fits or png.has_transparency:
            raise FrameShapeError(
                "an 8-bit PNG: RGB, RGBA, or grey for a matte",
                met=f"{png.depth} bits, colour type {png.colour_type}, or a tRNS chunk",
                advice="Export the picture with 8 bits a channel, without a palette.",
                where=name,
            )
        size = (png.width, png.height)
        grey, alpha = png.colour_type == _GREY, png.colour_type == _RGBA
    return Probe(
        media_type=media_type(kind),
        width=size[0],
        height=size[1],
        grey=grey,
        alpha=alpha,
    )
