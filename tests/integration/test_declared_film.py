"""What TIFF, WebP, OpenEXR and DPX say of themselves; files by other libraries."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest
import tifffile
from PIL import Image

from ledger.encoding import canonical
from pipeline.capture.declared import declared
from pipeline.errors import UnreadableFrameError
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster
from pipeline.frames.sniff import RasterKind

PIXELS = np.zeros((4, 6, 3), np.uint8)
PROMPT = "고양이가 바다를 본다"


def said(content: bytes) -> dict[str, Any]:
    found = declared(content)
    assert found is not None
    canonical.encode(found)  # it must be fit to be committed
    return found


def tiff() -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(
        stream,
        PIXELS,
        description="prompt: a cat",
        software="a generator",
        extratags=[(700, 1, 4, b"<x/>", True)],
    )
    return stream.getvalue()


def webp() -> bytes:
    stream, exif = io.BytesIO(), Image.Exif()
    exif[0x0131] = "a generator"
    Image.fromarray(PIXELS).save(
        stream, "WEBP", lossless=True, exif=exif, xmp=b"<prompt>a cat</prompt>"
    )
    return stream.getvalue()


def exr(folder: Path) -> bytes:
    path = folder / "a.exr"
    header = {"type": OpenEXR.scanlineimage, "prompt": PROMPT, "seed": 7}
    channels = {"RGB": PIXELS.astype(np.float16)}
    OpenEXR.File(header, channels).write(str(path))
    return path.read_bytes()


def dpx(folder: Path) -> bytes:
    path = folder / "a.dpx"
    spec = OpenImageIO.ImageSpec(6, 4, 3, "uint16")
    spec["Copyright"] = "Studio"
    spec["dpx:SlateInfo"] = "SQ010"
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec)
    assert output.write_image(PIXELS.astype(np.uint16))
    output.close()
    return path.read_bytes()


def test_tags_of_a_tiff() -> None:
    found = said(tiff())
    assert found["container"] == "tiff"
    (item,) = found["items"]
    tags = {one["tag"]: one["value"] for one in item["tags"]}
    assert tags["0131"] == "a generator"
    assert bytes(tags["02bc"]) == b"<x/>"
    assert "prompt: a cat" in [one["value"] for one in item["tags"]]
    assert not {"0100", "0111", "011a"} & tags.keys()


def test_exif_and_xmp_of_a_webp() -> None:
    found = said(webp())
    assert found["container"] == "webp"
    assert [item["chunk"] for item in found["items"]] == ["EXIF", "XMP"]
    assert "a generator" in str(found["items"][0])
    assert found["items"][1]["xmp"] == "<prompt>a cat</prompt>"


def test_attributes_of_an_openexr(tmp_path: Path) -> None:
    found = said(exr(tmp_path))
    items = {item["attribute"]: item for item in found["items"]}
    assert found["container"] == "exr"
    assert items["prompt"]["text"] == PROMPT
    assert items["seed"]["base64"] == "BwAAAA=="
    assert not {"channels", "dataWindow", "compression"} & items.keys()


def test_texts_of_a_dpx(tmp_path: Path) -> None:
    found = said(dpx(tmp_path))
    fields = {item["field"]: item["text"] for item in found["items"]}
    assert found["container"] == "dpx"
    assert fields["creator"].startswith("OpenImageIO")
    assert fields["copyright"] == "Studio"
    assert fields["slate"] == "SQ010"


def test_user_data_of_a_dpx(tmp_path: Path) -> None:
    content = bytearray(dpx(tmp_path))
    order = ">" if content.startswith(b"SDPX") else "<"
    offset = struct.unpack_from(f"{order}I", content, 4)[0]
    content[2048:2048] = b"workflow"
    struct.pack_into(f"{order}I", content, 4, offset + 8)
    struct.pack_into(f"{order}I", content, 32, 8)
    found = said(bytes(content))
    assert found["items"][-1] == {"field": "user data", "base64": "d29ya2Zsb3c="}


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp"])
def test_pictures_that_jangbu_writes_declare_nothing(kind: RasterKind) -> None:
    output = RasterOutput(kind=kind, bits=8, colour="srgb")
    assert declared(encode_raster(PIXELS, 8, output)) is None


def test_dpx_that_jangbu_writes_declare_nothing() -> None:
    output = RasterOutput(kind="dpx", bits=10)
    assert declared(encode_raster(PIXELS.astype(np.uint16), 10, output)) is None


@pytest.mark.parametrize("make", [tiff, webp])
def test_a_file_cut_short_is_told_or_refused(make: Callable[[], bytes]) -> None:
    content = make()
    for length in range(4, len(content), 7):
        try:
            found = declared(content[:length])
        except UnreadableFrameError:
            continue
        canonical.encode(found or {})
