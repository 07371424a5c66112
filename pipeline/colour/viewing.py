"""A picture of any depth and space as 8-bit sRGB: to be looked at, and fingerprinted.

Scene-linear light is shown as it is: 1 becomes white, what is brighter is cut off. It
is no rendering for a screen, and the same on every machine.
"""

from typing import Final

from pipeline.colour.convert import decode, encode, to_primaries
from pipeline.colour.spaces import CodeRange, Space, space_of
from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.raster import Raster

VIEWED: Final = "+srgb8"
"""Of a profile: the fingerprint is of the picture as 8-bit sRGB."""
_SRGB: Final = space_of("srgb")


def view(
    raster: Raster, space: Space | None = None, code_range: CodeRange = "full"
) -> tuple[Frame, str]:
    """A picture as 8-bit sRGB.

    Args:
        raster: in colour; its alpha is left out.
        space: what its samples mean; `None` for what its file declares, which is sRGB
            for 8 bits if it declares nothing.
        code_range: which codes carry 0 to 1.

    Returns:
        The picture, and what is appended to the profile of its fingerprint: nothing if
        it is the file's own samples.

    Raises:
        ColourSpaceError: nobody says what the samples mean, or they mean no colour.
        FrameShapeError: one channel only.

    Examples:
        >>> import numpy as np
        >>> half = np.full((1, 1, 3), 0.5, np.float16)
        >>> light = Raster(rgb=half, bits=16, colour="acescg", decoder="example@1")
        >>> view(light)[0].tolist(), view(light)[1]
        ([[[188, 188, 188]]], '+srgb8')
    """
    if raster.grey:
        raise FrameShapeError(
            "a picture in colour",
            met="one channel",
            advice="Show it beside a picture, as the matte that it is.",
        )
    meant = space or _declared(raster)
    if raster.bits == 8 and meant == _SRGB and code_range == "full":
        return as_frame(raster.rgb), ""
    light = decode(raster.rgb, raster.bits, meant, code_range=code_range)
    shown = encode(to_primaries(light, meant, _SRGB), _SRGB, "uint8", 8)
    return as_frame(shown), VIEWED


def _declared(raster: Raster) -> Space:
    if raster.colour is not None:
        return space_of(raster.colour)
    if raster.bits == 8:
        return _SRGB
    raise ColourSpaceError(
        "a picture that declares its colour space",
        met="one that declares none",
        advice="Look at it in a program that knows its space.",
    )
