"""The real command on a machine whose arithmetic differs by one.

    lying_run.py WORD…

Of each frame's first layer one unit of coverage goes to the unattributed rest: the
sum stays what it must be.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import pipeline.run.frame as made
from ledger.cli.main import app
from pipeline.frames.writing import OutputFormat
from pipeline.kernels.backends import Backend
from pipeline.run.frame_job import LayerJob
from pipeline.run.made import Made
from pipeline.run.srgb_frame import compose_srgb as honest


def compose(layers: Iterable[LayerJob], output: OutputFormat, backend: Backend) -> Made:
    frame = honest(layers, output, backend)
    coverage = cast("dict[str, Any]", frame.coverage)
    first, *others = coverage["layers"]
    wrong: dict[str, Any] = {
        "layers": [_moved(first, -1), *others],
        "unattributed": _moved(coverage["unattributed"], 1),
    }
    return replace(frame, coverage=wrong)


def _moved(bounds: dict[str, Any], by: int) -> dict[str, Any]:
    return {**bounds, "lower": bounds["lower"] + by, "upper": bounds["upper"] + by}


if __name__ == "__main__":
    made.compose_srgb = compose  # type: ignore[attr-defined]
    app()
