"""A source's own manifest does not come along: a thin ingredient says so instead."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import c2pa
import pytest

from tests.integration.privacy.conftest import World
from tests.integration.privacy.planting import CREDENTIALED, FRAMES, plate_path
from tests.integration.privacy.tokens import TOKENS

THIN = {"title", "relationship", "description", "label", "instance_id"}


def sealed_frame(world: World, kind: str, frame: int) -> Path:
    folder = world.root / ("prod/frames" if kind == "png" else "jpeg")
    code = TOKENS["PNG shot" if kind == "png" else "JPEG shot"]
    suffix = {"png": "png", "jpeg": "jpg"}[kind]
    (path,) = folder.rglob(f"{code}.{frame}.{suffix}")
    return path


def manifests_in(path: Path, kind: str) -> dict[str, Any]:
    with c2pa.Reader(f"image/{kind}", io.BytesIO(path.read_bytes())) as reader:
        document: dict[str, Any] = json.loads(reader.json())
    return document


def assertion_of(manifest: dict[str, Any]) -> dict[str, Any]:
    (found,) = [
        one["data"]
        for one in manifest["assertions"]
        if one["label"] == "kr.jangbu.frame"
    ]
    data: dict[str, Any] = found
    return data


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_withheld_manifest_leaves_its_digest_and_a_word_about_it(
    world: World, kind: str
) -> None:
    document = manifests_in(sealed_frame(world, kind, CREDENTIALED), kind)
    assert len(document["manifests"]) == 1
    manifest = document["manifests"][document["active_manifest"]]
    bottom, top = manifest["ingredients"]
    assert set(top) <= THIN
    assert "withheld" in top["description"]
    assert "byte for byte" in top["description"]
    assert "description" not in bottom
    source = world.root / "in" / plate_path(CREDENTIALED, "NFD")
    stated = assertion_of(manifest)["inputs"][1]
    assert stated == {
        "layer": 1,
        "file": hashlib.sha256(source.read_bytes()).hexdigest(),
        "incoming": "withheld",
    }


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_a_frame_without_a_manifest_of_its_own_withholds_nothing(
    world: World, kind: str
) -> None:
    for frame in set(FRAMES) - {CREDENTIALED}:
        document = manifests_in(sealed_frame(world, kind, frame), kind)
        manifest = document["manifests"][document["active_manifest"]]
        assert all(
            set(one) <= THIN - {"description"} for one in manifest["ingredients"]
        )
        inputs = assertion_of(manifest)["inputs"]
        assert [one["incoming"] for one in inputs] == ["none", "none"]
