"""The kernels on a GPU against NumPy: `make device-test` on a machine that has one.

Needs NumPy, numba, numba-cuda, iscc-lib, pytest and our package; Pillow and
scikit-image's photographs are used where they are installed.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DeviceError
from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.backends import NumpyBackend, backend_named, check_device
from pipeline.kernels.cuda_backend import CudaBackend
from pipeline.kernels.key import KeySettings
from pipeline.kernels.numba_backend import NumbaBackend
from pipeline.kernels.sources import Source
from tests.simulators.pixel_sources import KINDS, SIZES, digests, noisy_stack

pytestmark = pytest.mark.gpu


@pytest.fixture(scope="module")
def gpu() -> Iterator[CudaBackend]:
    try:
        backend = CudaBackend()
    except DeviceError as error:
        if os.environ.get("JANGBU_NEED_DEVICE"):
            raise
        pytest.skip(f"no device: {error.met}")
    if backend.name.endswith("+simulator"):
        pytest.skip("the simulator is no device")
    yield backend
    backend.close()


def photo(name: str, times: int) -> Frame:
    skimage = pytest.importorskip("skimage")
    images = pytest.importorskip("PIL.Image")
    with images.open(Path(skimage.__file__).parent / "data" / name) as image:
        picture = np.asarray(image.convert("RGB"))
    return as_frame(np.tile(picture, (times, times, 1)))


@pytest.mark.parametrize("size", [*SIZES, (1080, 1920), (2160, 3840)])
@pytest.mark.parametrize("seed", range(3))
def test_noise_of_all_kinds(gpu: CudaBackend, size: tuple[int, int], seed: int) -> None:
    stack = noisy_stack(seed, size, [*KINDS, "opaque", "q15"][seed:])
    assert digests(gpu, stack) == digests(NumpyBackend(), stack)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg"])
def test_photographs(gpu: CudaBackend, name: str) -> None:
    plate = photo(name, 4)
    key = KeySettings(screen="blue", lo=100, hi=9000)
    stack = [
        Source(rgb=plate),
        Source(rgb=as_frame(plate[:, ::-1]), key=key),
        Source(rgb=as_frame(plate[::-1]), light=True),
    ]
    assert digests(gpu, stack) == digests(NumbaBackend(), stack)


def test_fifty_pictures_in_flight(gpu: CudaBackend) -> None:
    stacks = [noisy_stack(seed, (270, 480), KINDS) for seed in range(50)]
    expected = NumbaBackend()
    for stack, made in zip(stacks, gpu.compose_many(stacks), strict=True):
        right = expected.compose(stack)
        assert (made.frame == right.frame).all()
        assert made.measures.tile_bytes() == right.measures.tile_bytes()


def test_auto_takes_the_gpu(gpu: CudaBackend) -> None:
    check_device("cuda")
    assert backend_named("auto").name == gpu.name


def test_more_layers_than_a_kernel_takes(gpu: CudaBackend) -> None:
    stack = noisy_stack(1, (8, 8), ["matte"] * 65)
    with pytest.raises(DeviceError, match="64"):
        gpu.compose(stack)
    guarded = backend_named("cuda")
    made = guarded.compose(stack)
    assert made.measures.layers == NumpyBackend().compose(stack).measures.layers
    assert guarded.name.startswith("numba@")
