"""A picture as it was decoded, with the name of what decoded it."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from pipeline.frames.arrays import Frame, Matte


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """The pixels of one file.

    Attributes:
        rgb: straight colour, never multiplied by `alpha`.
        alpha: the file's own matte; None when the file has none, which means
            opaque.
        decoder: who turned bytes into pixels, as `name@version+options`. Another
            decoder may give other pixels for the same JPEG.
    """

    rgb: Frame
    alpha: Matte | None
    decoder: str

    @property
    def width(self) -> int:
        return self.rgb.shape[1]

    @property
    def height(self) -> int:
        return self.rgb.shape[0]


@cache  # reading a package's metadata costs as much as decoding a thumbnail
def tool_token(distribution: str, *options: str) -> str:
    """Name an installed tool with its real version: `simplejpeg@1.9.0+rgb`."""
    return "+".join((f"{distribution}@{version(distribution)}".lower(), *options))
