"""A whole run, against a script that uses the libraries plainly.

    python -m tests.benchmarks.bench_run [--frames 24] [--size 1920x1080]

Prints one JSON document. The yardstick does the same work for each frame the way the
libraries' own examples do: Pillow reads two JPEGs, NumPy keys and composites in
float, Pillow writes the PNG, c2pa signs with its defaults. It measures nothing, logs
nothing and syncs nothing. Both run in one process.
"""

import argparse
import hashlib
import io
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
from PIL import Image

from ledger.cli.run_planned import plan_shot, run_planned
from ledger.keys.folder import KeyFolder
from ledger.production.film_folder import read_film_folder
from ledger.production.founding import found
from ledger.production.opening import opened
from pipeline.demo.film import FilmWriter
from pipeline.demo.pictures import FIRST
from pipeline.run.recipe import read_recipe


def cpu_s() -> float:
    ours = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in (ours, children))


def timed(work: Callable[[], None], frames: int) -> dict[str, float]:
    cpu, wall = cpu_s(), time.perf_counter()
    work()
    spent_cpu, spent_wall = cpu_s() - cpu, time.perf_counter() - wall
    return {
        "cpu_ms_per_frame": round(1000 * spent_cpu / frames, 1),
        "frames_per_second": round(frames / spent_wall, 2),
    }


def plain_script(shot: Path, out: Path, keys: KeyFolder, frames: int) -> None:
    """What somebody would write in an afternoon."""
    signer = c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(
            b"es256",
            keys.credential_file("chain.pem"),
            keys.credential_file("key.pem"),
            None,
        )
    )
    manifest = {
        "claim_generator_info": [{"name": "plain", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/"
                            "digitalsourcetype/composite",
                        }
                    ]
                },
            }
        ],
    }
    out.mkdir()
    for number in range(FIRST, FIRST + frames):
        background = _light(shot / "interior" / f"interior.{number:04d}.jpg")
        plate = _light(shot / "plate" / f"plate.{number:04d}.jpg")
        screen = plate[..., 1] - np.maximum(plate[..., 0], plate[..., 2])
        alpha = 1 - np.clip((screen - 0.006) / 0.086, 0, 1)
        plate[..., 1] = np.minimum(plate[..., 1], (plate[..., 0] + plate[..., 2]) / 2)
        mixed = background * (1 - alpha[..., None]) + plate * alpha[..., None]
        codes = (np.clip(mixed, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
        encoded = io.BytesIO()
        Image.fromarray(codes).save(encoded, "PNG")
        encoded.seek(0)
        target = io.BytesIO()
        c2pa.Builder(manifest).sign(signer, "image/png", encoded, target)
        hashlib.sha256(target.getvalue()).hexdigest()
        (out / f"plain.{number:04d}.png").write_bytes(target.getvalue())
    signer.close()


def _light(path: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    codes = np.asarray(Image.open(path), np.float32) / np.float32(255)
    return codes ** np.float32(2.2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--size", default="1920x1080")
    options = parser.parse_args()
    width, height = (int(side) for side in options.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        writer = FilmWriter(width=width, height=height, frames=options.frames)
        film = read_film_folder(writer.write(root / "film", lambda: None))
        # The first shot: an actor on green over a generated room.
        recipe, shot = film.recipes[0], film.root / "a"
        found(root / "production", film.registry)
        keys = KeyFolder(root / "production" / "keys")

        def ours() -> None:
            with opened(root / "production") as production:
                plan = plan_shot(production, read_recipe(recipe), film.root)
                run_planned(production, plan, out=root / "frames", span=None, workers=1)

        plain = timed(
            lambda: plain_script(shot, root / "plain", keys, options.frames),
            options.frames,
        )
        run = timed(ours, options.frames)
    document = {
        "benchmark": "run",
        "size": options.size,
        "frames": options.frames,
        "load_average": os.getloadavg()[0],
        "ours": run,
        "plain_script": plain,
        "ratio_cpu": round(run["cpu_ms_per_frame"] / plain["cpu_ms_per_frame"], 3),
    }
    sys.stdout.write(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
