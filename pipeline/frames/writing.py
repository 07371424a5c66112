"""The way out: a frame to the bytes of a file."""

from dataclasses import dataclass
from typing import Final

from pipeline.errors import RecipeError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.jpeg import (
    DEFAULT_QUALITY,
    Subsampling,
    encode_jpeg,
    jpeg_encoder,
)
from pipeline.frames.png import encode_png, png_encoder
from pipeline.frames.sniff import PictureKind

_MEDIA_TYPES: Final[dict[PictureKind, str]] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
}
_SUFFIXES: Final[dict[PictureKind, str]] = {"png": ".png", "jpeg": ".jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """How a frame is written.

    Attributes:
        kind: `png` keeps every pixel; `jpeg` does not, so that coverage is of
            the composite buffer and the pixels' digest of the decoded file.
        quality: JPEG only, 1 to 100.
        subsampling: JPEG only; `444` keeps the chroma of matte edges.

    Examples:
        >>> OutputFormat(kind="jpeg").media_type
        'image/jpeg'
    """

    kind: PictureKind = "png"
    quality: int = DEFAULT_QUALITY
    subsampling: Subsampling = "444"

    def __post_init__(self) -> None:
        known = self.kind in _SUFFIXES and self.subsampling in {"444", "422", "420"}
        if known and 1 <= self.quality <= 100:
            return
        raise RecipeError(
            "png, or jpeg with quality 1 to 100 and 444, 422 or 420",
            met=f"{self.kind}, quality {self.quality}, {self.subsampling}",
            advice="Correct the output format.",
            where="output",
        )

    @property
    def media_type(self) -> str:
        return media_type(self.kind)

    @property
    def suffix(self) -> str:
        return _SUFFIXES[self.kind]

    @property
    def encoder(self) -> str:
        """Token of the encoder with its options, for the statement of a run."""
        if self.kind == "png":
            return png_encoder()
        return jpeg_encoder(self.quality, self.subsampling)


def media_type(kind: PictureKind) -> str:
    """The IANA media type.

    Examples:
        >>> media_type("png")
        'image/png'
    """
    return _MEDIA_TYPES[kind]


def encode_picture(frame: Frame, output: OutputFormat) -> bytes:
    """Encode a frame for its file.

    Raises:
        FrameShapeError: the array is no frame.
    """
    admitted = as_frame(frame)
    if output.kind == "png":
        return encode_png(admitted)
    return encode_jpeg(admitted, quality=output.quality, subsampling=output.subsampling)
