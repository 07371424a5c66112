"""The transfer curves, exact: an encoded value to light, in forty decimal digits.

Used to make tables, never on pixels. `decimal` rounds every step as its standard says,
so these figures are the same on every machine; a C library's `pow` is not.

Every function takes the encoded value, 0 to 1 over the full range of codes, and gives
light: scene-linear where 0.18 is mid grey, or display light where 1 is white. Below 0
and above 1 a logarithmic curve goes on by its own formula; a display curve is mirrored
at 0, so that no code of a legal-range picture is lost.
"""

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, localcontext
from functools import cache
from typing import Final, NamedTuple, TypeAlias

Curve: TypeAlias = Callable[[Decimal], Decimal]

DIGITS: Final = 40
"""Precision of every step; what is rounded afterwards has 7 to 8 digits."""

CONTEXT: Final = Context(prec=DIGITS, Emin=-999_999, Emax=999_999)
"""The arithmetic in which curves are computed, whatever the caller's is."""

_TEN: Final = Decimal(10)
_TWO: Final = Decimal(2)
_LN_TWO: Final = CONTEXT.ln(_TWO)
_LN_TEN: Final = CONTEXT.ln(_TEN)


def light(curve: str, value: Decimal) -> Decimal:
    """Light of an encoded value by the curve of this name (`CURVES`).

    Examples:
        >>> light("bt1886", Decimal(1))
        Decimal('1')
        >>> round(light("slog3", Decimal(420) / 1023), 12)
        Decimal('0.180000000000')
    """
    with localcontext(CONTEXT):
        return CURVES[curve](value)


def _two_to(x: Decimal) -> Decimal:
    return (x * _LN_TWO).exp()


def _ten_to(x: Decimal) -> Decimal:
    return (x * _LN_TEN).exp()


def _power(x: Decimal, exponent: Decimal) -> Decimal:
    # ln and exp are rounded correctly and five times faster here than `**`.
    return (x.ln() * exponent).exp() if x else x


def _srgb(x: Decimal) -> Decimal:
    """IEC 61966-2-1:1999, 5.2, mirrored at 0."""
    if x < 0:
        return -_srgb(-x)
    if x <= Decimal("0.04045"):
        return x / Decimal("12.92")
    base = (x + Decimal("0.055")) / Decimal("1.055")
    return _power(base, Decimal("2.4"))


def _bt1886(x: Decimal) -> Decimal:
    """ITU-R BT.1886 (03/2011), annex 1, for a black of 0; mirrored at 0."""
    return -_bt1886(-x) if x < 0 else _power(x, Decimal("2.4"))


def _acescct(x: Decimal) -> Decimal:
    """Academy S-2016-001, 4.4; the formula without its limit of 65504."""
    if x <= Decimal("0.155251141552511"):
        return (x - Decimal("0.0729055341958355")) / Decimal("10.5402377416545")
    return _two_to(x * Decimal("17.52") - Decimal("9.72"))


class LogC3(NamedTuple):
    """ARRI's LogC3: `c × log10(a × x + b) + d`, and below `cut` `e × x + f`."""

    a: Decimal
    b: Decimal
    c: Decimal
    d: Decimal
    e: Decimal
    f: Decimal
    cut: Decimal


@cache
def logc3_parameters(exposure_index: int = 800) -> LogC3:
    """ARRI's parameters for one exposure index, unrounded.

    The way from camera to curve is that of ARRI's input transforms for ACES (aces-dev,
    `idt/vendorSupplied/arri`); ARRI's paper "ALEXA Log C Curve – Usage in VFX" prints
    the same seven figures with six decimals.
    """
    with localcontext(CONTEXT):
        black, grey = Decimal(16) / 4095, Decimal("0.01")
        full_offset = Decimal(400) / 1023
        stops = (Decimal(exposure_index) / 400).ln() / _LN_TWO
        full_gain = Decimal(500) / 1023 * Decimal("0.525")
        gain = (stops * (Decimal("0.89") - 1) / 3 + 1) * full_gain
        bend = Decimal(1) / 9
        slope = 1 / (bend * _LN_TEN)
        offset = bend.log10() - slope * bend
        encoded_offset, noise = full_offset, Decimal(0)
        for _ in range(3):
            foot = (Decimal(95) / 1023 - encoded_offset) / gain
            noise = (foot - offset) / slope
            encoded_offset = full_offset - (1 + noise).log10() * gain
        sensor = Decimal(exposure_index) / 400 / grey
        inner = noise - black * sensor
        e = slope * sensor * gain
        f = gain * (slope * inner + offset) + encoded_offset
        scale = 4 / (Decimal("0.18") * exposure_index)
        a, b = sensor * scale, inner + sensor * black
        return LogC3(
            a=a,
            b=b,
            c=gain,
            d=encoded_offset,
            e=e * scale,
            f=f + e * black,
            cut=(bend - b) / a,
        )


def _logc3(x: Decimal) -> Decimal:
    """ARRI, "ALEXA Log C Curve – Usage in VFX" (2017), EI 800, scene exposure."""
    p = logc3_parameters()
    if x <= p.e * p.cut + p.f:
        return (x - p.f) / p.e
    return (_ten_to((x - p.d) / p.c) - p.b) / p.a


def _logc4(x: Decimal) -> Decimal:
    """ARRI, "LogC4 Logarithmic Color Space Specification" (2022), section 4."""
    a = (Decimal(2**18) - 16) / Decimal("117.45")
    b = Decimal(1023 - 95) / 1023
    c = Decimal(95) / 1023
    if x >= 0:
        return (_two_to(14 * (x - c) / b + 6) - 64) / a
    s = 7 * _LN_TWO * _two_to(7 - 14 * c / b) / (a * b)
    t = (_two_to(14 * (-c / b) + 6) - 64) / a
    return x * s + t


def _slog3(x: Decimal) -> Decimal:
    """Sony, "Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3" (2014)."""
    code, bend = x * 1023, Decimal("171.2102946929")
    if code >= bend:
        mid = _ten_to((code - 420) / Decimal("261.5"))
        return mid * (Decimal("0.18") + Decimal("0.01")) - Decimal("0.01")
    return (code - 95) * Decimal("0.01125") / (bend - 95)


CURVES: Final[Mapping[str, Curve]] = {
    "acescct": _acescct,
    "bt1886": _bt1886,
    "logc3": _logc3,
    "logc4": _logc4,
    "slog3": _slog3,
    "srgb": _srgb,
}
"""Name of a curve → encoded value to light."""

LOGARITHMIC: Final = ("acescct", "logc3", "logc4", "slog3")
"""Curves of scene light, which eight bits cannot hold."""
