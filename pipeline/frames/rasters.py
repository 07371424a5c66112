"""Pictures of all formats: look at one, read it, write one."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, cast

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import as_frame
from pipeline.frames.dpx import DpxBits, encode_dpx, read_dpx, survey_dpx
from pipeline.frames.exr import ExrCompression, encode_exr, read_exr, survey_exr
from pipeline.frames.jpeg_raster import (
    encode_declared_jpeg,
    read_jpeg,
    survey_jpeg_raster,
)
from pipeline.frames.png_deep import encode_deep_png, read_png, survey_deep_png
from pipeline.frames.raster import Raster, Samples, check_samples
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.sniff import RasterKind, sniff_raster
from pipeline.frames.survey import RasterSurvey
from pipeline.frames.tiff import read_tiff, survey_tiff
from pipeline.frames.tiff_write import TiffCompression, encode_tiff
from pipeline.frames.webp import encode_webp, read_webp, survey_webp

_Survey: TypeAlias = Callable[[bytes, str], RasterSurvey]
_Reader: TypeAlias = Callable[[bytes, str], Raster]
_Writer: TypeAlias = Callable[[Samples, RasterOutput], bytes]

_SURVEYS: Final[Mapping[RasterKind, _Survey]] = {
    "png": survey_deep_png,
    "jpeg": survey_jpeg_raster,
    "tiff": survey_tiff,
    "webp": survey_webp,
    "exr": survey_exr,
    "dpx": survey_dpx,
}
_READERS: Final[Mapping[RasterKind, _Reader]] = {
    "png": read_png,
    "jpeg": read_jpeg,
    "tiff": read_tiff,
    "webp": read_webp,
    "exr": read_exr,
    "dpx": read_dpx,
}


def survey_raster(data: bytes, name: str = "") -> RasterSurvey:
    """Look at a picture of any format without decoding it.

    Raises:
        UnreadableFrameError: empty, of no known type, misnamed, truncated or damaged.
        FrameShapeError: a size, depth or channels that no raster has; turned; several
            pictures in one file.
        ColourSpaceError: a declared space that is not known here.
    """
    return _SURVEYS[sniff_raster(data, name)](data, name)


def read_raster(data: bytes, name: str = "") -> Raster:
    """Decode a picture of any format.

    The bytes are the caller's: hash them before they come here, so that what was hashed
    is what was decoded.

    Raises:
        UnreadableFrameError, FrameShapeError, ColourSpaceError: as for
            `survey_raster`, and pixels that do not decode.
    """
    return _READERS[sniff_raster(data, name)](data, name)


def encode_raster(rgb: Samples, bits: int, output: RasterOutput) -> bytes:
    """Encode a picture without alpha: pixels and what declares their colour.

    Args:
        rgb: (height, width, 3); for PNG and TIFF also (height, width).
        bits: of `rgb`; nothing is scaled, so `output` must say the same.
        output: format and options.

    Raises:
        FrameShapeError: samples that the output cannot hold as they are.
        SampleValueError: NaN or infinity for an OpenEXR.
    """
    check_samples(rgb, bits)
    if bits != output.bits or output.is_float != (rgb.dtype.kind == "f"):
        kind = "floats" if output.is_float else "integers"
        raise FrameShapeError(
            f"{kind} of {output.bits} bits for a {output.kind}",
            met=f"{rgb.dtype} of {bits} bits",
            advice="Encode the picture to the output's depth first.",
        )
    return _WRITERS[output.kind](rgb, output)


def _png(rgb: Samples, output: RasterOutput) -> bytes:
    return encode_deep_png(rgb, output.bits, colour=output.colour)


def _jpeg(rgb: Samples, output: RasterOutput) -> bytes:
    return encode_declared_jpeg(
        as_frame(rgb),
        quality=output.quality,
        subsampling=output.subsampling,
        colour=output.colour,
    )


def _tiff(rgb: Samples, output: RasterOutput) -> bytes:
    compression = cast("TiffCompression", output.scheme)
    return encode_tiff(rgb, output.bits, compression=compression, colour=output.colour)


def _webp(rgb: Samples, output: RasterOutput) -> bytes:
    return encode_webp(
        as_frame(rgb),
        lossless=output.lossless,
        quality=output.quality,
        colour=output.colour,
    )


def _exr(rgb: Samples, output: RasterOutput) -> bytes:
    compression = cast("ExrCompression", output.scheme)
    return encode_exr(rgb, colour=output.colour, compression=compression)


def _dpx(rgb: Samples, output: RasterOutput) -> bytes:
    bits = cast("DpxBits", output.bits)
    return encode_dpx(rgb, bits=bits, colour=output.colour)


_WRITERS: Final[Mapping[RasterKind, _Writer]] = {
    "png": _png,
    "jpeg": _jpeg,
    "tiff": _tiff,
    "webp": _webp,
    "exr": _exr,
    "dpx": _dpx,
}
