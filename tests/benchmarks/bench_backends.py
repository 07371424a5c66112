"""CPU time of the backends at 1080p and 4K.

Run `python -m tests.benchmarks.bench_backends`; it prints JSON. The yardstick is what
one would write first in NumPy: key, despill, over and shares in 32-bit floats over
whole pictures, in the same process and minute. Times are the least process CPU time of
several runs, one thread. What a process pays to load compiled kernels is measured in
processes of their own.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.backends import Backend, NumpyBackend
from pipeline.kernels.key import KeySettings
from pipeline.kernels.numba_backend import NumbaBackend
from pipeline.kernels.sources import Source
from tests.benchmarks.bench_frames import photo, screened

SIZES = {"1080p": (1920, 1080), "4K": (3840, 2160)}
RUNS = 5
KEY = KeySettings(screen="green", lo=1000, hi=16000)
YARDSTICK = "NumPy float32: key, despill, over in light, shares; whole pictures"

LOADING = """
import time
import numpy
from pipeline.kernels import backends
start = time.process_time()
backend = backends.backend_named("{name}")
print(round(1000 * (time.process_time() - start), 1))
"""

Floats = np.ndarray[Any, np.dtype[np.float32]]


def cpu_ms(step: Callable[[], object]) -> float:
    step()
    least = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        step()
        least = min(least, time.process_time() - start)
    return round(least * 1000, 1)


def larger(frame: Frame, size: tuple[int, int]) -> Frame:
    """The 1080p picture in another size, with grain of that size."""
    if (frame.shape[1], frame.shape[0]) == size:
        return frame
    scaled = Image.fromarray(frame).resize(size, Image.Resampling.LANCZOS)
    grain = np.random.default_rng(size[0]).normal(0, 3, (size[1], size[0], 1))
    return as_frame(np.clip(np.asarray(scaled) + grain, 0, 255).astype(np.uint8))


def plainly(background: Frame, plates: list[Frame]) -> tuple[Any, list[float]]:
    """Layers over each other in float light, and their shares."""
    table = ((np.arange(256) / 255) ** 2.2).astype(np.float32)
    result: Floats = table[background]
    part = np.ones(background.shape[:2], np.float32)
    shares = []
    for plate in plates:
        light: Floats = table[plate]
        screen = light[..., 1] - np.maximum(light[..., 0], light[..., 2])
        alpha = 1 - np.clip((screen - 0.015) / 0.23, 0, 1)
        light[..., 1] = np.minimum(light[..., 1], (light[..., 0] + light[..., 2]) / 2)
        result = result * (1 - alpha[..., None]) + light * alpha[..., None]
        part *= 1 - alpha
        shares.append(float(alpha.mean()))
    codes = (np.clip(result, 0, 1) ** np.float32(1 / 2.2) * 255).astype(np.uint8)
    return codes, [*shares, float(part.mean())]


def figures(backend: Backend, stacks: dict[str, list[Source]]) -> dict[str, float]:
    found = {
        f"compose and measure, {name}": cpu_ms(partial(backend.compose, stack))
        for name, stack in stacks.items()
    }
    background, plate = (source.rgb for source in stacks["a keyed layer over a plate"])
    found["fingerprint"] = cpu_ms(lambda: backend.fingerprint(plate, bits=256))
    found["change"] = cpu_ms(lambda: backend.measure_differences(background, plate))
    return found


def measured(size: tuple[int, int]) -> dict[str, Any]:
    background = larger(photo("coffee.png", 1), size)
    plates = [
        larger(screened(photo(name, seed)), size)
        for seed, name in ((2, "chelsea.png"), (3, "rocket.jpg"))
    ]
    keyed = [Source(rgb=plate, key=KEY) for plate in plates]
    plate = Source(rgb=background)
    stacks = {
        "a plate": [plate],
        "a keyed layer over a plate": [plate, keyed[0]],
        "two keyed layers over a plate": [plate, *keyed],
        "a keyed layer and light over a plate": [
            plate,
            keyed[0],
            Source(rgb=larger(photo("rocket.jpg", 4), size), light=True),
        ],
    }
    two = stacks["a keyed layer over a plate"]
    digests = {
        backend.compose(two).measures.tiles_digest()
        for backend in (NumpyBackend(), NumbaBackend())
    }
    if len(digests) != 1:
        raise SystemExit("the backends differ")
    yardstick = cpu_ms(lambda: plainly(background, plates[:1]))
    numba = figures(NumbaBackend(), stacks)
    ours = numba["compose and measure, a keyed layer over a plate"]
    return {
        "yardstick_cpu_ms": yardstick,
        "numpy": figures(NumpyBackend(), stacks),
        "numba": numba,
        "ratio_to_yardstick": round(ours / yardstick, 3),
    }


def loading(name: str) -> float:
    """CPU ms from an interpreter with NumPy to a backend that was judged."""
    command = [sys.executable, "-c", LOADING.format(name=name)]
    runs = [
        subprocess.run(command, check=True, capture_output=True, text=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


def main() -> None:
    report = {
        "benchmark": "backends",
        "unit": f"CPU ms, least of {RUNS}, one thread",
        "pictures": "photographs with grain, synthetic screen",
        "yardstick": YARDSTICK,
        "sizes": {name: measured(size) for name, size in SIZES.items()},
        "loading_cpu_ms": {name: loading(name) for name in ("numpy", "numba")},
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
