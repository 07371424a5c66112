"""The colour space that a TIFF declares: by profile, by EXIF, by numbers.

White point and primaries (tags 318, 319) alone declare no space, since a curve is
missing, but they must not contradict what we take the picture for. A table of the
transfer function (tag 301) names no space that anybody could check.
"""

from typing import Final

from pipeline.errors import ColourSpaceError
from pipeline.frames import tiff_tags as tag
from pipeline.frames.exif import check_exif, exif_space
from pipeline.frames.icc import agreed_space, icc_space
from pipeline.frames.tiff_tags import Tags

# In ten-thousandths; tolerance a hundredth, as for PNG.
_WHITE: Final = (3127, 3290)
_PRIMARIES: Final = (6400, 3300, 3000, 6000, 1500, 600)
_TOLERANCE: Final = 100


def tiff_space(tags: Tags, name: str) -> str | None:
    """The declared space; `None` if nothing is declared.

    Raises:
        ColourSpaceError: a space that is not known here, or two that differ.
        FrameShapeError: EXIF that turns the picture.
    """
    if tag.TRANSFER in tags.fields:
        raise _refused("a table of the transfer function (tag 301)", name)
    for number, expected in ((tag.WHITE, _WHITE), (tag.PRIMARIES, _PRIMARIES)):
        met = tags.fractions(number, len(expected))
        if met is not None and not _are_near(met, expected):
            raise _refused(f"another white or other primaries (tag {number})", name)
    profile = tags.raw(tag.ICC)
    by_profile = None if profile is None else icc_space(profile, name)
    # A TIFF file and an EXIF block are built alike; of several pages it is the first.
    check_exif(tags.data, name)
    return agreed_space((by_profile, exif_space(tags.data)), name)


def _are_near(met: tuple[tuple[int, int], ...], expected: tuple[int, ...]) -> bool:
    return all(
        below and abs(above * 10_000 - one * below) <= _TOLERANCE * below
        for (above, below), one in zip(met, expected, strict=True)
    )


def _refused(met: str, name: str) -> ColourSpaceError:
    return ColourSpaceError(
        "sRGB, Rec. 709 or linear Rec. 709, or no declared colour space",
        met=met,
        advice="Convert the picture, or remove the declaration if it is wrong.",
        where=name,
    )
