"""What reading a production as a film costs.

    python -m tests.benchmarks.bench_film [--statements 4000]

Prints one JSON document. Half of the statements are contributions under people's keys
(two values each to open), up to 512 frame sets of a version in force (32 frames each),
the rest assets.
"""

import argparse
import json
import os
import resource
import tempfile
import time
from pathlib import Path

from ledger.encoding.statement import Composed
from ledger.production.film import read_film
from ledger.production.founding import found
from ledger.production.opening import Production
from ledger.production.registry import parse_registry
from ledger.records.time import FrameRange
from tests.simulators.film_studio import RATE, FilmStudio

CELL = 32
FIRST = 1024
MOST_CELLS = 512
REGISTRY = """
[production]
title = "Bench"

[[party]]
type = "organisation"
name = "Example Pictures (fictional)"

[[party]]
type = "person"
name = "Painter (fictional)"
handle = "painter"

[[element]]
name = "matte painting"

[[shot]]
code = "SQ010_0040"
"""


def fill(production: Production, statements: int) -> None:
    studio = FilmStudio(production)
    shot, cells = studio.shot("SQ010_0040"), min(statements // 4, MOST_CELLS)
    span = FrameRange.between(FIRST, FIRST + cells * CELL, RATE)
    asset = studio.asset("plate", (1001,))
    sets = studio.composed_frames(shot, span, studio.run(shot, span, asset))
    rest = statements - statements // 2 - cells
    other = [studio.composed_asset("other", (number,)) for number in range(rest)]
    record = production.recorder.record
    record([*(one for _, one in sets), *other], "pipeline")
    record(contributions(studio, asset, statements // 2), "studio")
    studio.version(shot, span, [(cell, one.id) for cell, one in sets])


def contributions(studio: FilmStudio, asset: str, many: int) -> list[Composed]:
    return [
        studio.contributed("painter", before=[asset], note=f"획 {number}")
        for number in range(many)
    ]


def measure(statements: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        registry = parse_registry(REGISTRY.encode(), "bench")
        production = found(Path(folder) / "production", registry)
        fill(production, statements)
        film, seconds = read_film(production), list[float]()
        for _ in range(3):
            start = time.process_time()
            film = read_film(production)
            seconds.append(time.process_time() - start)
        production.online().engine.dispose()
    shot = next(iter(film.shots.values()))
    return {
        "statements": film.size,
        "contributions": len(film.contributions),
        "frames": len(shot.frames),
        "assets": len(film.assets),
        "cpu_seconds": [round(one, 2) for one in seconds],
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load": os.getloadavg()[0],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=4000)
    print(json.dumps(measure(parser.parse_args().statements), indent=1))  # noqa: T201
