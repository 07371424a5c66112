import struct

import pytest
from PIL import ImageCms

from pipeline.errors import ColourSpaceError
from pipeline.frames.icc import check_icc
from tests.simulators.picture_files import SRGB_COLOURANTS, icc, table_curve


def srgb_light(code: int, size: int) -> int:
    x = code / (size - 1)
    share = x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
    return round(65535 * share)


def srgb_table(size: int) -> bytes:
    return table_curve([srgb_light(code, size) for code in range(size)])


def power_table(exponent: float) -> bytes:
    return table_curve([round(65535 * (i / 1023) ** exponent) for i in range(1024)])


@pytest.mark.parametrize(
    "profile",
    [
        icc(),
        icc(curve=srgb_table(1024)),
        icc(curve=srgb_table(4096)),
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    ],
    ids=["formula", "table of 1024", "table of 4096", "littlecms"],
)
def test_srgb_is_known_by_what_it_does(profile: bytes) -> None:
    check_icc(profile, "plate.png")


P3 = ((33760, 15807, -69), (19200, 45354, 2753), (10296, 4374, 51431))


@pytest.mark.parametrize(
    ("profile", "met"),
    [
        (icc(P3), "primaries"),
        (icc(curve=table_curve([])), "tone curve"),
        (icc(curve=table_curve([0x0233])), "tone curve"),
        (icc(curve=power_table(2.2)), "tone curve"),
        (icc(curve=power_table(1.8)), "tone curve"),
        (icc(curve=b"mft2" + bytes(40)), "tone curve"),
        (icc(curve=b"para" + bytes(4) + struct.pack(">HHi", 0, 0, 144179)), "tone"),
        (icc(space=b"GRAY"), "GRAY"),
        (icc(space=b"CMYK"), "CMYK"),
        (b"", "nothing"),
        (icc()[:128], "damaged"),
        (icc()[:150], "damaged"),
        (icc(SRGB_COLOURANTS)[:-10], "tone curve|damaged"),
    ],
)
def test_everything_else_is_refused(profile: bytes, met: str) -> None:
    with pytest.raises(ColourSpaceError, match=met):
        check_icc(profile, "plate.png")
