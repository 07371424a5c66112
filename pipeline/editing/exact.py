"""OTIO's floats as exact numbers, with a mark on what had to be rounded.

OTIO writes times, rates and speeds as binary floats. A float is read as the simplest
fraction that prints as this float: 0.7 is 7/10, 0.3333333333333333 is 1/3. If no
fraction with a denominator of at most a million does, the float stands for itself.
Neither is rounding. What is rounded, and said to be:

- a position that lies within a thousandth of a frame of a whole one (sums of floats in
  the program that wrote the cut) is that whole frame;
- a rate near 24, 30, 48, 60 … × 1000/1001 is that rate (23.976, 23.98, 29.97).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ledger.records.integers import LARGEST
from ledger.records.time import Rate

Exact: TypeAlias = int | Fraction
"""A whole number where it is whole, which is much faster, else a fraction."""

_SIMPLE = 1_000_000
_NEAR_A_FRAME = Fraction(1, 1000)
_NEAR_A_RATE = Fraction(1, 200)
_FASTEST = 1000


@dataclass(frozen=True, slots=True)
class Rounded:
    """A position or length in frames; `rounded` if the file said another one."""

    value: Exact
    rounded: bool


@dataclass(frozen=True, slots=True)
class RoundedRate:
    """A rate; `rounded` if the file said another one."""

    rate: Rate
    rounded: bool


def exact(value: float) -> Exact | None:
    """Read a float as a number; `None` if it is none, or too large to be frames.

    Examples:
        >>> exact(0.7), exact(24.0)
        (Fraction(7, 10), 24)
    """
    if not math.isfinite(value) or abs(value) > LARGEST:
        return None
    itself = Fraction(value)
    simple = itself.limit_denominator(_SIMPLE)
    # Comparing as floats asks: would the writer have printed this fraction so?
    return whole_or_fraction(simple if float(simple) == value else itself)


def whole_or_fraction(number: Exact) -> Exact:
    """Give a whole number as an `int`."""
    return number.numerator if number.denominator == 1 else number


def position(value: float) -> Rounded | None:
    """Read a position or a length in frames.

    Examples:
        >>> position(86.9999999)
        Rounded(value=87, rounded=True)
        >>> position(12.5)
        Rounded(value=Fraction(25, 2), rounded=False)
    """
    number = exact(value)
    if number is None:
        return None
    nearest = round(number)
    if number != nearest and -_NEAR_A_FRAME < number - nearest < _NEAR_A_FRAME:
        return Rounded(nearest, rounded=True)
    return Rounded(number, rounded=False)


def rate_of(value: float) -> RoundedRate | None:
    """Read frames per second; `None` for what is no rate of pictures.

    Examples:
        >>> rate_of(23.98)
        RoundedRate(rate=Rate(num=24000, den=1001), rounded=True)
    """
    read = exact(value)
    if read is None or not 1 <= read <= _FASTEST:
        return None
    number = Fraction(read)
    slowed = Fraction(round(number) * 1000, 1001)
    if number.denominator != 1 and abs(number - slowed) < _NEAR_A_RATE:
        rate = Rate.reduced(slowed.numerator, slowed.denominator)
        return RoundedRate(rate, rounded=number != slowed)
    return RoundedRate(Rate.reduced(number.numerator, number.denominator), False)
