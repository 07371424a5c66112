"""The ranks of a Cryptomatte: its channels in order, rounded, and cut to one pixel.

The rules are those of docs/specs/cryptomatte.md.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, cast

import numpy as np

from pipeline.errors import CryptomatteError
from pipeline.frames.arrays import AnyArray
from pipeline.kernels.coverage import Coverage
from pipeline.kernels.tables import ONE

NOISE: Final = 64
"""How far the coverages of one pixel may add up over 32768; about 0.2 %."""

MAX_LEVELS: Final = 32
"""Of two ranks each; renderers write 3."""

_ROWS: Final = 16
_RANK: Final = r"([0-9]{2,3})\.(?i:(r|g|b|a|red|green|blue|alpha))"
_SHARES: Final = {"r": "g", "b": "a"}


@dataclass(frozen=True, slots=True, eq=False)
class Rank:
    """One id and its coverage at every pixel.

    Attributes:
        ids: (height, width) uint32, 0 where there is no object.
        coverage: (height, width) uint16, Q15; of all ranks together at most 32768.
    """

    ids: AnyArray
    coverage: Coverage


def rank_planes(
    planes: Mapping[str, AnyArray], name: str, where: str
) -> list[tuple[AnyArray, AnyArray]]:
    """Ids and coverages as floats, in the order of their ranks."""
    pattern = re.compile(re.escape(name) + _RANK)
    found: dict[tuple[int, str], AnyArray] = {}
    for label, plane in planes.items():
        met = pattern.fullmatch(label)
        if not met:
            continue
        place = (int(met[1]), met[2][0].lower())
        if place in found:
            raise wrong("one channel a rank", f"{label} twice", where)
        if plane.dtype.name != "float32":
            raise wrong(
                "ids and coverages of 32-bit floats",
                f"{label} of {plane.dtype}, which has lost the ids",
                where,
            )
        found[place] = plane
    ranks: list[tuple[AnyArray, AnyArray]] = []
    for level, of_ids in product(range(MAX_LEVELS), "rb"):
        ids, shares = (level, of_ids), (level, _SHARES[of_ids])
        if not found.keys() >= {ids, shares}:
            break
        ranks.append((found.pop(ids), found.pop(shares)))
    if not ranks or found:
        raise wrong(
            f"channels {name}00.R, G, B, A and so on, without a gap",
            f"{len(ranks)} ranks and {len(found)} other channels",
            where,
        )
    return ranks


def ranks_of(planes: list[tuple[AnyArray, AnyArray]], where: str) -> Iterator[Rank]:
    """Round the coverages, and cut what noise adds up to more than a pixel.

    What is cut is cut from the last ranks, which cover least.
    """
    shape = planes[0][0].shape
    room = np.full(shape, ONE, np.uint16)
    over = np.zeros(shape, np.uint16)
    for floats, shares in planes:
        ids = np.ascontiguousarray(floats).view(np.uint32)
        coverage = np.zeros(shape, np.uint16)
        for top in range(0, shape[0], _ROWS):
            rows = slice(top, top + _ROWS)
            if not shares[rows].any():  # as most of the last ranks are
                continue
            met = _rounded(shares[rows], where)
            _check_ids(ids[rows], met, where)
            np.minimum(met, room[rows], out=coverage[rows])
            room[rows] -= coverage[rows]
            over[rows] += met - coverage[rows]
            if int(over[rows].max()) > NOISE:
                raise wrong(
                    "coverages that add up to one pixel",
                    f"{ONE + int(over[rows].max())} of {ONE} near row {top}",
                    where,
                )
        yield Rank(ids, cast("Coverage", coverage))


def _rounded(shares: AnyArray, where: str) -> AnyArray:
    """Q15 of IEEE 754 singles: to the nearest, halves up, in whole numbers.

    A share is m × 2^(e - 150), with m its 24 bits and e its exponent as stored, so
    that share × 32768 is m shifted down by 135 - e.
    """
    bits = np.ascontiguousarray(shares).view(np.uint32)
    magnitude = bits & np.uint32(0x7FFFFFFF)
    exponent = magnitude >> 23
    # Up to 2: less than 24 bits are left. From 31 on nothing is.
    shift = np.uint32(135) - np.minimum(exponent, 127)
    np.minimum(shift, 31, out=shift)
    met = (bits & np.uint32(0x7FFFFF)) | np.uint32(0x800000)
    met += np.uint32(1) << (shift - np.uint32(1))
    met >>= shift
    fits = (exponent <= 127) & (met <= ONE + NOISE) & ((bits == magnitude) | (met == 0))
    if not fits.all():
        others = shares[~fits]
        raise wrong(
            "coverages from 0 to 1",
            f"{others.size} others, the first {others.flat[0].item()!r}",
            where,
        )
    return met.astype(np.uint16)


def _check_ids(ids: AnyArray, coverage: AnyArray, where: str) -> None:
    """Refuse ids that the conversion cannot give, where they cover something."""
    exponent = ids & np.uint32(0x7F800000)
    strange = (exponent == 0x7F800000) | ((exponent == 0) & (ids != 0))
    strange &= coverage > 0
    if strange.any():
        raise wrong(
            "ids by uint32_to_float32",
            f"{int(strange.sum())} others, the first {int(ids[strange].flat[0]):08x}",
            where,
        )


def wrong(expected: str, met: str, where: str) -> CryptomatteError:
    """The error for a Cryptomatte that is not what it must be."""
    return CryptomatteError(
        expected,
        met=met,
        advice="Render or export the Cryptomatte again, in 32-bit floats and lossless.",
        where=where,
    )
