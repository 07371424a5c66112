"""How a picture is written: format, depth, compression, declared colour."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, cast

from pipeline.errors import RecipeError
from pipeline.frames.dpx import DPX_SPACES, DpxBits, dpx_encoder
from pipeline.frames.exr import ExrCompression, exr_encoder
from pipeline.frames.exr_colour import INTEROP_IDS
from pipeline.frames.icc_profile import PROFILED
from pipeline.frames.jpeg import DEFAULT_QUALITY, Subsampling, jpeg_encoder
from pipeline.frames.png_deep import deep_png_encoder
from pipeline.frames.sniff import RasterKind
from pipeline.frames.survey import MEDIA_TYPES
from pipeline.frames.tiff_write import tiff_encoder
from pipeline.frames.webp import webp_encoder

_SUFFIXES: Final[Mapping[RasterKind, str]] = {
    "png": ".png",
    "jpeg": ".jpg",
    "tiff": ".tif",
    "webp": ".webp",
    "exr": ".exr",
    "dpx": ".dpx",
}
_BITS: Final[Mapping[RasterKind, frozenset[int]]] = {
    "png": frozenset({8, 16}),
    "jpeg": frozenset({8}),
    "tiff": frozenset({8, 16, 32}),
    "webp": frozenset({8}),
    "exr": frozenset({16, 32}),
    "dpx": frozenset({10, 16}),
}
# The first of each is taken when none is named.
_COMPRESSIONS: Final[Mapping[RasterKind, tuple[str, ...]]] = {
    "png": ("deflate",),
    "jpeg": ("dct",),
    "tiff": ("none", "lzw", "deflate", "zstd"),
    "webp": ("lossless", "lossy"),
    "exr": ("zip", "none", "zips", "piz", "dwaa"),
    "dpx": ("none",),
}
_SPACES: Final[Mapping[RasterKind, Collection[str]]] = {
    "exr": frozenset(INTEROP_IDS),
    "dpx": DPX_SPACES,
}
_LOSSY: Final = frozenset({"dct", "lossy", "dwaa"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterOutput:
    """How a picture is written.

    Attributes:
        kind: the format.
        bits: of a sample; 16 of an EXR are half floats, 16 of a TIFF integers; 32 are
            single floats.
        compression: one of the format's own; empty for the format's first.
        quality: JPEG and lossy WebP only, 1 to 100.
        subsampling: JPEG only; `444` keeps the chroma of matte edges.
        colour: token of the space that the file declares; `None` declares nothing. A
            space that the format cannot declare is refused.

    Examples:
        >>> RasterOutput(kind="tiff", bits=16).encoder.split("@")[0]
        'numpy'
    """

    kind: RasterKind = "png"
    bits: int = 8
    compression: str = ""
    quality: int = DEFAULT_QUALITY
    subsampling: Subsampling = "444"
    colour: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in _BITS:
            raise _refused(" or ".join(_BITS), self.kind)
        if self.bits not in _BITS[self.kind]:
            depths = " or ".join(map(str, sorted(_BITS[self.kind])))
            raise _refused(f"{depths} bits in a {self.kind}", str(self.bits))
        known = _COMPRESSIONS[self.kind]
        if self.compression not in {"", *known}:
            raise _refused(f"for a {self.kind} {' or '.join(known)}", self.compression)
        sampled = self.subsampling in {"444", "422", "420"}
        if not (sampled and 1 <= self.quality <= 100):
            met = f"quality {self.quality}, {self.subsampling}"
            raise _refused("quality 1 to 100 and 444, 422 or 420", met)
        if self.colour is not None and not can_declare(self.kind, self.colour):
            raise _refused(f"a space that a {self.kind} can declare", self.colour)

    @property
    def scheme(self) -> str:
        """The compression in force."""
        return self.compression or _COMPRESSIONS[self.kind][0]

    @property
    def is_float(self) -> bool:
        """Whether samples are floating point."""
        return self.kind == "exr" or self.bits == 32

    @property
    def lossless(self) -> bool:
        """Whether the decoded file has the samples that were written."""
        return self.scheme not in _LOSSY

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.kind]

    @property
    def suffix(self) -> str:
        return _SUFFIXES[self.kind]

    @property
    def encoder(self) -> str:
        """Token of the encoder with its options, for the statement of a run."""
        match self.kind:
            case "png":
                return deep_png_encoder(self.bits)
            case "jpeg":
                return jpeg_encoder(self.quality, self.subsampling)
            case "tiff":
                return tiff_encoder(self.scheme)
            case "webp":
                lossless = self.scheme == "lossless"
                return webp_encoder(lossless=lossless, quality=self.quality)
            case "exr":
                return exr_encoder(cast("ExrCompression", self.scheme))
            case "dpx":
                return dpx_encoder(cast("DpxBits", self.bits))


def can_declare(kind: RasterKind, colour: str) -> bool:
    """Whether a file of this format can say that it is in this space.

    Examples:
        >>> can_declare("png", "rec709"), can_declare("png", "acescg")
        (True, False)
    """
    return colour in _SPACES.get(kind, PROFILED)


def _refused(expected: str, met: str) -> RecipeError:
    return RecipeError(
        expected,
        met=met,
        advice="Correct the output format; docs/reference/formats.md lists them all.",
        where="output",
    )
