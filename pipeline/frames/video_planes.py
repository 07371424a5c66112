"""Y'CbCr planes to R'G'B' codes and back, in whole numbers (docs/reference/video.md).

Not by libswscale: what it rounds depends on the machine's vector instructions. Here
every value is a sum of integers and one shift, so that all machines agree. `ycbcr-1`
names these rules in the token of a decoder; they never change under that name.

Chroma is taken to lie on the left luma column (the default of H.264 and HEVC), and
midway between two rows where it has half the rows. It is spread linearly, with the
picture's edge repeated.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

import numpy as np

from pipeline.frames.video_colour import LUMA_WEIGHTS, Matrix

RULES: Final = "ycbcr-1"

Plane: TypeAlias = np.ndarray[Any, np.dtype[Any]]
"""(height, width) uint8 or uint16."""

_ROWS: Final = 64
"""Rows worked on at a time, so that all that is between lies in the cache. Even."""

# Codes to R'G'B': coefficients in 14 bits behind the point, chroma times 8. All sums
# stay below 2^31 for up to 12 bits.
_READ_SHIFT: Final = 17
_READ_ONE: Final = 1 << 14
_WRITE_SHIFT: Final = 24


@dataclass(frozen=True, slots=True)
class Sampling:
    """How much finer luma is than chroma, in each direction: 1 or 2."""

    across: int
    down: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How colour is coded in a clip."""

    bits: int
    sampling: Sampling
    matrix: Matrix
    limited: bool

    @property
    def black(self) -> int:
        """Code of black."""
        return 16 << (self.bits - 8) if self.limited else 0

    @property
    def luma_span(self) -> int:
        """Codes from black to white."""
        return 219 << (self.bits - 8) if self.limited else (1 << self.bits) - 1

    @property
    def chroma_span(self) -> int:
        """Codes from the most negative to the most positive chroma."""
        return 224 << (self.bits - 8) if self.limited else (1 << self.bits) - 1

    @property
    def neutral(self) -> int:
        """Code of no chroma."""
        return 1 << (self.bits - 1)


# --- reading -------------------------------------------------------------------------


def to_rgb(planes: tuple[Plane, Plane, Plane], coding: Coding) -> Plane:
    """Codes of luma and chroma as codes of red, green and blue, of the same depth.

    R = (a·(Y - black) + b·(Cr - neutral) + half) >> shift, and so on; what lies outside
    0 to 2^bits - 1 is cut off, as a display would.

    Args:
        planes: Y, Cb, Cr; chroma in the size that the sampling says.
        coding: what the clip says.

    Returns:
        (height, width, 3) uint8 of 8 bits, else uint16; full range.
    """
    luma, blue, red = planes
    height, width = luma.shape
    rgb = np.empty((height, width, 3), luma.dtype)
    scale = _reading_scale(coding)
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        level = (luma[rows].astype(np.int32) - coding.black) * (8 * scale.luma)
        level += 1 << (_READ_SHIFT - 1)
        cb, cr = (
            _spread(plane, rows, width, coding) - 8 * coding.neutral
            for plane in (blue, red)
        )
        most = (1 << coding.bits) - 1
        block = (
            level + cr * scale.red,
            level - cb * scale.green_blue - cr * scale.green_red,
            level + cb * scale.blue,
        )
        for place, total in enumerate(block):
            rgb[rows, :, place] = np.clip(total >> _READ_SHIFT, 0, most)
    return rgb


@dataclass(frozen=True, slots=True)
class _ReadingScale:
    luma: int
    red: int
    green_red: int
    green_blue: int
    blue: int


def _reading_scale(coding: Coding) -> _ReadingScale:
    kr, kb = LUMA_WEIGHTS[coding.matrix]
    kg = 1 - kr - kb
    most = (1 << coding.bits) - 1
    chroma = Fraction(2 * most, coding.chroma_span)
    return _ReadingScale(
        luma=_nearest(Fraction(most, coding.luma_span) * _READ_ONE),
        red=_nearest((1 - kr) * chroma * _READ_ONE),
        green_red=_nearest((1 - kr) * kr / kg * chroma * _READ_ONE),
        green_blue=_nearest((1 - kb) * kb / kg * chroma * _READ_ONE),
        blue=_nearest((1 - kb) * chroma * _READ_ONE),
    )


