"""The product's arithmetic against the golden vectors."""

import json
from hashlib import shake_256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.frames.arrays import Frame, as_frame, as_matte, pixels_digest
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.coverage import Coverage, coverage_of
from pipeline.kernels.iscc import fingerprint
from pipeline.kernels.key import KeySettings, key
from pipeline.kernels.tables import DIGESTS
from tests.vectors.rebuild_picture_1 import TARGET, build

VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
SPECS = Path(__file__).parents[2] / "docs" / "specs"


def frame(text: str, height: int, width: int) -> Frame:
    raw = shake_256(text.encode()).digest(height * width * 3)
    return as_frame(np.frombuffer(raw, np.uint8).reshape(height, width, 3))


def light(text: str, height: int, width: int) -> Frame:
    samples = frame(text, height, width).astype(np.uint32)
    return as_frame((samples**3 // 65025).astype(np.uint8))


def layer_of(case: dict[str, Any], size: tuple[int, int]) -> Layer:
    if case["light"]:
        return Layer(rgb=light(case["rgb"], *size), light=True)
    matte = coverage(case["matte"], *size) if case["matte"] else None
    return Layer(rgb=frame(case["rgb"], *size), coverage=matte)


def coverage(text: str, height: int, width: int) -> Coverage:
    raw = shake_256(text.encode()).digest(height * width)
    codes = np.clip(2 * np.frombuffer(raw, np.uint8).astype(int) - 128, 0, 255)
    return coverage_of(as_matte(codes.astype(np.uint8).reshape(height, width)))


def test_the_rebuild_script_makes_the_committed_vectors() -> None:
    assert build() == TARGET.read_text("utf-8")


@pytest.mark.parametrize("case", VECTORS["composites"], ids=lambda case: case["name"])
def test_a_composite_is_the_golden_one(case: dict[str, Any]) -> None:
    size = case["height"], case["width"]
    result = compose([layer_of(layer, size) for layer in case["layers"]])
    assert pixels_digest(result.frame) == case["pixels"]
    assert list(result.measures.layers) == case["coverage"]
    assert result.measures.unattributed == case["unattributed"]
    assert result.measures.tiles.tolist() == case["tiles"]
    assert result.measures.tiles_digest() == case["tiles_digest"]


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["rgb"])
def test_a_key_is_the_golden_one(case: dict[str, Any]) -> None:
    plate = frame(case["rgb"], case["height"], case["width"])
    keyed = key(plate, KeySettings(**case["settings"]))
    assert keyed.rgb.tobytes().hex() == case["despilled"]
    assert keyed.coverage.ravel().tolist() == case["coverage"]


def test_the_codes_are_the_golden_ones() -> None:
    case = VECTORS["iscc"]
    y, x = np.mgrid[: case["height"], : case["width"]]
    picture = as_frame(np.stack([2 * x + y, x + 3 * y, x * y], 2).astype(np.uint8))
    met = [fingerprint(picture), fingerprint(picture, bits=256)]
    assert [{"profile": p, "iscc": c} for c, p in met] == case["codes"]


@pytest.mark.parametrize(
    ("page", "facts"),
    [
        (
            "picture-1.md",
            [*DIGESTS.values(), *(c["pixels"] for c in VECTORS["composites"])],
        ),
        (
            "measure-1.md",
            [
                *(c["tiles_digest"] for c in VECTORS["composites"]),
                *(str(n) for c in VECTORS["composites"] for n in c["coverage"]),
                *(code["iscc"] for code in VECTORS["iscc"]["codes"]),
                *(code["profile"] for code in VECTORS["iscc"]["codes"]),
            ],
        ),
    ],
)
def test_the_specification_quotes_the_vectors(page: str, facts: list[str]) -> None:
    text = (SPECS / page).read_text("utf-8")
    assert [fact for fact in facts if fact not in text] == []
