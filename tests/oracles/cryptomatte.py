"""A Cryptomatte's pixels by fractions: slow, plain, and not the product's code.

Nothing here is taken from `pipeline`: hash, conversion, rounding and cutting are
written again from docs/specs/cryptomatte.md.
"""

import struct
from collections.abc import Sequence
from fractions import Fraction

ONE = 32768


def share_of(bits: int) -> Fraction:
    """The number that 32 bits are as an IEEE 754 single; no infinity, no NaN."""
    sign = -1 if bits >> 31 else 1
    exponent, fraction = bits >> 23 & 255, bits & 0x7FFFFF
    assert exponent != 255
    if exponent == 0:
        return sign * Fraction(fraction, 2**149)
    return sign * Fraction(2**23 + fraction) * Fraction(2) ** (exponent - 150)


def rounded(bits: int) -> int:
    """Q15 to the nearest, halves up."""
    scaled = share_of(bits) * ONE + Fraction(1, 2)
    return scaled.numerator // scaled.denominator


def cut(shares: Sequence[int]) -> list[int]:
    """What is over one pixel taken from the last ranks."""
    found: list[int] = []
    for share in shares:
        found.append(min(share, ONE - sum(found)))
    return found


def bits_of(share: float) -> int:
    """The bits of the single that is nearest."""
    (bits,) = struct.unpack("<I", struct.pack("<f", share))
    return int(bits)


def murmur(data: bytes) -> int:
    """MurmurHash3_x86_32 with seed 0, over 4-byte words in a list."""
    words = [data[at : at + 4] for at in range(0, len(data), 4)]
    state = 0
    for word in words:
        mixed = int.from_bytes(word, "little") * 0xCC9E2D51 % 2**32
        mixed = (mixed * 2**15 + mixed // 2**17) % 2**32 * 0x1B873593 % 2**32
        state ^= mixed
        if len(word) == 4:
            state = (state * 2**13 + state // 2**19) % 2**32
            state = (state * 5 + 0xE6546B64) % 2**32
    state ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        state = (state ^ state // 2**shift) * factor % 2**32
    return state


def identity(name: str) -> int:
    """The bits that stand in a pixel."""
    hashed = murmur(name.encode())
    exponent = hashed // 2**23 % 256
    return hashed if 0 < exponent < 255 else hashed ^ 2**23
