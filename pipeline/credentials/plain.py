"""What a picture may hold before it is sealed: pixels and how to show them.

Text, EXIF and XMP that an encoder carried over from a source would be sealed in for
good. They are refused here, not removed: what is sealed is what the encoder wrote.
docs/specs/manifest.md lists what is permitted.
"""

from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from pipeline.credentials.boxes import bmff_boxes, riff_chunks, tiff_tags
from pipeline.credentials.kinds import KINDS
from pipeline.credentials.plain_film import surplus_of_dpx, surplus_of_exr
from pipeline.errors import ManifestRefusedError, UnreadableFrameError
from pipeline.frames.containers import jpeg_segments, png_chunks

_PNG_CHUNKS: Final = frozenset(
    # fdEC: the mark of the fpng encoder, five fixed bytes
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs fdEC".split()
)
_APP0_JFIF, _APP2_ICC, _APP14_ADOBE = 0xE0, 0xE2, 0xEE
_JPEG_APPS: Final = {
    _APP0_JFIF: b"JFIF\0",
    _APP2_ICC: b"ICC_PROFILE\0",
    _APP14_ADOBE: b"Adobe",
}
_COM: Final = 0xFE
_WEBP_CHUNKS: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP"))

# TIFF 6.0 and its supplements: size, layout, samples, compression, colour. Not among
# them: 269 name, 270 description, 271/272 camera, 305 software, 306 date, 315 artist,
# 316 computer, 700 XMP, 33432 copyright, 34665 EXIF, 330 further directories.
_TIFF_TAGS: Final = frozenset(
    (
        *(254, 256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279),
        *(280, 281, 282, 283, 284, 292, 293, 296, 297, 301, 317, 318, 319, 320),
        *(322, 323, 324, 325, 332, 334, 338, 339, 340, 341, 347),
        *(529, 530, 531, 532, 34675),
    )
)
_CLIP_NOTES: Final = frozenset((b"udta", b"meta", b"uuid"))
_NO_NOTES: Final = bytes.fromhex(
    "000000356d65746100000000"  # meta
    "0000002168646c7200000000000000006d6469726170706c000000000000000000"  # hdlr
    "00000008696c7374"  # ilst
)
"""What FFmpeg writes into an MP4 without any note: a list of none."""
_CLIP_BOXES: Final = frozenset((b"ftyp", b"moov", b"mdat", b"free", b"wide"))


def check_plain(data: bytes, media_type: str) -> None:
    """Refuse what holds more than pixels and their colour space.

    Raises:
        ManifestRefusedError: it does, or it is not of the media type stated.
    """
    kind = KINDS.get(media_type)
    if kind is None or not kind.fits(data):
        _refuse(
            "a picture or clip of its stated media type, one of " + ", ".join(KINDS),
            "another one",
        )
    try:
        names = sorted(_SURPLUS[media_type](data))
    except UnreadableFrameError as error:
        raise ManifestRefusedError(
            error.expected, met=error.met, advice=error.advice
        ) from error
    if names:
        _refuse("pixels and their colour space only", ", ".join(names[:8]))


def _of_png(data: bytes) -> set[str]:
    surplus = {kind for kind, _ in png_chunks(data)} - _PNG_CHUNKS
    return {kind.decode("latin-1") for kind in surplus}


def _of_jpeg(data: bytes) -> set[str]:
    return {
        f"segment {marker:02X}"
        for marker, body in jpeg_segments(data)
        if not _is_plain_segment(marker, body)
    }


def _is_plain_segment(marker: int, body: bytes) -> bool:
    if marker == _COM:
        return False
    if not 0xE0 <= marker <= 0xEF:
        return True
    start = _JPEG_APPS.get(marker)
    return start is not None and body.startswith(start)


def _of_tiff(data: bytes) -> set[str]:
    found = list(tiff_tags(data))
    surplus = {f"tag {one.tag}" for one in found if one.tag not in _TIFF_TAGS}
    if any(one.directory for one in found):
        surplus.add("a second picture")
    return surplus


def _of_webp(data: bytes) -> set[str]:
    surplus = {name for name, _ in riff_chunks(data)} - _WEBP_CHUNKS
    return {name.decode("latin-1") for name in surplus}


def _of_clip(data: bytes) -> set[str]:
    surplus = {kind for kind, _, _ in bmff_boxes(data)} - _CLIP_BOXES
    # Titles, encoders and places stand in boxes within the movie and its tracks.
    for kind, start, end in bmff_boxes(data):
        if kind == b"moov":
            surplus |= _said_in(data[start:end])
    return {kind.decode("latin-1") for kind in surplus}


def _said_in(movie: bytes) -> set[bytes]:
    found: set[bytes] = set()
    for kind, start, end in bmff_boxes(movie):
        content = movie[start:end]
        if kind == b"trak":
            found |= _said_in(content)
        elif kind in _CLIP_NOTES and content != _NO_NOTES:
            found.add(kind)
    return found


_SURPLUS: Final[Mapping[str, Callable[[bytes], set[str]]]] = {
    "image/png": _of_png,
    "image/jpeg": _of_jpeg,
    "image/tiff": _of_tiff,
    "image/webp": _of_webp,
    "image/x-exr": surplus_of_exr,
    "image/x-dpx": surplus_of_dpx,
    "video/mp4": _of_clip,
    "video/quicktime": _of_clip,
}


def _refuse(expected: str, met: str) -> NoReturn:
    raise ManifestRefusedError(
        expected,
        met=met,
        advice="Check picture, certificate and key; nothing was written.",
    )
