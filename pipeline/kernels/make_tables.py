"""Make the table files in `data/`: `python -m pipeline.kernels.make_tables`.

Run by hand once and by a test that compares; never at import. Everything is
whole numbers and fractions, so that the tables come out the same on every
machine: `x ** 2.4` of a C library does not.

The curve is IEC 61966-2-1 (sRGB) with its published constants, for encoded
values 0 ≤ x ≤ 1:

    light(x) = x / 12.92                       for x ≤ 0.04045
    light(x) = ((x + 0.055) / 1.055) ^ (12/5)  otherwise
"""

from bisect import bisect_right
from fractions import Fraction
from pathlib import Path
from typing import Final

_FULL_LIGHT: Final = 65535
_FULL_ALPHA: Final = 32768
_FULL_CODE: Final = 255


def reaches(level: Fraction, code: Fraction) -> bool:
    """Is a level of light, 0 to 65535, at or above that of an encoded value?

    The power 12/5 is avoided by comparing fifth powers: `a ≥ b^(12/5)` is
    `a^5 ≥ b^12` for numbers that are not negative.
    """
    x = code / _FULL_CODE
    share = level / _FULL_LIGHT
    if x <= Fraction(4045, 100_000):
        return share >= x / Fraction(1292, 100)
    base = (x + Fraction(55, 1000)) / Fraction(1055, 1000)
    return share**5 >= base**12


def first_level(code: Fraction, *, halves: int = 0) -> int:
    """The lowest whole level that, raised by `halves` half-steps, reaches a code."""
    low, high = 0, _FULL_LIGHT
    while low < high:
        middle = (low + high) // 2
        if reaches(Fraction(2 * middle + halves, 2), code):
            high = middle
        else:
            low = middle + 1
    return low


def lin_table() -> list[int]:
    """8-bit code → light, 0 to 65535, to the nearest."""
    return [first_level(Fraction(code), halves=1) for code in range(_FULL_CODE + 1)]


def enc_table() -> list[int]:
    """Light, 0 to 65535 → 8-bit code, to the nearest in encoded values."""
    starts = [
        first_level(Fraction(2 * code - 1, 2)) for code in range(1, _FULL_CODE + 1)
    ]
    return [bisect_right(starts, level) for level in range(_FULL_LIGHT + 1)]


def alpha_table() -> list[int]:
    """8-bit matte → coverage in Q15, to the nearest; 255 is exactly 32768."""
    return [
        (2 * _FULL_ALPHA * code + _FULL_CODE) // (2 * _FULL_CODE)
        for code in range(_FULL_CODE + 1)
    ]


def table_files() -> dict[str, bytes]:
    """File name → content of every table, little-endian."""
    return {
        "lin_srgb_q16.u16le": _pack(lin_table(), 2),
        "enc_srgb_8.u8": _pack(enc_table(), 1),
        "alpha_q15.u16le": _pack(alpha_table(), 2),
    }


def _pack(values: list[int], size: int) -> bytes:
    return b"".join(value.to_bytes(size, "little") for value in values)


def write_tables(folder: Path) -> None:
    for name, content in table_files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write_tables(Path(__file__).parent / "data")
