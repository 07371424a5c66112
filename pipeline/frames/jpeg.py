"""JPEG in and out by libjpeg-turbo, without its shortcuts.

The fast transforms and the fast chroma upsampling change most pixels of a
picture by up to 27 codes; they are off by name here, and the decoder's token
would have to change if they ever came on.
"""

from typing import Final, Literal, TypeAlias

import simplejpeg

from pipeline.errors import UnreadableFrameError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.exif import check_exif
from pipeline.frames.icc import check_icc
from pipeline.frames.jpeg_structure import survey_jpeg
from pipeline.frames.picture import Picture, tool_token

Subsampling: TypeAlias = Literal["444", "422", "420"]

DEFAULT_QUALITY: Final = 95


def decode_jpeg(data: bytes, name: str = "") -> Picture:
    """Decode a colour JPEG.

    Raises:
        UnreadableFrameError: truncated, incomplete or damaged; also where
            libjpeg would only warn.
        FrameShapeError: grey, turned by EXIF, or a size no frame may have.
        ColourSpaceError: CMYK or declared to be other than sRGB.
    """
    structure = survey_jpeg(data, name)
    check_exif(structure.exif, name)
    if structure.profile is not None:
        check_icc(structure.profile, name)
    return Picture(rgb=jpeg_pixels(data, name), alpha=None, decoder=jpeg_decoder())


def jpeg_pixels(data: bytes, name: str = "") -> Frame:
    """Decode a JPEG whose structure was checked; the only place where one is.

    Raises:
        UnreadableFrameError: damaged; also where libjpeg would only warn.
    """
    try:
        samples = simplejpeg.decode_jpeg(
            data, "RGB", fastdct=False, fastupsample=False, strict=True
        )
    except ValueError as error:
        raise UnreadableFrameError(
            "a JPEG that decodes without a warning",
            met=str(error),
            advice="Export or copy the file again.",
            where=name,
        ) from error
    return as_frame(samples, where=name)


def jpeg_decoder() -> str:
    """Token of the decoder."""
    return tool_token("simplejpeg", "rgb")


def encode_jpeg(
    frame: Frame, *, quality: int = DEFAULT_QUALITY, subsampling: Subsampling = "444"
) -> bytes:
    """Encode a frame as a baseline JPEG (JFIF, hence sRGB by convention)."""
    return bytes(
        simplejpeg.encode_jpeg(frame, quality, "RGB", subsampling, fastdct=False)
    )


def jpeg_encoder(quality: int, subsampling: Subsampling) -> str:
    """The encoder's token for the statement of a run."""
    return tool_token("simplejpeg", f"q{quality}", subsampling)
