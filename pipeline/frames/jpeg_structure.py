"""The markers of a JPEG, walked from start to end before it is decoded.

libjpeg fills what is missing with grey or with smoothed guesses and only warns.
So the walk (clauses of ITU-T T.81) makes sure that nothing is missing:

1. every segment lies within the file (B.1.1) and EOI is reached (B.2.1); what
   follows EOI, such as a camera's second picture, is not looked at;
2. one frame header, 8 bits, baseline, extended or progressive Huffman (B.2.2);
3. every coefficient of every component was sent to its last bit (G.1.1.1). A
   progressive file cut between two scans is well formed and yet incomplete,
   and libjpeg versions smooth such pictures differently.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ColourSpaceError, FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import check_size

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP1, _APP2 = 0xE1, 0xE2
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN: Final = frozenset({0xC0, 0xC1, 0xC2})
_PROGRESSIVE: Final = 0xC2
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_NEXT_MARKER: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")

_EXIF: Final = b"Exif\x00\x00"
_ICC: Final = b"ICC_PROFILE\x00"
_UNSENT: Final = 255
_COEFFICIENTS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegStructure:
    """What the markers say.

    Attributes:
        exif: TIFF structure of the first Exif segment; None when absent.
        profile: the joined ICC profile; None when absent.
    """

    width: int
    height: int
    exif: bytes | None
    profile: bytes | None


@dataclass(frozen=True, slots=True)
class _Segment:
    marker: int
    body: bytes


def survey_jpeg(data: bytes, name: str) -> JpegStructure:
    """Check a JPEG's structure without decoding it.

    Raises:
        UnreadableFrameError: truncated, incomplete, or not Huffman-coded 8-bit.
        FrameShapeError: grey, or a size that no frame may have.
        ColourSpaceError: CMYK, or an ICC profile in pieces that do not fit.
    """
    segments = list(_segments(data, name))
    header = _frame_header(segments, name)
    components = _components(header, name)
    width = int.from_bytes(header.body[3:5], "big")
    height = int.from_bytes(header.body[1:3], "big")
    check_size(width, height, where=name)
    progressive = header.marker == _PROGRESSIVE
    scans = [segment.body for segment in segments if segment.marker == _SOS]
    if not _is_complete(scans, components, progressive=progressive):
        raise _damaged(name, "a scan is missing")
    exif = (s.body[6:] for s in segments if s.marker == _APP1 and s.body[:6] == _EXIF)
    return JpegStructure(
        width=width,
        height=height,
        exif=next(exif, None),
        profile=_joined_profile(segments, name),
    )


def _segments(data: bytes, name: str) -> Iterator[_Segment]:
    """Step 1: every segment up to EOI, without the entropy-coded data."""
    at = 2
    while True:
        marker, at = _marker(data, at, name)
        if marker == _EOI:
            return
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        body = data[at + 2 : at + length]
        if length < 2 or at + length > len(data):
            raise _damaged(name, "the file ends inside a segment")
        yield _Segment(marker, body)
        at += length
        if marker == _SOS:
            found = _NEXT_MARKER.search(data, at)
            if found is None:
                raise _damaged(name, "the file ends inside the picture")
            at = found.start()


def _marker(data: bytes, at: int, name: str) -> tuple[int, int]:
    if data[at : at + 1] != b"\xff":
        met = "no marker where one must be" if at < len(data) else "no end marker"
        raise _damaged(name, met)
    while data[at : at + 1] == b"\xff":  # fill bytes, B.1.1.2
        at += 1
    if at >= len(data) or data[at] in {0x00, _SOI}:
        raise _damaged(name, "a marker that cannot stand here")
    return data[at], at + 1


def _frame_header(segments: list[_Segment], name: str) -> _Segment:
    """Step 2."""
    headers = [segment for segment in segments if segment.marker in _FRAME_HEADERS]
    if len(headers) != 1:
        raise _damaged(name, f"{len(headers)} frame headers")
    header = headers[0]
    if header.marker not in _HUFFMAN or header.body[:1] != b"\x08":
        raise _damaged(name, "another coding process than 8-bit Huffman")
    return header


def _components(header: _Segment, name: str) -> tuple[int, ...]:
    count = header.body[5] if len(header.body) > 5 else 0
    if len(header.body) != 6 + 3 * count:
        raise _damaged(name, "a frame header of the wrong length")
    if count == 4:
        raise ColourSpaceError(
            "three colour components",
            met="a CMYK JPEG",
            advice="Convert the picture to sRGB.",
            where=name,
        )
    if count != 3:
        raise FrameShapeError(
            "three colour components",
            met=f"a JPEG with {count}",
            advice="Export the picture as RGB; nothing is converted silently.",
            where=name,
        )
    return tuple(header.body[6::3])


def _is_complete(
    scans: list[bytes], components: tuple[int, ...], *, progressive: bool
) -> bool:
    """Step 3: the lowest bit sent so far, per component and coefficient."""
    sent = {key: bytearray([_UNSENT]) * _COEFFICIENTS for key in components}
    for scan in scans:
        count = scan[0] if scan else 0
        if len(scan) != 4 + 2 * count:
            return False
        first, last, bits = scan[-3:] if progressive else (0, 63, 0)
        for key in scan[1 : 1 + 2 * count : 2]:
            if key not in sent or not first <= last < _COEFFICIENTS:
                return False
            sent[key][first : last + 1] = bytes([bits & 15]) * (last - first + 1)
    return not any(any(lowest) for lowest in sent.values())


def _joined_profile(segments: list[_Segment], name: str) -> bytes | None:
    marked = (s.body for s in segments if s.marker == _APP2)
    bodies = [body for body in marked if body.startswith(_ICC)]
    if not bodies:
        return None
    pieces = {body[12]: body for body in bodies if len(body) > 13}
    complete = sorted(pieces) == list(range(1, len(bodies) + 1))
    if not complete or any(body[13] != len(bodies) for body in pieces.values()):
        raise ColourSpaceError(
            "a whole ICC profile, or none",
            met="pieces of a profile that do not fit together",
            advice="Convert the picture to sRGB and export it again.",
            where=name,
        )
    return b"".join(pieces[index][14:] for index in sorted(pieces))


def _damaged(name: str, met: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "a whole, Huffman-coded 8-bit JPEG",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )
