"""The product's film arithmetic against the golden vectors."""

import json
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.frames.raster import Box, samples_digest
from pipeline.kernels.bounds import at_most, complete, measure_claims
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.key_2 import CleanPlateSettings, clean_plate_coverage
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.picture_2 import LinearLayer, compose_linear
from pipeline.kernels.resample import cut_off, scale_matte, windows
from pipeline.kernels.transform import Size, Transform, place
from tests.vectors.rebuild_picture_2 import TARGET, build

VECTORS: dict[str, Any] = json.loads(TARGET.read_text("utf-8"))
SPECS = Path(__file__).parents[2] / "docs" / "specs"


Numbers = np.ndarray[Any, np.dtype[np.uint16]]


def numbers(text: str, *shape: int) -> Numbers:
    raw = shake_256(text.encode()).digest(2 * int(np.prod(shape)))
    return np.frombuffer(raw, "<u2").astype(np.uint16).reshape(shape)


def linear(text: str, height: int, width: int) -> Linear:
    found = numbers(text, height, width, 3)
    samples = (found.astype(np.float32) - 8192) / 16384
    extremes = np.array([float(one) for one in VECTORS["extremes"]], np.float32)
    samples.ravel()[::13] = extremes[found.ravel()[::13] % 8]
    return as_linear(samples)


def coverage(text: str, height: int, width: int) -> Coverage:
    found = numbers(text, height, width).astype(int) - 16384
    return as_coverage(np.clip(found, 0, 32768).astype(np.uint16))


def layer_of(case: dict[str, str], size: tuple[int, int]) -> LinearLayer:
    rgb = linear(case["rgb"], *size)
    if case["blend"] == "light":
        return LinearLayer(rgb=rgb, light=True)
    matte = coverage(case["matte"], *size) if case["matte"] else None
    blend: Any = case["blend"]
    return LinearLayer(rgb=rgb, coverage=matte, blend=blend)


def test_the_rebuild_script_makes_the_committed_vectors() -> None:
    assert build() == TARGET.read_text("utf-8")


@pytest.mark.parametrize("case", VECTORS["composites"], ids=lambda case: case["name"])
def test_a_film_composite_is_the_golden_one(case: dict[str, Any]) -> None:
    size = case["height"], case["width"]
    box = Box(*case["active"]) if case["active"] else None
    result = compose_linear([layer_of(one, size) for one in case["layers"]], active=box)
    measures = result.measures
    assert samples_digest(result.rgb, 32) == case["pixels"]
    assert sha256(result.alpha.astype("<u2").tobytes()).hexdigest() == case["alpha"]
    everybody = [*measures.layers, measures.unattributed]
    assert [list(one) for one in everybody] == case["bounds"]
    lights = [*measures.light, measures.light_unattributed]
    assert [list(one) for one in lights] == case["light"]
    assert measures.light_total == case["light_total"]
    assert measures.tiles.tolist() == case["tiles"]
    assert measures.tiles_digest() == case["tiles_digest"]
    assert sha256(measures.bound_bytes()).hexdigest() == case["bounds_digest"]


@pytest.mark.parametrize("case", VECTORS["keys"], ids=lambda case: case["plate"])
def test_a_clean_plate_key_is_the_golden_one(case: dict[str, Any]) -> None:
    shape = case["height"], case["width"], 3
    plate: Any = numbers(case["plate"], *shape)
    clean: Any = numbers(case["clean"], *shape)
    chosen = case["settings"] | {"weights": tuple(case["settings"]["weights"])}
    met = clean_plate_coverage(plate, clean, CleanPlateSettings(**chosen))
    assert met.ravel().tolist() == case["coverage"]


@pytest.mark.parametrize("case", VECTORS["scales"], ids=lambda case: str(case["size"]))
def test_a_scaled_row_is_the_golden_one(case: dict[str, Any]) -> None:
    size, outputs = case["size"], case["outputs"]
    table = windows(size, outputs)
    for first, row, exact in zip(
        table.first.tolist(), table.weights.tolist(), case["weights"], strict=True
    ):
        assert [[first + n, w] for n, w in enumerate(row) if w] == [
            pair for pair in exact if pair[1]
        ]
    moved = place(linear("row", 1, size), None, Transform(scale=Size(outputs, 1))).rgb
    if size != outputs:  # else it is copied, the sign of zero included
        assert moved[0, :, 0].astype("<f4").tobytes().hex() == case["red_of_row"]


def test_a_scaled_matte_is_the_golden_one() -> None:
    case = VECTORS["matte_scale"]
    (width, height), (wide, high) = case["from"], case["to"]
    matte = coverage("matte", height, width)
    table = windows(width, wide), windows(height, high)
    scaled = cut_off(scale_matte(matte, *table, slice(0, high)))
    assert scaled.tolist() == case["coverage"]


@pytest.mark.parametrize("case", VECTORS["claims"], ids=lambda case: case["plate"])
def test_bounds_of_a_finished_composite_are_the_golden_ones(
    case: dict[str, Any],
) -> None:
    size = case["height"], case["width"]
    claims = [
        complete(coverage("complete", *size)),
        at_most(coverage("at most", *size)),
    ]
    changed: Any = coverage("changed", *size) > 16384
    measures = measure_claims(
        np.zeros((*size, 3), np.uint16),
        claims,
        changed=changed if case["plate"] else None,
    )
    told = measures.tiles.sum(axis=(1, 2)).tolist()
    everybody = [*measures.layers, measures.unattributed]
    met = [[*one, n] for one, n in zip(everybody, told, strict=True)]
    assert met == case["bounds_and_told"]


@pytest.mark.parametrize(
    ("page", "facts"),
    [
        ("picture-2.md", [c["pixels"] for c in VECTORS["composites"]]),
        (
            "measure-2.md",
            [
                *(c["tiles_digest"] for c in VECTORS["composites"]),
                *(
                    str(n)
                    for c in VECTORS["composites"]
                    for p in c["bounds"]
                    for n in p
                ),
                *(str(c["light_total"]) for c in VECTORS["composites"]),
            ],
        ),
    ],
)
def test_the_specification_quotes_the_vectors(page: str, facts: list[str]) -> None:
    text = (SPECS / page).read_text("utf-8")
    assert [fact for fact in facts if fact not in text] == []
