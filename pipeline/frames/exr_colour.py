"""What an OpenEXR file declares about the colour of its samples.

Four attributes may say it: `colorInteropID` (ASWF, "Color Interop Forum
Recommendation"), `acesImageContainerFlag` (SMPTE ST 2065-4), `chromaticities`
(OpenEXR) and `oiio:ColorSpace`. Every one that says something must say the same, also
where another one overrides it, since not every reader honours the same one.
"""

import struct
from collections.abc import Mapping
from typing import Final

from pipeline.errors import ColourSpaceError
from pipeline.frames.exr_header import Attributes, damaged, text_of

CHROMATICITIES: Final[Mapping[str, tuple[float, ...]]] = {
    # ITU-R BT.709-6, item 1.3 and 1.4
    "linear-rec709": (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290),
    # SMPTE ST 2065-1, table 1
    "aces2065-1": (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767),
    # S-2014-004, ACEScg, table 1
    "acescg": (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767),
}
"""Of the linear spaces that we have: x and y of red, green, blue and white."""

INTEROP_IDS: Final[Mapping[str, str]] = {
    "linear-rec709": "lin_rec709_scene",
    "aces2065-1": "lin_ap0_scene",
    "acescg": "lin_ap1_scene",
    "data": "data",
}

_TOLERANCE: Final = 1e-4
"""Writers round; no two of the spaces above are as close as ten times this."""

_NAMES: Final[Mapping[str, str]] = {
    **{value: key for key, value in INTEROP_IDS.items()},
    "lin_rec709": "linear-rec709",
    "lin_srgb": "linear-rec709",
    "lin_ap0": "aces2065-1",
    "lin_ap1": "acescg",
    "acescg": "acescg",
    "aces2065-1": "aces2065-1",
    "raw": "data",
}
"""Names that mean one space only."""

_VAGUE: Final = frozenset({"", "linear", "scene_linear", "unknown"})
"""Names that say no more than that there may be other attributes."""

_NAMING: Final = ("colorInteropID", "oiio:ColorSpace")


def declared_colour(attributes: Attributes, name: str) -> str | None:
    """Say which colour space a part declares, by its token.

    Returns:
        `None` if it declares nothing, or only what no token of ours means.

    Raises:
        ColourSpaceError: two attributes say different things.
        UnreadableFrameError: an attribute is not of the form it must have.
    """
    named = {key: text_of(attributes, key) or "" for key in _NAMING}
    if any(text.lower() not in _NAMES.keys() | _VAGUE for text in named.values()):
        # It names a space, perhaps with a curve; primaries alone would mislead.
        return None
    said = {
        "colorInteropID": _named(attributes, "colorInteropID"),
        "acesImageContainerFlag": _container(attributes),
        "chromaticities": _primaries(attributes, name),
        "oiio:ColorSpace": _named(attributes, "oiio:ColorSpace"),
    }
    known = {key: token for key, token in said.items() if token is not None}
    tokens = set(known.values())
    if len(tokens) > 1:
        raise ColourSpaceError(
            "one colour space",
            met=", ".join(f"{key}: {token}" for key, token in known.items()),
            advice="Export the file again, or remove the attribute that is wrong.",
            where=name,
        )
    return tokens.pop() if tokens else None


def declarations(attributes: Attributes) -> dict[str, str]:
    """The declaring attributes as texts, for whoever has to name a space."""
    found = {key: text_of(attributes, key) for key in _NAMING}
    texts = {key: text for key, text in found.items() if text is not None}
    kind, value = attributes.get("chromaticities", ("", b""))
    if kind == "chromaticities" and len(value) == 32:
        figures = struct.unpack("<8f", value)
        texts["chromaticities"] = " ".join(f"{figure:.6g}" for figure in figures)
    if _container(attributes):
        texts["acesImageContainerFlag"] = "1"
    return texts


def _named(attributes: Attributes, key: str) -> str | None:
    return _NAMES.get((text_of(attributes, key) or "").lower())


def _container(attributes: Attributes) -> str | None:
    kind, value = attributes.get("acesImageContainerFlag", ("", b""))
    aces = kind == "int" and value == struct.pack("<i", 1)
    return "aces2065-1" if aces else None


def _primaries(attributes: Attributes, name: str) -> str | None:
    kind, value = attributes.get("chromaticities", ("", b""))
    if not kind:
        return None
    if kind != "chromaticities" or len(value) != 32:
        raise damaged(name, "a chromaticities attribute of another form")
    met = struct.unpack("<8f", value)
    for token, figures in CHROMATICITIES.items():
        if all(abs(a - b) <= _TOLERANCE for a, b in zip(met, figures, strict=True)):
            return token
    return None
