import pytest

from pipeline.errors import ColourSpaceError, FrameShapeError
from pipeline.frames.exif import check_exif
from tests.simulators.picture_files import exif


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_picture_is_refused(orientation: int, order: str) -> None:
    with pytest.raises(FrameShapeError) as caught:
        check_exif(exif(orientation, order=order), "plate.jpg")
    assert caught.value.facts == {"orientation": orientation}


@pytest.mark.parametrize("orientation", [0, 1, 9, 65535])
def test_upright_and_meaningless_orientations_pass(orientation: int) -> None:
    check_exif(exif(orientation), "plate.jpg")


@pytest.mark.parametrize("block", [None, b"", b"II*\x00", b"nonsense", b"MM\x00*\xff"])
def test_what_cannot_be_parsed_declares_nothing(block: bytes | None) -> None:
    check_exif(block, "plate.jpg")


def test_no_cut_of_a_block_breaks_the_check() -> None:
    block = exif(1, interop=b"R98\x00")
    for length in range(len(block) + 1):
        check_exif(block[:length], "plate.jpg")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_camera_that_says_adobe_rgb_is_refused(order: str) -> None:
    check_exif(exif(1, order=order, interop=b"R98\x00"), "plate.jpg")
    with pytest.raises(ColourSpaceError, match="R03"):
        check_exif(exif(1, order=order, interop=b"R03\x00"), "plate.jpg")
