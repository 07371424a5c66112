"""What the evidence of a whole film costs: built, verified, verified by one file.

    python -m tests.benchmarks.bench_bundle [--frames 15840] [--width 1920] [--height …]

Prints one JSON document. A synthetic film: shots of 120 frames, one generated layer, a
frame.set and a seal.set for each cell, a version for each shot. Statements are signed
one by one, which is the worst case for a verifier. No file of a frame goes along, so
what is timed is the log part: archive, entries, statements, signatures, leaves, tile
tables, versions. The yardstick is SHA-256 over the finished bundle, read once.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np

from ledger.encoding.cell import cell_of, cells_of, frames_of
from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import Secret
from ledger.evidence.assembling import verifier_source
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verify import verify_bundle
from ledger.log.leaves import encode_leaves
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.identity import instant_from
from ledger.records.making import AssetLeaf
from ledger.records.time import FrameRange, Rate
from pipeline.kernels.tables import DIGESTS
from tests.simulators.stated_log import StatedLog

SHOT_FRAMES = 120
FIRST = 1024
RATE = Rate(24, 1)
ELEMENT = "2d" * 16
WEIGHT = 32768
Found = TypeVar("Found")
Tiles: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]


class LongFilm(StatedLog):
    """A log that signs its checkpoint once, at the end."""

    def __init__(self, width: int, height: int) -> None:
        self.signing = False
        super().__init__(seed="long film")
        self.size = (width, height)
        self.areas = tile_areas(width, height)

    def sign(self) -> None:
        if self.signing:
            super().sign()

    def shoot(self, number: int, frames: int) -> None:
        shot = f"{number:032x}"
        span = FrameRange.between(FIRST, FIRST + frames, RATE)
        scope = {"shot": shot, "range": span}
        alias = Secret({"code": f"SQ{number:05d}", "since": "2026-11-22"})
        self.state("shot.1", {"alias": alias}, scope={"shot": shot}, by="studio")
        asset = self.leaves("asset.1", "files", list(self.source_files(number, span)))
        generation = self.state(
            "generation.1",
            self.request(asset),
            by="pipeline",
            at=instant_from(self.now),
            prev=[asset],
        )
        run = self.state(
            "run.1",
            self.order(asset, generation.id),
            scope=scope,
            prev=[asset, generation.id],
            by="pipeline",
        )
        cells = [
            (cell, self.cell(number, run.id, cell, span)) for cell in cells_of(span)
        ]
        self.state(
            "version.1",
            {"view": "screen", "cells": [{"cell": c, "set": s} for c, s in cells]},
            scope=scope,
            prev=[one for _, one in cells],
            by="pipeline",
        )

    def leaves(self, kind: str, name: str, rows: list[Any], **more: Any) -> str:  # noqa: ANN401
        blob = encode_leaves(rows)
        self.shelf.put(blob.raw)
        extra = more.pop("body", {})
        body = {**extra, name: blob.stated}
        return self.state(kind, body, by="pipeline", **more).id

    def source_files(self, number: int, span: FrameRange) -> Iterator[AssetLeaf]:
        for frame in span.frames():
            yield AssetLeaf.model_validate(
                {
                    "index": frame,
                    "file": digest("source", number, frame),
                    "size": 1 << 20,
                    "type": "image/png",
                    "width": self.size[0],
                    "height": self.size[1],
                }
            )

    def request(self, asset: str) -> dict[str, Any]:
        return {
            "provider": "local",
            "model": "example-video",
            "model_version": "1.0",
            "source_type": "trainedAlgorithmicMedia",
            "prompt": Secret("밤, 비 오는 골목"),
            "inputs": [],
            "outputs": [asset],
        }

    def order(self, asset: str, generation: str) -> dict[str, Any]:
        return {
            "view": "screen",
            "picture": "picture/1",
            "measure": "measure/1",
            "width": self.size[0],
            "height": self.size[1],
            "layers": [
                {
                    "element": ELEMENT,
                    "asset": asset,
                    "source_type": "trainedAlgorithmicMedia",
                    "alpha": "opaque",
                    "generation": generation,
                }
            ],
            "tools": [{"name": "numpy", "version": np.__version__}],
            "tables": dict(DIGESTS),
            "encoder": {"type": "image/png", "options": ["fpng@1"]},
            "audience": "public",
            "recipe": Secret({"layers": 1}),
        }

    def cell(self, number: int, run: str, cell: int, span: FrameRange) -> str:
        frames = [one for one in frames_of(cell) if span.contains(one)]
        part = FrameRange.between(frames[0], frames[-1] + 1, RATE)
        scope = {"shot": f"{number:032x}", "range": part}
        tiles = b"".join(self.table(number, frame) for frame in frames)
        stated = {"length": len(tiles), "blob": self.shelf.put(tiles)}
        measured = [self.measured(number, frame) for frame in frames]
        body = {"run": run, "cell": cell_of(frames[0]), "tiles": stated}
        found = self.leaves(
            "frame.set.1",
            "measured",
            list(measured),
            body=body,
            scope=scope,
            prev=[run],
        )
        seal = {"set": found, "audience": "public", "cert": "ce" * 32}
        sealed = [self.sealed(number, frame) for frame in frames]
        self.leaves(
            "seal.set.1", "sealed", list(sealed), body=seal, scope=scope, prev=[found]
        )
        return found

    def table(self, number: int, frame: int) -> bytes:
        """The layer's tiles, then what is left open: another table for each frame."""
        tiles = np.stack([self.areas, np.zeros_like(self.areas)])
        tiles[:, 0, 0] += moved(number, frame) * np.array([-1, 1])
        return tiles.astype("<u4").tobytes()

    def measured(self, number: int, frame: int) -> MeasuredLeaf:
        whole = WEIGHT * self.size[0] * self.size[1] - moved(number, frame)
        open_to = moved(number, frame)
        seen = {"lower": whole, "upper": whole, "element": ELEMENT}
        return MeasuredLeaf.model_validate(
            {
                "frame": frame,
                "pixels": digest("pixels", number, frame),
                "decoder": "pillow@13.0.0+rgb",
                "inputs": ({"layer": 0, "file": digest("source", number, frame)},),
                "coverage": {
                    "layers": (seen,),
                    "unattributed": {"lower": open_to, "upper": open_to},
                },
                "tiles": sha256_hex(self.table(number, frame)),
                "iscc": "ISCC:EEDYAAAPD4PT6PT6ABX777WAAEDR6PDYPBYGC43DM46PR4GBY6DJ4HA",
                "profile": "iscc-image-v0/256+trim16+h1",
            }
        )

    def sealed(self, number: int, frame: int) -> SealedLeaf:
        return SealedLeaf.model_validate(
            {
                "frame": frame,
                "file": digest("sealed", number, frame),
                "part": 0,
                "index": 0,
                "manifest": digest("manifest", number, frame),
            }
        )


