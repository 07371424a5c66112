"""The directory of a TIFF, checked tag by tag before anything is decoded.

The checks, in the order of the code (TIFF 6.0, with its supplements 1 to 3):

1. a classic header; the chain of directories ends, and each lies within the file;
2. one page, unless the caller asks for one of several; smaller copies (NewSubfileType,
   bit 0) are no pages;
3. a size that a frame may have, before any list is read that grows with it;
4. samples that a raster can hold, interleaved: grey, RGB, RGB with one alpha channel;
5. as many strips or tiles as that size needs, each within the file, and together
   enough bytes for what they promise.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

from pipeline.errors import FrameShapeError
from pipeline.frames import tiff_tags as tag
from pipeline.frames.arrays import check_size
from pipeline.frames.exif import ByteOrder
from pipeline.frames.tiff_colour import tiff_space
from pipeline.frames.tiff_tags import Directory, Tags, damaged_tiff, directories

COMPRESSIONS: Final = {
    1: "none",
    5: "lzw",
    8: "deflate",
    32773: "packbits",
    32946: "deflate",
    50000: "zstd",
}
"""Schemes that are read, by their number in tag 259."""

# How much one byte can stand for at most: strings of 4096 bytes in 12 bits, RFC 1951,
# a run of 128 bytes in 2, a block of 128 KiB in 4 (RFC 8878).
_MOST_PER_BYTE: Final = {
    "none": 1,
    "lzw": 2731,
    "deflate": 1032,
    "packbits": 64,
    "zstd": 33_000,
}

_DEPTHS: Final = {(1, 8): False, (1, 16): False, (3, 16): True, (3, 32): True}
_PHOTOMETRIC: Final = {
    0: "white as zero",
    1: "grey",
    2: "RGB",
    3: "a palette",
    4: "a transparency mask",
    5: "CMYK",
    6: "YCbCr",
    8: "CIE L*a*b*",
    32803: "a colour filter array",
}
_ALPHA: Final = {1: "associated", 2: "straight"}


class Grid(NamedTuple):
    """Size of a strip or tile in pixels; strips are as wide as the picture."""

    width: int
    height: int
    tiled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TiffStructure:
    """What the directory says.

    Attributes:
        channels: 1, 3 or 4 interleaved samples of a pixel.
        premultiplied: the fourth channel is associated alpha (ExtraSamples is 1).
        order: byte order of the samples.
        predictor: 1 none, 2 horizontal differences, 3 floating point.
        grid: how the picture is cut.
        segments: offset and length of each strip or tile, row by row.
        colour: token of the declared space; `None` if none is declared.
    """

    width: int
    height: int
    bits: int
    is_float: bool
    channels: int
    premultiplied: bool
    order: ByteOrder
    compression: str
    predictor: int
    grid: Grid
    segments: tuple[tuple[int, int], ...]
    colour: str | None

    @property
    def pixel_bytes(self) -> int:
        return self.channels * self.bits // 8


def tiff_structure(
    data: bytes, name: str = "", *, page: int | None = None
) -> TiffStructure:
    """Check the structure of a TIFF without decoding it.

    Args:
        data: the whole file.
        name: for errors.
        page: which picture of several, from 0; `None` expects one.

    Raises:
        UnreadableFrameError: damaged, or with fewer bytes than it promises.
        FrameShapeError: several pages, turned; samples, a compression or a size that
            no frame may have.
        ColourSpaceError: a declared space that is not known here.
    """
    order, pages = directories(data, name)
    tags = Tags(_page(pages, page, name), data, order, name)
    width, height = tags.one(tag.WIDTH), tags.one(tag.HEIGHT)
    check_size(width, height, where=name)
    _check_upright(tags, name)
    bits, is_float = _depth(tags, name)
    channels = _channels(tags, name)
    compression = COMPRESSIONS.get(tags.one(tag.COMPRESSION, 1))
    if compression is None:
        raise _unread(f"compression {tags.one(tag.COMPRESSION, 1)}", name)
    grid = _grid(tags, width, height, name)
    structure = TiffStructure(
        width=width,
        height=height,
        bits=bits,
        is_float=is_float,
        channels=channels,
        premultiplied=channels == 4 and tags.one(tag.EXTRA_SAMPLES) == 1,
        order=order,
        compression=compression,
        predictor=_predictor(tags, compression, is_float=is_float),
        grid=grid,
        segments=_segments(tags, grid, width, height),
        colour=tiff_space(tags, name),
    )
    _check_plausible(structure, name)
    return structure


def _page(pages: list[Directory], page: int | None, name: str) -> Directory:
    """Step 2."""
    if page is None and len(pages) == 1:
        return pages[0]
    if page is not None and 0 <= page < len(pages):
        return pages[page]
    asked = "one picture" if page is None else f"a picture {page}, counted from 0"
    raise FrameShapeError(
        f"a TIFF with {asked}",
        met=f"one with {len(pages)}",
        advice="Export one picture a file, or name the page.",
        where=name,
    )


def _check_upright(tags: Tags, name: str) -> None:
    orientation = tags.one(tag.ORIENTATION, 1)
    if orientation != 1:
        raise FrameShapeError(
            "a picture stored upright (orientation 1 or none)",
            met=f"orientation {orientation}",
            advice="Turn the pixels and remove the tag, then register the new file.",
            where=name,
            orientation=orientation,
        )


def _depth(tags: Tags, name: str) -> tuple[int, bool]:
    """Step 4: depth and type, the same for all channels."""
    depths = set(tags.many(tag.BITS, (1,), most=8))
    kinds = set(tags.many(tag.SAMPLE_FORMAT, (1,), most=8))
    met = (min(kinds), min(depths))
    if len(depths) > 1 or len(kinds) > 1 or met not in _DEPTHS:
        raise _unread(f"{sorted(depths)} bits of sample format {sorted(kinds)}", name)
    if tags.one(tag.FILL_ORDER, 1) != 1:
        raise _unread("bits in reverse order (FillOrder 2)", name)
    return met[1], _DEPTHS[met]


def _channels(tags: Tags, name: str) -> int:
    """Step 4: grey, RGB, or RGB with alpha, interleaved."""
    channels = tags.one(tag.CHANNELS, 1)
    photometric = tags.one(tag.PHOTOMETRIC)
    extra = tags.many(tag.EXTRA_SAMPLES, (), most=8)
    kind = _PHOTOMETRIC.get(photometric, f"photometric interpretation {photometric}")
    if channels > 1 and tags.one(tag.PLANAR, 1) != 1:
        raise _unread("channels in planes of their own (PlanarConfiguration 2)", name)
    if (photometric, channels, len(extra)) in {(1, 1, 0), (2, 3, 0)}:
        return channels
    if (photometric, channels, len(extra)) == (2, 4, 1) and extra[0] in _ALPHA:
        return channels
    said = f" and extra samples {list(extra)}" if channels > 1 else ""
    raise _unread(f"{kind} with {channels} channels{said}", name)


def _predictor(tags: Tags, compression: str, *, is_float: bool) -> int:
    predictor = tags.one(tag.PREDICTOR, 1)
    # The tag counts for these schemes only (libtiff does the same).
    if compression not in {"lzw", "deflate", "zstd"} or predictor == 1:
        return 1
    if predictor == 2 or (predictor == 3 and is_float):
        return predictor
    raise _unread(f"predictor {predictor}", tags.name)


def _grid(tags: Tags, width: int, height: int, name: str) -> Grid:
    if tag.TILE_WIDTH not in tags.fields:
        rows = tags.one(tag.ROWS_PER_STRIP, height)
        return Grid(width, max(1, min(rows, height)), tiled=False)
    across, down = tags.one(tag.TILE_WIDTH), tags.one(tag.TILE_HEIGHT)
    # Multiples of 16 by specification (section 15); so a hundred thousand tiles of one
    # pixel are no TIFF either.
    if across % 16 or down % 16:
        raise damaged_tiff(f"tiles of {across} × {down}", name)
    check_size(across, down, where=name)
    return Grid(across, down, tiled=True)


def _segments(
    tags: Tags, grid: Grid, width: int, height: int
) -> tuple[tuple[int, int], ...]:
    """Step 5: offset and length of each strip or tile, within the file."""
    count = -(-width // grid.width) * -(-height // grid.height)
    places = tag.TILE_OFFSETS if grid.tiled else tag.STRIP_OFFSETS
    lengths = tag.TILE_BYTES if grid.tiled else tag.STRIP_BYTES
    offsets = tags.many(places, (), most=count)
    sizes = tags.many(lengths, (), most=count)
    if len(offsets) != count or len(sizes) != count:
        met = f"{len(offsets)} offsets and {len(sizes)} lengths for {count} parts"
        raise damaged_tiff(met, tags.name)
    end = len(tags.data)
    if any(
        not size or at + size > end for at, size in zip(offsets, sizes, strict=True)
    ):
        raise damaged_tiff(
            "a strip or tile that is empty or ends after the file", tags.name
        )
    return tuple(zip(offsets, sizes, strict=True))


def _check_plausible(tiff: TiffStructure, name: str) -> None:
    """Step 5: no scheme can make the picture out of fewer bytes than these."""
    packed = sum(size for _, size in tiff.segments)
    promised = tiff.width * tiff.height * tiff.pixel_bytes
    grid = tiff.grid.width * tiff.grid.height * tiff.pixel_bytes
    most = packed * _MOST_PER_BYTE[tiff.compression]
    if promised > most or (tiff.grid.tiled and grid > most):
        raise damaged_tiff(f"{packed} bytes for {promised} bytes of samples", name)


def _unread(met: str, name: str) -> FrameShapeError:
    return FrameShapeError(
        "a TIFF of 8 or 16-bit integers or of half or single floats, grey, RGB or RGB "
        "with declared alpha, interleaved; plain or by LZW, deflate, PackBits or "
        "Zstandard",
        met=met,
        advice="Export it again in that form; nothing is converted silently.",
        where=name,
    )
