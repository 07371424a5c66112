"""What generators and cameras really wrote is read from their files.

The files are not part of the repository; where they are absent these tests are skipped.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.canonical import encode
from pipeline.capture.declared import declared
from pipeline.errors import UnreadableFrameError

ROOT = Path(__file__).resolve().parents[2]
DATA = next(
    (
        folder
        for folder in (ROOT / "shared" / "data", ROOT.parent / "shared" / "data")
        if folder.is_dir()
    ),
    None,
)
pytestmark = pytest.mark.skipif(DATA is None, reason="no files beside the repository")


def items(path: str) -> list[dict[str, Any]]:
    assert DATA is not None
    found = declared((DATA / path).read_bytes())
    assert found is not None
    assert encode(found)
    return json.loads(encode(found))["items"]  # type: ignore[no-any-return]


def text_of(path: str, keyword: str) -> str:
    return next(str(i["text"]) for i in items(path) if i.get("keyword") == keyword)


PARSERS = "generator-files/parsers/"


def test_automatic1111_writes_one_text_that_a_jpeg_carries_in_its_exif() -> None:
    png = text_of(f"{PARSERS}AUTOMATIC1111/automatic1111_cropped.png", "parameters")
    [jpeg] = items(f"{PARSERS}AUTOMATIC1111/automatic1111_cropped.jpg")
    assert "Seed: 235284042" in png
    assert jpeg["exif"]["exif"] == [{"tag": "9286", "value": png}]


def test_comfyui_writes_prompt_and_workflow_as_json() -> None:
    path = f"{PARSERS}ComfyUI/img2img_cropped.png"
    assert "inputs" in json.loads(text_of(path, "prompt"))["3"]
    assert "nodes" in json.loads(text_of(path, "workflow"))


def test_invokeai_and_novelai_name_what_they_wrote() -> None:
    assert text_of(f"{PARSERS}InvokeAI/invokeai_imeta1.png", "invokeai_metadata")
    assert text_of(f"{PARSERS}NovelAI/novelai1_cropped.png", "Software") == "NovelAI"


def test_text_behind_the_picture_data_is_found() -> None:
    assert len(items("generator-files/bad_images/text_after_idat.png")) > 3


def test_a_camera_gives_its_make_and_exact_exposure() -> None:
    [exif, *_] = items("c2pa/P1000827.jpg")
    tags = {one["tag"]: one["value"] for one in exif["exif"]["0"]}
    exposure = {one["tag"]: one["value"] for one in exif["exif"]["exif"]}
    assert tags["010f"] == "Panasonic"
    assert "/" in exposure["829a"]


def test_a_file_without_declarations_gives_none() -> None:
    assert DATA is not None
    assert declared((DATA / "c2pa" / "libpng-test.png").read_bytes()) is None


def test_an_empty_file_is_refused() -> None:
    assert DATA is not None
    empty = DATA / "generator-files" / "bad_images" / "empty_file.png"
    with pytest.raises(UnreadableFrameError):
        declared(empty.read_bytes())
