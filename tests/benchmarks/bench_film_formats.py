"""What OpenEXR, DPX and Cryptomattes cost: CPU ms, and OpenImageIO's beside them.

    python -m tests.benchmarks.bench_film_formats

Prints one JSON document. A real photograph with grain, since smooth files flatter a
codec; half floats with and without alpha, codes of 10 and 16 bits. The yardstick is
OpenImageIO's plain use (`read_image`, `write_image` in one thread) on a file in memory
(`/dev/shm`), and `cryptomatte_api` for ids. Ours reads bytes, checks the structure
and that samples are finite. Times are the least process CPU time of five runs, ours
and theirs in turn.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
from cryptomatte_api import Cryptomatte as Other

from pipeline.frames.dpx import encode_dpx, read_dpx
from pipeline.frames.exr import encode_exr, read_exr, read_exr_planes
from pipeline.kernels.cryptomatte import cryptomattes_of
from tests.simulators.film_files import (
    Array,
    cryptomatte,
    exr,
    oiio_dpx,
    oiio_pixels,
    photo,
)

RUNS = 5
SIZES = {"1080p": (1080, 1920), "4k": (2160, 3840)}
COMPRESSIONS = ("none", "zips", "zip", "piz", "dwaa")


def pair(ours: Callable[[], object], theirs: Callable[[], object]) -> dict[str, float]:
    """Least CPU ms of both, run in turn."""
    least = [float("inf"), float("inf")]
    for _ in range(RUNS):
        for index, step in enumerate((ours, theirs)):
            start = time.process_time()
            step()
            least[index] = min(least[index], time.process_time() - start)
    mine, other = (round(spent * 1000, 1) for spent in least)
    return {"cpu_ms": mine, "yardstick_cpu_ms": other, "ratio": round(other / mine, 2)}


def grained(height: int, width: int) -> Array:
    noise = np.random.default_rng(1).normal(0, 0.002, (height, width, 3))
    return (photo(height, width) + noise).astype(np.float16)


def oiio_exr(samples: Array, compression: str, path: Path) -> None:
    height, width, channels = samples.shape
    spec = OpenImageIO.ImageSpec(width, height, channels, "half")
    spec.attribute("compression", compression)
    out: Any = OpenImageIO.ImageOutput.create(str(path))
    assert out.open(str(path), spec)
    assert out.write_image(samples)
    out.close()


def exr_figures(size: str, folder: Path) -> dict[str, object]:
    rgb = grained(*SIZES[size])
    alpha = np.ascontiguousarray(np.abs(rgb[:, :, 1]))
    rgba = np.dstack((rgb, alpha))
    path, written = folder / "frame.exr", folder / "other.exr"
    found: dict[str, object] = {}
    for name in COMPRESSIONS:
        for label, matte, samples in (("rgb", None, rgb), ("rgba", alpha, rgba)):
            data = encode_exr(rgb, matte, colour="acescg", compression=name)  # type: ignore[arg-type]
            path.write_bytes(data)
            found[f"exr.{name}.{label}.decode"] = pair(
                lambda data=data: read_exr(data),  # type: ignore[misc]
                lambda: oiio_pixels(path, "half"),
            )
            found[f"exr.{name}.{label}.encode"] = {
                **pair(
                    lambda matte=matte, name=name: encode_exr(  # type: ignore[misc]
                        rgb, matte, colour="acescg", compression=name
                    ),
                    lambda name=name, samples=samples: oiio_exr(  # type: ignore[misc]
                        samples, name, written
                    ),
                ),
                "bytes": len(data),
            }
    return found


def dpx_figures(size: str, folder: Path) -> dict[str, object]:
    light = grained(*SIZES[size]).astype(np.float32).clip(0, 1)
    path, written = folder / "frame.dpx", folder / "other.dpx"
    found: dict[str, object] = {}
    for bits in (10, 16):
        codes = (light * ((1 << bits) - 1)).astype(np.uint16)
        data = encode_dpx(codes, bits=bits, colour="rec709")
        path.write_bytes(data)
        found[f"dpx.{bits}.decode"] = pair(
            lambda data=data: read_dpx(data),  # type: ignore[misc]
            lambda: oiio_pixels(path, "uint16"),
        )
        found[f"dpx.{bits}.encode"] = pair(
            lambda codes=codes, bits=bits: encode_dpx(  # type: ignore[misc]
                codes, bits=bits, colour="rec709"
            ),
            lambda codes=codes, bits=bits: oiio_dpx(  # type: ignore[misc]
                codes, bits, "Filled, method A", "big", written
            ),
        )
    return found


def cryptomatte_figures(size: str, folder: Path) -> dict[str, object]:
    """Six ranks, four elements; the file as it is read, and one element's coverage."""
    height, width = SIZES[size]
    left = np.ones((height, width), np.float32)
    mattes: dict[str, Array] = {}
    for name in ("astronaut.png", "coffee.png", "rocket.jpg", "chelsea.png"):
        share = left * photo(height, width, name)[:, :, 1].astype(np.float32).clip(0, 1)
        mattes[name], left = share, left - share
    channels, header = cryptomatte(mattes)
    path = folder / "ids.exr"
    path.write_bytes(exr(channels, "zips", **header))
    data = path.read_bytes()

    def ours() -> None:
        (found,) = cryptomattes_of(read_exr_planes(data)).values()
        found.coverage(["coffee.png"])

    def theirs() -> None:
        (found,) = Other.load(path)
        found.mask("coffee.png")

    (ready,) = cryptomattes_of(read_exr_planes(data)).values()
    (other,) = Other.load(path)
    return {
        "cryptomatte.file_to_one_coverage": pair(ours, theirs),
        "cryptomatte.one_coverage": pair(
            lambda: ready.coverage(["coffee.png"]), lambda: other.mask("coffee.png")
        ),
        "cryptomatte.objects": pair(ready.objects, lambda: other.masks(list(mattes))),
    }


def main() -> None:
    OpenImageIO.attribute("threads", 1)
    OpenImageIO.attribute("exr_threads", -1)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        figures = {
            size: exr_figures(size, folder)
            | dpx_figures(size, folder)
            | cryptomatte_figures(size, folder)
            for size in SIZES
        }
    report = {
        "unit": "CPU ms, least of five",
        "cores": os.cpu_count(),
        "openimageio": OpenImageIO.VERSION_STRING,
        "sizes": figures,
    }
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
