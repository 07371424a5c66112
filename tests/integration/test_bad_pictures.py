"""Real files that somebody else made, some of them broken."""

from pathlib import Path

import numpy as np
import pytest
import skimage
from PIL import Image

from pipeline.errors import (
    ColourSpaceError,
    FrameShapeError,
    PipelineError,
    UnreadableFrameError,
)
from pipeline.frames.reading import read_matte, read_picture

SHARED = Path(__file__).parents[3] / "shared" / "data"
SKIMAGE = Path(skimage.__file__).parent / "data"

REFUSED = [
    ("generator-files/bad_images/empty_file.png", UnreadableFrameError, "empty file"),
    ("generator-files/bad_images/empty_image.png", FrameShapeError, "1-bit grey"),
    ("generator-files/bad_images/text_after_idat.png", FrameShapeError, "1-bit grey"),
    ("generator-files/bad_images/empty_image.jpg", FrameShapeError, "with 1"),
    ("c2pa/libpng-test.png", FrameShapeError, "palette"),
    ("c2pa/XCA.jpg", FrameShapeError, "with 1"),
    ("c2pa/sample1.webp", UnreadableFrameError, "a WebP"),
    ("c2pa/TUSCANY.TIF", UnreadableFrameError, "a TIFF"),
    ("c2pa/video1.mp4", UnreadableFrameError, "an MP4"),
]
READ = [
    "c2pa/C.jpg",
    "c2pa/CA.jpg",
    "c2pa/CACA.jpg",
    "c2pa/CIE-sig-CA.jpg",
    "c2pa/E-sig-CA.jpg",
    "c2pa/P1000827.jpg",
    "c2pa/cloud.jpg",
    "c2pa/earth_apollo17.jpg",
    "c2pa/no_manifest.jpg",
    "c2pa/update_manifest.jpg",
    "generator-files/parsers/AUTOMATIC1111/automatic1111_cropped.png",
    "generator-files/parsers/AUTOMATIC1111/automatic1111_cropped.jpg",
    "generator-files/parsers/AUTOMATIC1111/automatic1111_stealth.png",
    "generator-files/parsers/ComfyUI/img2img_cropped.png",
    "generator-files/parsers/InvokeAI/invokeai_dream1.png",
    "generator-files/parsers/NovelAI/novelai1_cropped.png",
]


def shared(name: str) -> bytes:
    path = SHARED / name
    if not path.exists():
        pytest.skip("the shared pictures are not here")
    return path.read_bytes()


@pytest.mark.parametrize(("name", "error", "met"), REFUSED)
def test_a_picture_that_is_no_colour_source_says_why(
    name: str, error: type[PipelineError], met: str
) -> None:
    with pytest.raises(error) as caught:
        read_picture(shared(name), Path(name).name)
    assert met in caught.value.met
    assert caught.value.advice
    assert Path(name).name not in str(caught.value.public())


@pytest.mark.parametrize("name", READ)
def test_a_real_colour_picture_has_the_pixels_that_pillow_sees(name: str) -> None:
    picture = read_picture(shared(name), Path(name).name)
    with Image.open(SHARED / name) as image:
        expected = np.asarray(image.convert("RGBA"))
    assert (picture.rgb == expected[:, :, :3]).all()
    if picture.alpha is not None:
        assert (picture.alpha == expected[:, :, 3]).all()


@pytest.mark.parametrize("name", ["C.jpg", "no_manifest.jpg"])
def test_a_real_jpeg_that_was_cut_is_refused(name: str) -> None:
    data = shared(f"c2pa/{name}")
    whole = read_picture(data).rgb
    for length in np.linspace(2, len(data) - 3, 25).astype(int).tolist():
        with pytest.raises(UnreadableFrameError):
            read_picture(data[:length])
        try:
            ended = read_picture(data[:length] + b"\xff\xd9").rgb
        except UnreadableFrameError:
            continue
        assert (ended == whole).all()


def test_embedded_profiles_are_judged_by_what_they_do() -> None:
    read_picture((SKIMAGE / "chelsea.png").read_bytes(), "chelsea.png")
    for name in ("rocket.jpg", "color.png"):  # Adobe RGB, and a screen's profile
        with pytest.raises(ColourSpaceError, match="primaries"):
            read_picture((SKIMAGE / name).read_bytes(), name)


def test_a_picture_of_a_matte_is_not_a_matte() -> None:
    coins = (SKIMAGE / "coins.png").read_bytes()
    assert read_matte(coins, "coins.png").shape == (303, 384)
    with pytest.raises(FrameShapeError, match="RGB PNG"):
        read_matte((SKIMAGE / "coffee.png").read_bytes(), "coffee.png")
