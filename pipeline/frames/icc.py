"""Which space does an embedded ICC profile name? Judged by what it does.

Names are no help: `sRGB-elle-V2-g10` is linear, Facebook's sRGB is called `c2`,
and a screen's own profile may be called anything. So the three colourants and
the tone curves are compared with IEC 61966-2-1, in whole numbers. Profiles with the
same colourants and a power of 2.4 (BT.1886 without black lift) or a straight line are
known as well; `picture/1` refuses them, other readers pass on their names.
"""

import struct
from collections.abc import Iterable
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

# Input and output of each curve in 16 bits: near black, where a plain power law
# differs from sRGB, and at a quarter, a half and three quarters.
_SRGB_POINTS: Final = ((1311, 101), (16384, 3334), (32768, 14028), (49151, 34243))
_POWER_POINTS: Final = ((1311, 5), (16384, 2353), (32768, 12417), (49151, 32856))
_LINE_POINTS: Final = tuple((x, x) for x, _ in _SRGB_POINTS)
_CURVES_BY_POINTS: Final = {
    "srgb": _SRGB_POINTS,
    "rec709": _POWER_POINTS,
    "linear-rec709": _LINE_POINTS,
}
_CURVE_TOLERANCE: Final = 80

# Exponents as s15Fixed16 (`para`) and as u8Fixed8 (`curv` of one entry).
_EXPONENTS: Final = {"rec709": 157286, "linear-rec709": 65536}
_EXPONENT_TOLERANCE: Final = 256

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
    space, reason = _space(profile)
    if space == "srgb":
        return
    raise ColourSpaceError(
        "sRGB, or no embedded profile",
        met=reason or "an ICC profile with another tone curve than sRGB",
        advice="Convert the picture to sRGB; assigning another profile is not enough.",
        where=name,
    )


def icc_space(profile: bytes, name: str) -> str:
    """Name the space of a profile: `srgb`, `rec709` or `linear-rec709`.

    Raises:
        ColourSpaceError: any other; what was met is said.
    """
    space, reason = _space(profile)
    if space is None:
        raise ColourSpaceError(
            "an ICC profile of sRGB, Rec. 709 at gamma 2.4 or linear Rec. 709, or none",
            met=reason,
            advice="Convert the picture to one of them, or deliver it as OpenEXR.",
            where=name,
        )
    return space


def agreed_space(declared: Iterable[str | None], name: str) -> str | None:
    """The one space that several declarations of a file name; `None` if none does.

    Raises:
        ColourSpaceError: two of them differ; not every reader honours which of them
            comes first.
    """
    spaces = sorted({one for one in declared if one is not None})
    if len(spaces) > 1:
        raise ColourSpaceError(
            "declarations of one colour space",
            met=" and ".join(spaces),
            advice="Remove the declaration that is wrong, or export the file again.",
            where=name,
        )
    return spaces[0] if spaces else None


def _space(profile: bytes) -> tuple[str | None, str]:
    """The space, or why there is none."""
    try:
        reason = _difference(profile)
        if reason:
            return None, reason
        tags = _tags(profile)
        spaces = {_curve(tags.get(tag, b"")) for tag in _CURVES}
    except (struct.error, IndexError):
        return None, "a damaged ICC profile"
    if len(spaces) == 1 and (space := spaces.pop()):
        return space, ""
    return None, "an ICC profile with another tone curve than sRGB"


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
    return ""


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, _HEADER_BYTES)
    tags: dict[bytes, bytes] = {}
    for index in range(min(count, _MAX_TAGS)):
        at = _HEADER_BYTES + 4 + 12 * index
        signature, offset, size = struct.unpack_from(">4sII", profile, at)
        tags[signature] = profile[offset : offset + size]
    return tags


def _curve(tag: bytes) -> str:
    """Which of the known curves a tag holds; empty for another one."""
    if tag[:4] == b"curv":
        return _table_curve(tag)
    if tag[:4] == b"para":
        (kind,) = struct.unpack_from(">H", tag, 8)
        if kind == 0:
            return _power(int(struct.unpack_from(">i", tag, 12)[0]))
        return "srgb" if _is_srgb_formula(tag) else ""
    return ""


def _table_curve(tag: bytes) -> str:
    (count,) = struct.unpack_from(">I", tag, 8)
    if count == 0:
        return "linear-rec709"
    if count == 1:  # a bare exponent, u8Fixed8
        return _power(int(struct.unpack_from(">H", tag, 12)[0]) << 8)
    if len(tag) < 12 + 2 * count:
        return ""
    table = struct.unpack_from(f">{count}H", tag, 12)
    for space, points in _CURVES_BY_POINTS.items():
        # A few points are another curve, but for a straight line two are enough.
        if count < 256 and space != "linear-rec709":
            continue
        if all(abs(_interpolate(table, x) - y) <= _CURVE_TOLERANCE for x, y in points):
            return space
    return ""


def _power(exponent: int) -> str:
    for space, known in _EXPONENTS.items():
        if abs(exponent - known) <= _EXPONENT_TOLERANCE:
            return space
    return ""


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
