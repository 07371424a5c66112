"""CPU time of picture/2: `python -m tests.benchmarks.bench_picture_2`.

Prints JSON. The yardstick is what one would write first: whole-frame float32 `over` in
NumPy, bottom to top, and a float sum of each layer's visible share. It counts no tiles,
no light and no bounds, and its shares differ between machines in the last digits.
Times are the least process CPU time of several runs, since other work may share the
machine. Light is synthetic: random samples, and an oval matte with soft edges.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from pipeline.frames.raster import Box
from pipeline.kernels.coverage import Coverage, as_coverage
from pipeline.kernels.key_2 import CleanPlateSettings, key_clean_plate
from pipeline.kernels.linear import Linear, as_linear
from pipeline.kernels.picture_2 import LinearLayer, compose_linear
from pipeline.kernels.transform import Size, Transform, place

SIZES = {"1080p": (1080, 1920), "UHD": (2160, 3840)}
RUNS = 5

Plane = np.ndarray[Any, np.dtype[np.float32]]


def cpu_ms(step: Callable[[], object]) -> float:
    step()
    least = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        step()
        least = min(least, time.process_time() - start)
    return round(least * 1000, 1)


def light(height: int, width: int, seed: int) -> Linear:
    rng = np.random.default_rng(seed)
    return as_linear(rng.random((height, width, 3), np.float32))


def oval(height: int, width: int) -> Coverage:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    far = ((x / width - 0.5) / 0.32) ** 2 + ((y / height - 0.5) / 0.46) ** 2
    return as_coverage((np.clip((1.1 - far) * 5, 0, 1) * 32768).astype(np.uint16))


def plainly(plate: Linear, element: Linear, alpha: Plane, times: int) -> list[float]:
    """Whole-frame floats: colour from the bottom up, shares from the top down."""
    picture = plate
    for _ in range(times):
        picture = picture * (1 - alpha[:, :, None]) + element * alpha[:, :, None]
    left, shares = np.ones_like(alpha), []
    for _ in range(times):
        weight = left * alpha
        left = left - weight
        shares.append(float(weight.sum(dtype=np.float64)))
    return [*shares, float(picture[0, 0, 0])]


def measured(height: int, width: int) -> dict[str, object]:
    plate, element = light(height, width, 1), light(height, width, 2)
    matte = oval(height, width)
    alpha: Plane = matte.astype(np.float32)
    alpha /= 32768
    over = LinearLayer(rgb=element, coverage=matte)
    fire = LinearLayer(rgb=element, coverage=matte, blend="plus")
    stack = [LinearLayer(rgb=plate), over]
    settings = CleanPlateSettings(screen="green")
    steps: dict[str, Callable[[], object]] = {
        "1 opaque layer": lambda: compose_linear(stack[:1]),
        "2 layers": lambda: compose_linear(stack),
        "4 layers": lambda: compose_linear([*stack, over, over]),
        "2 layers and plus": lambda: compose_linear([*stack, fire]),
        "2 layers, letterbox": lambda: compose_linear(
            stack, active=Box(0, height // 8, width, height - height // 8)
        ),
        "key/2": lambda: key_clean_plate(plate, element, settings),
        "scale to half": lambda: place(
            plate, matte, Transform(scale=Size(width // 2, height // 2))
        ),
    }
    plain = {
        count: cpu_ms(partial(plainly, plate, element, alpha, count - 1))
        for count in (2, 4)
    }
    own = {name: cpu_ms(step) for name, step in steps.items()}
    return {
        "picture/2 + measure/2": own,
        "plain NumPy": {f"{n} layers": value for n, value in plain.items()},
        "ratio_to_plain": {
            f"{n} layers": round(own[f"{n} layers"] / plain[n], 2) for n in plain
        },
    }


def main() -> None:
    report = {
        "unit": f"CPU ms, least of {RUNS}",
        "yardstick": "plain NumPy float32, whole frame, shares without tiles or light",
        "frames": {name: measured(*size) for name, size in SIZES.items()},
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
