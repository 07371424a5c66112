"""Which encoded values a curve's table holds.

A grid has an entry for every code and for the middle between two codes, in turn: the
even entries are what codes decode to, the odd ones the thresholds between codes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from pipeline.colour.curves import CURVES, LOGARITHMIC

HALF_ENTRIES: Final = 65_536


class Grid(NamedTuple):
    """Codes of one depth and range.

    Attributes:
        codes: how many there are.
        black: the code that encodes 0.
        white: the code that encodes 1.
    """

    codes: int
    black: Decimal
    white: Decimal

    @property
    def entries(self) -> int:
        """Codes and the middles between them."""
        return 2 * self.codes - 1


def _full(bits: int) -> Grid:
    return Grid(2**bits, Decimal(0), Decimal(2**bits - 1))


def _legal(bits: int) -> Grid:
    scale = 2 ** (bits - 8)
    return Grid(2**bits, Decimal(16 * scale), Decimal(235 * scale))


GRIDS: Final[Mapping[str, Grid]] = {
    "full-16": _full(16),
    "full-10": _full(10),
    "full-12": _full(12),
    "legal-10": _legal(10),
    "legal-12": _legal(12),
}
"""By range and depth. Eight bits are every 257th entry of `full-16`."""


def grids_of(curve: str) -> tuple[str, ...]:
    """Grids that a curve's file holds, in their order; sRGB has no video range."""
    return tuple(GRIDS) if curve != "srgb" else ("full-16", "full-10", "full-12")


def entries_of(curve: str) -> dict[str, slice]:
    """Where each grid lies in the curve's table, and `half` if it has one.

    Examples:
        >>> entries_of("srgb")["full-10"]
        slice(131071, 133118, None)
    """
    if curve not in CURVES:
        raise KeyError(curve)
    places, start = {}, 0
    for name in grids_of(curve):
        end = start + GRIDS[name].entries
        places[name] = slice(start, end)
        start = end
    if curve in LOGARITHMIC:
        places["half"] = slice(start, start + HALF_ENTRIES)
    return places
