"""Ed25519 signatures, checked with whole numbers alone (RFC 8032 §5.1).

For whoever has nothing but Python. It verifies and never signs, so nothing here is
secret and nothing needs constant time. Points are (X, Y, Z, T) in extended coordinates
(§5.1.4); multiples of a point are looked up in a table made once for each key.
"""

import hashlib
from functools import cache
from typing import TypeAlias

CurvePoint: TypeAlias = tuple[int, int, int, int]

P = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL: CurvePoint = (0, 1, 1, 0)
KEY_BYTES = 32
SIGNATURE_BYTES = 64
# Heights of the points whose order divides 8: under such a key anybody can find a
# signature for any message (docs/specs/identity-and-time.md).
SMALL_HEIGHTS = frozenset(
    {
        0,
        1,
        P - 1,
        int("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16),
        int("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16),
    }
)


def add_points(left: CurvePoint, right: CurvePoint) -> CurvePoint:
    """Add two points (RFC 8032 §5.1.4); complete, so doubling may use it, too."""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a = (y1 - x1) * (y2 - x2) % P
    b = (y1 + x1) * (y2 + x2) % P
    c = 2 * t1 * t2 * D % P
    d = 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode_point(encoded: bytes) -> CurvePoint | None:
    """Read a point (RFC 8032 §5.1.3); `None` if there is none of that encoding."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encode_point(point: CurvePoint) -> bytes:
    """Print a point: its height, and the lowest bit of x on top (§5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(KEY_BYTES, "little")


def table_of(point: CurvePoint) -> list[list[CurvePoint]]:
    """Multiples 0 to 15 of the point times 16^k, for each k up to 63."""
    table = []
    for _ in range(64):
        row = [NEUTRAL, point]
        for _ in range(14):
            row.append(add_points(row[-1], point))
        table.append(row)
        point = add_points(row[-1], point)
    return table


def times(scalar: int, table: list[list[CurvePoint]]) -> CurvePoint:
    """Multiply the point of a table by a number below 2^256."""
    total = NEUTRAL
    for row in table:
        digit = scalar & 15
        if digit:
            total = add_points(total, row[digit])
        scalar >>= 4
    return total


@cache
def base_table() -> list[list[CurvePoint]]:
    """The table of the base point B, whose height is 4/5."""
    base = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(KEY_BYTES, "little"))
    if base is None:
        raise ArithmeticError
    return table_of(base)


@cache
def negative_table(public_key: bytes) -> list[list[CurvePoint]] | None:
    """The table of -A; `None` for bytes that are no usable key."""
    point = decode_point(public_key) if len(public_key) == KEY_BYTES else None
    height = int.from_bytes(public_key, "little") & (1 << 255) - 1
    if point is None or height in SMALL_HEIGHTS:
        return None
    x, y, z, t = point
    return table_of((P - x, y, z, P - t))


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether a signature is one of this message by this key (RFC 8032 §5.1.7).

    Without the cofactor: the encoding of [S]B - [k]A must be the signature's own R.
    """
    table = negative_table(public_key)
    if table is None or len(signature) != SIGNATURE_BYTES:
        return False
    commitment, number = (
        signature[:KEY_BYTES],
        int.from_bytes(signature[KEY_BYTES:], "little"),
    )
    if number >= GROUP_ORDER:
        return False
    digest = hashlib.sha512(commitment + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % GROUP_ORDER
    met = add_points(times(number, base_table()), times(challenge, table))
    return encode_point(met) == commitment
