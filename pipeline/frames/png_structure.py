"""The chunks of a PNG, checked one by one before anything is decoded.

The checks, in the order of the code (clauses of the PNG specification, third
edition):

1. every chunk lies within the file and its CRC holds (5.3, 5.5);
2. IHDR first, one unbroken run of IDAT, IEND (5.6); what follows IEND is not
   looked at;
3. no critical chunk that we do not know (5.4) and no animation;
4. what the file declares about colour is sRGB or nothing (4.3): cICP, iCCP,
   sRGB, gAMA and cHRM must each agree, also where another one overrides it,
   since not every reader of the file honours the precedence.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.errors import ColourSpaceError, UnreadableFrameError
from pipeline.frames.arrays import check_size
from pipeline.frames.exif import check_exif
from pipeline.frames.icc import check_icc

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KNOWN_CRITICAL: Final = (b"IHDR", b"PLTE", b"IDAT", b"IEND")
_ONCE: Final = (b"IHDR", b"PLTE", b"IEND", b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM")
_MAX_PROFILE_BYTES: Final = 2**22

_SRGB_GAMMA: Final = 45455
_GAMMA_TOLERANCE: Final = 455  # one per cent: writers round 1/2.2 differently
_SRGB_CHROMATICITIES: Final = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_CHROMATICITY_TOLERANCE: Final = 1000  # libpng's own, for "these are sRGB's"
_CICP_SRGB: Final = bytes((1, 13, 0, 1))  # BT.709, sRGB curve, RGB, full range


@dataclass(frozen=True, slots=True, kw_only=True)
class PngStructure:
    """What the chunks say.

    Attributes:
        colour_type: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA.
        has_transparency: a tRNS chunk makes one colour or palette entries clear.
        stream: the same picture with nothing but IHDR, PLTE and IDAT, so that
            text and profiles never reach the decoder.
    """

    width: int
    height: int
    depth: int
    colour_type: int
    has_transparency: bool
    stream: bytes


@dataclass(frozen=True, slots=True)
class Chunk:
    kind: bytes
    body: memoryview
    start: int
    end: int


def survey_png(data: bytes, name: str) -> PngStructure:
    """Check a PNG's structure and declarations without decoding it.

    Raises:
        UnreadableFrameError: truncated, damaged, animated or not well formed.
        ColourSpaceError: it declares another colour space than sRGB.
        FrameShapeError: a size that no frame may have, or turned by EXIF.
    """
    chunks = list(walk(data, name))
    width, height, depth, colour_type = header_of(chunks[0], name)
    check_order(chunks, name)
    for chunk in chunks:
        _check_colour(chunk, name)
    kinds = {chunk.kind for chunk in chunks}
    kept = (c for c in chunks if c.kind in _KNOWN_CRITICAL)
    return PngStructure(
        width=width,
        height=height,
        depth=depth,
        colour_type=colour_type,
        has_transparency=b"tRNS" in kinds,
        stream=SIGNATURE + b"".join(data[c.start : c.end] for c in kept),
    )


def walk(data: bytes, name: str) -> Iterator[Chunk]:
    """Step 1, up to and including IEND."""
    view = memoryview(data)
    at = len(SIGNATURE)
    while True:
        if at + 12 > len(data):
            raise damaged_png(name, "the file ends before its IEND chunk")
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            raise damaged_png(name, "the file ends inside a chunk")
        kind = data[at + 4 : at + 8]
        (stated,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(view[at + 4 : end - 4]) != stated:
            raise damaged_png(name, f"a wrong CRC in chunk {kind!r}")
        yield Chunk(kind, view[at + 8 : end - 4], at, end)
        if kind == b"IEND":
            return
        at = end


def header_of(first: Chunk, name: str) -> tuple[int, int, int, int]:
    if first.kind != b"IHDR" or len(first.body) != 13:
        raise damaged_png(name, f"chunk {first.kind!r} in the place of IHDR")
    width, height, depth, colour_type, method, filters, interlace = struct.unpack(
        ">IIBBBBB", first.body
    )
    check_size(width, height, where=name)
    if method or filters or interlace > 1:
        raise damaged_png(name, "an unknown compression, filter or interlace method")
    return width, height, depth, colour_type


def check_order(chunks: list[Chunk], name: str) -> None:
    """Steps 2 and 3."""
    kinds = [chunk.kind for chunk in chunks]
    for kind in kinds:
        if kind[:1].isupper() and kind not in _KNOWN_CRITICAL:
            raise damaged_png(name, f"an unknown critical chunk {kind!r}")
    for kind in _ONCE:
        if kinds.count(kind) > 1:
            raise damaged_png(name, f"more than one {kind!r} chunk")
    if b"acTL" in kinds:
        raise damaged_png(name, "an animation")
    parts = [index for index, kind in enumerate(kinds) if kind == b"IDAT"]
    if not parts or parts[-1] - parts[0] + 1 != len(parts):
        raise damaged_png(name, "image data that is missing or interrupted")


def _check_colour(chunk: Chunk, name: str) -> None:
    """Step 4, and the EXIF block."""
    body = bytes(chunk.body) if chunk.kind in _DECLARATIONS else b""
    if chunk.kind == b"eXIf":
        check_exif(body, name)
    elif chunk.kind == b"iCCP":
        check_icc(inflated_profile(body, name), name)
    elif chunk.kind in _DECLARATIONS and not _DECLARATIONS[chunk.kind](body):
        raise ColourSpaceError(
            "sRGB, or no declared colour space",
            met=f"a {chunk.kind.decode('ascii')} chunk that says otherwise",
            advice="Convert the picture to sRGB, or remove the chunk if it is wrong.",
            where=name,
        )


def _is_srgb_gamma(body: bytes) -> bool:
    if len(body) != 4:
        return False
    return abs(int.from_bytes(body, "big") - _SRGB_GAMMA) <= _GAMMA_TOLERANCE


def _are_srgb_chromaticities(body: bytes) -> bool:
    if len(body) != 32:
        return False
    met = struct.unpack(">8I", body)
    return all(
        abs(a - b) <= _CHROMATICITY_TOLERANCE
        for a, b in zip(met, _SRGB_CHROMATICITIES, strict=True)
    )


_DECLARATIONS: Final[dict[bytes, Callable[[bytes], bool]]] = {
    b"eXIf": bool,
    b"iCCP": bool,
    b"cICP": _CICP_SRGB.__eq__,
    b"sRGB": lambda body: len(body) == 1 and body[0] <= 3,
    b"gAMA": _is_srgb_gamma,
    b"cHRM": _are_srgb_chromaticities,
}


def inflated_profile(body: bytes, name: str) -> bytes:
    _, separator, rest = body.partition(b"\x00")
    if not separator or rest[:1] != b"\x00":
        raise damaged_png(name, "an iCCP chunk that is not well formed")
    inflater = zlib.decompressobj()
    try:
        # Bounded: a profile of a few bytes can inflate to gigabytes.
        return inflater.decompress(rest[1:], _MAX_PROFILE_BYTES)
    except zlib.error as error:
        raise damaged_png(name, "an iCCP chunk that does not inflate") from error


def damaged_png(name: str, met: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "a whole, well-formed PNG with one picture",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )
