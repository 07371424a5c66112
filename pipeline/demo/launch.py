"""A live plate: a real photograph of a launch at dusk, panned as if by a camera.

The photograph is scikit-image's rocket (CC0). The pan is synthetic, and the plate's
record says so.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from pipeline.demo.photographs import filled, photograph
from pipeline.frames.arrays import Frame, as_frame


@dataclass(frozen=True, kw_only=True)
class LaunchPlate:
    """Frames of a slow pan over the photograph."""

    width: int
    height: int

    def frame(self, number: int) -> Frame:
        """One frame, (height, width, 3) uint8 sRGB."""
        step = number % self._room[0]
        left = min(step, self._room[0] - 1)
        box = (left, 0, left + self.width, self.height)
        return as_frame(np.asarray(self._wide.crop(box)))

    @cached_property
    def _room(self) -> tuple[int, int]:
        return max(1, self.width // 24), self.height

    @cached_property
    def _wide(self) -> Image.Image:
        return filled(photograph("rocket"), self.width + self._room[0], self.height)
