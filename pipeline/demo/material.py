"""Writing the demonstration's shot: pictures, a generator's record and a recipe.

Everything that is synthetic says so in its own record.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import tomli_w

from ledger.files import os_error
from ledger.records.identity import instant_from
from pipeline.demo.interior import MODEL, MODEL_VERSION, Interior
from pipeline.demo.plate import GreenScreenPlate
from pipeline.frames.arrays import Frame
from pipeline.frames.jpeg import encode_jpeg

FIRST: Final = 1001
SEED: Final = 20_260_401
PROMPT: Final = "a quiet room in the late afternoon, light through a window"


def write_shot(
    folder: Path,
    size: tuple[int, int],
    frames: int,
    now: datetime,
    on_picture: Callable[[], None],
) -> Path:
    """Write the shot's inputs, unless they are there; the recipe's path.

    Args:
        folder: where to write.
        size: width and height in pixels.
        frames: how many.
        now: recorded as the time at which the generator was asked.
        on_picture: told after each picture.
    """
    recipe = folder / "recipe.toml"
    if recipe.exists():
        return recipe
    width, height = size
    interior = Interior(width=width, height=height, seed=SEED)
    plate = GreenScreenPlate(width, height)
    try:
        for name, draw in (("interior", interior.frame), ("plate", plate.frame)):
            _write_sequence(folder / name, name, draw, frames, on_picture)
        record = folder / "interior" / "generation.json"
        record.write_text(_generation(now), "utf-8")
        # The recipe comes last: it says that everything before it is complete.
        recipe.write_text(_recipe(frames), "utf-8")
    except OSError as error:
        raise os_error(error, folder) from error
    return recipe


def _write_sequence(
    folder: Path,
    name: str,
    draw: Callable[[int], Frame],
    frames: int,
    on_picture: Callable[[], None],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(FIRST, FIRST + frames):
        path = folder / f"{name}.{number:04d}.jpg"
        path.write_bytes(encode_jpeg(draw(number)))
        on_picture()


def _generation(now: datetime) -> str:
    record = {
        "provider": "scripted",
        "model": MODEL,
        "model_version": MODEL_VERSION,
        "source_type": "algorithmicMedia",
        "asked_at": instant_from(now),
        "prompt": PROMPT,
        "seed": SEED,
        "parameters": {"note": "drawn by arithmetic; stands in for a trained model"},
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _recipe(frames: int) -> str:
    recipe = {
        "shot": {
            "code": "SQ010_0010",
            "rate": "24/1",
            "frames": f"{FIRST}-{FIRST + frames - 1}",
        },
        "layer": [
            {
                "element": "interior",
                "source": "interior/interior.%04d.jpg",
                "source_type": "algorithmicMedia",
                "generation": "interior/generation.json",
            },
            {
                "element": "cat",
                "source": "plate/plate.%04d.jpg",
                "source_type": "composite",
                "key": {"screen": "green", "low": 400, "high": 6000},
            },
        ],
        "output": {"format": "png"},
    }
    heading = (
        "# A close-up on green over a scripted interior. The cat is a real photograph\n"
        "# (scikit-image, CC0); the green field and the interior are synthetic.\n"
    )
    return heading + tomli_w.dumps(recipe)
