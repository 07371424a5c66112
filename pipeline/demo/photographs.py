"""Real photographs for the demonstration: scikit-image's own, all CC0."""

from typing import Any, Literal, TypeAlias

import numpy as np
from PIL import Image

from pipeline.errors import DemoMaterialError

Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]


def photograph(name: Literal["chelsea", "rocket"]) -> Codes:
    """A photograph, (height, width, 3) uint8 sRGB.

    Raises:
        DemoMaterialError: scikit-image is not installed.
    """
    try:
        from skimage import data  # noqa: PLC0415  # only the demonstration needs it
    except ImportError as error:
        raise DemoMaterialError(
            "the photographs of scikit-image",
            met="no scikit-image",
            advice="Install jangbu with the demo extra: pip install 'jangbu[demo]'.",
        ) from error
    photo: Codes = getattr(data, name)()
    return photo


def filled(photo: Codes, width: int, height: int) -> Image.Image:
    """The middle of a photograph, scaled to fill a size."""
    picture = Image.fromarray(photo)
    scale = max(width / picture.width, height / picture.height)
    size = (
        max(width, round(picture.width * scale)),
        max(height, round(picture.height * scale)),
    )
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return picture.crop((left, top, left + width, top + height))
