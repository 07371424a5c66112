"""Rebuild change_1.json: run this file; the tests compare without writing.

The figures come from tests/oracles/change_1.py, which is not the code that the
product runs.
"""

import json
from pathlib import Path

from tests.oracles.change_1 import Picture, differ_slowly
from tests.oracles.picture_1 import pattern

TARGET = Path(__file__).with_name("change_1.json")

# name, width, height, text of the picture before, what was done to it
CASES = (
    ("nothing changed", 5, 3, "plate", "nothing"),
    ("one sample by one code value", 5, 3, "plate", "one sample"),
    ("every sample by up to three code values", 70, 66, "plate", "slightly"),
    ("a region was painted over", 130, 65, "plate", "a region"),
    ("another picture", 64, 64, "plate", "everything"),
)


def build() -> str:
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_change_1.py from the slow oracle "
        "tests/oracles/change_1.py (plain integers, no NumPy).",
        "pictures": "The picture before is as in picture_1.json: the first w*h*3 bytes "
        "of SHAKE-256 of its text. The picture after, by what was done: 'nothing'; "
        "'one sample': the green sample of the first pixel of the last row is another "
        "by 1 (v xor 1); 'slightly': every sample is min(v + (x + y + c) mod 4, 255), "
        "c being 0, 1, 2 for R, G, B; 'a region': pixels with 60 <= x < 70 and "
        "y >= 10 come from the picture 'paint'; 'everything': the picture 'paint'.",
        "cases": [case(*one) for one in CASES],
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


def case(name: str, width: int, height: int, text: str, done: str) -> dict[str, object]:
    before = pattern(text, height, width)
    met = differ_slowly(before, changed(before, done))
    stats = ("changed_0", "changed_2", "sum_abs", "sum_sq")
    return {
        "name": name,
        "width": width,
        "height": height,
        "before": text,
        "done": done,
        "pixels": met.pixels,
        **dict(zip(stats, met.totals, strict=True)),
        "tiles": met.tiles,
        "tiles_digest": met.tiles_digest(),
    }


def changed(before: Picture, done: str) -> Picture:
    height, width = len(before), len(before[0])
    paint = pattern("paint", height, width)
    after = [list(row) for row in before]
    for y in range(height):
        for x in range(width):
            red, green, blue = before[y][x]
            if done == "one sample" and (x, y) == (0, height - 1):
                after[y][x] = (red, green ^ 1, blue)
            if done == "slightly":
                step = x + y
                after[y][x] = (
                    min(red + step % 4, 255),
                    min(green + (step + 1) % 4, 255),
                    min(blue + (step + 2) % 4, 255),
                )
            if done == "everything" or (done == "a region" and 60 <= x < 70 and y > 9):
                after[y][x] = paint[y][x]
    return after


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
