"""Layers as numbers, which compiled kernels take in any number and kind."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from pipeline.frames.arrays import AnyArray, as_frame
from pipeline.kernels.light import coverage_of_light
from pipeline.kernels.sources import Source, reciprocal_of
from pipeline.kernels.tables import ALPHA, ENC, LIN

# Columns of a layer's row. Where a plane lies is an address or an offset; a matte of
# 0 bits is none.
KIND, RGB, MATTE, MATTE_BITS, CORE, CORE_BITS, GARBAGE, GARBAGE_BITS = range(8)
SCREEN, LOW, HIGH, RECIPROCAL, DESPILL = range(8, 13)
COLUMNS: Final = 13
ROOM: Final = 6 * 64
"""Numbers of 32 bits that a kernel needs as scratch."""

Place: TypeAlias = Callable[[AnyArray], int]

OPAQUE, COVERED, SHINING, KEYED = range(4)
"""Values of `KIND`."""


class Tables(NamedTuple):
    """The frozen tables in the types that kernels take.

    Attributes:
        light: 256 × int32, `LIN`.
        codes: 65,536 × uint8, `ENC`.
        alpha: 256 × int32, `ALPHA`.
        shine: 256 × int32, coverage of `light/1` by the brightest code.
    """

    light: Any
    codes: Any
    alpha: Any
    shine: Any


@cache
def tables() -> Tables:
    """The tables, made once."""
    greys = as_frame(np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(1, 256, 3))
    return Tables(
        light=LIN.astype(np.int32),
        codes=ENC.copy(),
        alpha=ALPHA.astype(np.int32),
        shine=coverage_of_light(greys)[0].astype(np.int32),
    )


def stack_of(sources: Sequence[Source], place: Place) -> AnyArray:
    """Describe layers of one size, each array in one piece (`admit`).

    Args:
        sources: bottom first.
        place: says where a plane lies, or puts it there.

    Returns:
        (layers, 13) int64.
    """
    return np.array([_row(source, place) for source in sources], np.int64)


def address_of(array: AnyArray) -> int:
    """Where an array's samples lie; hold the array for as long as it is used."""
    return array.ctypes.data


def kind_of(source: Source) -> int:
    """Which of the four kinds of layers it is."""
    if source.key is not None:
        return KEYED
    if source.light:
        return SHINING
    return OPAQUE if source.matte is None else COVERED


def key_columns(source: Source) -> tuple[int, int, int, int, int]:
    """`SCREEN` to `DESPILL`; zeros without a key."""
    settings = source.key
    if settings is None:
        return (0, 0, 0, 0, 0)
    screen = 1 if settings.screen == "green" else 2
    despill = int(settings.despill == "average")
    return (screen, settings.lo, settings.hi, reciprocal_of(settings), despill)


def _row(source: Source, place: Place) -> list[int]:
    row = [kind_of(source), place(source.rgb)]
    for matte in (source.matte, source.core, source.garbage):
        row += (0, 0) if matte is None else (place(matte), 8 * matte.dtype.itemsize)
    return [*row, *key_columns(source)]
