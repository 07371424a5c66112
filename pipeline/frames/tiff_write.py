"""TIFF out: pixels, and the profile of their colour space; nothing else.

Little-endian, one directory behind the samples. Uncompressed pictures lie in one strip,
compressed ones in strips of about a mebibyte, so that a reader need not take in a page
at once. No date, no software, no description is written.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, TypeAlias, cast

import imagecodecs
import numpy as np

from pipeline.frames import tiff_tags as tag
from pipeline.frames.arrays import AnyArray
from pipeline.frames.icc_profile import PROFILED, profile_of
from pipeline.frames.picture import tool_token
from pipeline.frames.png_deep import joined
from pipeline.frames.raster import Samples, check_alpha, check_samples

TiffCompression: TypeAlias = Literal["none", "lzw", "deflate", "zstd"]

TIFF_SPACES: Final = PROFILED
"""Spaces that a TIFF of ours can declare."""

_SCHEMES: Final[dict[str, int]] = {"none": 1, "lzw": 5, "deflate": 8, "zstd": 50000}
_LEVELS: Final = {"deflate": 1, "zstd": 1}
_STRIP_BYTES: Final = 2**20

_SHORT, _LONG, _RATIONAL, _UNDEFINED = 3, 4, 5, 7
_CODES: Final = {_SHORT: "H", _LONG: "I", _RATIONAL: "I", _UNDEFINED: "B"}

_Entry: TypeAlias = tuple[int, int, tuple[int, ...]]


def encode_tiff(
    samples: Samples,
    bits: int,
    *,
    alpha: Samples | None = None,
    premultiplied: bool = False,
    compression: TiffCompression = "none",
    colour: str | None = None,
) -> bytes:
    """Encode 8 or 16-bit integers, half or single floats.

    Args:
        samples: (height, width, 3), or (height, width) for grey.
        bits: 8, 16 or 32; codes of 10 or 12 bits have no place in a TIFF.
        alpha: in the same type.
        premultiplied: whether `samples` were multiplied by `alpha`.
        compression: the last three with the predictor for the type.
        colour: one of `TIFF_SPACES`, as an ICC profile; `None` declares nothing.

    Raises:
        FrameShapeError: samples of another type.
    """
    check_samples(samples, bits)
    if alpha is not None:
        check_alpha(samples, alpha)
    pixels = joined(samples, alpha)
    height, width = pixels.shape[:2]
    shaped = pixels.reshape(height, width, -1)
    rows = _rows_per_strip(shaped, compression)
    strips = [_packed(one, compression) for one in _strips(shaped, rows)]
    offsets, at = [], 8
    for strip in strips:
        offsets.append(at)
        at += len(strip) + len(strip) % 2
    channels = shaped.shape[2]
    entries: list[_Entry] = [
        (tag.WIDTH, _LONG, (width,)),
        (tag.HEIGHT, _LONG, (height,)),
        (tag.BITS, _SHORT, (8 * shaped.itemsize,) * channels),
        (tag.COMPRESSION, _SHORT, (_SCHEMES[compression],)),
        (tag.PHOTOMETRIC, _SHORT, (1 if channels == 1 else 2,)),
        (tag.STRIP_OFFSETS, _LONG, tuple(offsets)),
        (tag.CHANNELS, _SHORT, (channels,)),
        (tag.ROWS_PER_STRIP, _LONG, (rows,)),
        (tag.STRIP_BYTES, _LONG, tuple(map(len, strips))),
        # Baseline wants a resolution: no unit, square pixels.
        (tag.X_RESOLUTION, _RATIONAL, (1, 1)),
        (tag.Y_RESOLUTION, _RATIONAL, (1, 1)),
        (tag.PLANAR, _SHORT, (1,)),
        (tag.RESOLUTION_UNIT, _SHORT, (1,)),
        (tag.SAMPLE_FORMAT, _SHORT, (3 if shaped.dtype.kind == "f" else 1,) * channels),
    ]
    if compression != "none":
        predictor = 3 if shaped.dtype.kind == "f" else 2
        entries.append((tag.PREDICTOR, _SHORT, (predictor,)))
    if alpha is not None:
        entries.append((tag.EXTRA_SAMPLES, _SHORT, (1 if premultiplied else 2,)))
    if colour is not None:
        entries.append((tag.ICC, _UNDEFINED, tuple(profile_of(colour))))
    head = struct.pack("<2sHI", b"II", 42, at)
    # One copy only: at 4K each further one costs as much as all the rest.
    parts: list[bytes | memoryview] = [head]
    for strip in strips:
        parts += (strip, bytes(len(strip) % 2))
    return b"".join((*parts, _directory(entries, at)))


def tiff_encoder(compression: str) -> str:
    """The encoder's token."""
    if compression == "none":
        return tool_token("numpy", "tiff")
    level = _LEVELS.get(compression, "")
    return tool_token("imagecodecs", "tiff", f"{compression}{level}")


def _rows_per_strip(shaped: AnyArray, compression: str) -> int:
    height = int(shaped.shape[0])
    if compression == "none":
        return height
    return max(1, min(height, _STRIP_BYTES // int(shaped[0].nbytes)))


def _strips(shaped: AnyArray, rows: int) -> Iterator[AnyArray]:
    for top in range(0, len(shaped), rows):
        yield shaped[top : top + rows]


def _packed(strip: AnyArray, compression: str) -> bytes | memoryview:
    little = strip.astype(strip.dtype.newbyteorder("<"), copy=False)
    if compression == "none":
        flat = np.ascontiguousarray(little).reshape(-1)
        return flat.view(np.uint8).data
    predicted = _planes(strip) if strip.dtype.kind == "f" else _differences(little)
    return bytes(_encoders()[compression](predicted))


def _encoders() -> dict[str, Callable[[AnyArray], Any]]:
    return {
        "lzw": imagecodecs.lzw_encode,
        "deflate": lambda one: imagecodecs.deflate_encode(one, _LEVELS["deflate"]),
        "zstd": lambda one: imagecodecs.zstd_encode(one, _LEVELS["zstd"]),
    }


def _differences(strip: AnyArray) -> AnyArray:
    return cast("AnyArray", imagecodecs.delta_encode(strip, axis=1))


def _planes(strip: AnyArray) -> AnyArray:
    """Predictor 3 (supplement 3): planes of bytes, the highest first, differences."""
    rows, width, channels = strip.shape
    step = strip.dtype.itemsize
    big = strip.astype(strip.dtype.newbyteorder(">"), order="C")
    octets = big.view(np.uint8).reshape(rows, width * channels, step)
    planes = np.ascontiguousarray(octets.transpose(0, 2, 1))
    together = planes.reshape(rows, step * width, channels)
    return cast("AnyArray", imagecodecs.delta_encode(together, axis=1))


def _directory(entries: list[_Entry], at: int) -> bytes:
    """The directory, its tags in ascending order, and the values behind it."""
    behind = at + 2 + 12 * len(entries) + 4
    table, values = struct.pack("<H", len(entries)), b""
    for number, kind, numbers in sorted(entries):
        body = struct.pack(f"<{len(numbers)}{_CODES[kind]}", *numbers)
        count = len(numbers) // 2 if kind == _RATIONAL else len(numbers)
        if len(body) <= 4:
            place = body.ljust(4, b"\0")
        else:
            place = struct.pack("<I", behind + len(values))
            values += body + bytes(len(body) % 2)
        table += struct.pack("<HHI", number, kind, count) + place
    return table + bytes(4) + values
