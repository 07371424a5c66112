"""OpenEXR, DPX and Cryptomatte files, made by other libraries than the one under test.

`OpenEXR`'s own writer, OpenImageIO and FFmpeg write them; hostile ones are built byte
by byte. Photographs are those of scikit-image.
"""

import io
import json
import struct
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import OpenEXR
import OpenImageIO
import skimage
from PIL import Image

from pipeline.kernels.cryptomatte_manifest import object_id

Array = np.ndarray[Any, np.dtype[Any]]

COMPRESSIONS = ("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "dwaa", "dwab")
_NUMBERS = {
    "none": 0,
    "rle": 1,
    "zips": 2,
    "zip": 3,
    "piz": 4,
    "pxr24": 5,
    "b44": 6,
    "b44a": 7,
    "dwaa": 8,
    "dwab": 9,
}


def photo(height: int, width: int, name: str = "coffee.png") -> Array:
    """A real photograph as linear half floats; negative and above 1 here and there."""
    with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
        small = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    light = (np.asarray(small) / 255.0) ** 2.2
    return np.asarray(light * 2 - 0.01).astype(np.float16)


def exr(
    channels: Mapping[str, Array],
    compression: str = "zip",
    *,
    tiles: int = 0,
    **header: object,
) -> bytes:
    """A file of one part by OpenEXR's own writer."""
    fields: dict[str, Any] = dict(header)
    fields["compression"] = OpenEXR.Compression(_NUMBERS[compression])
    fields["type"] = OpenEXR.tiledimage if tiles else OpenEXR.scanlineimage
    if tiles:
        fields["tiles"] = OpenEXR.TileDescription()
        fields["tiles"].xSize = fields["tiles"].ySize = tiles
    out = io.BytesIO()
    with OpenEXR.File(fields, dict(channels), 0) as file:
        file.write(out)
    return out.getvalue()


def exr_parts(parts: Mapping[str, Mapping[str, Array]], **headers: object) -> bytes:
    """A file of several parts; `headers` are attributes by name of the part."""
    made = []
    for name, channels in parts.items():
        given = headers.get(name, {})
        assert isinstance(given, dict)
        fields = {
            "type": OpenEXR.scanlineimage,
            "compression": OpenEXR.ZIP_COMPRESSION,
            **given,
        }
        made.append(OpenEXR.Part(fields, dict(channels), name))
    out = io.BytesIO()
    with OpenEXR.File(made, 0) as file:
        file.write(out)
    return out.getvalue()


def window(left: int, top: int, right: int, bottom: int) -> tuple[Array, Array]:
    """A window as OpenEXR's binding has it, the last pixel included."""
    return np.array([left, top], np.int32), np.array([right, bottom], np.int32)


def attribute(key: str, kind: str, value: bytes) -> bytes:
    head = b"%b\0%b\0" % (key.encode(), kind.encode())
    return head + struct.pack("<I", len(value)) + value


def channel_list(
    *names: str, kind: int = 1, sampling: tuple[int, int] = (1, 1)
) -> bytes:
    fields = b"".join(
        name.encode() + b"\0" + struct.pack("<iIii", kind, 0, *sampling)
        for name in names
    )
    return fields + b"\0"


def exr_header(flags: int = 2, **changed: bytes | None) -> bytes:
    """A header byte by byte, 2 × 2 pixels of R, G and B, with attributes replaced."""
    kinds = {
        "channels": "chlist",
        "compression": "compression",
        "dataWindow": "box2i",
        "displayWindow": "box2i",
        "lineOrder": "lineOrder",
        "pixelAspectRatio": "float",
        "screenWindowCenter": "v2f",
        "screenWindowWidth": "float",
    }
    values: dict[str, bytes | None] = {
        "channels": channel_list("B", "G", "R"),
        "compression": b"\0",
        "dataWindow": struct.pack("<4i", 0, 0, 1, 1),
        "displayWindow": struct.pack("<4i", 0, 0, 1, 1),
        "lineOrder": b"\0",
        "pixelAspectRatio": struct.pack("<f", 1),
        "screenWindowCenter": bytes(8),
        "screenWindowWidth": struct.pack("<f", 1),
        **changed,
    }
    found = [b"v/1\x01", struct.pack("<I", flags)]
    for key, value in values.items():
        if value is not None:
            found.append(attribute(key, kinds.get(key, "string"), value))
    return b"".join(found) + b"\0"


def exr_by_hand(header: bytes) -> bytes:
    """The header's 2 × 2 half pixels, uncompressed, in two chunks."""
    first = len(header) + 16
    line = struct.pack("<i", 12) + bytes(12)
    chunks = b"".join(struct.pack("<i", y) + line for y in range(2))
    return header + struct.pack("<QQ", first, first + 20) + chunks


def oiio_dpx(
    codes: Array, bits: int, packing: str, order: str, path: Path, **more: object
) -> bytes:
    """A DPX file by OpenImageIO, which scales 16 bits down to the file's depth."""
    height, width, channels = codes.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, "uint16")
    spec.attribute("oiio:BitsPerSample", bits)
    spec.attribute("dpx:Packing", packing)
    spec.attribute("oiio:Endian", order)
    for key, value in more.items():
        spec.attribute(key.replace("__", ":"), value)
    wide = codes.astype(np.uint32)
    scaled = (wide << 16 - bits | wide >> max(2 * bits - 16, 0)) if bits < 16 else wide
    out: Any = OpenImageIO.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(scaled.astype(np.uint16))
    out.close()
    return path.read_bytes()


