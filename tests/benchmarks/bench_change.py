"""CPU time of `change/1` on a 1080p pair: `python -m tests.benchmarks.bench_change`.

Prints JSON. The yardstick is what one would write first: `abs` of the difference of
the two whole pictures in 16 bits, and the four figures of the picture with NumPy, in
the same process and minute. It makes no tiles. Times are the least process CPU time
of several runs, since other work may share the machine.
"""

import json
import sys
from collections.abc import Callable

import numpy as np

from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.reading import read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.change import changed_pixels, measure_differences
from tests.benchmarks.bench_frames import HEIGHT, RUNS, WIDTH, cpu_ms, photo

YARDSTICK = "NumPy: abs of int16 difference, whole picture, four totals, no tiles"


def plainly(before: Frame, after: Frame) -> tuple[int, int, int, int]:
    difference = np.abs(before.astype(np.int16) - after.astype(np.int16))
    greatest = difference.max(axis=2)
    squares = difference.astype(np.int64) ** 2
    return (
        int((greatest > 0).sum()),
        int((greatest > 2).sum()),
        int(difference.sum()),
        int(squares.sum()),
    )


def repainted(frame: Frame, share: int) -> Frame:
    """The picture with grain of its own in its uppermost lines: `share` of 16."""
    rows = HEIGHT * share // 16
    grain = np.random.default_rng(3).integers(-9, 10, (rows, WIDTH, 3))
    result = frame.copy()
    result[:rows] = np.clip(frame[:rows] + grain, 0, 255)
    return as_frame(result)


def main() -> None:
    before = photo("coffee.png", 1)
    whole, part = repainted(before, 16), repainted(before, 3)
    jpeg = encode_picture(before, OutputFormat(kind="jpeg"))
    again = read_picture(jpeg).rgb
    met = measure_differences(before, whole)
    figures = (met.changed_0, met.changed_2, met.sum_abs, met.sum_sq)
    if figures != plainly(before, whole):
        raise SystemExit("the yardstick measures something else")
    steps: dict[str, Callable[[], object]] = {
        "change/1, every pixel repainted": lambda: measure_differences(before, whole),
        "change/1, 3/16 repainted": lambda: measure_differences(before, part),
        "change/1, nothing changed": lambda: measure_differences(before, before),
        "change/1, JPEG against its picture": lambda: measure_differences(
            before, again
        ),
        "mask of changed pixels": lambda: changed_pixels(before, whole),
    }
    times = {name: cpu_ms(step) for name, step in steps.items()}
    yardstick = cpu_ms(lambda: plainly(before, whole))
    ours = times["change/1, every pixel repainted"]
    report = {
        "frame": f"{WIDTH}x{HEIGHT}, photograph with grain",
        "unit": f"CPU ms, least of {RUNS}",
        "steps": times,
        "yardstick": {"name": YARDSTICK, "cpu_ms": yardstick},
        "ours": {"name": "change/1, every pixel repainted", "cpu_ms": ours},
        "ratio_to_yardstick": round(ours / yardstick, 3),
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
