"""Which files can be sealed, and where each kind carries its manifest."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from pipeline.frames.containers import JPEG_MAGIC, PNG_MAGIC

SIDECAR_SUFFIX: Final = ".c2pa"
TIFF_MAGICS: Final = (b"II*\0", b"MM\0*")
EXR_MAGIC: Final = b"v/1\x01"
DPX_MAGICS: Final = (b"SDPX", b"XPDS")


@dataclass(frozen=True, slots=True)
class MediaKind:
    """A kind of file as a seal sees it.

    Attributes:
        starts: bytes that such a file begins with, any of them.
        brand: bytes after the first eight or four, as `at` says; empty if none count.
        beside: whether the manifest lies in a file of its own, because C2PA knows no
            place for it within.
    """

    starts: tuple[bytes, ...]
    brand: bytes = b""
    at: int = 0
    beside: bool = False

    def fits(self, data: bytes) -> bool:
        """Whether a file's first bytes are of this kind."""
        return data.startswith(self.starts) and data.startswith(self.brand, self.at)


KINDS: Final = {
    "image/png": MediaKind((PNG_MAGIC,)),
    "image/jpeg": MediaKind((JPEG_MAGIC,)),
    "image/tiff": MediaKind(TIFF_MAGICS),
    "image/webp": MediaKind((b"RIFF",), b"WEBP", 8),
    # c2pa hashes any bytes for a sidecar; it does not look into these two.
    "image/x-exr": MediaKind((EXR_MAGIC,), beside=True),
    "image/x-dpx": MediaKind(DPX_MAGICS, beside=True),
    "video/mp4": MediaKind((b"\0",), b"ftyp", 4),
    "video/quicktime": MediaKind((b"\0",), b"ftypqt  ", 4),
}
"""By media type. A QuickTime file is also told apart from an MP4 by its brand."""


def media_type_of(data: bytes) -> str | None:
    """What a file is by its first bytes; `None` if it can carry no seal.

    Examples:
        >>> media_type_of(EXR_MAGIC)
        'image/x-exr'
    """
    found = [media_type for media_type, kind in KINDS.items() if kind.fits(data)]
    # The narrower one stands behind.
    return found[-1] if found else None


def carried_beside(data: bytes) -> bool:
    """Whether a file of this kind has its manifest beside it."""
    media_type = media_type_of(data)
    return media_type is not None and KINDS[media_type].beside


def sidecar_name(name: str) -> str:
    """The name of the file that holds a frame's manifest, beside the frame.

    Examples:
        >>> sidecar_name("SQ010_0040.1001.exr")
        'SQ010_0040.1001.c2pa'
    """
    return str(PurePath(name).with_suffix(SIDECAR_SUFFIX))
