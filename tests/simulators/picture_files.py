"""Picture files made by hand, whole or broken in one chosen place."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes = b"") -> bytes:
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def header(
    width: int, height: int, depth: int = 8, colour: int = 2, interlace: int = 0
) -> bytes:
    return chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    )


def png(
    frame: Frame, before: Sequence[bytes] = (), after: Sequence[bytes] = ()
) -> bytes:
    """A PNG of a frame with chunks of one's own before and after the data."""
    height, width = frame.shape[:2]
    rows = b"".join(b"\x00" + row.tobytes() for row in frame)
    parts = [SIGNATURE, header(width, height), *before]
    parts += [chunk(b"IDAT", zlib.compress(rows)), *after, chunk(b"IEND")]
    return b"".join(parts)


def interlaced_png(frame: Frame) -> bytes:
    """Adam7, which Pillow can read and not write."""
    passes = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4))
    passes += ((2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))  # type: ignore[assignment]
    rows = b"".join(
        b"\x00" + row.tobytes()
        for top, left, down, right in passes
        if frame[top::down, left::right].size
        for row in frame[top::down, left::right]
    )
    height, width = frame.shape[:2]
    data = chunk(b"IDAT", zlib.compress(rows))
    return SIGNATURE + header(width, height, interlace=1) + data + chunk(b"IEND")


def gradient(height: int, width: int) -> Frame:
    """A smooth frame, so that a JPEG of it has several kinds of coefficients."""
    y, x = np.mgrid[:height, :width]
    planes = (x * 255 // max(1, width - 1), y * 255 // max(1, height - 1), x ^ y)
    return as_frame((np.stack(planes, 2) & 255).astype(np.uint8))


def pillow_file(frame: Frame, kind: str, mode: str = "RGB", **options: object) -> bytes:
    """A file as Pillow writes it, in a mode of one's choice."""
    out = io.BytesIO()
    Image.fromarray(frame).convert(mode).save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int, *, order: str = "<", interop: bytes = b"") -> bytes:
    """A TIFF structure with an orientation and maybe an interoperability index."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"

    def entry(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack(order + "HHI", tag, kind, count) + value.ljust(4, b"\x00")

    short = struct.pack(order + "H", orientation)
    root = [entry(0x0112, 3, 1, short)]
    if not interop:
        return mark + struct.pack(order + "IH", 8, 1) + root[0] + bytes(4)
    root.append(entry(0x8769, 4, 1, struct.pack(order + "I", 38)))
    body = mark + struct.pack(order + "IH", 8, 2) + b"".join(root) + bytes(4)
    at_interop = struct.pack(order + "I", 56)
    body += struct.pack(order + "H", 1) + entry(0xA005, 4, 1, at_interop) + bytes(4)
    body += struct.pack(order + "H", 1) + entry(0x0001, 2, 4, interop) + bytes(4)
    return body


SRGB_COLOURANTS = ((28578, 14581, 912), (25241, 46981, 6362), (9376, 3972, 46799))


def srgb_curve() -> bytes:
    """The parametric curve of IEC 61966-2-1."""
    numbers = (157286, 62119, 3417, 5072, 2651)
    return b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *numbers)


def table_curve(values: Sequence[int]) -> bytes:
    count = len(values)
    return b"curv" + bytes(4) + struct.pack(f">I{count}H", count, *values)


def icc(
    colourants: Sequence[tuple[int, int, int]] = SRGB_COLOURANTS,
    curve: bytes = b"",
    space: bytes = b"RGB ",
) -> bytes:
    """A matrix profile with just the six tags that decide."""
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC")
    bodies = [b"XYZ " + bytes(4) + struct.pack(">3i", *c) for c in colourants]
    bodies += [curve or srgb_curve()] * 3
    table, data = struct.pack(">I", 6), b""
    for name, body in zip(names, bodies, strict=True):
        table += struct.pack(">4sII", name, 128 + 76 + len(data), len(body))
        data += body
    head = bytes(16) + space + b"XYZ " + bytes(12) + b"acsp" + bytes(88)
    return head + table + data


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """The JPEG with one more segment right after its start."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]
