"""An OpenEXR file's structure, checked before anything is allocated or decoded.

The checks, in the order of the code:

1. the headers of all parts are well formed and their sizes possible (`exr_header`);
2. the samples of all parts together stay below a bound, and a file holds at least the
   table of its chunks;
3. every chunk lies within the file, behind the tables, is the chunk that its place
   in the table says, is no larger than what it unpacks to, and not smaller than its
   compression can make that.

The library then sees a header of our making: what it needs to unpack, and nothing
that a person or a renderer wrote. Texts, previews and unknown attributes never
reach it, as with PNG.
"""

import io
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.frames.arrays import AnyArray
from pipeline.frames.exr_header import (
    COMPRESSIONS,
    LONG_NAMES,
    MAGIC,
    MULTI_PART,
    TILED,
    ExrPart,
    damaged,
    read_parts,
)

MAX_SAMPLE_BYTES: Final = 2**31
"""Of all channels of all parts, unpacked: 120 half channels of UHD."""

MAX_CHUNKS: Final = 2**20

_RATIOS: Final = {1: 64, 2: 1032, 3: 1032, 5: 1376, 6: 11, 7: 11}
"""By compression, how many bytes one can at most become: runs of 128 from two bytes;
deflate's limit; the same for floats stored in three bytes; 32 bytes from three. PIZ
and DWA have no such limit that is of use."""

_SCREEN: Final = (
    ("lineOrder", "lineOrder", b"\0"),
    ("screenWindowCenter", "v2f", bytes(8)),
    ("screenWindowWidth", "float", struct.pack("<f", 1.0)),
)
"""Required by the library, without meaning for samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrStructure:
    """What the headers say, and the file as the library may see it.

    Attributes:
        head: new headers and chunk tables.
        body: where the chunks begin in the file.
    """

    parts: tuple[ExrPart, ...]
    head: bytes
    body: int

    def stream(self, data: bytes) -> "ExrStream":
        """The same pictures under a header of our making."""
        return ExrStream(self.head, memoryview(data)[self.body :])


class ExrStream(io.RawIOBase):
    """Two pieces of memory read as one file, so that no chunk is copied twice."""

    def __init__(self, head: bytes, body: memoryview) -> None:
        super().__init__()
        self._head = head
        self._body = body
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes from here on; all for a negative size."""
        end = len(self._head) + len(self._body)
        stop = end if size < 0 else min(end, self._at + size)
        start, self._at = self._at, max(stop, self._at)
        split = len(self._head)
        if start >= split:
            return bytes(self._body[start - split : max(stop - split, 0)])
        tail = self._body[: max(stop - split, 0)]
        return self._head[start:stop] + bytes(tail)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a place counted from the start (0), here (1) or the end (2)."""
        base = (0, self._at, len(self._head) + len(self._body))[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be moved in."""
        return True


def survey_exr_structure(data: bytes, name: str) -> ExrStructure:
    """Check an OpenEXR file's structure without decoding it.

    Raises:
        UnreadableFrameError: truncated, damaged or not well formed.
        FrameShapeError: deep, subsampled, mip-mapped, of an unknown compression or
            of an impossible size.
    """
    parts, tables = read_parts(data, name)
    total = sum(part.size[0] * part.size[1] * part.pixel_bytes for part in parts)
    if total > MAX_SAMPLE_BYTES:
        raise damaged(name, f"{total} bytes of samples, more than {MAX_SAMPLE_BYTES}")
    counts = [_chunk_count(part) for part in parts]
    body = tables + 8 * sum(counts)
    if sum(counts) > MAX_CHUNKS or body > len(data):
        raise damaged(name, f"room for fewer than {sum(counts)} chunks")
    found = np.frombuffer(data, "<u8", sum(counts), tables)
    multi = bool(data[5] & MULTI_PART >> 8)
    start = 0
    for index, (part, count) in enumerate(zip(parts, counts, strict=True)):
        number = index if multi else None
        _check_chunks(data, found[start : start + count], (part, number, body), name)
        start += count
    headers = _headers(parts, counts, multi=multi)
    moved = found - np.uint64(body) + np.uint64(len(headers) + 8 * len(found))
    head = headers + moved.astype("<u8").tobytes()
    return ExrStructure(parts=parts, head=head, body=body)


