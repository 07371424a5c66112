"""A scripted generator: an explosion made of light on black, without alpha.

It is no trained model; it stands in for one and says so in its record.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.frames.arrays import Frame, as_frame

MODEL: Final = "scripted-explosion"
MODEL_VERSION: Final = "1"

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Explosion:
    """A fireball that grows and cools over a second; black where it gives no light."""

    width: int
    height: int
    seed: int

    def frame(self, number: int) -> Frame:
        """One frame, (height, width, 3) uint8 sRGB."""
        radius, angle = self._polar
        age = np.float32((number % 24) + 1) / np.float32(24)
        edge = 0.04 + 0.20 * np.sqrt(age)
        lobes = 1.0 + 0.16 * np.sin(9 * angle + 5 * age + self.seed % 7)
        lobes += 0.09 * np.sin(23 * angle - 11 * age)
        heat = np.clip(1.0 - radius / (edge * lobes), 0.0, 1.0) * (1.15 - 0.75 * age)
        light = np.stack(
            [heat**0.8 * 1.10, heat**1.6 * 0.85, heat**3.2 * 0.60], axis=-1
        )
        return as_frame(np.clip(light * 255.0, 0, 255).astype(np.uint8))

    @cached_property
    def _polar(self) -> tuple[Plane, Plane]:
        ratio = np.float32(self.width / self.height)
        x = np.linspace(-0.70, 0.30, self.width, dtype=np.float32) * ratio
        y = np.linspace(-0.55, 0.45, self.height, dtype=np.float32)
        across, down = np.meshgrid(x, y)
        return np.hypot(across, down), np.arctan2(down, across)
