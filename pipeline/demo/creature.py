"""A scripted generator: a creature of mist with an alpha channel, drawn by arithmetic.

It is no trained model; it stands in for one and says so in its record.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np

MODEL: Final = "scripted-creature"
MODEL_VERSION: Final = "1"

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]
Rgba: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]


@dataclass(frozen=True, kw_only=True)
class Creature:
    """A long body that swims through the picture, with two eyes."""

    width: int
    height: int
    seed: int

    def frame(self, number: int) -> Rgba:
        """One frame, (height, width, 4) uint8: straight colour and alpha."""
        x, y = self._grid
        time = np.float32(number % 1000) / np.float32(24)
        wave = 0.07 * np.sin(7.0 * x + 2.2 * time + self.seed % 5)
        spine = np.float32(0.42) + wave
        girth = 0.10 * np.clip(1.0 - ((x - 0.38) / 0.30) ** 2, 0.0, 1.0)
        inside = 1.0 - np.abs(y - spine) / np.maximum(girth, np.float32(1e-3))
        alpha = np.clip(inside * 2.6, 0.0, 0.94) * (girth > 0.004)
        scales = 0.5 + 0.5 * np.sin(140.0 * x + 18.0 * np.sin(60.0 * (y - spine)))
        shade = 0.25 + 0.35 * np.clip(inside, 0, 1) + 0.12 * scales
        rgb = np.stack([0.30 * shade, 0.72 * shade, 0.62 * shade + 0.08], axis=-1)
        eyes = self._eyes(spine, alpha)
        rgb = np.where(eyes[..., None], np.float32(0.95), rgb)
        codes = np.dstack([rgb, alpha]) * 255.0
        return np.clip(codes, 0, 255).astype(np.uint8)

    def _eyes(self, spine: Plane, alpha: Plane) -> Any:  # noqa: ANN401  # a mask
        x, y = self._grid
        ratio = np.float32(self.width / self.height)
        distance = ((x - 0.61) * ratio) ** 2 + (y - spine + 0.012) ** 2
        return (distance < 0.00014) & (alpha > 0.2)

    @cached_property
    def _grid(self) -> tuple[Plane, Plane]:
        x = np.linspace(0.0, 1.0, self.width, dtype=np.float32)
        y = np.linspace(0.0, 1.0, self.height, dtype=np.float32)
        across, down = np.meshgrid(x, y)
        return across, down
