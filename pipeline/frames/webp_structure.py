"""The chunks of a WebP (RFC 9649), walked before anything is decoded.

1. RIFF states a length that the file has; every chunk lies within it;
2. a simple file is one `VP8 ` or `VP8L`; an extended one begins with VP8X and holds one
   picture, with its alpha beside or in it; animations are refused;
3. the size in the bitstream is that of the canvas, and one that a frame may have;
4. EXIF and profile declare nothing that is not known here.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.errors import FrameShapeError, UnreadableFrameError
from pipeline.frames.arrays import check_size
from pipeline.frames.exif import check_exif, exif_space
from pipeline.frames.icc import agreed_space, icc_space

_ANIMATED: Final = 0x02
_ALPHA: Final = 0x10
_MOST_CHUNKS: Final = 1000
_EXIF_MARK: Final = b"Exif\x00\x00"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebpStructure:
    """What the chunks say.

    Attributes:
        alpha: the picture brings a matte.
        lossless: its colour is in a `VP8L` chunk.
        colour: token of the declared space; `None` if none is declared.
    """

    width: int
    height: int
    alpha: bool
    lossless: bool
    colour: str | None


def webp_structure(data: bytes, name: str = "") -> WebpStructure:
    """Check a WebP without decoding it.

    Raises:
        UnreadableFrameError: truncated, damaged, or not well formed.
        FrameShapeError: an animation, turned, or a size that no frame may have.
        ColourSpaceError: a declared space that is not known here.
    """
    chunks = _chunks(data, name)
    kinds = list(chunks)
    extended = kinds[0] == b"VP8X"
    flags = chunks[b"VP8X"][0] if extended and len(chunks[b"VP8X"]) == 10 else 0
    if flags & _ANIMATED or b"ANIM" in chunks or b"ANMF" in chunks:
        raise FrameShapeError(
            "a WebP with one picture",
            met="an animation",
            advice="Export its frames as files of their own.",
            where=name,
        )
    lossless = b"VP8L" in chunks
    if lossless == (b"VP8 " in chunks):
        raise _damaged("no picture, or two", name)
    width, height, own_alpha = _bitstream(chunks, name, lossless=lossless)
    check_size(width, height, where=name)
    if extended:
        _check_canvas(chunks[b"VP8X"], (width, height), name)
    beside = extended and b"ALPH" in chunks and not lossless
    return WebpStructure(
        width=width,
        height=height,
        alpha=own_alpha or (beside and bool(flags & _ALPHA)),
        lossless=lossless,
        colour=_colour(chunks, name),
    )


def _chunks(data: bytes, name: str) -> Mapping[bytes, bytes]:
    """Step 1: contents by type; of a type that comes twice, the file is refused."""
    if len(data) < 20 or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise _damaged("another header, or none", name)
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise _damaged("the file ends before its stated length", name)
    chunks: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        if at + 8 + length > end:
            raise _damaged("the file ends inside a chunk", name)
        if len(chunks) >= _MOST_CHUNKS:
            raise _damaged("chunks without an end", name)
        if kind in chunks and kind != b"ANMF":
            raise _damaged(f"chunk {kind!r} twice", name)
        chunks[kind] = data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
    if not chunks:
        raise _damaged("no chunk", name)
    return chunks


def _bitstream(
    chunks: Mapping[bytes, bytes], name: str, *, lossless: bool
) -> tuple[int, int, bool]:
    """Step 3: width, height, and whether the bitstream itself has alpha."""
    if lossless:
        body = chunks[b"VP8L"]
        if len(body) < 5 or body[0] != 0x2F:
            raise _damaged("a VP8L chunk without its header", name)
        packed = int.from_bytes(body[1:5], "little")
        if packed >> 29:
            raise _damaged("an unknown version of VP8L", name)
        sides = 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
        return (*sides, bool(packed >> 28 & 1))
    body = chunks[b"VP8 "]
    # A key frame, shown, with the start code (RFC 6386, 9.1).
    if len(body) < 10 or body[0] & 1 or body[3:6] != b"\x9d\x01\x2a":
        raise _damaged("a VP8 chunk without a key frame", name)
    width, height = struct.unpack_from("<HH", body, 6)
    return width & 0x3FFF, height & 0x3FFF, False


def _check_canvas(body: bytes, size: tuple[int, int], name: str) -> None:
    if len(body) != 10:
        raise _damaged("a VP8X chunk of the wrong length", name)
    canvas = tuple(1 + int.from_bytes(body[at : at + 3], "little") for at in (4, 7))
    if canvas != size:
        raise _damaged(f"a canvas of {canvas} for a picture of {size}", name)


def _colour(chunks: Mapping[bytes, bytes], name: str) -> str | None:
    """Step 4."""
    block = chunks.get(b"EXIF")
    # Some writers keep the marker that only a JPEG has.
    exif = block.removeprefix(_EXIF_MARK) if block is not None else None
    check_exif(exif, name)
    profile = chunks.get(b"ICCP")
    by_profile = None if profile is None else icc_space(profile, name)
    return agreed_space((by_profile, exif_space(exif)), name)


def _damaged(met: str, name: str) -> UnreadableFrameError:
    return UnreadableFrameError(
        "a whole, well-formed WebP with one picture",
        met=met,
        advice="Export or copy the file again.",
        where=name,
    )
