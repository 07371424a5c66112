"""A scripted generator's matte painting, a person's repainting, and a second pass.

The generator is arithmetic and no trained model. The repainting stands in for a
person's brush: it is drawn by a script too, and the film's records are marked as
fictional. What matters here is only which bytes came before and after which.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.frames.arrays import Frame, as_frame

MODEL: Final = "scripted-valley"
MODEL_VERSION: Final = "1"
SECOND_MODEL: Final = "scripted-repaint"
SECOND_VERSION: Final = "1"

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

_RIDGES: Final = (
    (0.42, 0.10, (120, 138, 168)),
    (0.55, 0.13, (88, 104, 132)),
    (0.70, 0.12, (52, 66, 82)),
)


@dataclass(frozen=True, kw_only=True)
class Valley:
    """One still of mountains at dawn, in three states."""

    width: int
    height: int
    seed: int

    @cached_property
    def generated(self) -> Frame:
        """What the generator made, (height, width, 3) uint8 sRGB."""
        rows = np.linspace(0.0, 1.0, self.height, dtype=np.float32)[:, None, None]
        top = np.array([96.0, 128.0, 190.0], np.float32)
        low = np.array([250.0, 206.0, 160.0], np.float32)
        sky = np.broadcast_to(
            top + (low - top) * np.sqrt(rows), (self.height, self.width, 3)
        )
        picture = Image.fromarray(sky.astype(np.uint8))
        draw = ImageDraw.Draw(picture)
        for number, (level, rise, colour) in enumerate(_RIDGES):
            draw.polygon(self._ridge(number, level, rise), fill=colour)
        return as_frame(np.asarray(picture))

    @cached_property
    def painted(self) -> Frame:
        """The same after the sun, a hut with its smoke and two people were painted."""
        kept = Image.fromarray(self.generated)
        unit = self.height / 100
        sun = (self.width * 0.22, self.height * 0.15)
        for radius, colour in ((11, (255, 222, 170)), (8, (255, 240, 214))):
            # Each disc with a soft edge of its own, and nothing else touched.
            disc = Image.new("L", kept.size)
            ImageDraw.Draw(disc).ellipse(_round(sun, radius * unit), fill=255)
            kept.paste(colour, mask=disc.filter(ImageFilter.BoxBlur(unit * 0.4)))
        _paint_people(ImageDraw.Draw(kept), self.width * 0.60, self.height * 0.80, unit)
        return as_frame(np.asarray(kept))

    @cached_property
    def passed(self) -> Frame:
        """The painting after it went through the generator once more."""
        picture = self.painted.astype(np.float32)
        rows = np.arange(self.height)[:, None]
        columns = np.arange(self.width)[None, :]
        shift = (3.0 * np.sin(rows * 40.0 / self.height)).astype(np.int64)
        moved = picture[rows, np.clip(columns + shift, 0, self.width - 1)]
        warm = moved * np.array([1.06, 0.97, 0.86], np.float32) + 6.0
        steps = np.round(warm / 24.0) * 24.0
        return as_frame(np.clip(0.65 * warm + 0.35 * steps, 0, 255).astype(np.uint8))

    def _ridge(
        self, number: int, level: float, rise: float
    ) -> list[tuple[float, float]]:
        noise = np.random.default_rng(self.seed + number)
        points = 40 + 30 * number
        heights = np.cumsum(noise.normal(0.0, 1.0, points))
        heights = (heights - heights.min()) / max(float(np.ptp(heights)), 1e-6)
        across = np.linspace(0, self.width, points)
        line = self.height * (level - rise * (heights - 0.5) * 2)
        edge = [(float(x), float(y)) for x, y in zip(across, line, strict=True)]
        return [(0.0, float(self.height)), *edge, (float(self.width), self.height)]


def _round(middle: tuple[float, float], radius: float) -> tuple[float, ...]:
    x, y = middle
    return (x - radius, y - radius, x + radius, y + radius)


def _paint_people(draw: ImageDraw.ImageDraw, x: float, y: float, unit: float) -> None:
    hut = [(x, y), (x + 7 * unit, y - 7 * unit), (x + 14 * unit, y)]
    draw.polygon(hut, fill=(70, 44, 34))
    wall = (x + 1.5 * unit, y, x + 12.5 * unit, y + 7 * unit)
    draw.rectangle(wall, fill=(112, 82, 58))
    draw.rectangle(
        (x + 6 * unit, y + 2 * unit, x + 8.4 * unit, y + 7 * unit), (34, 22, 18)
    )
    for puff in range(6):
        middle = (x + (10.5 + 0.9 * puff) * unit, y - (8.5 + 2.6 * puff) * unit)
        draw.ellipse(_round(middle, (0.8 + 0.35 * puff) * unit), fill=(214, 206, 204))
    for left, colour in ((-9.0, (150, 44, 40)), (-5.5, (38, 62, 110))):
        body = (x + left * unit, y + 1.5 * unit, x + (left + 2) * unit, y + 7 * unit)
        draw.rectangle(body, fill=colour)
        head = (x + (left + 1) * unit, y + 0.4 * unit)
        draw.ellipse(_round(head, 1.1 * unit), fill=(236, 200, 172))
