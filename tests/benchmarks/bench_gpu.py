"""What a GPU does: `make bench-gpu` on a machine that has one.

Prints JSON; says so and stops where there is no device. All times are the least of
several runs by the device's own events, except end to end, which is by the clock.

- the fused kernel against a copy of the same bytes within the device
- upload and download of pinned memory
- pictures a second with upload, kernel and download overlapped, and one by one
- whole runs with 1, 4, 8 and 13 sealing processes (`--end-to-end`)
- pixels of nvJPEG against libjpeg-turbo's, where nvImageCodec is installed
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import DeviceError
from pipeline.frames.arrays import as_frame
from pipeline.kernels.backends import Device
from tests.simulators.pixel_sources import noisy_stack

RUNS = 20
SIZES = {"1080p": (1080, 1920), "UHD": (2160, 3840)}
STACKS = {
    "2 layers": ("opaque", "key"),
    "4 layers": ("opaque", "key", "matte", "matte"),
}
SEALERS = (1, 4, 8, 13)


def device_ms(step: Callable[[Any], object]) -> float:
    """Least time of a step on a stream, by the device's events."""
    from numba import cuda  # noqa: PLC0415  # only where there is a device

    stream: Any = cuda.stream()
    least = float("inf")
    step(stream)
    stream.synchronize()
    for _ in range(RUNS):
        start: Any = cuda.event()
        end: Any = cuda.event()
        start.record(stream)
        step(stream)
        end.record(stream)
        end.synchronize()
        least = min(least, float(start.elapsed_time(end)))
    return least


