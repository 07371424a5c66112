"""ICC profiles for what we write: three spaces, always the same bytes.

Version 4 matrix profiles (ICC.1:2010) with a parametric curve, without a date, a maker
or anything else that would say where or when a file was written.
"""

import struct
from functools import cache
from typing import Final

_VERSION: Final = 0x04300000
_D50: Final = (63190, 65536, 54061)  # s15Fixed16, ICC.1:2010 7.2.16
# Rec. 709 primaries and white (D65), adapted to D50 by Bradford.
_COLOURANTS: Final = {
    b"rXYZ": (28578, 14581, 912),
    b"gXYZ": (25241, 46981, 6362),
    b"bXYZ": (9376, 3972, 46799),
}
_ADAPTATION: Final = (68674, 1502, -3291, 1939, 64912, -1119, -606, 988, 49262)

# Function type and parameters of `para` (ICC.1:2010 10.16), s15Fixed16.
_CURVES: Final[dict[str, tuple[int, tuple[int, ...]]]] = {
    "srgb": (3, (157286, 62119, 3417, 5072, 2651)),
    "rec709": (0, (157286,)),
    "linear-rec709": (0, (65536,)),
}
_TITLES: Final = {
    "srgb": "sRGB (IEC 61966-2-1)",
    "rec709": "Rec. 709, gamma 2.4",
    "linear-rec709": "Rec. 709, linear",
}

PROFILED: Final = frozenset(_CURVES)
"""Spaces that `profile_of` can name."""


@cache
def profile_of(space: str) -> bytes:
    """The profile of a space in `PROFILED`; `pipeline.frames.icc` reads it back.

    Examples:
        >>> len(profile_of("srgb"))
        552
    """
    kind, numbers = _CURVES[space]
    curve = _tag(b"para", struct.pack(f">HH{len(numbers)}i", kind, 0, *numbers))
    bodies = {
        b"desc": _text(_TITLES[space]),
        b"cprt": _text("No copyright, use freely"),
        b"wtpt": _tag(b"XYZ ", struct.pack(">3i", *_D50)),
        b"chad": _tag(b"sf32", struct.pack(">9i", *_ADAPTATION)),
    }
    for name, colourant in _COLOURANTS.items():
        bodies[name] = _tag(b"XYZ ", struct.pack(">3i", *colourant))
    bodies |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, content = _laid_out(bodies)
    return _header(128 + len(table) + len(content)) + table + content


def _tag(kind: bytes, body: bytes) -> bytes:
    return kind + bytes(4) + body


def _text(text: str) -> bytes:
    """Text of one language, `mluc` (10.13)."""
    encoded = text.encode("utf-16-be")
    return _tag(
        b"mluc", struct.pack(">II4sII", 1, 12, b"enUS", len(encoded), 28) + encoded
    )


def _laid_out(bodies: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """Tag table and contents, from multiples of four; equal contents stand once."""
    start = 128 + 4 + 12 * len(bodies)
    table, content = struct.pack(">I", len(bodies)), b""
    places: dict[bytes, int] = {}
    for name, body in bodies.items():
        if body not in places:
            places[body] = start + len(content)
            content += body + bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, places[body], len(body))
    return table, content


def _header(size: int) -> bytes:
    """Header (7.2): a display profile from RGB to XYZ; date and maker are zero."""
    return struct.pack(
        ">I4sI4s4s4s12s4s28s3i48s",
        size,
        b"",
        _VERSION,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        b"",
        b"acsp",
        b"",
        *_D50,
        b"",
    )
