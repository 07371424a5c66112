import numpy as np
import pytest

from pipeline.errors import FrameShapeError, RecipeError, UnreadableFrameError
from pipeline.frames.arrays import as_matte
from pipeline.frames.jpeg import encode_jpeg
from pipeline.frames.png import encode_matte_png
from pipeline.frames.reading import read_matte, read_picture
from pipeline.frames.writing import OutputFormat, encode_picture, media_type
from tests.simulators.picture_files import gradient

FRAME = gradient(9, 10)


def test_a_png_written_and_read_is_the_same_frame() -> None:
    output = OutputFormat()
    data = encode_picture(FRAME, output)
    assert (read_picture(data, f"f.1001{output.suffix}").rgb == FRAME).all()
    assert output.media_type == media_type("png") == "image/png"
    assert output.encoder == "fpng-py-fix@0.0.3+srgb"


def test_a_jpeg_written_and_read_has_the_same_size() -> None:
    output = OutputFormat(kind="jpeg", quality=80, subsampling="422")
    data = encode_picture(FRAME, output)
    assert read_picture(data, f"f.1001{output.suffix}").rgb.shape == FRAME.shape
    assert output.media_type == "image/jpeg"
    assert output.encoder == "simplejpeg@1.9.0+q80+422"


def test_a_misnamed_file_is_not_decoded() -> None:
    with pytest.raises(UnreadableFrameError, match="named"):
        read_picture(encode_jpeg(FRAME), "plate.png")


def test_a_matte_is_a_grey_png_and_never_a_jpeg() -> None:
    matte = as_matte(FRAME[:, :, 1])
    assert (read_matte(encode_matte_png(matte), "matte.png") == matte).all()
    with pytest.raises(FrameShapeError, match="without loss"):
        read_matte(encode_jpeg(FRAME), "matte.jpg")


@pytest.mark.parametrize(
    "options",
    [{"kind": "tiff"}, {"quality": 0}, {"quality": 101}, {"subsampling": "411"}],
)
def test_an_unknown_output_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        OutputFormat(**options)  # type: ignore[arg-type]


def test_only_frames_are_written() -> None:
    with pytest.raises(FrameShapeError):
        encode_picture(np.zeros((2, 2, 4), np.uint8), OutputFormat())  # type: ignore[arg-type]
