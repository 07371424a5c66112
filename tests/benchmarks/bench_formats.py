"""CPU time of each format, in and out: `python -m tests.benchmarks.bench_formats`.

Prints JSON, for 1080p and 4K. The yardstick of each row is the same file type through
Pillow (8 bits) or OpenImageIO (the rest) with their fastest lossless settings of the
same scheme, in the same process and minute. Times are the least process CPU time of
five runs, since other work may share the machine. `python -m … page` measures a page of
800 × 30,000 read in bands, time and peak memory.
"""

import io
import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import OpenImageIO
import skimage
from PIL import Image

from pipeline.frames.arrays import AnyArray
from pipeline.frames.pages import open_page
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster, read_raster

RUNS = 5
SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160)}
PHOTOS = Path(skimage.__file__).parent / "data"
ROWS: list[tuple[RasterOutput, str]] = [
    (RasterOutput(), "u1"),
    (RasterOutput(bits=16), "u2"),
    (RasterOutput(kind="jpeg", subsampling="444"), "u1"),
    (RasterOutput(kind="jpeg", subsampling="420"), "u1"),
    *(
        (RasterOutput(kind="tiff", compression=c), "u1")
        for c in ("none", "lzw", "deflate", "zstd")
    ),
    *(
        (RasterOutput(kind="tiff", bits=16, compression=c), "u2")
        for c in ("none", "lzw", "deflate", "zstd")
    ),
    (RasterOutput(kind="tiff", bits=32), "f4"),
    (RasterOutput(kind="tiff", bits=32, compression="deflate"), "f4"),
    (RasterOutput(kind="webp"), "u1"),
    (RasterOutput(kind="webp", compression="lossy", quality=90), "u1"),
]
# What Pillow is told for the same scheme; the rest goes through OpenImageIO.
PILLOW: dict[str, dict[str, object]] = {
    "png": {"format": "PNG", "compress_level": 1},
    "jpeg": {"format": "JPEG", "quality": 95},
    "webp": {"format": "WEBP", "method": 0},
    "tiff": {"format": "TIFF"},
}
TIFF_SCHEMES = {
    "none": None,
    "lzw": "tiff_lzw",
    "deflate": "tiff_adobe_deflate",
    "zstd": "zstd",
}


