"""A scripted generator: a moonlit sea, a whole shot drawn by arithmetic.

It is no trained model; it stands in for one and says so in its record.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.frames.arrays import Frame, as_frame

MODEL: Final = "scripted-sea"
MODEL_VERSION: Final = "1"

_HORIZON: Final = 0.46

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Sea:
    """Waves under a moon."""

    width: int
    height: int
    seed: int

    def frame(self, number: int) -> Frame:
        """One frame, (height, width, 3) uint8 sRGB."""
        x, y = self._grid
        time = np.float32(number % 1000) / np.float32(24)
        depth = 1.0 / np.maximum(y - _HORIZON, np.float32(4e-3))
        swell = np.sin(2.1 * depth + 3.0 * time + 1.7 * np.sin(6.0 * x + 0.4 * depth))
        chop = np.sin(5.3 * depth - 2.0 * time + 23.0 * x)
        glitter = np.exp(-(((x - 0.66) / (0.03 + 0.10 * (y - _HORIZON))) ** 2))
        water = 0.10 + 0.035 * swell + 0.02 * chop
        water += 0.55 * glitter * np.clip(swell * chop, 0, 1)
        shade = np.where(y > _HORIZON, water, self._sky)
        tint = np.array([0.62, 0.80, 1.0], np.float32)
        codes = np.clip(shade[..., None] * tint, 0, 1) ** np.float32(1 / 1.6) * 255
        return as_frame(codes.astype(np.uint8))

    @cached_property
    def _sky(self) -> Plane:
        x, y = self._grid
        ratio = np.float32(self.width / self.height)
        moon = ((x - 0.66) * ratio) ** 2 + (y - 0.17) ** 2
        glow = 0.25 * np.exp(-moon / 0.02)
        shade: Plane = 0.05 + 0.10 * y + glow + 0.8 * (moon < 0.0035)
        stars = np.random.default_rng(self.seed).random(x.shape, np.float32) > 0.99985
        return np.where(stars, np.float32(0.7), shade).astype(np.float32)

    @cached_property
    def _grid(self) -> tuple[Plane, Plane]:
        x = np.linspace(0.0, 1.0, self.width, dtype=np.float32)
        y = np.linspace(0.0, 1.0, self.height, dtype=np.float32)
        across, down = np.meshgrid(x, y)
        return across, down
