"""Colour tags of a clip (ITU-T H.273) and the tokens that stand for them.

Only combinations that this pipeline knows are taken. A clip that declares nothing has
no colour; one that declares something else is refused: it must not pass for undeclared.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from pipeline.errors import ColourSpaceError

Matrix: TypeAlias = Literal["rgb", "bt709", "bt601"]

UNSPECIFIED: Final = 2
_BT709: Final = 1
_RESERVED: Final = (0, 3)

# BT.709, BT.601 and BT.2020 have one and the same transfer function (H.273 table 3).
_BT709_TRANSFERS: Final = (1, 6, 14, 15)
_TRANSFERS: Final = {
    **dict.fromkeys(_BT709_TRANSFERS, "rec709"),
    8: "linear-rec709",
    13: "srgb",
}
_MATRICES: Final[dict[int, Matrix]] = {0: "rgb", 1: "bt709", 5: "bt601", 6: "bt601"}

LUMA_WEIGHTS: Final[dict[str, tuple[Fraction, Fraction]]] = {
    "bt709": (Fraction(2126, 10000), Fraction(722, 10000)),
    "bt601": (Fraction(299, 1000), Fraction(114, 1000)),
}
"""Weights of red and blue in luma; green has the rest."""


@dataclass(frozen=True, slots=True)
class ColourTags:
    """What a clip's stream says of its colour, as H.273 numbers it.

    Attributes:
        limited: whether black is 16 and white 235 (of 8 bits). Undeclared is limited:
            H.264 and HEVC say so of a missing flag.
    """

    primaries: int
    transfer: int
    matrix: int
    limited: bool


# What a writer puts into a file; read back, it gives the same token.
TAGS_OF: Final = {
    "rec709": ColourTags(_BT709, 1, 1, limited=True),
    "srgb": ColourTags(_BT709, 13, 1, limited=True),
}


def colour_of(tags: ColourTags, name: str = "") -> str | None:
    """The token of the declared colour space; `None` if nothing is declared.

    Raises:
        ColourSpaceError: primaries or transfer that this pipeline lacks.

    Examples:
        >>> colour_of(ColourTags(1, 1, 1, limited=True))
        'rec709'
        >>> colour_of(ColourTags(2, 2, 2, limited=True)) is None
        True
    """
    said = (tags.primaries, tags.transfer)
    if any(one == UNSPECIFIED or one in _RESERVED for one in said):
        return None
    if tags.primaries == _BT709 and tags.transfer in _TRANSFERS:
        return _TRANSFERS[tags.transfer]
    raise ColourSpaceError(
        "BT.709 primaries with a BT.709, sRGB or linear transfer, or no declaration",
        met=f"primaries {tags.primaries}, transfer {tags.transfer} (ITU-T H.273)",
        advice="Convert the clip, or export frames in a colour space of the show.",
        where=name,
    )


def matrix_of(tags: ColourTags, named: Matrix | None, name: str = "") -> Matrix:
    """Which matrix leads from Y'CbCr to R'G'B'.

    Args:
        tags: of the clip.
        named: by recipe or show, for a clip that declares none.
        name: of the file, for the error.

    Raises:
        ColourSpaceError: none is declared and none named, another one is declared than
            named, or one that this pipeline lacks.
    """
    if tags.matrix == UNSPECIFIED or tags.matrix in _RESERVED[1:]:
        if named is None:
            raise ColourSpaceError(
                "a clip that declares its Y'CbCr matrix, or a recipe that names it",
                met="none",
                advice="Name bt709 (HD, most generators) or bt601 (SD) in the recipe.",
                where=name,
            )
        return named
    found = _MATRICES.get(tags.matrix)
    if found is None or (named is not None and found != named):
        raise ColourSpaceError(
            f"the matrix {named}"
            if named
            else "the matrix of BT.709 or BT.601, or RGB",
            met=f"matrix {tags.matrix} (ITU-T H.273)",
            advice="Convert the clip to BT.709, or leave the matrix to the file.",
            where=name,
        )
    return found
