"""Rebuild picture_2.json: run this file; the tests compare without writing.

The figures come from tests/oracles/picture_2.py, which is not the code that the
product runs.
"""

import json
from hashlib import sha256
from pathlib import Path
from struct import pack

from tests.oracles.picture_2 import (
    EXTREMES,
    SlowLinear,
    claims_pixel,
    clean_plate_pixel,
    compose_slowly,
    levels_pattern,
    linear_pattern,
    q15_pattern,
    scale_matte,
    scale_row,
    scale_weights,
    sums,
    table_bytes,
)

TARGET = Path(__file__).with_name("picture_2.json")

Box = tuple[int, int, int, int]
# name, width, height, active picture, layers bottom to top as (rgb, matte, blend)
COMPOSITES: tuple[
    tuple[str, int, int, Box | None, tuple[tuple[str, str, str], ...]], ...
] = (
    ("one opaque layer", 5, 3, None, (("plate", "", "over"),)),
    (
        "a soft element over a plate",
        70,
        66,
        None,
        (("plate", "", "over"), ("element", "matte", "over")),
    ),
    (
        "fire added to a plate, within the active picture",
        70,
        66,
        (0, 8, 70, 58),
        (("plate", "", "over"), ("fire", "", "plus")),
    ),
    (
        "a shadow, a screen and light between two layers",
        66,
        65,
        None,
        (
            ("plate", "", "over"),
            ("shadow", "m1", "multiply"),
            ("flare", "m2", "screen"),
            ("flash", "", "light"),
            ("front", "m3", "over"),
        ),
    ),
    (
        "soft layers over nothing",
        9,
        7,
        None,
        (("first", "m1", "over"), ("second", "m2", "plus")),
    ),
)
# screen, its channel and the two others, weights, least, lo, hi
KEYS = (
    ("green", (1, 0, 2), (128, 128), 256, 0, 32768),
    ("blue", (2, 0, 1), (256, 0), 4000, 3000, 30000),
    ("red", (0, 1, 2), (60, 100), 1, 16000, 16001),
)
KEY_SIZE = (17, 9)
SCALES = ((7, 16), (16, 7), (9, 9), (64, 4), (1, 5))
MATTE_SCALE = ((11, 9), (5, 20))
CLAIMS_SIZE = (13, 5)


def build() -> str:
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_picture_2.py from the slow "
        "oracle tests/oracles/picture_2.py (plain integers, floats rounded to 32 bits "
        "after each operation, no NumPy).",
        "pictures": "Samples of a text are (n - 8192) / 16384 for the first w*h*3 "
        "16-bit little-endian numbers n of SHAKE-256 of its UTF-8 bytes, row by row; "
        "each 13th, the first included, is extremes[n mod 8] instead. Coverage of a "
        "text is min(max(n - 16384, 0), 32768). Levels of a text are its numbers.",
        "extremes": [repr(value) for value in EXTREMES],
        "composites": [composite(*case) for case in COMPOSITES],
        "keys": [keyed(*case) for case in KEYS],
        "scales": [scaled(*case) for case in SCALES],
        "matte_scale": matte_scaled(),
        "claims": [claimed(plate=False), claimed(plate=True)],
    }
    return json.dumps(vectors, ensure_ascii=False, indent=1) + "\n"


def composite(
    name: str,
    width: int,
    height: int,
    active: Box | None,
    layers: tuple[tuple[str, str, str], ...],
) -> dict[str, object]:
    result = compose_slowly(
        [slow_layer(*layer, height, width) for layer in layers], active
    )
    lower, upper = sums(result.lower), sums(result.upper)
    alpha = b"".join(pack("<H", value) for row in result.alpha for value in row)
    return {
        "name": name,
        "width": width,
        "height": height,
        "active": active,
        "layers": [
            dict(zip(("rgb", "matte", "blend"), one, strict=True)) for one in layers
        ],
        "pixels": result.pixels_digest(),
        "alpha": sha256(alpha).hexdigest(),
        "bounds": [list(pair) for pair in zip(lower, upper, strict=True)],
        "light": [list(pair) for pair in zip(*result.light[:2], strict=True)],
        "light_total": result.light_total,
        "tiles": result.told,
        "tiles_digest": sha256(table_bytes(result.told)).hexdigest(),
        "bounds_digest": sha256(
            table_bytes(result.lower) + table_bytes(result.upper)
        ).hexdigest(),
    }


def slow_layer(rgb: str, matte: str, blend: str, height: int, width: int) -> SlowLinear:
    coverage = q15_pattern(matte, height, width) if matte else None
    return SlowLinear(
        rgb=linear_pattern(rgb, height, width), coverage=coverage, blend=blend
    )


def keyed(
    screen: str,
    channels: tuple[int, int, int],
    weights: tuple[int, int],
    least: int,
    lo: int,
    hi: int,
) -> dict[str, object]:
    width, height = KEY_SIZE
    plate, clean = f"{screen} plate", f"{screen} clean"
    rows = zip(
        levels_pattern(plate, height, width),
        levels_pattern(clean, height, width),
        strict=True,
    )
    return {
        "settings": {
            "screen": screen,
            "weights": weights,
            "least": least,
            "lo": lo,
            "hi": hi,
        },
        "width": width,
        "height": height,
        "plate": plate,
        "clean": clean,
        "coverage": [
            clean_plate_pixel(one, other, channels, (*weights, least, lo, hi))
            for pair in rows
            for one, other in zip(*pair, strict=True)
        ],
    }


def scaled(size: int, outputs: int) -> dict[str, object]:
    row = [pixel[0] for pixel in linear_pattern("row", 1, size)[0]]
    weights = [scale_weights(size, outputs, output) for output in range(outputs)]
    values = scale_row(row, outputs)
    return {
        "size": size,
        "outputs": outputs,
        "weights": [sorted(map(list, one.items())) for one in weights],
        "red_of_row": pack(f"<{outputs}f", *values).hex(),
    }


def matte_scaled() -> dict[str, object]:
    (width, height), (wide, high) = MATTE_SCALE
    matte = q15_pattern("matte", height, width)
    return {
        "from": [width, height],
        "to": [wide, high],
        "coverage": scale_matte(matte, wide, high),
    }


def claimed(*, plate: bool) -> dict[str, object]:
    width, height = CLAIMS_SIZE
    complete = q15_pattern("complete", height, width)
    at_most = q15_pattern("at most", height, width)
    numbers = q15_pattern("changed", height, width)
    readings = [
        claims_pixel(
            [(complete[y][x], complete[y][x]), (0, at_most[y][x])],
            int(numbers[y][x] > 16384) if plate else None,
        )
        for y in range(height)
        for x in range(width)
    ]
    return {
        "width": width,
        "height": height,
        "plate": plate,
        "bounds_and_told": [
            [sum(values) for values in zip(*layer, strict=True)]
            for layer in zip(*readings, strict=True)
        ],
    }


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
