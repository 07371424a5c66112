"""The change measure against the golden vectors."""

import json
from hashlib import shake_256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.change import STATS, measure_differences
from tests.vectors.rebuild_change_1 import TARGET, build

VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
SPEC = Path(__file__).parents[2] / "docs" / "specs" / "change-1.md"


def picture(text: str, height: int, width: int) -> Frame:
    raw = shake_256(text.encode()).digest(height * width * 3)
    return as_frame(np.frombuffer(raw, np.uint8).reshape(height, width, 3))


def after(before: Frame, done: str) -> Frame:
    height, width = before.shape[:2]
    paint, result = picture("paint", height, width), before.copy()
    if done == "one sample":
        result[-1, 0, 1] ^= 1
    if done == "slightly":
        y, x, channel = np.indices(before.shape)
        result = np.minimum(before + (x + y + channel) % 4, 255).astype(np.uint8)
    if done == "a region":
        result[10:, 60:70] = paint[10:, 60:70]
    return paint if done == "everything" else as_frame(result)


def test_the_rebuild_script_makes_the_committed_vectors() -> None:
    assert build() == TARGET.read_text("utf-8")


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_change_is_the_golden_one(case: dict[str, Any]) -> None:
    before = picture(case["before"], case["height"], case["width"])
    met = measure_differences(before, after(before, case["done"]))
    assert met.pixels == case["pixels"]
    assert {stat: getattr(met, stat) for stat in STATS} == {
        stat: case[stat] for stat in STATS
    }
    assert met.tiles.tolist() == case["tiles"]
    assert met.tiles_digest() == case["tiles_digest"]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_the_specification_quotes_the_vectors(case: dict[str, Any]) -> None:
    figures = " | ".join(str(case[stat]) for stat in STATS)
    size = f"{case['width']} × {case['height']}"
    row = f"| {case['name']}, {size} | {figures} | `{case['tiles_digest']}` |"
    assert row in SPEC.read_text("utf-8")