def digest(what: str, number: int, frame: int) -> str:
    return sha256(f"{what}/{number}/{frame}".encode()).hexdigest()


def moved(number: int, frame: int) -> int:
    """Weight that the first tile leaves open, so that no two tables are the same."""
    return number * SHOT_FRAMES + frame


def tile_areas(width: int, height: int) -> Tiles:
    """What a fully covered tile weighs, by row and column."""
    across = np.minimum(64, width - np.arange(0, width, 64))
    down = np.minimum(64, height - np.arange(0, height, 64))
    return np.outer(down, across) * WEIGHT


def timed(work: Callable[[], Found]) -> tuple[float, float, Found]:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    return time.perf_counter() - wall, time.process_time() - cpu, found


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--frames", type=int, default=15_840)
    reader.add_argument("--width", type=int, default=1920)
    reader.add_argument("--height", type=int, default=1080)
    asked = reader.parse_args()
    film = LongFilm(asked.width, asked.height)
    for number, start in enumerate(range(0, asked.frames, SHOT_FRAMES)):
        film.now += timedelta(seconds=1)
        film.shoot(number, min(SHOT_FRAMES, asked.frames - start))
    film.signing = True
    film.sign()
    build = timed(lambda: film.bundle(Request()).to_bytes())
    raw = build[2]
    floor = timed(lambda: sha256(raw).hexdigest())
    trust = film.trust()
    verify = timed(lambda: verify_bundle(raw, trust, Readers()))
    single = run_single(raw, trust.to_bytes())
    sys.stdout.write(
        json.dumps(
            {
                "benchmark": "bundle of a film",
                "frames": asked.frames,
                "picture": f"{asked.width}x{asked.height}",
                "entries": film.log.size(),
                "bytes": len(raw),
                "build_s": round(build[0], 2),
                "build_cpu_s": round(build[1], 2),
                "verify_s": round(verify[0], 2),
                "verify_cpu_s": round(verify[1], 2),
                "verify_state": verify[2].state.value,
                "one_file_s": round(single[0], 2),
                "one_file_exit": single[1],
                "yardstick": "SHA-256 over the bundle",
                "yardstick_s": round(floor[0], 2),
                "build_ratio": round(build[0] / floor[0], 1),
                "verify_ratio": round(verify[0] / floor[0], 1),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                "python": platform.python_version(),
                "cores": os.cpu_count(),
                "load": os.getloadavg()[0],
            },
            indent=2,
        )
        + "\n"
    )


def run_single(raw: bytes, trust: bytes) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "verify.py").write_bytes(verifier_source())
        (place / "bundle.zip").write_bytes(raw)
        (place / "trust.json").write_bytes(trust)
        command = ["verify.py", "bundle.zip", "--trust", "trust.json", "--json"]
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-I", "-S", *command],
            cwd=place,
            capture_output=True,
            check=False,
        )
        return time.perf_counter() - start, done.returncode


if __name__ == "__main__":
    main()
