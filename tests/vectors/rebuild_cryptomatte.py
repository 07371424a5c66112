"""Rebuild cryptomatte.json: run this file; the tests compare without writing.

The figures come from tests/oracles/cryptomatte.py, which is not the code that the
product runs.
"""

import json
from pathlib import Path

from tests.oracles.cryptomatte import bits_of, cut, identity, murmur, rounded

TARGET = Path(__file__).with_name("cryptomatte.json")

NAMES = (
    "a",
    "bunny",
    "default",
    "torus",
    "равнина",
    "차량/문",
    'name containing a "quote"  ',
    "name_containing/slash",
    "obj520",  # all exponent bits of its hash are 1
    "obj45",  # all are 0
)

# name of the case, coverages by rank
PIXELS = (
    ("one object", (1.0,)),
    ("an edge", (0.75, 0.25)),
    ("an edge over nothing", (0.5, 0.125)),
    ("an 8-bit matte and what it leaves", (200 / 255, 55 / 255)),
    ("thirds", (1 / 3, 1 / 3, 1 / 3)),
    ("float noise", (0.6000004, 0.3999999, 1e-7)),
    ("half a step", (0.5 / 32768, 0.0)),
    ("less than half a step", (0.49999 / 32768, 0.0)),
    ("a renderer's sum of 1.001", (0.6, 0.401)),
    ("six ranks", (0.3, 0.2, 0.2, 0.1, 0.1, 0.1)),
)


def build() -> str:
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_cryptomatte.py from the slow "
        "oracle tests/oracles/cryptomatte.py (fractions, no NumPy).",
        "names": [
            {"name": name, "hash": f"{murmur(b):08x}", "id": f"{identity(name):08x}"}
            for name, b in ((name, name.encode()) for name in NAMES)
        ],
        "pixels": [pixel(*one) for one in PIXELS],
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


def pixel(name: str, shares: tuple[float, ...]) -> dict[str, object]:
    bits = [bits_of(share) for share in shares]
    nearest = [rounded(one) for one in bits]
    return {
        "name": name,
        "coverage": [f"{one:08x}" for one in bits],
        "rounded": nearest,
        "q15": cut(nearest),
    }


if __name__ == "__main__":
    TARGET.write_text(build(), "utf-8")