def _chunk_count(part: ExrPart) -> int:
    width, height = part.size
    if part.tile is None:
        return -(-height // COMPRESSIONS[part.compression][1])
    return -(-width // part.tile[0]) * -(-height // part.tile[1])


def _check_chunks(
    data: bytes, offsets: AnyArray, of: tuple[ExrPart, int | None, int], name: str
) -> None:
    """Step 3 for one part; `of` is part, its number in a file of several, and body."""
    part, number, body = of
    expected, unpacked = _expected(part)
    if number is not None:
        expected = np.insert(expected, 0, number, axis=1)
    fields = expected.shape[1] + 1
    if offsets.min() < body or offsets.max() > len(data) - 4 * fields:
        raise damaged(name, "a chunk outside of the file, or one that was not written")
    places = offsets.astype(np.int64)[:, None] + np.arange(4 * fields)
    heads = np.frombuffer(data, np.uint8)[places].view("<i4")
    if not np.array_equal(heads[:, :-1], expected):
        raise damaged(name, "a chunk that is not the one its place says")
    sizes = heads[:, -1].astype(np.int64)
    ends = offsets.astype(np.int64) + 4 * fields + sizes
    ratio = _RATIOS.get(part.compression)
    whole = sizes == unpacked if part.compression == 0 else sizes <= unpacked
    if ratio and (unpacked > sizes * ratio).any():
        raise damaged(name, "chunks that promise more pixels than they can hold")
    if sizes.min() < 1 or not whole.all() or ends.max() > len(data):
        raise damaged(name, "a chunk that is cut off or larger than its pixels")


def _expected(part: ExrPart) -> tuple[AnyArray, AnyArray]:
    """For each chunk in order its coordinates, and the bytes it unpacks to."""
    width, height = part.size
    across, down = part.tile or (width, COMPRESSIONS[part.compression][1])
    widths = _pieces(width, across)
    heights = _pieces(height, down)
    unpacked = (heights[:, None] * widths).reshape(-1) * part.pixel_bytes
    if part.tile is None:
        rows = part.data.top + down * np.arange(len(heights), dtype=np.int64)
        return rows[:, None], unpacked
    row, column = np.indices((len(heights), len(widths))).reshape(2, -1)
    level = np.zeros_like(row)
    return np.stack((column, row, level, level), axis=1), unpacked


def _pieces(length: int, step: int) -> AnyArray:
    """A length cut into steps, the last one shorter."""
    return np.minimum(step, length - np.arange(0, length, step, dtype=np.int64))


def _headers(parts: tuple[ExrPart, ...], counts: list[int], *, multi: bool) -> bytes:
    flags = 2 | LONG_NAMES
    if multi:
        flags |= MULTI_PART
    elif parts[0].tile:
        flags |= TILED
    found = [MAGIC, struct.pack("<I", flags)]
    for part, count in zip(parts, counts, strict=True):
        found += (_attribute(*given) for given in _needed(part, count, multi=multi))
        found.append(b"\0")
    return b"".join(found) + (b"\0" if multi else b"")


def _needed(part: ExrPart, count: int, *, multi: bool) -> list[tuple[str, str, bytes]]:
    keys = ["channels", "compression", "dataWindow", "displayWindow"]
    if part.tile:
        keys.append("tiles")
    needed = [(key, *part.attributes[key]) for key in keys]
    # Shape of a pixel: 1, whatever the file says; it is not the library's business.
    needed.append(("pixelAspectRatio", "float", struct.pack("<f", 1.0)))
    needed += _SCREEN
    if multi:
        kind = b"tiledimage" if part.tile else b"scanlineimage"
        needed.append(("type", "string", kind))
        needed.append(("name", "string", part.name.encode()))
        needed.append(("chunkCount", "int", struct.pack("<i", count)))
    return needed


def _attribute(key: str, kind: str, value: bytes) -> bytes:
    return b"%b\0%b\0%b%b" % (
        key.encode(),
        kind.encode(),
        struct.pack("<I", len(value)),
        value,
    )
