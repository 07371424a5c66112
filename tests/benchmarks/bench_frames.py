"""CPU time of each step of a 1080p frame: `python -m tests.benchmarks.bench_frames`.

Prints JSON. The yardstick is what one would write first: Pillow's `composite` of
two layers and `save` as PNG, in the same process and minute. Times are the least
process CPU time of several runs, since other work may share the machine. The
yardstick neither works in linear light nor measures anything.
"""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame, pixels_digest
from pipeline.frames.reading import read_picture
from pipeline.frames.writing import OutputFormat, encode_picture
from pipeline.kernels.compose import Layer, compose
from pipeline.kernels.iscc import fingerprint
from pipeline.kernels.key import KeySettings, key

WIDTH, HEIGHT, RUNS = 1920, 1080, 7
PHOTOS = Path(skimage.__file__).parent / "data"
SETTINGS = KeySettings(screen="green", lo=1000, hi=16000)
YARDSTICK = "Pillow 8-bit composite of 2 layers + Pillow PNG"


def cpu_ms(step: Callable[[], object]) -> float:
    step()
    least = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        step()
        least = min(least, time.process_time() - start)
    return round(least * 1000, 1)


def photo(name: str, seed: int) -> Frame:
    """A real photograph at 1080p, with grain, since smooth files flatter a codec."""
    with Image.open(PHOTOS / name) as image:
        large = image.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    grain = np.random.default_rng(seed).normal(0, 3, (HEIGHT, WIDTH, 1))
    return as_frame(np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8))


def screened(frame: Frame) -> Frame:
    """A synthetic plate: the photograph's middle before an even green screen."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    far = ((x - WIDTH / 2) / 620) ** 2 + ((y - HEIGHT / 2) / 500) ** 2
    part = np.clip((1.1 - far) * 5, 0, 1)[:, :, None]
    return as_frame((frame * part + np.array([40, 190, 60]) * (1 - part)).astype("u1"))


def main() -> None:
    background, plate = photo("coffee.png", 1), screened(photo("chelsea.png", 2))
    keyed = key(plate, SETTINGS)
    element = Layer(rgb=keyed.rgb, coverage=keyed.coverage)
    layers = [Layer(rgb=background), element]
    flash = Layer(rgb=photo("rocket.jpg", 3), light=True)
    frame = compose(layers).frame
    png, jpeg = OutputFormat(), OutputFormat(kind="jpeg")
    png_file, jpeg_file = encode_picture(frame, png), encode_picture(frame, jpeg)
    matte = Image.fromarray((keyed.coverage >> 7).clip(0, 255).astype(np.uint8))
    below, above = Image.fromarray(background), Image.fromarray(keyed.rgb)

    def plain() -> None:
        Image.composite(above, below, matte).save(io.BytesIO(), "PNG")

    def own() -> None:
        encode_picture(compose(layers).frame, png)

    steps: dict[str, Callable[[], object]] = {
        "decode png": lambda: read_picture(png_file),
        "decode jpeg": lambda: read_picture(jpeg_file),
        "key/1": lambda: key(plate, SETTINGS),
        "picture/1 + measure/1, 2 layers": lambda: compose(layers),
        "picture/1 + measure/1, 4 layers": lambda: compose([*layers, element, element]),
        "picture/1 + measure/1, 2 layers and light": lambda: compose([*layers, flash]),
        "encode png": lambda: encode_picture(frame, png),
        "encode jpeg": lambda: encode_picture(frame, jpeg),
        "iscc": lambda: fingerprint(frame),
        "pixels digest": lambda: pixels_digest(frame),
    }
    figures = {name: cpu_ms(step) for name, step in steps.items()}
    yardstick, ours = cpu_ms(plain), cpu_ms(own)
    report = {
        "frame": f"{WIDTH}x{HEIGHT}, photographs with grain, synthetic screen",
        "unit": f"CPU ms, least of {RUNS}",
        "steps": figures,
        "yardstick": {"name": YARDSTICK, "cpu_ms": yardstick},
        "ours": {"name": "picture/1 + measure/1, 2 layers, + PNG", "cpu_ms": ours},
        "ratio_to_yardstick": round(ours / yardstick, 3),
        "bytes": {"png": len(png_file), "jpeg": len(jpeg_file)},
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
