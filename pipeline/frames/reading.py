"""The way in: bytes to a picture or a matte, whatever their type."""

from pipeline.errors import FrameShapeError
from pipeline.frames.arrays import Matte
from pipeline.frames.jpeg import decode_jpeg
from pipeline.frames.picture import Picture
from pipeline.frames.png import decode_matte_png, decode_png
from pipeline.frames.sniff import sniff


def read_picture(data: bytes, name: str = "") -> Picture:
    """Decode a colour source or a written frame.

    The bytes are the caller's: hash them before they come here, so that what
    was hashed is what was decoded.

    Args:
        data: the whole file.
        name: its name or path. Its suffix, when there is one, must agree with
            the bytes; the name appears in errors on a terminal only.

    Raises:
        UnreadableFrameError: empty, truncated, damaged, misnamed or of another
            type.
        FrameShapeError: grey, palette, 16-bit, turned, or too large.
        ColourSpaceError: declared to be other than sRGB.
    """
    if sniff(data, name) == "png":
        return decode_png(data, name)
    return decode_jpeg(data, name)


def read_matte(data: bytes, name: str = "") -> Matte:
    """Decode a matte: an 8-bit grey PNG, 0 transparent to 255 opaque.

    JPEG is refused: its edges ring, and a ring of 1/255 around every element
    would count as coverage.

    Raises:
        UnreadableFrameError: as for `read_picture`.
        FrameShapeError: anything but an 8-bit grey PNG.
        ColourSpaceError: declared to be other than sRGB.
    """
    if sniff(data, name) == "png":
        return decode_matte_png(data, name)
    raise FrameShapeError(
        "an 8-bit grey PNG as a matte",
        met="a JPEG",
        advice="Export mattes without loss.",
        where=name,
    )
