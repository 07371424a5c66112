"""What a picture file of any format is, as its structure says."""

from dataclasses import dataclass
from typing import Final

from pipeline.frames.sniff import RasterKind

MEDIA_TYPES: Final[dict[RasterKind, str]] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "exr": "image/x-exr",
    "dpx": "image/x-dpx",
}
"""IANA media types; OpenEXR and DPX have none and go by their customary names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterSurvey:
    """Size, depth, channels and declared colour; the pixels may still be damaged.

    Attributes:
        format: by the first bytes of the file.
        bits: of a sample.
        is_float: whether samples are floating point.
        grey: one channel of colour, as a matte has.
        alpha: it brings a matte of its own.
        colour: token of the declared colour space; `None` if none is declared.
    """

    format: RasterKind
    width: int
    height: int
    bits: int
    is_float: bool
    grey: bool
    alpha: bool
    colour: str | None

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]
