"""Rebuild picture_1.json: run this file; the tests compare without writing.

The figures come from tests/oracles/picture_1.py, which is not the code that the
product runs. Only the ISCC codes come from the product, with iscc-sdk as their
oracle in tests/integration/test_iscc_against_sdk.py.
"""

import json
from pathlib import Path

import numpy as np

from pipeline.frames.arrays import as_frame
from pipeline.kernels.iscc import fingerprint
from pipeline.kernels.tables import DIGESTS
from tests.oracles.picture_1 import (
    SlowLayer,
    compose_slowly,
    key_pixel,
    light_pattern,
    matte_pattern,
    pattern,
    slow_coverage,
)

TARGET = Path(__file__).with_name("picture_1.json")

LIGHT = "light/1"
# name, width, height, layers bottom to top as (rgb text, matte text, LIGHT or None)
COMPOSITES = (
    ("one opaque layer", 5, 3, (("plate", None),)),
    ("a soft element over a plate", 70, 66, (("plate", None), ("element", "matte"))),
    (
        "three soft layers over nothing",
        130,
        65,
        (("first", "m1"), ("second", "m2"), ("third", "m3")),
    ),
    (
        "an opaque layer hides what is below",
        64,
        64,
        (("plate", None), ("hidden", "m1"), ("cover", None), ("front", "m2")),
    ),
    ("light alone", 5, 3, (("flash", LIGHT),)),
    (
        "light between a plate and a soft element, more light in front",
        70,
        66,
        (("plate", None), ("flash", LIGHT), ("element", "matte"), ("sparks", LIGHT)),
    ),
)
KEYS = (
    ("green", 0, 65535, "average"),
    ("green", 3000, 3001, "none"),
    ("blue", 1000, 30000, "average"),
)
KEY_SIZE = (17, 9)
ISCC_SIZE = (96, 54)


def build() -> str:
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_picture_1.py from the slow "
        "oracle tests/oracles/picture_1.py (plain integers, no NumPy).",
        "pictures": "RGB samples of a text are the first w*h*3 bytes of SHAKE-256 "
        "of its UTF-8 bytes, row by row. A matte's codes are "
        "min(max(2*b - 128, 0), 255) of the first w*h bytes. Samples of light are "
        "b*b*b div 65025 of the bytes b of an RGB picture. The ISCC picture has "
        "R = 2x + y, G = x + 3y, B = x*y, each modulo 256.",
        "tables": DIGESTS,
        "composites": [composite(*case) for case in COMPOSITES],
        "keys": [keyed(*case) for case in KEYS],
        "iscc": iscc_codes(),
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


def composite(
    name: str, width: int, height: int, layers: tuple[tuple[str, str | None], ...]
) -> dict[str, object]:
    result = compose_slowly(
        [slow_layer(rgb, matte, height, width) for rgb, matte in layers]
    )
    return {
        "name": name,
        "width": width,
        "height": height,
        "layers": [
            {
                "rgb": rgb,
                "matte": "" if matte == LIGHT else matte or "",
                "light": matte == LIGHT,
            }
            for rgb, matte in layers
        ],
        "first_row_start": [list(pixel) for pixel in result.rgb[0][:3]],
        "pixels": result.pixels_digest(),
        "coverage": result.layers,
        "unattributed": result.unattributed,
        "tiles": result.tiles,
        "tiles_digest": result.tiles_digest(),
    }


def slow_layer(rgb: str, matte: str | None, height: int, width: int) -> SlowLayer:
    if matte == LIGHT:
        return SlowLayer(rgb=light_pattern(rgb, height, width), light=True)
    coverage = slow_coverage(matte_pattern(matte, height, width)) if matte else None
    return SlowLayer(rgb=pattern(rgb, height, width), coverage=coverage)


def keyed(screen: str, lo: int, hi: int, despill: str) -> dict[str, object]:
    width, height = KEY_SIZE
    cells = [
        key_pixel(pixel, screen, lo, hi, despill)
        for row in pattern(f"{screen} screen", height, width)
        for pixel in row
    ]
    return {
        "settings": {"screen": screen, "lo": lo, "hi": hi, "despill": despill},
        "width": width,
        "height": height,
        "rgb": f"{screen} screen",
        "coverage": [coverage for _, coverage in cells],
        "despilled": bytes(v for pixel, _ in cells for v in pixel).hex(),
    }


def iscc_codes() -> dict[str, object]:
    width, height = ISCC_SIZE
    y, x = np.mgrid[:height, :width]
    frame = as_frame(np.stack([2 * x + y, x + 3 * y, x * y], 2).astype(np.uint8))
    codes = [fingerprint(frame), fingerprint(frame, bits=256)]
    return {
        "width": width,
        "height": height,
        "codes": [{"profile": profile, "iscc": iscc} for iscc, profile in codes],
    }


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
