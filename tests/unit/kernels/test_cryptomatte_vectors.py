"""Cryptomatte's rules against the golden vectors."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.frames.arrays import AnyArray
from pipeline.kernels.cryptomatte import cryptomattes_of
from pipeline.kernels.cryptomatte_manifest import murmur3_32, object_id
from tests.vectors.rebuild_cryptomatte import TARGET, build

VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
SPEC = Path(__file__).parents[3] / "docs" / "specs" / "cryptomatte.md"
HEADER = {
    "cryptomatte/0/name": "o",
    "cryptomatte/0/hash": "MurmurHash3_32",
    "cryptomatte/0/conversion": "uint32_to_float32",
}


@dataclass
class Source:
    planes: dict[str, AnyArray]
    header: dict[str, str]


def test_the_rebuild_script_makes_the_committed_vectors() -> None:
    assert build() == TARGET.read_text("utf-8")


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: case["name"])
def test_a_name_has_the_golden_hash_and_id(case: dict[str, str]) -> None:
    assert f"{murmur3_32(case['name'].encode()):08x}" == case["hash"]
    assert f"{object_id(case['name']):08x}" == case["id"]
    assert (
        f"| `{case['name']}` | `{case['hash']}` | `{case['id']}` |"
        in SPEC.read_text("utf-8")
    )


@pytest.mark.parametrize("case", VECTORS["pixels"], ids=lambda case: case["name"])
def test_a_pixel_has_the_golden_coverage(case: dict[str, Any]) -> None:
    planes: dict[str, AnyArray] = {}
    names = [f"object {number}" for number in range(len(case["coverage"]))]
    for rank, (name, bits) in enumerate(zip(names, case["coverage"], strict=True)):
        of_id, of_share = ("RG", "BA")[rank % 2]
        for letter, number in ((of_id, object_id(name)), (of_share, int(bits, 16))):
            plane = np.array([[number]], np.uint32).view(np.float32)
            planes[f"o{rank // 2:02d}.{letter}"] = plane
    (found,) = cryptomattes_of(Source(planes, HEADER)).values()
    assert [int(found.coverage([name])[0, 0]) for name in names] == case["q15"]
    figures = " | ".join(", ".join(map(str, case[key])) for key in ("rounded", "q15"))
    assert f"| {case['name']} | {figures} |" in SPEC.read_text("utf-8")
