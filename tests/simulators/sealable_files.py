"""Encoded frames of every format that is sealed, each written by its own library.

The picture is synthetic: noise, so that a flipped byte cannot go unseen.
"""

import io
import os
import struct
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import OpenEXR
import OpenImageIO as oiio  # noqa: N813  # as its own documentation does
import tifffile
from PIL import Image

HEIGHT, WIDTH = 72, 96
NOTHING: Mapping[str, str] = {}

# SMPTE ST 268-1: file name and date, creator; what OpenImageIO fills in by itself.
DPX_WRITTEN = ((36, 100), (136, 24), (160, 100))


def noise(dtype: str = "uint8", height: int = HEIGHT, width: int = WIDTH) -> Any:  # noqa: ANN401  # uint8 or uint16
    most = np.iinfo(dtype).max
    generator = np.random.default_rng(7)
    return generator.integers(0, most, (height, width, 3), dtype=dtype, endpoint=True)


def by_pillow(kind: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(noise()).save(buffer, kind)
    return buffer.getvalue()


def png_16() -> bytes:
    """Sixteen bits in a single IDAT, put together by hand."""
    samples = noise("uint16").astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in samples)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))
        for kind, body in chunks
    )


def tiff(dtype: str = "uint8", **options: Any) -> bytes:  # noqa: ANN401
    buffer = io.BytesIO()
    options = {"software": False, "metadata": None, **options}
    tifffile.imwrite(buffer, noise(dtype), photometric="rgb", **options)
    return buffer.getvalue()


def webp(*, lossless: bool) -> bytes:
    return bytes(imagecodecs.webp_encode(noise(), lossless=lossless, level=90))


def exr(height: int = HEIGHT, width: int = WIDTH, **header: Any) -> bytes:  # noqa: ANN401
    samples = (noise("uint16", height, width) / 4096).astype(np.float16)
    said = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        **header,
    }
    return _by_path(
        ".exr", lambda path: OpenEXR.File(said, {"RGB": samples}).write(path)
    )


def dpx(header: Mapping[str, str] = NOTHING) -> bytes:
    """Ten bits, as OpenImageIO writes them, with its own marks blanked out."""
    data = bytearray(dpx_as_written(header))
    for start, length in DPX_WRITTEN:
        data[start : start + length] = bytes(length)
    return bytes(data)


def dpx_as_written(header: Mapping[str, str] = NOTHING) -> bytes:
    spec = oiio.ImageSpec(WIDTH, HEIGHT, 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    for name, value in header.items():
        spec.attribute(name, value)

    def write(path: str) -> None:
        out = oiio.ImageOutput.create(path)
        assert out is not None
        assert out.open(path, spec)
        assert out.write_image(noise("uint16"))
        assert out.close()

    return _by_path(".dpx", write)


def _by_path(suffix: str, write: Callable[[str], object]) -> bytes:
    descriptor, path = tempfile.mkstemp(suffix)
    os.close(descriptor)
    try:
        write(path)
        return Path(path).read_bytes()
    finally:
        Path(path).unlink()


SEALABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "png": (lambda: by_pillow("PNG"), "image/png"),
    "png16": (png_16, "image/png"),
    "jpeg": (lambda: by_pillow("JPEG"), "image/jpeg"),
    "tiff": (tiff, "image/tiff"),
    "tiff16": (lambda: tiff("uint16"), "image/tiff"),
    "tiff-deflate": (
        lambda: tiff("uint16", compression="zlib", predictor=True),
        "image/tiff",
    ),
    "tiff-big-endian": (lambda: tiff("uint16", byteorder=">"), "image/tiff"),
    "webp": (lambda: webp(lossless=False), "image/webp"),
    "webp-lossless": (lambda: webp(lossless=True), "image/webp"),
    "exr": (exr, "image/x-exr"),
    "dpx": (dpx, "image/x-dpx"),
}
"""By name: what writes the file, and its media type."""
