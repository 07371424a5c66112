import pytest

from pipeline.errors import UnreadableFrameError
from pipeline.frames.sniff import sniff

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PNG, "a.png", "png"),
        (PNG, "A.PNG", "png"),
        (PNG, "", "png"),
        (PNG, "plate", "png"),
        (PNG, "plate.1001", "png"),
        (PNG, "shot/plate.1001.png", "png"),
        (JPEG, "a.jpg", "jpeg"),
        (JPEG, "a.jpeg", "jpeg"),
    ],
)
def test_the_first_bytes_decide(data: bytes, name: str, kind: str) -> None:
    assert sniff(data, name) == kind


@pytest.mark.parametrize(
    ("data", "name"), [(JPEG, "a.png"), (PNG, "a.jpg"), (PNG, "a.exr"), (PNG, "a.bak")]
)
def test_a_name_that_says_otherwise_is_refused(data: bytes, name: str) -> None:
    with pytest.raises(UnreadableFrameError, match="named"):
        sniff(data, name)


@pytest.mark.parametrize(
    ("data", "met"),
    [
        (b"", "an empty file"),
        (b"GIF89a", "a GIF"),
        (b"II*\x00....", "a TIFF"),
        (b"RIFF1234WEBP", "a WebP"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
        (b"v/1\x01", "an OpenEXR"),
        (b"\x89PNG\n\x1a\n", "89 50 4e 47"),
        (b"\xff\xd8", "ff d8"),
    ],
)
def test_another_type_is_refused_by_its_name(data: bytes, met: str) -> None:
    with pytest.raises(UnreadableFrameError) as caught:
        sniff(data, "plate.png")
    assert met in caught.value.met
    assert "plate.png" not in str(caught.value.public())