def _spread(plane: Plane, rows: slice, width: int, coding: Coding) -> Plane:
    """Chroma times 8 for each luma sample of some rows."""
    sampling = coding.sampling
    tall = _spread_rows(plane, rows) if sampling.down == 2 else 4 * _wide(plane[rows])
    if sampling.across == 1:
        return 2 * tall
    spread = np.empty((tall.shape[0], 2 * tall.shape[1]), np.int32)
    spread[:, 0::2] = 2 * tall
    spread[:, 1:-1:2] = tall[:, :-1] + tall[:, 1:]
    spread[:, -1] = 2 * tall[:, -1]
    return spread[:, :width]


def _spread_rows(plane: Plane, rows: slice) -> Plane:
    """Chroma times 4: three parts of the nearer row and one of the farther."""
    first, last = rows.start // 2, (rows.stop + 1) // 2
    near = 3 * _wide(plane[first:last])
    above = np.maximum(np.arange(first, last) - 1, 0)
    below = np.minimum(np.arange(first, last) + 1, plane.shape[0] - 1)
    tall = np.empty((2 * (last - first), plane.shape[1]), np.int32)
    tall[0::2] = near + _wide(plane[above])
    tall[1::2] = near + _wide(plane[below])
    return tall[: rows.stop - rows.start]


# --- writing -------------------------------------------------------------------------


def to_planes(rgb: Plane, bits: int, coding: Coding) -> tuple[Plane, Plane, Plane]:
    """Codes of red, green and blue as Y, Cb and Cr, rounded once.

    Chroma with half the columns is (1, 2, 1) / 4 around its column; with half the rows
    the mean of the two rows.

    Args:
        rgb: (height, width, 3), full range; even sides where chroma has half of them.
        bits: depth of those codes; may differ from that of the clip.
        coding: of the clip.
    """
    height, width = rgb.shape[:2]
    kr, kb = LUMA_WEIGHTS[coding.matrix]
    most = (1 << bits) - 1
    luma = _weights((kr, kb), Fraction(coding.luma_span, most))
    chroma = Fraction(coding.chroma_span, most)
    # Cb = (B - Y) / 2(1 - kb): its weights add up to nothing.
    blue = _weights((-kr / (2 * (1 - kb)), Fraction(1, 2)), chroma, total=0)
    red = _weights((Fraction(1, 2), -kb / (2 * (1 - kr))), chroma, total=0)
    dtype = np.uint8 if coding.bits == 8 else np.uint16
    across, down = coding.sampling.across, coding.sampling.down
    planes = [np.empty((height, width), dtype)]
    planes += [np.empty((height // down, width // across), dtype) for _ in range(2)]
    for top in range(0, height, _ROWS):
        rows = slice(top, min(top + _ROWS, height))
        block = rgb[rows].astype(np.int64)
        planes[0][rows] = _rounded(_mixed(block, luma), 1, coding.black)
        half = slice(top // down, rows.stop // down)
        for place, weights in ((1, blue), (2, red)):
            mixed = _mixed(block, weights)
            if across == 2:
                mixed = _fewer_columns(mixed)
            if down == 2:
                mixed = mixed[0::2] + mixed[1::2]
            parts = (4 if across == 2 else 1) * down
            codes = _rounded(mixed, parts, coding.neutral)
            planes[place][half] = np.clip(codes, 0, (1 << coding.bits) - 1)
    return planes[0], planes[1], planes[2]


def _weights(
    outer: tuple[Fraction, Fraction], span: Fraction, total: int = 1
) -> tuple[int, int, int]:
    """Weights of red, green and blue that add up exactly: white is white, grey grey."""
    scale = span * (1 << _WRITE_SHIFT)
    red, blue = (_nearest(one * scale) for one in outer)
    return red, _nearest(total * scale) - red - blue, blue


def _mixed(block: Plane, weights: tuple[int, int, int]) -> Plane:
    red, green, blue = weights
    mixed: Plane = block[:, :, 0] * red + block[:, :, 1] * green
    mixed += block[:, :, 2] * blue
    return mixed


def _fewer_columns(mixed: Plane) -> Plane:
    left = np.concatenate([mixed[:, :1], mixed[:, 1:-1:2]], axis=1)
    fewer: Plane = left + 2 * mixed[:, 0::2] + mixed[:, 1::2]
    return fewer


def _rounded(mixed: Plane, parts: int, offset: int) -> Plane:
    shift = _WRITE_SHIFT + parts.bit_length() - 1
    codes: Plane = ((mixed + (1 << (shift - 1))) >> shift) + offset
    return codes


def _wide(plane: Plane) -> Plane:
    wide: Plane = plane.astype(np.int32)
    return wide


def _nearest(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
