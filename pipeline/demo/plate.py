"""A green-screen plate from a real photograph.

The photograph is scikit-image's cat ("Chelsea", CC0). The green field, the cut-out and
the spill are synthetic, and the plate is labelled so: its source type is `composite`.
"""

from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.demo.photographs import photograph
from pipeline.frames.arrays import Frame, as_frame

Plane: TypeAlias = np.ndarray[Any, np.dtype[np.float32]]

# The cat's outline in the photograph, in units of its width and height.
_OUTLINE: Final = (
    (0.0, 1.0), (0.0, 0.445), (0.025, 0.425), (0.058, 0.39), (0.07, 0.32),
    (0.073, 0.22), (0.078, 0.10), (0.09, 0.0), (0.893, 0.0), (0.862, 0.072),
    (0.825, 0.175), (0.801, 0.235), (0.797, 0.265), (0.803, 0.32), (0.81, 0.40),
    (0.803, 0.49), (0.785, 0.575), (0.757, 0.645), (0.725, 0.695), (0.703, 0.735),
    (0.697, 0.83), (0.686, 0.91), (0.66, 0.955), (0.625, 1.0),
)  # fmt: skip
_GREEN: Final = np.array([38.0, 186.0, 62.0], np.float32)


class GreenScreenPlate:
    """Frames of a close-up in front of a green field, drifting a little."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height

    def frame(self, number: int) -> Frame:
        """One frame, (height, width, 3) uint8 sRGB."""
        photo, matte = self._cut_out
        drift = (number % 25) * max(1, self.width // 1920)
        visible = min(photo.shape[1] - 25, self.width)
        picture = self._field(number)
        alpha = matte[:, drift : drift + visible, None]
        actor = photo[:, drift : drift + visible]
        picture[:, :visible] = picture[:, :visible] * (1 - alpha) + actor * alpha
        return as_frame(np.clip(picture, 0, 255).astype(np.uint8))

    @cached_property
    def _cut_out(self) -> tuple[Plane, Plane]:
        photo = Image.fromarray(photograph("chelsea"))
        size = (round(self.height * photo.width / photo.height), self.height)
        scaled = photo.resize(size, Image.Resampling.LANCZOS)
        mask = Image.new("L", size)
        outline = [(x * size[0], y * size[1]) for x, y in _OUTLINE]
        ImageDraw.Draw(mask).polygon(outline, fill=255)
        soft = mask.filter(ImageFilter.GaussianBlur(self.height / 180))
        return np.asarray(scaled, np.float32), np.asarray(
            soft, np.float32
        ) / np.float32(255)

    def _field(self, number: int) -> Plane:
        return self._green + np.roll(self._noise, number * 7919, axis=(0, 1))[..., None]

    @cached_property
    def _green(self) -> Plane:
        rows = np.linspace(1.05, 0.9, self.height, dtype=np.float32)[:, None, None]
        columns = np.linspace(0.94, 1.04, self.width, dtype=np.float32)[None, :, None]
        return _GREEN * rows * columns

    @cached_property
    def _noise(self) -> Plane:
        generator = np.random.default_rng(7)
        return generator.normal(0.0, 2.0, (self.height, self.width)).astype(np.float32)
