"""Primaries and white points, and the matrices between them in exact fractions.

For the script that makes tables; pixels meet only the rounded matrices in `data/`.

Every space is tied to ACES2065-1 by the adaptation that its maker's transform uses:
Bradford for Rec.709, CAT02 for the cameras, none for AP1, which has the same white.
A matrix between two spaces goes through ACES2065-1, so a way by ACES and the direct
way are one.
"""

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple, TypeAlias

Row: TypeAlias = tuple[Fraction, Fraction, Fraction]
Matrix: TypeAlias = tuple[Row, Row, Row]


class Gamut(NamedTuple):
    """Chromaticities x, y as decimals in text, and the adaptation of the white."""

    red: tuple[str, str]
    green: tuple[str, str]
    blue: tuple[str, str]
    white: tuple[str, str]
    adaptation: str


_D65: Final = ("0.3127", "0.3290")
_ACES_WHITE: Final = ("0.32168", "0.33767")

GAMUTS: Final[Mapping[str, Gamut]] = {
    # ITU-R BT.709-6, 3.2
    "rec709": Gamut(
        ("0.64", "0.33"), ("0.30", "0.60"), ("0.15", "0.06"), _D65, "bradford"
    ),
    # SMPTE ST 2065-1:2021, table 1
    "ap0": Gamut(
        ("0.7347", "0.2653"), ("0", "1"), ("0.0001", "-0.077"), _ACES_WHITE, "none"
    ),
    # Academy S-2014-004, table 1
    "ap1": Gamut(
        ("0.713", "0.293"), ("0.165", "0.830"), ("0.128", "0.044"), _ACES_WHITE, "none"
    ),
    # ARRI, ALEXA Wide Gamut RGB
    "awg3": Gamut(
        ("0.684", "0.313"), ("0.221", "0.848"), ("0.0861", "-0.102"), _D65, "cat02"
    ),
    # ARRI, LogC4 specification, table 1
    "awg4": Gamut(
        ("0.7347", "0.2653"), ("0.1424", "0.8576"), ("0.0991", "-0.0308"), _D65, "cat02"
    ),
    # Sony, technical summary, table of chromaticities
    "sgamut3": Gamut(
        ("0.730", "0.280"), ("0.140", "0.855"), ("0.100", "-0.050"), _D65, "cat02"
    ),
    "sgamut3cine": Gamut(
        ("0.766", "0.275"), ("0.225", "0.800"), ("0.089", "-0.087"), _D65, "cat02"
    ),
}

_CONES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    # Lam, 1985 (Bradford); CIE 159:2004 (CAT02)
    "bradford": (
        ("0.8951", "0.2664", "-0.1614"),
        ("-0.7502", "1.7135", "0.0367"),
        ("0.0389", "-0.0685", "1.0296"),
    ),
    "cat02": (
        ("0.7328", "0.4296", "-0.1624"),
        ("-0.7036", "1.6975", "0.0061"),
        ("0.0030", "0.0136", "0.9834"),
    ),
}


def _matrix(rows: tuple[tuple[str, ...], ...]) -> Matrix:
    first, second, third = (tuple(map(Fraction, row)) for row in rows)
    return (_row(first), _row(second), _row(third))


def _row(values: tuple[Fraction, ...]) -> Row:
    red, green, blue = values
    return (red, green, blue)


def times(left: Matrix, right: Matrix) -> Matrix:
    """The product of two matrices."""
    columns = tuple(zip(*right, strict=True))
    rows = [_row(tuple(_dot(row, column) for column in columns)) for row in left]
    return (rows[0], rows[1], rows[2])


def _dot(left: tuple[Fraction, ...], right: tuple[Fraction, ...]) -> Fraction:
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def inverse(m: Matrix) -> Matrix:
    """The inverse, by cofactors."""
    (a, b, c), (d, e, f), (g, h, i) = m
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    cofactors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    rows = [_row(tuple(value / determinant for value in row)) for row in cofactors]
    return (rows[0], rows[1], rows[2])


def _xyz(chromaticity: tuple[str, str]) -> Row:
    x, y = map(Fraction, chromaticity)
    return (x / y, Fraction(1), (1 - x - y) / y)


def _diagonal(values: Row) -> Matrix:
    zero = Fraction(0)
    red, green, blue = values
    return ((red, zero, zero), (zero, green, zero), (zero, zero, blue))


def to_xyz(gamut: Gamut) -> Matrix:
    """Linear RGB → CIE XYZ with the gamut's own white at Y = 1 (SMPTE RP 177)."""
    primaries = []
    for chromaticity in (gamut.red, gamut.green, gamut.blue):
        x, y = map(Fraction, chromaticity)
        primaries.append((x, y, 1 - x - y))
    columns = list(zip(*primaries, strict=True))
    rows = (_row(columns[0]), _row(columns[1]), _row(columns[2]))
    white = _xyz(gamut.white)
    scale = _row(tuple(_dot(row, white) for row in inverse(rows)))
    return times(rows, _diagonal(scale))


def adaptation(gamut: Gamut) -> Matrix:
    """XYZ under the gamut's white → XYZ under the white of ACES (von Kries)."""
    if gamut.adaptation == "none":
        return _diagonal((Fraction(1), Fraction(1), Fraction(1)))
    cones = _matrix(_CONES[gamut.adaptation])
    before = [_dot(row, _xyz(gamut.white)) for row in cones]
    after = [_dot(row, _xyz(_ACES_WHITE)) for row in cones]
    gains = _row(tuple(b / a for a, b in zip(before, after, strict=True)))
    return times(inverse(cones), times(_diagonal(gains), cones))


@cache
def to_aces(name: str) -> Matrix:
    """Linear RGB of a gamut → ACES2065-1."""
    gamut = GAMUTS[name]
    into = inverse(to_xyz(GAMUTS["ap0"]))
    return times(into, times(adaptation(gamut), to_xyz(gamut)))


def between(source: str, target: str) -> Matrix:
    """Linear RGB of one gamut → linear RGB of another, exactly."""
    return times(inverse(to_aces(target)), to_aces(source))