def oiio_pixels(path: Path, kind: str) -> Array:
    """All channels of a file as OpenImageIO reads them."""
    file: Any = OpenImageIO.ImageInput.open(str(path))
    assert file, OpenImageIO.geterror()
    found = np.asarray(file.read_image(0, 0, 0, file.spec().nchannels, kind))
    file.close()
    return found


def ffmpeg_dpx(planes: Sequence[Array], pix_fmt: str) -> bytes:
    """A DPX file by FFmpeg; `planes` as the pixel format has them."""
    height, width = planes[0].shape[0], planes[-1].shape[1]
    width = width // 3 if pix_fmt.startswith("rgb") else width
    codec: Any = av.CodecContext.create("dpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, pix_fmt
    codec.time_base = Fraction(1, 24)
    frame = av.VideoFrame(width, height, pix_fmt)
    kind = ">u2" if pix_fmt.endswith("be") else "<u2"
    for plane, samples in zip(frame.planes, planes, strict=True):
        padded = np.zeros((height, plane.line_size // 2), kind)
        padded[:, : samples.shape[1]] = samples
        plane.update(padded.tobytes())
    return b"".join(bytes(packet) for packet in codec.encode(frame))


def ranked(mattes: Mapping[str, Array], levels: int = 3) -> dict[str, Array]:
    """Rank float coverages of named objects by pixel, as a renderer's filter does.

    Returns:
        Channels `00.R` and so on, without a prefix.
    """
    names = list(mattes)
    shares = np.stack([mattes[name] for name in names]).astype(np.float32)
    ids = np.array([object_id(name) for name in names], np.uint32).view(np.float32)
    order = np.argsort(-shares, axis=0, kind="stable")
    found: dict[str, Array] = {}
    for rank in range(2 * levels):
        level, (of_id, of_share) = rank // 2, (("R", "G"), ("B", "A"))[rank % 2]
        share = np.zeros(shares.shape[1:], np.float32)
        number = np.zeros_like(share)
        if rank < len(names):
            share = np.take_along_axis(shares, order[rank : rank + 1], 0)[0]
            number = np.where(share > 0, ids[order[rank]], np.float32(0))
        found[f"{level:02d}.{of_id}"], found[f"{level:02d}.{of_share}"] = number, share
    return found


def cryptomatte(
    mattes: Mapping[str, Array],
    name: str = "CryptoObject",
    *,
    levels: int = 3,
    manifest: str | None = None,
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Channels and metadata of a Cryptomatte of these mattes."""
    channels = {f"{name}{key}": plane for key, plane in ranked(mattes, levels).items()}
    listed = {key: f"{object_id(key):08x}" for key in mattes}
    key = f"cryptomatte/{object_id(name):08x}"[:-1]
    return channels, {
        f"{key}/name": name,
        f"{key}/hash": "MurmurHash3_32",
        f"{key}/conversion": "uint32_to_float32",
        f"{key}/manifest": manifest or json.dumps(listed, ensure_ascii=False),
    }
