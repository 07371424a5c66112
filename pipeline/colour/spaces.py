"""Colour spaces: what the codes of a picture mean, by a token.

A space is a transfer curve (`pipeline.colour.curves`) and a set of primaries with its
white (`pipeline.colour.gamuts`). Nothing is guessed: a picture has the space that its
file declares or that recipe or show names, or it is refused.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Final, Literal, TypeAlias

from pipeline.colour.curves import LOGARITHMIC
from pipeline.errors import ColourSpaceError

Kind: TypeAlias = Literal["display", "scene", "data"]
CodeRange: TypeAlias = Literal["full", "legal"]
"""Which codes carry 0 to 1: all of them, or those of video (64 to 940 of ten bits)."""

LINEAR: Final = "linear"


@dataclass(frozen=True, slots=True)
class Space:
    """One colour space.

    Attributes:
        token: its name in recipes, records and manifests.
        kind: `display` for light of a screen, 0 black to 1 white; `scene` for light
            before a camera, 0.18 mid grey; `data` for what is no light: mattes, ids.
        transfer: name of its curve, or `linear`; of no use for `data`.
        gamut: name of its primaries and white; empty for `data`.
        source: the document that defines it.
    """

    token: str
    _: KW_ONLY
    kind: Kind
    transfer: str
    gamut: str
    source: str

    @property
    def is_linear(self) -> bool:
        """Whether its values are proportional to light."""
        return self.transfer == LINEAR and self.kind != "data"

    @property
    def is_log(self) -> bool:
        """Whether its curve is logarithmic."""
        return self.transfer in LOGARITHMIC


_ARRI3: Final = "ARRI, ALEXA Log C Curve – Usage in VFX, 2017; EI 800"
_ARRI4: Final = "ARRI, LogC4 Logarithmic Color Space Specification, 2022"
_SONY: Final = "Sony, Technical Summary for S-Gamut3.Cine/S-Log3 and S-Gamut3/S-Log3"
_LISTED: Final = (
    Space(
        "srgb",
        kind="display",
        transfer="srgb",
        gamut="rec709",
        source="IEC 61966-2-1:1999",
    ),
    Space(
        "rec709",
        kind="display",
        transfer="bt1886",
        gamut="rec709",
        source="ITU-R BT.709-6, shown as BT.1886 (2011) with a black of 0",
    ),
    Space(
        "linear-rec709",
        kind="scene",
        transfer=LINEAR,
        gamut="rec709",
        source="ITU-R BT.709-6 primaries, no curve",
    ),
    Space(
        "acescg",
        kind="scene",
        transfer=LINEAR,
        gamut="ap1",
        source="Academy S-2014-004",
    ),
    Space(
        "acescct",
        kind="scene",
        transfer="acescct",
        gamut="ap1",
        source="Academy S-2016-001",
    ),
    Space(
        "aces2065-1",
        kind="scene",
        transfer=LINEAR,
        gamut="ap0",
        source="SMPTE ST 2065-1:2021",
    ),
    Space(
        "logc3-ei800-awg3",
        kind="scene",
        transfer="logc3",
        gamut="awg3",
        source=_ARRI3,
    ),
    Space(
        "logc4-awg4",
        kind="scene",
        transfer="logc4",
        gamut="awg4",
        source=_ARRI4,
    ),
    Space(
        "slog3-sgamut3cine",
        kind="scene",
        transfer="slog3",
        gamut="sgamut3cine",
        source=_SONY,
    ),
    Space(
        "slog3-sgamut3",
        kind="scene",
        transfer="slog3",
        gamut="sgamut3",
        source=_SONY,
    ),
    Space("data", kind="data", transfer=LINEAR, gamut="", source="no colour"),
)

SPACES: Final[Mapping[str, Space]] = {space.token: space for space in _LISTED}
"""Token → space; the whole list."""


def space_of(token: str, *, where: str = "") -> Space:
    """The space of a token.

    Raises:
        ColourSpaceError: a token that is not in the list.

    Examples:
        >>> space_of("acescg").kind
        'scene'
    """
    if token in SPACES:
        return SPACES[token]
    raise ColourSpaceError(
        "one of " + ", ".join(SPACES),
        met=repr(token[:60]),
        advice="Name the space by its token; docs/reference/colour.md lists them.",
        where=where,
    )
