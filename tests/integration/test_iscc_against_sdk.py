"""Our Image-Codes against iscc-sdk, the reference, on real pictures.

The sdk runs in a process of its own: importing it makes folders in the user's
home, warns, and changes Pillow's process-wide limits.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import iscc_samples
import numpy as np
import pytest
import skimage
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame
from pipeline.frames.png import encode_png
from pipeline.frames.reading import read_picture
from pipeline.kernels.iscc import fingerprint

SKIMAGE = Path(skimage.__file__).parent / "data"
SAMPLES = Path(iscc_samples.__file__).parent / "files" / "image"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "c2pa"

# Whole pictures wider than high: photographs, one scan (page), one drawing.
LANDSCAPES = {
    SKIMAGE: "chelsea.png coffee.png hubble_deep_field.jpg motorcycle_left.png "
    "motorcycle_right.png rocket.jpg clock_motion.png coins.png page.png",
    SAMPLES: "demo.png demo.jpg demo.bmp demo.tif",
    SHARED: "C.jpg CA.jpg CACA.jpg CIE-sig-CA.jpg C_with_CAWG_data.jpg E-sig-CA.jpg "
    "P1000827.jpg XCA.jpg no_manifest.jpg sample1.webp",
}
# Square or upright photographs, of which the upper and lower 16:9 part is taken.
CROPPED = {
    SKIMAGE: "astronaut.png brick.png camera.png cell.png color.png grass.png "
    "gravel.png ihc.png moon.png retina.jpg",
    SHARED: "cloud.jpg earth_apollo17.jpg",
}
JPEGS = "C.jpg CA.jpg CIE-sig-CA.jpg E-sig-CA.jpg P1000827.jpg no_manifest.jpg"

SDK = """
import json, sys
import iscc_sdk
codes = {}
for path in sys.argv[1:]:
    for bits in (64, 256):
        meta = iscc_sdk.code_image(
            path, extract_meta=False, create_thumb=False, bits=bits
        )
        codes[f"{path} {bits}"] = meta.iscc
    default = iscc_sdk.code_image(path, extract_meta=False, create_thumb=False)
    codes[f"{path} default"] = default.iscc
json.dump(codes, sys.stdout)
"""


def present(names: dict[Path, str]) -> Iterator[Path]:
    for folder, listed in names.items():
        yield from (
            folder / name for name in listed.split() if (folder / name).exists()
        )


def pixels(path: Path) -> Frame:
    with Image.open(path) as image:
        return as_frame(np.asarray(image.convert("RGB")))


def real_pictures() -> dict[str, Frame]:
    pictures = {path.name: pixels(path) for path in present(LANDSCAPES)}
    for path in present(CROPPED):
        frame = pixels(path)
        height = frame.shape[1] * 9 // 16
        pictures[f"{path.stem}, crop of the upper part"] = as_frame(frame[:height])
        pictures[f"{path.stem}, crop of the lower part"] = as_frame(frame[-height:])
    return pictures


def ask_sdk(paths: list[Path], home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if "ISCC" not in key}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SDK, *map(str, paths)],
        env=kept | {"HOME": str(home), "XDG_DATA_HOME": str(home)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    codes: dict[str, Any] = json.loads(done.stdout)
    return codes


def ours(path: Path) -> dict[str, str]:
    frame = read_picture(path.read_bytes(), path.name).rgb
    return {
        f"{path} default": fingerprint(frame)[0],
        f"{path} 64": fingerprint(frame, bits=64)[0],
        f"{path} 256": fingerprint(frame, bits=256)[0],
    }


@pytest.mark.slow
def test_codes_equal_the_reference_on_thirty_real_landscapes(tmp_path: Path) -> None:
    paths = []
    for index, frame in enumerate(real_pictures().values()):
        assert frame.shape[1] > frame.shape[0]
        paths.append(tmp_path / f"{index:02}.png")
        paths[-1].write_bytes(encode_png(frame))
    assert len(paths) >= 30
    met = {key: code for path in paths for key, code in ours(path).items()}
    assert met == ask_sdk(paths, tmp_path)


@pytest.mark.slow
def test_codes_equal_the_reference_on_original_jpegs(tmp_path: Path) -> None:
    paths = list(present({SHARED: JPEGS}))
    if not paths:
        pytest.skip("the shared pictures are not here")
    met = {key: code for path in paths for key, code in ours(path).items()}
    assert met == ask_sdk(paths, tmp_path)


@pytest.mark.slow
def test_letterboxes_are_trimmed_as_the_reference_trims_them(tmp_path: Path) -> None:
    photo = pixels(SKIMAGE / "chelsea.png")
    paths = []
    for index, level in enumerate((0, 12, 255)):
        boxed = np.full((420, 451, 3), level, np.uint8)
        boxed[60:360] = photo
        boxed[:60] += np.arange(451, dtype=np.uint8)[:, None] % 5 // 2  # uneven bars
        paths.append(tmp_path / f"{index}.png")
        paths[-1].write_bytes(encode_png(as_frame(boxed)))
    met = {key: code for path in paths for key, code in ours(path).items()}
    assert met == ask_sdk(paths, tmp_path)
