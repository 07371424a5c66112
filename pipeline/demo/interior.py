"""A scripted generator: an interior drawn by arithmetic.

It is no trained model: its digital source type is algorithmicMedia. It stands in for a
generative model in the demonstration and says so in its record (provider `scripted`).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image, ImageFilter

from pipeline.frames.arrays import Frame, as_frame

MODEL: Final = "scripted-interior"
MODEL_VERSION: Final = "1"

_HORIZON: Final = 0.72
_SUN: Final = np.array([1.0, 0.93, 0.75], np.float32)

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, kw_only=True)
class Interior:
    """A room with a window; the light moves slowly from frame to frame.

    Attributes:
        seed: of the grain and the tint.
    """

    width: int
    height: int
    seed: int

    def frame(self, number: int) -> Frame:
        """One frame, (height, width, 3) uint8 sRGB; the same for the same number."""
        light = self._shaft(number)[..., None] * _SUN
        light += self._room
        codes = np.clip(light, 0.0, 1.0, out=light) ** np.float32(1 / 2.2)
        codes *= 255.0
        # One field of grain, shifted for each frame: drawing it anew is slow.
        codes += np.roll(self._grain, number * 7919, axis=(0, 1))[..., None]
        return as_frame(np.clip(codes, 0, 255, out=codes).astype(np.uint8))

    @cached_property
    def _grid(self) -> tuple[Plane, Plane]:
        rows = np.linspace(0.0, 1.0, self.height, dtype=np.float32)
        columns = np.linspace(0.0, 1.0, self.width, dtype=np.float32)
        x, y = np.meshgrid(columns, rows)
        return x, y

    @cached_property
    def _grain(self) -> Plane:
        generator = np.random.default_rng(self.seed)
        return generator.normal(0.0, 2.5, (self.height, self.width)).astype(np.float32)

    @cached_property
    def _room(self) -> Plane:
        x, y = self._grid
        picture = self._wall(x, y) + self._window(x, y)
        picture = np.where((y > _HORIZON)[..., None], self._floor(x, y), picture)
        codes = (np.clip(picture, 0.0, 1.0) * 255).astype(np.uint8)
        soft = Image.fromarray(codes).filter(
            ImageFilter.GaussianBlur(self.height / 240)
        )
        return np.asarray(soft, np.float32) / np.float32(255)

    def _wall(self, x: Plane, y: Plane) -> Plane:
        warmth = 0.9 + 0.1 * (self.seed % 7) / 6
        shade = 0.30 - 0.12 * np.abs(x - 0.75) - 0.06 * y
        stripes = 1.0 + 0.02 * np.sign(np.sin(60.0 * x))
        return _tinted(shade * stripes, (1.0, 0.82 * warmth, 0.62))

    def _window(self, x: Plane, y: Plane) -> Plane:
        inside = (x > 0.62) & (x < 0.88) & (y > 0.14) & (y < 0.56)
        bars = (np.abs(x - 0.75) < 0.006) | (np.abs(y - 0.35) < 0.008)
        sky = np.stack([0.37 + 0.2 * y, 0.49 + 0.1 * y, 0.65 - 0.05 * y], axis=-1)
        return np.where((inside & ~bars)[..., None], sky, np.float32(0.0))

    def _floor(self, x: Plane, y: Plane) -> Plane:
        depth = 1.0 / np.maximum(y - 0.62, np.float32(1e-3))
        boards = np.sin((x - 0.5) * depth * 9.0) > 0.97
        shade = 0.16 + 0.10 * y - 0.05 * np.abs(x - 0.7)
        wood = _tinted(shade, (1.0, 0.7, 0.45))
        return np.where(boards[..., None], wood * np.float32(0.55), wood)

    def _shaft(self, number: int) -> Plane:
        """Sunlight through the window and where it meets the floor."""
        x, y = self._grid
        drift = np.float32(0.002 * (number % 500))
        beam = np.exp(-((((x - 0.70 + drift) + 0.55 * (y - 0.3)) / 0.12) ** 2))
        patch = np.exp(-(((x - 0.55 + drift) / 0.16) ** 2) - ((y - 0.86) / 0.07) ** 2)
        fade = np.clip((y - 0.14) / 0.3, 0.0, 1.0)
        light: Plane = np.where(y <= _HORIZON, 0.16 * fade * beam, np.float32(0.0))
        light += np.where(y > _HORIZON, 0.25 * patch, np.float32(0.0))
        return light.astype(np.float32)


def _tinted(shade: Plane, tint: tuple[float, float, float]) -> Plane:
    return shade[..., None] * np.array(tint, np.float32)
