"""Is an embedded ICC profile sRGB? Judged by what it does, not by its name.

Names are no help: `sRGB-elle-V2-g10` is linear, Facebook's sRGB is called `c2`,
and a screen's own profile may be called anything. So the three colourants and
the tone curves are compared with IEC 61966-2-1, in whole numbers.
"""

import struct
from typing import Final

from pipeline.errors import ColourSpaceError

_HEADER_BYTES: Final = 128
_MAX_TAGS: Final = 256
_ONE: Final = 65536  # s15Fixed16Number

# IEC 61966-2-1 primaries adapted to D50, as in every published sRGB profile.
_COLOURANTS: Final = {
    b"rXYZ": (28578, 14581, 912),
    b"gXYZ": (25241, 46981, 6362),
    b"bXYZ": (9376, 3972, 46799),
}
_COLOURANT_TOLERANCE: Final = 330  # 0.005; Display P3's red is 0.08 away
_CURVES: Final = (b"rTRC", b"gTRC", b"bTRC")

# Input and output of the sRGB curve in 16 bits: near black, where a plain power
# law fails, and at a quarter, a half and three quarters.
_CURVE_POINTS: Final = ((1311, 101), (16384, 3334), (32768, 14028), (49151, 34243))
_CURVE_TOLERANCE: Final = 80

# g, a, b, c, d of IEC 61966-2-1 in s15Fixed16
_PARAMETRIC: Final = (157286, 62119, 3417, 5072, 2651)
_PARAMETRIC_TOLERANCE: Final = 70


def check_icc(profile: bytes, name: str) -> None:
    """Refuse a profile that is not sRGB.

    Args:
        profile: the whole profile as embedded.
        name: of the picture, for the error.

    Raises:
        ColourSpaceError: another colour space, or a profile that cannot be read
            or that is made of look-up tables (whose effect is not checked).
    """
    try:
        reason = _difference(profile)
    except (struct.error, IndexError):
        reason = "a damaged ICC profile"
    if reason:
        raise ColourSpaceError(
            "sRGB, or no embedded profile",
            met=reason,
            advice="Convert the picture to sRGB; assigning another profile is not "
            "enough.",
            where=name,
        )


def _difference(profile: bytes) -> str:
    if profile[36:40] != b"acsp" or profile[16:20] != b"RGB ":
        space = profile[16:20].decode("ascii", "replace").strip()
        return f"an ICC profile for {space or 'nothing'}"
    tags = _tags(profile)
    for tag, target in _COLOURANTS.items():
        met = struct.unpack_from(">3i", tags.get(tag, b""), 8)
        if any(
            abs(a - b) > _COLOURANT_TOLERANCE for a, b in zip(met, target, strict=True)
        ):
            return "an ICC profile with other primaries than sRGB"
    if not all(_is_srgb_curve(tags.get(tag, b"")) for tag in _CURVES):
        return "an ICC profile with another tone curve than sRGB"
    return ""


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    tags: dict[bytes, bytes] = {}
    for index in range(min(count, _MAX_TAGS)):
        at = _HEADER_BYTES + 4 + 12 * index
        signature, offset, size = struct.unpack_from(">4sII", profile, at)
        tags[signature] = profile[offset : offset + size]
    return tags


def _is_srgb_curve(tag: bytes) -> bool:
    if tag[:4] == b"curv":
        return _is_srgb_table(tag)
    if tag[:4] == b"para":
        return _is_srgb_formula(tag)
    return False


def _is_srgb_table(tag: bytes) -> bool:
    (count,) = struct.unpack_from(">I", tag, 8)
    if count < 256 or len(tag) < 12 + 2 * count:
        return False  # 0 is linear, 1 a bare gamma, a few points another curve
    table = struct.unpack_from(f">{count}H", tag, 12)
    return all(
        abs(_interpolate(table, x) - y) <= _CURVE_TOLERANCE for x, y in _CURVE_POINTS
    )


def _interpolate(table: tuple[int, ...], x: int) -> int:
    place = x * (len(table) - 1)
    index, rest = divmod(place, 65535)
    upper = min(index + 1, len(table) - 1)
    return table[index] + (table[upper] - table[index]) * rest // 65535


def _is_srgb_formula(tag: bytes) -> bool:
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind not in {3, 4}:
        return False
    met = struct.unpack_from(">5i", tag, 12)
    if kind == 4 and any(struct.unpack_from(">2i", tag, 32)):
        return False
    return all(
        abs(a - b) <= _PARAMETRIC_TOLERANCE
        for a, b in zip(met, _PARAMETRIC, strict=True)
    )
