"""What an MP4 or QuickTime file says of its video track, before anything is decoded.

FFmpeg would apply an edit list, ignore a rotation and allocate what a header says. So
the boxes are read here first: what cannot be shown frame by frame as it was stored is
refused, and a simple edit list is applied by us and not by FFmpeg.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO, Final, NoReturn

from pipeline.errors import UnreadableFrameError
from pipeline.frames.arrays import check_size
from pipeline.frames.video_boxes import (
    MediaBox,
    boxes_in,
    content_of,
    file_size,
    find_box,
)

_MOST_BYTES: Final = 1 << 20
_IDENTITY: Final = (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SAMPLE_ENTRY: Final = struct.Struct(">I4s24xHH")
_UNITY: Final = 0x10000


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit list leaves of a track.

    Attributes:
        empty: time before the first picture is shown, in seconds.
        first: composition time of what is shown first, in ticks of the track; `None`
            without a list, for the first picture there is.
        length: how long it is shown, in seconds; `None` without a list.
    """

    empty: Fraction = Fraction(0)
    first: int | None = None
    length: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackStructure:
    """A video track as its boxes describe it.

    Attributes:
        brand: major brand of the file; `qt  ` for QuickTime, empty if none is stated.
        codec: type of the sample entry: `avc1`, `hvc1`, `apch` …
        samples: how many pictures are stored.
    """

    brand: str
    codec: str
    width: int
    height: int
    samples: int
    edit: Edit


def survey_boxes(file: BinaryIO, name: str = "") -> TrackStructure:
    """Look at the one video track of a file.

    Raises:
        UnreadableFrameError: truncated, in fragments, without a track or with several,
            rotated, cropped, or with an edit list that does more than cut.
        FrameShapeError: a size that no frame may have.
    """
    top = list(boxes_in(file, 0, file_size(file), name))
    movie = next((one for one in top if one.kind == b"moov"), None)
    if movie is None:
        _refuse("a movie header (moov)", "none", name)
    if any(one.kind == b"moof" for one in top) or find_box(file, movie, b"mvex"):
        _refuse("a file in one piece", "fragments", name, "Remux it without fragments.")
    tracks = [
        box
        for box in boxes_in(file, movie.start, movie.end, name)
        if box.kind == b"trak" and _handler(file, box) == b"vide"
    ]
    if len(tracks) != 1:
        _refuse("one video track", f"{len(tracks)}", name, "Export the track alone.")
    brand = b""
    if top[0].kind == b"ftyp":
        brand = content_of(file, top[0], _MOST_BYTES, name)[:4]
    return _track(file, movie, tracks[0], brand.decode("latin-1"), name)


def _track(
    file: BinaryIO, movie: MediaBox, track: MediaBox, brand: str, name: str
) -> TrackStructure:
    _check_upright(_full(file, track, name, b"tkhd"), name)
    table = _needed(file, track, name, b"mdia", b"minf", b"stbl")
    entry = _full(file, table, name, b"stsd")[4:]
    if len(entry) < 86 or _full(file, table, name, b"stsd")[:4] != b"\0\0\0\1":
        _refuse("one sample description", "several, or a broken one", name)
    _, codec, width, height = _SAMPLE_ENTRY.unpack_from(entry)
    check_size(width, height, where=name)
    _check_whole(file, table, entry, name)
    return TrackStructure(
        brand=brand,
        codec=codec.decode("latin-1"),
        width=width,
        height=height,
        samples=int.from_bytes(_full(file, table, name, b"stsz")[4:8]),
        edit=_edit(file, movie, track, name),
    )


def _check_upright(header: bytes, name: str) -> None:
    at = 52 if header[:1] == b"\1" else 40
    matrix = struct.unpack_from(">9i", header.ljust(at + 36, b"\0"), at)
    # Where the picture lies on a page does not change it.
    if (*matrix[:6], matrix[8]) != (*_IDENTITY[:6], _IDENTITY[8]):
        _refuse(
            "pictures that are stored upright",
            "a rotation or mirror in the track's header",
            name,
            "Export the clip with the rotation carried out.",
        )


def _check_whole(file: BinaryIO, table: MediaBox, entry: bytes, name: str) -> None:
    box = _needed(file, table, name, b"stsd")
    # Behind version, count and the fixed part of a visual sample entry.
    extensions = boxes_in(
        file, box.start + 8 + 86, box.start + 8 + _length(entry), name
    )
    if any(one.kind == b"clap" for one in extensions):
        _refuse(
            "pictures that are shown whole",
            "a clean aperture (clap)",
            name,
            "Export the clip with the crop carried out.",
        )


def _length(entry: bytes) -> int:
    return min(int.from_bytes(entry[:4]), len(entry))


def _edit(file: BinaryIO, movie: MediaBox, track: MediaBox, name: str) -> Edit:
    box = find_box(file, track, b"edts", b"elst")
    if box is None:
        return Edit()
    timescale = _timescale(_full(file, movie, name, b"mvhd"), name)
    rows = _rows(content_of(file, box, _MOST_BYTES, name), name)
    empty = Fraction(0)
    if rows and rows[0][1] == -1:
        empty = Fraction(rows.pop(0)[0], timescale)
    if len(rows) != 1 or rows[0][1] < 0 or rows[0][2] != _UNITY:
        _refuse(
            "an edit list that cuts one piece at normal speed",
            "several pieces, a gap between them, or another speed",
            name,
            "Export the clip as it is to be seen.",
        )
    length, first, _ = rows[0]
    return Edit(empty, first, Fraction(length, timescale))


def _rows(content: bytes, name: str) -> list[tuple[int, int, int]]:
    """Duration in the movie's ticks, media time in the track's, rate in 16.16."""
    wide = content[:1] == b"\1"
    row = struct.Struct(">Qqi" if wide else ">Iii")
    count = int.from_bytes(content[4:8])
    if len(content) < 8 + count * row.size:
        _refuse("a whole edit list", "the end of its box", name)
    return [row.unpack_from(content, 8 + n * row.size) for n in range(count)]


def _timescale(header: bytes, name: str) -> int:
    at = 20 if header[:1] == b"\1" else 12
    timescale = int.from_bytes(header[at : at + 4])
    if not timescale:
        _refuse("a time scale", "none", name)
    return timescale


def _handler(file: BinaryIO, track: MediaBox) -> bytes:
    box = find_box(file, track, b"mdia", b"hdlr")
    return b"" if box is None else content_of(file, box, _MOST_BYTES)[8:12]


def _full(file: BinaryIO, within: MediaBox, name: str, *path: bytes) -> bytes:
    """A box behind a version and flags; those are left in for `mvhd` and `tkhd`."""
    content = content_of(file, _needed(file, within, name, *path), _TABLE_BYTES, name)
    return content if path[-1] in {b"mvhd", b"tkhd"} else content[4:]


_TABLE_BYTES: Final = 1 << 28


def _needed(file: BinaryIO, within: MediaBox, name: str, *path: bytes) -> MediaBox:
    box = find_box(file, within, *path)
    if box is None:
        _refuse(f"a box {b'/'.join(path).decode()}", "none", name)
    return box


def _refuse(
    expected: str,
    met: str,
    where: str,
    advice: str = "The file is damaged or was built to mislead; ask for it again.",
) -> NoReturn:
    raise UnreadableFrameError(expected, met=met, advice=advice, where=where)
