"""The pictures of the demonstration film: photographs, and what scripts draw."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image

from pipeline.demo.creature import Creature
from pipeline.demo.explosion import Explosion
from pipeline.demo.interior import Interior
from pipeline.demo.launch import LaunchPlate
from pipeline.demo.plate import GreenScreenPlate
from pipeline.demo.sea import Sea
from pipeline.demo.valley import Valley
from pipeline.frames.arrays import Frame
from pipeline.frames.jpeg import encode_jpeg
from pipeline.frames.png import encode_png

FIRST: Final = 1001
SEED: Final = 20_260_401
SEQUENCES: Final = 6
STILLS: Final = 3

Rgba: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Draw: TypeAlias = Callable[[int], bytes]


def count_pictures(frames: int) -> int:
    """How many pictures a film of so many frames a shot has."""
    return SEQUENCES * frames + STILLS


def write_pictures(
    folder: Path,
    size: tuple[int, int],
    frames: int,
    on_picture: Callable[[], None],
) -> None:
    """Write all sequences and stills of the film."""
    width, height = size
    for name, draw in _sequences(width, height).items():
        for number in range(FIRST, FIRST + frames):
            _write(folder / (name % number), draw(number))
            on_picture()
    valley = Valley(width=width, height=height, seed=SEED)
    for name, still in (
        ("d/generated/valley.png", valley.generated),
        ("d/painted/valley.png", valley.painted),
        ("e/passed/valley.png", valley.passed),
    ):
        _write(folder / name, encode_png(still))
        on_picture()


def _sequences(width: int, height: int) -> dict[str, Draw]:
    room = Interior(width=width, height=height, seed=SEED)
    actor = GreenScreenPlate(width, height)
    launch = LaunchPlate(width=width, height=height)
    creature = Creature(width=width, height=height, seed=SEED)
    burst = Explosion(width=width, height=height, seed=SEED)
    sea = Sea(width=width, height=height, seed=SEED)
    return {
        "a/interior/interior.%04d.jpg": _jpeg(room.frame),
        "a/plate/plate.%04d.jpg": _jpeg(actor.frame),
        "b/plate/plate.%04d.jpg": _jpeg(launch.frame),
        "b/creature/creature.%04d.png": lambda number: _rgba(creature.frame(number)),
        "b/explosion/explosion.%04d.png": lambda number: encode_png(
            burst.frame(number)
        ),
        "c/sea/sea.%04d.jpg": _jpeg(sea.frame),
    }


def _jpeg(frame: Callable[[int], Frame]) -> Draw:
    return lambda number: encode_jpeg(frame(number))


def _rgba(codes: Rgba) -> bytes:
    out = BytesIO()
    Image.fromarray(codes, "RGBA").save(out, "PNG", compress_level=1)
    return out.getvalue()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