def kernel_figures(size: tuple[int, int], kinds: tuple[str, ...]) -> dict[str, float]:
    from numba import cuda  # noqa: PLC0415

    from pipeline.kernels import cuda_kernels as kernels  # noqa: PLC0415
    from pipeline.kernels.cuda_memory import offsets_of, on_device  # noqa: PLC0415
    from pipeline.kernels.measure import TILE  # noqa: PLC0415
    from pipeline.kernels.sources import admit  # noqa: PLC0415
    from pipeline.kernels.stack import stack_of, tables  # noqa: PLC0415

    sources, height, width = admit(noisy_stack(1, size, kinds))
    arrays: list[Any] = []

    def place(plane: Any) -> int:  # noqa: ANN401
        arrays.append(plane)
        return offsets_of(arrays)[-2]

    stack = on_device(stack_of(sources, place))
    *offsets, end = offsets_of(arrays)
    host = cuda.pinned_array(end, np.uint8)
    for offset, plane in zip(offsets, arrays, strict=True):
        host[offset : offset + plane.nbytes] = plane.reshape(-1).view(np.uint8)
    planes = cuda.device_array(end, np.uint8)
    frame = cuda.device_array(height * width * 3, np.uint8)
    grid = -(-width // TILE), -(-height // kernels.BLOCK_ROWS)
    rows = -(-height // TILE)
    tiles = on_device(np.zeros((len(kinds) + 1, rows, grid[0]), np.int32))
    fixed = tuple(on_device(table) for table in tables())
    moved = end + frame.size
    # A copy reads and writes; half of the bytes each way move as many in all.
    half = cuda.device_array(moved // 2, np.uint8)
    other = cuda.device_array(moved // 2, np.uint8)
    result = cuda.pinned_array(frame.size, np.uint8)
    found = {
        "upload_ms": device_ms(lambda s: planes.copy_to_device(host, stream=s)),
        "kernel_ms": device_ms(
            lambda s: kernels.compose_frame[grid, kernels.THREADS, s](
                planes, stack, fixed, (height, width), frame, tiles
            )
        ),
        "device_copy_ms": device_ms(lambda s: half.copy_to_device(other, stream=s)),
        "download_ms": device_ms(lambda s: frame.copy_to_host(result, stream=s)),
    }
    return {
        **{name: round(value, 4) for name, value in found.items()},
        "mbytes_moved": round(moved / 1e6, 1),
        "kernel_rate_of_copy": round(found["device_copy_ms"] / found["kernel_ms"], 3),
    }


def pictures_per_second(
    size: tuple[int, int], kinds: tuple[str, ...]
) -> dict[str, Any]:
    from pipeline.kernels.cuda_backend import CudaBackend  # noqa: PLC0415

    stack, count, found = noisy_stack(1, size, kinds), 60, {}
    for slots in (1, 2, 3):
        backend = CudaBackend(slots)
        backend.compose(stack)
        start = time.perf_counter()
        for _ in backend.compose_many(stack for _ in range(count)):
            pass
        found[f"{slots} in flight"] = round(count / (time.perf_counter() - start), 1)
        backend.close()
    return found


def end_to_end(size: str, frames: int) -> dict[str, Any]:
    """Whole runs of a shot of photographs with a synthetic screen, PNG out."""
    found: dict[str, Any] = {}
    devices: tuple[Device, ...] = ("cuda", "cpu")
    for device in devices:
        for sealers in SEALERS:
            with tempfile.TemporaryDirectory() as name:
                run = shot_in(Path(name), size, frames)
                start = time.perf_counter()
                run(sealers, device)
                spent = time.perf_counter() - start
            found[f"{device}, {sealers} processes"] = round(frames / spent, 2)
    return found


def shot_in(root: Path, size: str, frames: int) -> Callable[[int, Device], None]:
    """Found a production with one shot, and say how to run it."""
    from ledger.cli.run_planned import RunOptions, plan_shot, run_planned  # noqa: PLC0415
    from ledger.production.film_folder import read_film_folder  # noqa: PLC0415
    from ledger.production.founding import found  # noqa: PLC0415
    from ledger.production.opening import opened  # noqa: PLC0415
    from pipeline.demo.film import FilmWriter  # noqa: PLC0415
    from pipeline.run.recipe import read_recipe  # noqa: PLC0415

    width, height = (int(side) for side in size.split("x"))
    writer = FilmWriter(width=width, height=height, frames=frames)
    film = read_film_folder(writer.write(root / "film", lambda: None))
    found(root / "production", film.registry)

    def run(sealers: int, device: Device) -> None:
        options = RunOptions(workers=sealers, device=device)
        with opened(root / "production") as production:
            plan = plan_shot(production, read_recipe(film.recipes[0]), film.root)
            run_planned(
                production,
                plan,
                out=root / "frames",
                span=None,
                workers=sealers,
                options=options,
            )

    return run


def nvjpeg_difference() -> Any:  # noqa: ANN401  # JSON
    """How many samples nvJPEG decodes to another code, and by how much at most."""
    try:
        nvimgcodec = import_module("nvidia.nvimgcodec")
    except ImportError:
        return "not measured: nvImageCodec is not installed"
    import simplejpeg  # noqa: PLC0415

    from tests.benchmarks.bench_frames import photo  # noqa: PLC0415

    found = {}
    for subsampling in ("420", "444"):
        content = simplejpeg.encode_jpeg(
            photo("coffee.png", 1),
            quality=92,
            colorspace="RGB",
            colorsubsampling=subsampling,
        )
        ours = simplejpeg.decode_jpeg(content).astype(np.int16)
        theirs = np.asarray(nvimgcodec.Decoder().decode(content).cpu())
        difference = np.abs(ours - as_frame(theirs))
        found[subsampling] = {
            "samples_that_differ": float((difference > 0).mean()),
            "greatest": int(difference.max()),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--end-to-end", action="store_true")
    parser.add_argument("--frames", type=int, default=96)
    parser.add_argument("--size", default="3840x2160")
    options = parser.parse_args()
    try:
        from pipeline.kernels.cuda_backend import CudaBackend  # noqa: PLC0415

        backend = CudaBackend()
    except (DeviceError, ImportError) as error:
        json.dump({"benchmark": "gpu", "not measured": str(error)}, sys.stdout)
        sys.stdout.write("\n")
        return
    report: dict[str, Any] = {"benchmark": "gpu", "backend": backend.name}
    backend.close()
    for name, size in SIZES.items():
        for layers, kinds in STACKS.items():
            report[f"{name}, {layers}"] = {
                **kernel_figures(size, kinds),
                "pictures_per_second": pictures_per_second(size, kinds),
            }
    report["nvjpeg against libjpeg-turbo"] = nvjpeg_difference()
    if options.end_to_end:
        report["end to end"] = end_to_end(options.size, options.frames)
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
