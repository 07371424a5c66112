"""Rasters of chosen depth, and files of them as other programs write them."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import tifffile
from PIL import Image

from pipeline.frames.arrays import AnyArray
from tests.simulators.picture_files import SIGNATURE, chunk, header

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}


def noise(
    height: int, width: int, channels: int, dtype: str, seed: int = 0
) -> AnyArray:
    """Samples over the whole range of a type; channels 1 gives two axes."""
    rng = np.random.default_rng(seed)
    shape = (height, width) if channels == 1 else (height, width, channels)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return rng.normal(0, 100, shape).astype(kind)
    return rng.integers(0, 256**kind.itemsize, shape).astype(kind)


def rows_of(samples: AnyArray) -> list[bytes]:
    """Rows as a PNG stores them, high byte first."""
    big = samples.astype(samples.dtype.newbyteorder(">"))
    return [row.tobytes() for row in np.ascontiguousarray(big)]


def filtered(samples: AnyArray, kinds: list[int]) -> bytes:
    """Rows filtered by plain loops over bytes (PNG 9.2), one kind after another."""
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    step = channels * samples.itemsize
    above = bytes(len(rows_of(samples)[0]))
    out = bytearray()
    for number, row in enumerate(rows_of(samples)):
        kind = kinds[number % len(kinds)]
        out.append(kind)
        for at, value in enumerate(row):
            a = row[at - step] if at >= step else 0
            b = above[at]
            c = above[at - step] if at >= step else 0
            guess = (0, a, b, (a + b) // 2, _paeth(a, b, c))[kind]
            out.append((value - guess) & 255)
        above = row
    return bytes(out)


def _paeth(a: int, b: int, c: int) -> int:
    p = a + b - c
    return min((a, b, c), key=lambda one: abs(p - one))


def deep_png(
    samples: AnyArray,
    *before: bytes,
    kinds: tuple[int, ...] = (0,),
    parts: int = 1,
) -> bytes:
    """A PNG made by hand: any depth, any filters, several IDAT, chunks before them."""
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    colour = next(key for key, count in CHANNELS.items() if count == channels)
    head = header(
        samples.shape[1], samples.shape[0], depth=8 * samples.itemsize, colour=colour
    )
    data = zlib.compress(filtered(samples, list(kinds)))
    step = -(-len(data) // parts)
    idat = [chunk(b"IDAT", data[at : at + step]) for at in range(0, len(data), step)]
    return b"".join([SIGNATURE, head, *before, *idat, chunk(b"IEND")])


def tiff(samples: AnyArray, **options: Any) -> bytes:  # noqa: ANN401 -- tifffile's own
    """A TIFF as tifffile writes it."""
    out = io.BytesIO()
    grey = samples.ndim == 2
    options = {"photometric": "minisblack" if grey else "rgb", **options}
    tifffile.imwrite(out, samples, **options)
    return out.getvalue()


def pillow(samples: AnyArray, kind: str, **options: Any) -> bytes:  # noqa: ANN401 -- Pillow's
    """Any file that Pillow writes."""
    out = io.BytesIO()
    Image.fromarray(samples).save(out, kind, **options)
    return out.getvalue()


def plain_tiff(
    tags: dict[int, tuple[int, tuple[int, ...]]], content: bytes = b""
) -> bytes:
    """A little-endian TIFF of one directory with tags of one's own: type and values.

    Content stands from byte 8 on; values that are long stand behind the directory.
    """
    codes = {1: "B", 3: "H", 4: "I", 5: "I", 7: "B"}
    at = 8 + len(content)
    behind = at + 2 + 12 * len(tags) + 4
    table, values = struct.pack("<H", len(tags)), b""
    for tag, (kind, numbers) in sorted(tags.items()):
        body = struct.pack(f"<{len(numbers)}{codes[kind]}", *numbers)
        count = len(numbers) // 2 if kind == 5 else len(numbers)
        place = body.ljust(4, b"\0")
        if len(body) > 4:
            place = struct.pack("<I", behind + len(values))
            values += body
        table += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<2sHI", b"II", 42, at) + content + table + bytes(4) + values


def tiff_tags(
    width: int, height: int, content: int, **changes: tuple[int, tuple[int, ...]] | None
) -> dict[int, tuple[int, tuple[int, ...]]]:
    """Tags of an uncompressed 8-bit RGB picture in one strip; `t259` changes one."""
    tags: dict[int, tuple[int, tuple[int, ...]]] = {
        256: (4, (width,)),
        257: (4, (height,)),
        258: (3, (8, 8, 8)),
        259: (3, (1,)),
        262: (3, (2,)),
        273: (4, (8,)),
        277: (3, (3,)),
        278: (4, (height,)),
        279: (4, (content,)),
    }
    for name, value in changes.items():
        tags.pop(int(name[1:]), None)
        if value is not None:
            tags[int(name[1:])] = value
    return tags
