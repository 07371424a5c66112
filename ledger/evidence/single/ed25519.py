"""Ed25519 signatures, checked with whole numbers alone (RFC 8032 §5.1).

For whoever has nothing but Python. It verifies and never signs, so nothing here is
secret and nothing needs constant time. Points are (X, Y, Z, T) in extended coordinates
(§5.1.4); multiples of a point are looked up in a table made once for each key, as
(y+x, y-x, 2dxy), which takes three products fewer to add.
"""

import hashlib
from functools import cache
from typing import TypeAlias

CurvePoint: TypeAlias = tuple[int, int, int, int]
Multiple: TypeAlias = tuple[int, int, int]

P = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
NEUTRAL: CurvePoint = (0, 1, 1, 0)
KEY_BYTES = 32
SIGNATURE_BYTES = 64
# Digits of a factor are of six bits and lie between -31 and 32.
WINDOW, WINDOWS = 6, 43
HALF = 1 << WINDOW - 1
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
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
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
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(KEY_BYTES, "little")


def table_of(point: CurvePoint) -> list[list[Multiple]]:
    """Multiples 1 to 32 of the point times 64^k, for each k up to 42."""
    points = []
    for _ in range(WINDOWS):
        row = [point]
        for _ in range(HALF - 1):
            row.append(add_points(row[-1], point))
        points += row
        point = add_points(row[-1], row[-1])
    flat = flattened(points)
    return [flat[at : at + HALF] for at in range(0, len(flat), HALF)]


def flattened(points: list[CurvePoint]) -> list[Multiple]:
    """The points with Z = 1, as a table holds them, by one division for all."""
    products = [1]
    for point in points:
        products.append(products[-1] * point[2] % P)
    inverse = pow(products[-1], -1, P)
    found = []
    for (x, y, z, _), before in zip(reversed(points), products[-2::-1], strict=True):
        own = inverse * before % P
        inverse = inverse * z % P
        across, up = x * own % P, y * own % P
        found.append((up + across, up - across, 2 * D * across * up % P))
    return found[::-1]


def add_multiple(
    point: CurvePoint, scalar: int, table: list[list[Multiple]]
) -> CurvePoint:
    """Add to a point another one, multiplied by a number below 2^253."""
    x, y, z, t = point
    for row in table:
        digit = scalar & 2 * HALF - 1
        scalar >>= WINDOW
        if digit > HALF:
            scalar += 1
            # The negative of a point has x and t reversed.
            minus, plus, product = row[2 * HALF - digit - 1]
            product = -product
        elif digit:
            plus, minus, product = row[digit - 1]
        else:
            continue
        a, b, c, d = (y - x) * minus % P, (y + x) * plus % P, t * product % P, 2 * z
        e, f, g, h = b - a, d - c, d + c, b + a
        x, y, z, t = e * f % P, g * h % P, f * g % P, e * h % P
    return x, y, z, t


@cache
def base_table() -> list[list[Multiple]]:
    """The table of the base point B, whose height is 4/5."""
    base = decode_point((4 * pow(5, -1, P) % P).to_bytes(KEY_BYTES, "little"))
    if base is None:
        raise ArithmeticError
    return table_of(base)


@cache
def negative_table(public_key: bytes) -> list[list[Multiple]] | None:
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
    met = add_multiple(NEUTRAL, number, base_table())
    met = add_multiple(met, challenge, table)
    return encode_point(met) == commitment
