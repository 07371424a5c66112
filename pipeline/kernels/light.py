"""`light/1`: light filmed or drawn on black, without alpha: fire, sparks, flashes.

Black is where it is not. A pixel covers as much as its brightest channel shines:

    m = max(LIN[R], LIN[G], LIN[B]);  coverage = (m × 32768 + 32767) div 65535

The quotient is to the nearest. Every code but 0 covers something, and 255 covers
wholly. The rules are fixed in docs/specs/picture-1.md.
"""

from typing import Final, cast

import numpy as np

from pipeline.frames.arrays import Frame
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.tables import LIN, ONE

LIGHT: Final = "light/1"
_FULL_LIGHT: Final = 65535


def _coverage_by_code() -> Coverage:
    # 65535 × 32768 + 32767 < 2^31.
    steps = LIN.astype(np.uint32)
    steps *= ONE
    steps += np.uint32(ONE - 1)
    steps //= np.uint32(_FULL_LIGHT)
    return cast("Coverage", steps.astype(np.uint16))


# LIN rises with the code, so the brightest channel is that of the greatest code.
_BY_CODE: Final = _coverage_by_code()


def coverage_of_light(rgb: Frame) -> Coverage:
    """What light on black covers: 0 where it is black, 32768 where a channel is full.

    Examples:
        >>> flash = np.array([[[0, 0, 0], [255, 0, 0], [0, 188, 90]]], np.uint8)
        >>> coverage_of_light(cast("Frame", flash)).tolist()
        [[0, 32768, 16479]]
    """
    brightest = np.maximum(rgb[:, :, 0], rgb[:, :, 1])
    np.maximum(brightest, rgb[:, :, 2], out=brightest)
    return cast("Coverage", _BY_CODE.take(brightest, mode="clip"))
