"""Every backend gives what NumPy gives, bit for bit; NumPy is judged by the oracle.

The kernels for a GPU run here in numba-cuda's simulator, in a process of its own, on
crops: it does some hundred pixels a second.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels import iscc
from pipeline.kernels.backends import NumpyBackend
from pipeline.kernels.key import KeySettings
from pipeline.kernels.numba_backend import NumbaBackend, border_box
from pipeline.kernels.sources import Source
from tests.simulators.pixel_sources import KINDS, SIZES, digests, noisy_stack

NUMPY, NUMBA = NumpyBackend(), NumbaBackend()

SIMULATED = """
from pipeline.kernels.backends import NumpyBackend
from pipeline.kernels.cuda_backend import CudaBackend
from tests.simulators.pixel_sources import KINDS, digests, noisy_stack

backend = CudaBackend(slots=2)
assert backend.name.endswith("+simulator"), backend.name
for size, kinds in (((2, 3), KINDS), ((17, 5), KINDS[3:]), ((1, 66), KINDS[1:2])):
    stack = noisy_stack(7, size, kinds)
    assert digests(backend, stack) == digests(NumpyBackend(), stack), (size, kinds)
stacks = [noisy_stack(seed, (2, 2), KINDS[:2]) for seed in range(5)]
for stack, made in zip(stacks, backend.compose_many(stacks), strict=True):
    expected = NumpyBackend().compose(stack)
    assert (made.frame == expected.frame).all()
    assert made.measures.tiles_digest() == expected.measures.tiles_digest()
print("equal")
"""


def photo(name: str) -> Frame:
    skimage = pytest.importorskip("skimage")
    with Image.open(Path(skimage.__file__).parent / "data" / name) as image:
        return as_frame(np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_layer_of_each_kind_over_a_plate(kind: str, size: tuple[int, int]) -> None:
    for kinds in ([kind], ["opaque", kind], ["matte", kind, "key", kind]):
        stack = noisy_stack(len(kind), size, kinds)
        assert digests(NUMBA, stack) == digests(NUMPY, stack)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    size=st.tuples(st.integers(1, 70), st.sampled_from([1, 3, 63, 64, 65, 129])),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=8),
)
def test_any_stack_of_one_to_eight_layers(
    seed: int, size: tuple[int, int], kinds: list[str]
) -> None:
    stack = noisy_stack(seed, size, kinds)
    assert digests(NUMBA, stack) == digests(NUMPY, stack)


def test_sixty_four_layers_of_light_do_not_overflow() -> None:
    white = as_frame(np.full((3, 3, 3), 254, np.uint8))
    grey = as_frame(np.full((3, 3, 3), 60, np.uint8))
    stack = [Source(rgb=white)] + [Source(rgb=grey, light=True)] * 63
    assert digests(NUMBA, stack) == digests(NUMPY, stack)


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "rocket.jpg"])
def test_photographs(name: str) -> None:
    plate = photo(name)
    height, width = plate.shape[:2]
    other = as_frame(np.roll(plate, (height // 3, width // 3), (0, 1)))
    stack = [
        Source(rgb=plate),
        Source(rgb=other, key=KeySettings(screen="blue", lo=100, hi=9000)),
        Source(rgb=as_frame(plate[::-1]), light=True),
    ]
    assert digests(NUMBA, stack) == digests(NUMPY, stack)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    edges=st.tuples(*[st.integers(0, 12)] * 4),
    flat=st.integers(0, 20),
)
def test_borders_are_found_alike(
    seed: int, size: tuple[int, int], edges: tuple[int, int, int, int], flat: int
) -> None:
    rng = np.random.default_rng(seed)
    height, width = size
    left, top, right, bottom = edges
    whole = rng.integers(100, 101 + flat, (height + top + bottom, width + left + right))
    frame = np.repeat(whole.astype(np.uint8)[:, :, None], 3, axis=2)
    frame[top : top + height, left : left + width] = rng.integers(
        0, 256, (height, width, 3), np.uint8
    )
    picture = as_frame(frame)
    for tolerance in (iscc.TOLERANCE, iscc.TOLERANCE // 2):
        assert border_box(picture, tolerance) == iscc.border_box(picture, tolerance)
    assert NUMBA.fingerprint(picture) == NUMPY.fingerprint(picture)


def test_a_flat_picture_has_the_same_code() -> None:
    for code in (0, 90, 255):
        picture = as_frame(np.full((300, 40, 3), code, np.uint8))
        assert NUMBA.fingerprint(picture) == NUMPY.fingerprint(picture)


@pytest.mark.slow
def test_the_text_of_the_gpu_kernels_in_the_simulator() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SIMULATED],
        env={**os.environ, "NUMBA_ENABLE_CUDASIM": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.stdout.strip() == "equal", done.stderr[-2000:]