def least(step: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(RUNS):
        start = time.process_time()
        step()
        best = min(best, time.process_time() - start)
    return round(best * 1000, 1)


def photograph(size: tuple[int, int], dtype: str) -> AnyArray:
    """A real photograph with grain that differs from sample to sample."""
    width, height = size
    with Image.open(PHOTOS / "coffee.png") as image:
        large = np.asarray(image.convert("RGB").resize(size, Image.Resampling.LANCZOS))
    grain = np.random.default_rng(1).normal(0, 3, (height, width, 1))
    light = np.clip(large + grain, 0, 255) / 255
    if dtype == "f4":
        return np.asarray(light, np.float32)
    most = 256 ** np.dtype(dtype).itemsize - 1
    return np.asarray(light * most).astype(dtype)


def pillow_steps(
    picture: AnyArray, output: RasterOutput, file: bytes
) -> tuple[Callable[[], object], Callable[[], object]]:
    options = dict(PILLOW[output.kind])
    if output.kind == "tiff":
        options["compression"] = TIFF_SCHEMES[output.scheme]
    if output.kind == "jpeg":
        options["subsampling"] = {"444": 0, "420": 2}[output.subsampling]
    if output.kind == "webp":
        lossless = output.lossless
        options |= {"lossless": lossless, "quality": 0 if lossless else 90}
        options["method"] = 0 if lossless else 4
    image = Image.fromarray(picture)

    def write() -> None:
        image.save(io.BytesIO(), **options)  # type: ignore[arg-type]

    def read() -> None:
        with Image.open(io.BytesIO(file)) as opened:
            np.asarray(opened.convert("RGB"))

    return write, read


def openimageio_steps(
    picture: AnyArray, output: RasterOutput, file: bytes, folder: Path
) -> tuple[Callable[[], object], Callable[[], object]]:
    height, width = picture.shape[:2]
    source, target = folder / f"in{output.suffix}", folder / f"out{output.suffix}"
    source.write_bytes(file)
    kind = {"u2": "uint16", "f4": "float"}[picture.dtype.str[1:]]
    schemes = {"deflate": "zip:1" if output.kind == "tiff" else "zip", "dct": "jpeg"}

    def write() -> None:
        out = OpenImageIO.ImageOutput.create(str(target))
        assert out is not None
        spec = OpenImageIO.ImageSpec(width, height, 3, kind)
        spec["compression"] = schemes.get(output.scheme, output.scheme)
        if output.kind == "png":
            spec["png:compressionLevel"] = 1
        out.open(str(target), spec)
        out.write_image(picture)
        out.close()

    def read() -> None:
        opened = OpenImageIO.ImageInput.open(str(source))
        assert opened is not None
        opened.read_image(opened.spec().format)
        opened.close()

    return write, read


def rows(size: tuple[int, int], folder: Path) -> Iterator[dict[str, object]]:
    for output, dtype in ROWS:
        picture = photograph(size, dtype)
        file = encode_raster(picture, output.bits, output)
        if dtype == "u1":
            other = "Pillow"
            write, read = pillow_steps(picture, output, file)
        elif output.scheme == "zstd":
            continue  # OpenImageIO's libtiff was built without it
        else:
            other = "OpenImageIO"
            write, read = openimageio_steps(picture, output, file, folder)
        ours = (
            least(lambda: encode_raster(picture, output.bits, output)),  # noqa: B023
            least(lambda: read_raster(file)),  # noqa: B023
        )
        theirs = least(write), least(read)
        yield {
            "format": f"{output.kind} {output.bits} {output.scheme}"
            + (f" {output.subsampling}" if output.kind == "jpeg" else ""),
            "megabytes": round(len(file) / 1e6, 2),
            "encode_ms": ours[0],
            "decode_ms": ours[1],
            "yardstick": {
                "name": other,
                "encode_ms": theirs[0],
                "decode_ms": theirs[1],
            },
            "encode_ratio": round(ours[0] / theirs[0], 2),
            "decode_ratio": round(ours[1] / theirs[1], 2),
        }


def page_rows() -> Iterator[dict[str, object]]:
    """A page of 800 × 30,000, synthetic: a photograph repeated, with grain."""
    page = photograph((800, 30_000), "u1")
    for output in (
        RasterOutput(),
        RasterOutput(kind="tiff"),
        RasterOutput(kind="tiff", compression="deflate"),
        RasterOutput(kind="jpeg"),
    ):
        file = encode_raster(page, 8, output)

        def whole(file: bytes = file) -> None:
            read_raster(file)

        def bands(file: bytes = file) -> None:
            for _ in open_page(file).bands():
                pass

        peaks = []
        for step in (whole, bands):
            tracemalloc.start()
            step()
            peaks.append(round(tracemalloc.get_traced_memory()[1] / 1e6, 1))
            tracemalloc.stop()
        times = least(whole), least(bands)
        yield {
            "format": f"{output.kind} {output.scheme}",
            "megabytes": round(len(file) / 1e6, 2),
            "whole": {"cpu_ms": times[0], "peak_mb": peaks[0]},
            "bands": {"cpu_ms": times[1], "peak_mb": peaks[1]},
            "ratio": round(times[1] / times[0], 2),
        }


def main() -> None:
    report: dict[str, object] = {"unit": f"CPU ms, least of {RUNS}"}
    if sys.argv[1:] == ["page"]:
        report["page 800x30000"] = list(page_rows())
    else:
        with tempfile.TemporaryDirectory() as folder:
            for name, size in SIZES.items():
                report[name] = list(rows(size, Path(folder)))
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
