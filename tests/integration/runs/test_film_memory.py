"""What a frame of film really takes is within what workers are counted by."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pipeline.frames.exr import encode_exr
from pipeline.run.memory import need_of

pytestmark = pytest.mark.slow

WIDTH, HEIGHT = 1920, 1080
SPACE = "linear-rec709"
# A process of its own: what it took at most is the kernel's figure, not an estimate.
PROGRAM = """
import hashlib, json, sys
from pathlib import Path
from pipeline.colour.config import SourceColour
from pipeline.colour.spaces import space_of
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster
from pipeline.run.film_frame import make_film_picture, written_film
from pipeline.run.film_job import FilmFrame, FilmLayer, InputFile
from pipeline.run.film_layer import FilmSource
from pipeline.kernels.transform import Size

width, height, space, *paths = sys.argv[1:]
working = space_of(space)
layer = FilmLayer(colour=SourceColour(space=working))
files = [
    InputFile(Path(path), hashlib.sha256(Path(path).read_bytes()).hexdigest())
    for path in paths
]
sources = [
    FilmSource(file=one, matte=None, alpha="embedded", film=layer) for one in files
]
frame = FilmFrame(
    size=Size(int(width), int(height)),
    working=working,
    space=working,
    code_range="full",
    output=RasterOutput(kind="exr", bits=16),
)
made = make_film_picture(sources, frame)
written_film(encode_raster(made.samples, made.bits, frame.output), frame)
status = Path("/proc/self/status").read_text().splitlines()
(peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
print(json.dumps(int(peak) * 1024))
"""


def peak_of(paths: list[Path]) -> int:
    arguments = [str(WIDTH), str(HEIGHT), SPACE, *map(str, paths)]
    done = subprocess.run(  # this interpreter, on our own program
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    peak = json.loads(done.stdout)
    assert isinstance(peak, int)
    return peak


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="only Linux tells what was taken"
)
def test_layers_of_half_floats_take_no_more_than_is_counted(tmp_path: Path) -> None:
    ramp = np.linspace(0, 4, WIDTH * HEIGHT * 3, dtype=np.float32)
    light = ramp.reshape(HEIGHT, WIDTH, 3).astype(np.float16)
    soft = np.full((HEIGHT, WIDTH), 0.5, np.float16)
    paths = [tmp_path / f"{number}.exr" for number in range(4)]
    for path in paths:
        path.write_bytes(encode_exr(light, soft, colour=SPACE))
    two, four = peak_of(paths[:2]), peak_of(paths)
    assert four <= need_of(WIDTH, HEIGHT, 4, film=True)
    assert four - two <= (
        need_of(WIDTH, HEIGHT, 4, film=True) - need_of(WIDTH, HEIGHT, 2, film=True)
    )
    # What 8-bit layers of picture/1 are counted with would not do.
    assert four - two > need_of(WIDTH, HEIGHT, 4) - need_of(WIDTH, HEIGHT, 2)
