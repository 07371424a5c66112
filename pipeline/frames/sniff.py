"""What a file is, decided by its first bytes and never by its name."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final, Literal, TypeAlias

from pipeline.errors import UnreadableFrameError

PictureKind: TypeAlias = Literal["jpeg", "png"]
RasterKind: TypeAlias = Literal["png", "jpeg", "tiff", "webp", "exr", "dpx"]

_SIGNATURES: Final[tuple[tuple[bytes, PictureKind], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
)

_SUFFIXES: Final[dict[str, PictureKind]] = {
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
}

_RASTER_SIGNATURES: Final[tuple[tuple[int, bytes, RasterKind], ...]] = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"II*\x00", "tiff"),
    (0, b"MM\x00*", "tiff"),
    (8, b"WEBPVP8", "webp"),
    (0, b"v/1\x01", "exr"),
    (0, b"SDPX", "dpx"),
    (0, b"XPDS", "dpx"),
)

_RASTER_SUFFIXES: Final[dict[str, RasterKind]] = {
    **_SUFFIXES,
    ".tif": "tiff",
    ".tiff": "tiff",
    ".webp": "webp",
    ".exr": "exr",
    ".dpx": "dpx",
}

# Known by name only so that a refusal can say what was met.
_FOREIGN: Final[tuple[tuple[int, bytes, str], ...]] = (
    (0, b"GIF8", "a GIF"),
    (0, b"BM", "a BMP"),
    (0, b"II*\x00", "a TIFF"),
    (0, b"MM\x00*", "a TIFF"),
    (0, b"II+\x00", "a BigTIFF"),
    (0, b"MM\x00+", "a BigTIFF"),
    (0, b"v/1\x01", "an OpenEXR"),
    (0, b"SDPX", "a DPX"),
    (0, b"XPDS", "a DPX"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"PK\x03\x04", "a zip"),
    (0, b"%PDF", "a PDF"),
    (8, b"WEBP", "a WebP"),
    (4, b"ftyp", "an MP4, MOV, HEIC or AVIF"),
)


def sniff(data: bytes, name: str = "") -> PictureKind:
    """Say what a file is, and refuse one whose name says something else.

    A name without a suffix makes no statement and is not checked. Any other
    suffix than the picture's own is a mismatch: such a file was renamed or
    half converted, and whoever registered it did not see what we see.

    Args:
        data: the whole file.
        name: its name or path; only the last suffix is looked at.

    Raises:
        UnreadableFrameError: empty, of no known type, or misnamed.

    Examples:
        >>> sniff(bytes.fromhex("89504e470d0a1a0a"), "plate.1001.png")
        'png'
    """
    kind = _kind_of(data, name)
    _check_suffix(kind, _SUFFIXES, name)
    return kind


def sniff_raster(data: bytes, name: str = "") -> RasterKind:
    """Say which of all formats a file has; a name that says otherwise is refused.

    Args:
        data: the whole file.
        name: its name or path, as for `sniff`.

    Raises:
        UnreadableFrameError: empty, of no known type, or misnamed.

    Examples:
        >>> sniff_raster(b"II*" + bytes(9), "plate.1001.tif")
        'tiff'
    """
    for offset, signature, kind in _RASTER_SIGNATURES:
        if data.startswith(signature, offset):
            _check_suffix(kind, _RASTER_SUFFIXES, name)
            return kind
    raise UnreadableFrameError(
        "a PNG, JPEG, TIFF, WebP, OpenEXR or DPX",
        met=_describe(data),
        advice="Export the frame in one of these formats.",
        where=name,
    )


def _check_suffix(kind: str, suffixes: Mapping[str, str], name: str) -> None:
    suffix = PurePath(name).suffix.lower()
    # In a sequence the last suffix may be the frame number: plate.1001
    if suffix and not suffix[1:].isdigit() and suffixes.get(suffix) != kind:
        raise UnreadableFrameError(
            "a name that agrees with the file's first bytes",
            met=f"a {kind.upper()} named {suffix!r}",
            advice="Rename the file to what it is, or export it again.",
            where=name,
        )


def _kind_of(data: bytes, name: str) -> PictureKind:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    raise UnreadableFrameError(
        "a PNG or JPEG picture",
        met=_describe(data),
        advice="Export the frame as 8-bit RGB PNG, or as JPEG.",
        where=name,
    )


def _describe(data: bytes) -> str:
    if not data:
        return "an empty file"
    for offset, mark, name in _FOREIGN:
        if data.startswith(mark, offset):
            return name
    return f"bytes that begin with {data[:8].hex(' ')}"
