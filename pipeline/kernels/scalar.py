"""The pixel arithmetic as functions of single whole numbers.

Each is plain Python and stands alone, so that numba compiles the same text for CPU and
GPU. The names and rules are those of docs/specs/picture-1.md, measure-1.md and
change-1.md; the NumPy forms are the reference that these have to equal.

Arguments are never negative unless said, and products fit 33 bits: no implementation
needs more than 64.
"""


def weigh(part: int, coverage: int) -> int:
    """Multiply two Q15 numbers to the nearest: a weight, or a matte within a matte.

    Examples:
        >>> weigh(32768, 16384), weigh(16384, 16384), weigh(1, 16384)
        (16384, 8192, 1)
    """
    return (part * coverage + 16384) >> 15


def level(light: int) -> int:
    """Bring a sum of weights × light to 0..65535, the index of `ENC`.

    Examples:
        >>> level(32768 * 65535), level(32768 * 65535 + 65535)
        (65535, 65535)
    """
    return min(65535, (light + 16384) >> 15)


def ramp(difference: int, low: int, high: int, reciprocal: int) -> int:
    """Coverage by `key/1` of a difference from the screen, which may be negative.

    Examples:
        >>> [ramp(d, 10, 20, 2**31 // 10) for d in (-5, 10, 15, 20, 99)]
        [32768, 32768, 16384, 0, 0]
    """
    steps = min(max(difference, low), high) - low
    return 32768 - ((steps * reciprocal + 32768) >> 16)


def mean_light(one: int, other: int) -> int:
    """The limit that despill sets to the screen's channel."""
    return (one + other) >> 1


def luma(red: int, green: int, blue: int) -> int:
    """Rec. 601 luma of three codes, rounded as Pillow rounds it.

    Examples:
        >>> luma(255, 255, 255), luma(0, 0, 200)
        (255, 23)
    """
    return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16


def settle(total: int) -> int:
    """Turn a sum of 22-bit weights × codes, which may be negative, into a code.

    Examples:
        >>> settle(-9), settle(200 << 22), settle(300 << 22)
        (0, 200, 255)
    """
    return min(255, max(0, (total + 2097152) >> 22))


def apart(one: int, other: int) -> int:
    """How far two codes are apart."""
    return max(one, other) - min(one, other)
