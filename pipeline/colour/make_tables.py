"""Make the files in `data/`: `python -m pipeline.colour.make_tables`.

Run by hand once and by a test that compares; never at import. Curves are computed in
forty decimal digits, matrices in fractions, and each figure is rounded once to the
nearest float32, ties to even. docs/specs/colour.md has the layout.
"""

import hashlib
import sys
import zlib
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.colour.curves import CONTEXT, CURVES, LOGARITHMIC, light
from pipeline.colour.gamuts import GAMUTS, between
from pipeline.colour.grids import GRIDS, HALF_ENTRIES, Grid, grids_of
from pipeline.colour.packing import Floats, pack

MOST_LIGHT: Final = 65504
"""The largest half float; a half that means more light has no entry."""

_DOUBT: Final = Fraction(1, 10**30)
"""How far a computed figure may be from the true one, as a share of it."""


def nearest_float32(values: list[Decimal | None]) -> Floats:
    """Round to float32, to the nearest, each once; `None` becomes a quiet NaN.

    A double is nearly always the way there. Only where it lies within a few units of
    the middle between two floats could rounding twice differ, and there the decision is
    made in fractions, and refused if forty digits do not settle it.
    """
    doubles = np.array([np.nan if one is None else float(one) for one in values])
    rounded = doubles.astype("<f4")
    low = doubles.view(np.int64) & 0x1FFF_FFFF
    for index in np.flatnonzero(np.abs(low - 0x1000_0000) <= 4):
        value = values[int(index)]
        if value is not None:
            rounded[index] = _decided(Fraction(value), rounded[index])
    rounded[np.isnan(doubles)] = np.array([0x7FC0_0000], "<u4").view("<f4")
    return rounded


def _decided(value: Fraction, near: np.float32) -> np.float32:
    around = [np.nextafter(near, np.float32(side)) for side in (-np.inf, np.inf)]
    candidates = [np.float32(one) for one in (around[0], near, around[1])]
    ranked = sorted(candidates, key=lambda one: abs(Fraction(float(one)) - value))
    first, second = (abs(Fraction(float(one)) - value) for one in ranked[:2])
    if second - first <= abs(value) * _DOUBT:
        raise ArithmeticError(f"{float(value)!r} is a tie to forty digits")
    return ranked[0]


def grid_values(grid: Grid, *, step: int = 1) -> Iterator[Decimal]:
    """Encoded values of a grid's entries, every `step`-th."""
    with localcontext(CONTEXT):
        for entry in range(0, grid.entries, step):
            yield (Decimal(entry) / 2 - grid.black) / (grid.white - grid.black)


def half_light(curve: str, pattern: int) -> Decimal | None:
    """Light of a logarithmic half float by its bit pattern.

    `None` for what is no number, and for more than the largest half.
    """
    value = np.array([pattern], "<u2").view("<f2")[0]
    # Beyond 4, every logarithmic curve is far over the limit.
    if not np.isfinite(value) or value > 4:
        return None
    found = light(curve, Decimal(float(value)))
    return found if found <= MOST_LIGHT else None


def curve_table(curve: str) -> Floats:
    """Every entry of one curve: its grids one after the other, then the halves."""
    values: list[Decimal | None] = []
    for name in grids_of(curve):
        values += [light(curve, value) for value in grid_values(GRIDS[name])]
    if curve in LOGARITHMIC:
        values += [half_light(curve, pattern) for pattern in range(HALF_ENTRIES)]
    return nearest_float32(values)


def matrix_table() -> Floats:
    """All matrices: by source and then target gamut in order of name, rows first."""
    values = [
        nearest_fraction(value)
        for source in sorted(GAMUTS)
        for target in sorted(GAMUTS)
        for row in between(source, target)
        for value in row
    ]
    return np.array(values, "<f4")


def nearest_fraction(value: Fraction) -> np.float32:
    """Round a fraction to float32, to the nearest."""
    with localcontext(CONTEXT):
        near = Decimal(value.numerator) / Decimal(value.denominator)
    return np.float32(nearest_float32([near])[0])


def table_files() -> Iterator[tuple[str, Floats]]:
    """Name and content of every file, the content as it is before packing."""
    for curve in sorted(CURVES):
        yield f"{curve}.f32z", curve_table(curve)
    yield "matrices.f32z", matrix_table()


def write_tables(folder: Path) -> None:
    """Write every file and print its digest."""
    for name, values in table_files():
        packed = zlib.compress(pack(values), 9)
        (folder / name).write_bytes(packed)
        digest = hashlib.sha256(values.astype("<f4").tobytes()).hexdigest()
        sys.stdout.write(f'    "{name}": (\n        "{digest}"\n    ),\n')
        sys.stdout.flush()


if __name__ == "__main__":
    write_tables(Path(__file__).parent / "data")
