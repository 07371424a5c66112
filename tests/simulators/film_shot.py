"""A shot of film on disk: pictures of every format, and recipes with a colour table.

The pictures are synthetic: ramps and boxes, written by Jangbu's own encoders, which
other tests compare with other libraries.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import tomli_w

from pipeline.frames.raster import Samples
from pipeline.frames.raster_output import RasterOutput
from pipeline.frames.rasters import encode_raster
from tests.simulators.shot_folder import CODE, REGISTRY, ShotFolder

SIZE: Final = (96, 64)
"""Width and height."""
FRAMES: Final = range(1024, 1027)

EXR: Final = RasterOutput(kind="exr", bits=16, colour="acescg")
TIFF: Final = RasterOutput(kind="tiff", bits=16, colour="srgb")
PNG: Final = RasterOutput(kind="png", bits=8, colour="srgb")


def light(frame: int) -> Samples:
    """A ramp of half-float light from -0.1 to 4, moved by the frame."""
    width, height = SIZE
    ramp = np.linspace(-0.1, 4, width * height * 3, dtype=np.float32)
    return np.roll(ramp.reshape(height, width, 3), frame, 1).astype(np.float16)


def codes(frame: int, bits: int) -> Samples:
    """A ramp through all codes of a depth, moved by the frame."""
    width, height = SIZE
    full = (1 << bits) - 1
    ramp = np.arange(width * height * 3, dtype=np.uint32) * 7919 % (full + 1)
    moved = np.roll(ramp.reshape(height, width, 3), frame, 1)
    return moved.astype(np.uint8 if bits == 8 else np.uint16)


def screened(frame: int) -> Samples:
    """Half floats: a grey box, 24 × 32 pixels, before a green screen."""
    width, height = SIZE
    plate = np.zeros((height, width, 3), np.float16)
    plate[..., 1] = 0.6
    left = 20 + frame - FRAMES.start
    plate[16:48, left : left + 24] = 0.25
    return plate


def matte(bits: int = 8) -> Samples:
    """The left half, opaque."""
    width, height = SIZE
    plane = np.zeros((height, width), np.uint8 if bits == 8 else np.uint16)
    plane[:, : width // 2] = (1 << bits) - 1
    return plane


def write(folder: Path, name: str, samples: Samples, output: RasterOutput) -> Path:
    """Write one picture."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_raster(samples, output.bits, output))
    return path


def film_shot(root: Path) -> ShotFolder:
    """A production, and sources: `light/`, `codes/`, `screen/`."""
    for frame in FRAMES:
        write(root, f"light/l.{frame}.exr", light(frame), EXR)
        write(root, f"codes/c.{frame}.tif", codes(frame, 16), TIFF)
        write(root, f"screen/s.{frame}.exr", screened(frame), EXR)
    registry = REGISTRY + '[[element]]\nname = "fx"\n'
    (root / "production.toml").write_text(registry)
    shot = ShotFolder(root)
    done = shot.command("init", shot.production, "--from", root / "production.toml")
    assert done.code == 0, done.err
    return shot


def layer(element: str, source: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    """A layer of a recipe."""
    said = {"element": element, "source": source, "source_type": "digitalCapture"}
    return {**said, **more}


def write_recipe(
    path: Path,
    layers: Sequence[Mapping[str, Any]],
    *,
    colour: Mapping[str, Any] | None = None,
    output: Mapping[str, Any] | None = None,
    **shot: Any,  # noqa: ANN401  # fields of all types
) -> Path:
    """Write a recipe; of ACEScg to OpenEXR if nothing else is said."""
    frames = f"{FRAMES.start}-{FRAMES.stop - 1}"
    table: dict[str, Any] = {
        "shot": {"code": CODE, "frames": frames, **shot},
        "layer": [dict(one) for one in layers],
        "output": dict({"format": "exr"} if output is None else output),
    }
    if colour is not None:
        table["colour"] = dict(colour)
    path.write_text(tomli_w.dumps(table))
    return path
