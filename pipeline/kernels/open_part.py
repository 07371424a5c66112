"""How much of each pixel a layer is, where it can be said, and bounds where it cannot.

From front to back each layer takes a share h of what the layers in front of it left
open. A layer that is laid `over` takes its coverage, so that h is known. Light that is
added hides nothing and yet is seen; a factor shows through what it multiplies. For
them h is only known to lie between a least and a most.

Two readings are carried along: T_least, in which every layer took its most, and T_most,
in which every layer took its least. With ⌊⌉ for (n + 16384) >> 15:

    lower = ⌊T_least × h_least⌉      upper = ⌊T_most × h_most⌉
    told  = ⌊T_least × h_most⌉
    T_least = T_least - told         T_most = T_most - ⌊T_most × h_least⌉

`T - ⌊T × h⌉` never falls when T rises, so that whatever each layer took in truth, its
weight lies within its bounds. The weights told add up to 32768 with what is left.
"""

from typing import NamedTuple

import numpy as np

from pipeline.kernels.coverage import Coverage, Plane
from pipeline.kernels.tables import ONE

_HALF = ONE // 2


class Share(NamedTuple):
    """What a layer takes of the open part, Q15; `None` is all of it."""

    least: Coverage | Plane | None
    most: Coverage | Plane | None


class Weights(NamedTuple):
    """What a layer is of each pixel in a strip, Q15.

    All three are one array where the figure is exact.

    Attributes:
        told: in the reading in which every layer takes its most.
    """

    lower: Plane
    upper: Plane
    told: Plane


class OpenPart:
    """What is open of each pixel in a strip, behind the layers counted so far.

    A third plane is what `over` alone left open: by it colours are added up. All
    three are one array as long as every layer's share is known.
    """

    def __init__(self, height: int, width: int) -> None:
        self._least: Plane = np.full((height, width), ONE, np.uint32)
        self._most = self._least
        self._uncovered = self._least

    @property
    def exact(self) -> bool:
        """Whether every reading is the same up to here."""
        return self._most is self._least

    @property
    def shut(self) -> bool:
        """Whether nothing behind can be seen."""
        return not self._uncovered.any()

    def rest(self) -> Weights:
        """What is left behind the bottom layer, which belongs to nobody."""
        return Weights(self._least, self._most, self._least)

    def uncovered(self, coverage: Coverage | None = None) -> Plane:
        """The part of a pixel by which a layer's colour is added."""
        return part_of(self._uncovered, coverage)

    def cover(self, coverage: Coverage | None) -> tuple[Plane, Weights]:
        """Let a layer take its coverage, and hide as much.

        Returns:
            The part by which its colour is added, and its weights.
        """
        if self.exact:
            weights = self.take(Share(coverage, coverage))
            return weights.told, weights
        part = self.uncovered(coverage)
        self._uncovered -= part
        return part, self.take(Share(coverage, coverage))

    def take(self, share: Share) -> Weights:
        """Count a layer whose share is known (one object twice) or bounded."""
        told = part_of(self._least, share.most)
        if share.least is share.most:
            if self.exact:
                self._least -= told
                return Weights(told, told, told)
            lower, upper = told, part_of(self._most, share.most)
            gone = upper
        else:
            lower = part_of(self._least, share.least)
            upper = part_of(self._most, share.most)
            gone = part_of(self._most, share.least)
            self._part_readings()
        self._least -= told
        self._most -= gone
        return Weights(lower, upper, told)

    def _part_readings(self) -> None:
        if self.exact:
            self._most, self._uncovered = self._least.copy(), self._least.copy()


def part_of(open_part: Plane, share: Coverage | Plane | None) -> Plane:
    """Multiply an open part by a share, to the nearest: 32768 takes all of it."""
    if share is None:
        return open_part.copy()
    weights = share.astype(np.uint32)
    weights *= open_part
    weights += _HALF
    weights >>= 15
    return weights
