"""CPU time of colour at 4K: `python -m tests.benchmarks.bench_colour`.

Prints JSON. The yardstick is OpenColorIO's CPU processor as one would use it: single
floats in and out, its default optimisation, in the same process and minute. It does not
give the same bits on every machine, which ours has to. Times are the least process CPU
time of several runs, since other work may share the machine.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses
import skimage
from PIL import Image

from pipeline.colour.bake import Look
from pipeline.colour.cdl import Cdl
from pipeline.colour.convert import SampleType, decode, encode, to_primaries
from pipeline.colour.show import grade_of_look
from pipeline.colour.spaces import space_of

WIDTH, HEIGHT, RUNS = 3840, 2160, 5
PHOTO = Path(skimage.__file__).parent / "data" / "coffee.png"
STUDIO = "studio-config-v2.2.0_aces-v1.3_ocio-v2.4"


def cpu_ms(step: Callable[[], object], *, prepare: Callable[[], object] = int) -> float:
    step()
    least = float("inf")
    for _ in range(RUNS):
        prepare()
        start = time.process_time()
        step()
        least = min(least, time.process_time() - start)
    return round(least * 1000, 1)


def photo() -> np.ndarray[Any, np.dtype[np.float32]]:
    """A real photograph at 4K with grain, as light of linear Rec.709."""
    with Image.open(PHOTO) as image:
        large = image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    grain = np.random.default_rng(1).normal(0, 3, (HEIGHT, WIDTH, 1))
    codes = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
    return decode(codes, 8, space_of("srgb"))


class Yardstick:
    """OpenColorIO from one space of its studio config to another, in place.

    The pixels are put back before each run, which is not timed: transformed again and
    again they would run into denormal floats.
    """

    def __init__(
        self, source: str, target: str, pixels: np.ndarray[Any, np.dtype[np.float32]]
    ) -> None:
        self.pixels, self.buffer = pixels, pixels.copy()
        config = ocio.Config.CreateFromBuiltinConfig(STUDIO)
        self.processor = config.getProcessor(source, target).getDefaultCPUProcessor()

    def prepare(self) -> None:
        self.buffer[...] = self.pixels

    def cpu_ms(self) -> float:
        run = partial(self.processor.applyRGB, self.buffer)
        return cpu_ms(run, prepare=self.prepare)


def main() -> None:
    light = photo()
    names = {
        "srgb": "sRGB Encoded Rec.709 (sRGB)",
        "rec709": "Gamma 2.4 Encoded Rec.709",
        "acescct": "ACEScct",
        "logc3-ei800-awg3": "ARRI LogC3 (EI800)",
    }
    linear = {"srgb": "Linear Rec.709 (sRGB)", "rec709": "Linear Rec.709 (sRGB)"}
    cases: tuple[tuple[str, SampleType, int], ...] = (
        ("srgb", "uint8", 8),
        ("srgb", "uint16", 16),
        ("rec709", "uint16", 10),
        ("acescct", "uint16", 16),
        ("logc3-ei800-awg3", "uint16", 10),
    )
    report: dict[str, Any] = {}
    for token, dtype, bits in cases:
        space = space_of(token)
        codes = encode(light, space, dtype, bits)
        floats = codes.astype(np.float32) / np.float32(2**bits - 1)
        # To or from light of the curve's own primaries where the config has a name for
        # it; from the log spaces it goes to ACES2065-1 and multiplies as well.
        there = linear.get(token, "ACES2065-1")
        ours = {
            "decode": cpu_ms(partial(decode, codes, bits, space)),
            "encode": cpu_ms(partial(encode, light, space, dtype, bits)),
        }
        theirs = {
            "decode": Yardstick(names[token], there, floats).cpu_ms(),
            "encode": Yardstick(there, names[token], light).cpu_ms(),
        }
        report[f"{token} {bits}"] = {
            step: {
                "ours": ours[step],
                "yardstick": theirs[step],
                "ratio": round(ours[step] / theirs[step], 3),
            }
            for step in ours
        }
    acescg, rec709 = space_of("acescg"), space_of("linear-rec709")
    own = cpu_ms(partial(to_primaries, light, acescg, rec709))
    other = Yardstick("ACEScg", "Linear Rec.709 (sRGB)", light).cpu_ms()
    report["to_primaries"] = {
        "ours": own,
        "yardstick": other,
        "ratio": round(own / other, 3),
    }
    acescct = space_of("acescct")
    grade = grade_of_look(Look(source=acescct, target=acescct, steps=(Cdl(),)))
    report["baked grade, 33"] = {"ours": cpu_ms(lambda: grade.apply(light, rec709))}
    result = {
        "frame": f"{WIDTH}x{HEIGHT}, a photograph with grain",
        "unit": f"CPU ms, least of {RUNS}",
        "yardstick": f"OpenColorIO {ocio.__version__}, applyRGB on single floats",
        "steps": report,
    }
    json.dump(result, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
