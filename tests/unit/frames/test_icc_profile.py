"""Profiles of ours are what they say, by our own reader and by LittleCMS."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from pipeline.errors import ColourSpaceError
from pipeline.frames.icc import agreed_space, check_icc, icc_space
from pipeline.frames.icc_profile import PROFILED, profile_of
from tests.simulators.picture_files import icc, table_curve


@pytest.mark.parametrize("space", sorted(PROFILED))
def test_a_profile_names_its_space_and_no_date(space: str) -> None:
    profile = profile_of(space)
    assert icc_space(profile, "") == space
    assert profile[24:36] == bytes(12)
    assert int.from_bytes(profile[:4]) == len(profile)


@pytest.mark.parametrize(
    ("space", "grey"),
    # sRGB codes of 128 as each space has it, by the curves' formulas.
    [("srgb", 128), ("rec709", 121), ("linear-rec709", 188)],
)
def test_littlecms_takes_the_profile_for_the_same_space(space: str, grey: int) -> None:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profile_of(space)))
    to_srgb = ImageCms.buildTransform(
        profile, ImageCms.createProfile("sRGB"), "RGB", "RGB"
    )
    seen = ImageCms.applyTransform(Image.new("RGB", (1, 1), (128, 128, 128)), to_srgb)
    assert seen is not None
    assert seen.tobytes() == bytes([grey] * 3)


@pytest.mark.parametrize(
    ("curve", "space"),
    [
        (table_curve([614]), "rec709"),  # 2.4 as u8Fixed8
        (table_curve([256]), "linear-rec709"),
        (table_curve([0, 65535]), "linear-rec709"),
        (
            table_curve([round((x / 1023) ** 2.4 * 65535) for x in range(1024)]),
            "rec709",
        ),
    ],
)
def test_curves_are_known_in_all_their_forms(curve: bytes, space: str) -> None:
    assert icc_space(icc(curve=curve), "") == space
    with pytest.raises(ColourSpaceError):
        check_icc(icc(curve=curve), "")  # picture/1 knows sRGB only


@pytest.mark.parametrize(
    "curve",
    [
        table_curve([563]),  # 2.2
        table_curve([round((x / 255) ** 2.2 * 65535) for x in range(256)]),
        table_curve([0, 14028, 65535]),  # right in the middle, too coarse elsewhere
        b"curv" + bytes(4) + struct.pack(">I", 5000) + bytes(8),
        b"mft2" + bytes(20),
    ],
)
def test_other_curves_are_refused(curve: bytes) -> None:
    with pytest.raises(ColourSpaceError):
        icc_space(icc(curve=curve), "")


def test_declarations_must_agree() -> None:
    assert agreed_space([None, "srgb", "srgb"], "") == "srgb"
    assert agreed_space([], "") is None
    with pytest.raises(ColourSpaceError, match="rec709 and srgb"):
        agreed_space(["srgb", "rec709"], "")
