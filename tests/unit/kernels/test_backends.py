import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.errors import DeviceError, FrameShapeError
from pipeline.frames.arrays import Frame, as_frame, as_matte
from pipeline.kernels.backends import (
    Backend,
    GuardedBackend,
    NumpyBackend,
    _has_driver,
    backend_named,
    check_device,
)
from pipeline.kernels.change import Differences
from pipeline.kernels.compose import Composite
from pipeline.kernels.coverage import coverage_of
from pipeline.kernels.iscc import Bits
from pipeline.kernels.key import KeySettings
from pipeline.kernels.numba_backend import NumbaBackend
from pipeline.kernels.sources import Source

KEY = KeySettings(screen="green", lo=900, hi=21000)


def noise(height: int, width: int, seed: int = 1) -> Frame:
    rng = np.random.default_rng(seed)
    return as_frame(rng.integers(0, 256, (height, width, 3), np.uint8))


class Failing(NumpyBackend):
    """A device of which every n-th question fails."""

    def __init__(self, failing: set[int]) -> None:
        self.asked = 0
        self._failing = failing

    @property
    def name(self) -> str:
        return "failing"

    def compose(self, sources: Sequence[Source]) -> Composite:
        self.asked += 1
        if self.asked in self._failing:
            raise DeviceError("memory", met="none", advice="Wait.")
        return super().compose(sources)


def test_the_cpu_is_compiled_kernels() -> None:
    assert backend_named("cpu").name.startswith("numba@")
    assert backend_named("numpy").name.startswith("numpy@")


def test_a_picture_at_which_the_device_fails_is_made_by_the_spare() -> None:
    device, sources = Failing({2}), [Source(rgb=noise(5, 5))]
    guarded = GuardedBackend(device, NumpyBackend)
    names, digests = [], set()
    for _ in range(3):
        digests.add(guarded.compose(sources).measures.tiles_digest())
        names.append(guarded.name.split("@")[0])
    assert names == ["failing", "numpy", "failing"]
    assert len(digests) == 1


def test_a_device_that_failed_three_times_is_not_asked_again() -> None:
    device = Failing(set(range(1, 99)))
    guarded = GuardedBackend(device, NumpyBackend)
    for _ in range(5):
        guarded.compose([Source(rgb=noise(5, 5))])
    assert device.asked == 3


def test_what_is_wrong_with_the_pictures_is_no_fault_of_the_device() -> None:
    device = Failing(set())
    guarded = GuardedBackend(device, NumpyBackend)
    with pytest.raises(FrameShapeError):
        guarded.compose([Source(rgb=noise(5, 5)), Source(rgb=noise(5, 6))])
    assert device.asked == 1


def test_a_backend_that_computes_something_else_is_not_let_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def brighter(_: NumbaBackend, sources: Sequence[Source]) -> Composite:
        right = NumpyBackend().compose(sources)
        return Composite(
            frame=as_frame(right.frame | np.uint8(1)), measures=right.measures
        )

    monkeypatch.setattr(NumbaBackend, "compose", brighter)
    with pytest.raises(DeviceError, match="others from numba"):
        backend_named("numba")
    assert backend_named("cpu").name.startswith("numpy@")
    assert backend_named("auto").name.startswith("numpy@")


def test_a_gpu_that_is_not_there_is_an_error_with_advice() -> None:
    if _has_driver():
        pytest.skip("there may be one")
    with pytest.raises(DeviceError, match="cpu") as caught:
        check_device("cuda")
    assert caught.value.exit_code == 7
    check_device("auto")


@pytest.mark.parametrize("backend", [NumpyBackend(), NumbaBackend()])
def test_sources_that_do_not_fit_are_refused_alike(backend: Backend) -> None:
    plate = Source(rgb=noise(4, 4))
    small = as_matte(np.zeros((3, 4), np.uint8))
    for sources in (
        [],
        [plate, Source(rgb=noise(4, 5))],
        [plate, Source(rgb=noise(4, 4), matte=small)],
        [plate, Source(rgb=noise(4, 4), matte=coverage_of(small))],
        [plate, Source(rgb=noise(4, 4), key=KEY, core=small)],
        [plate, Source(rgb=noise(4, 4), key=KEY, garbage=small)],
    ):
        with pytest.raises(FrameShapeError):
            backend.compose(sources)
    too_much = np.full((4, 4), 32769, np.uint16)
    with pytest.raises(FrameShapeError, match="32768"):
        backend.compose([Source(rgb=noise(4, 4), matte=too_much)])
    with pytest.raises(FrameShapeError):
        backend.measure_differences(noise(4, 4), noise(4, 5))


def test_a_source_has_one_of_matte_key_and_light() -> None:
    rgb, matte = noise(2, 2), as_matte(np.zeros((2, 2), np.uint8))
    with pytest.raises(FrameShapeError, match="one of"):
        Source(rgb=rgb, matte=matte, light=True)
    with pytest.raises(FrameShapeError, match="one of"):
        Source(rgb=rgb, matte=matte, key=KEY)
    with pytest.raises(FrameShapeError, match="beside a key"):
        Source(rgb=rgb, core=matte)


def test_the_number_of_threads_changes_nothing() -> None:
    sources = [Source(rgb=noise(300, 70)), Source(rgb=noise(300, 70, 2), key=KEY)]
    digests, codes, changes = set(), set(), set()
    for threads in (1, 2, 3, 9):
        backend = NumbaBackend(threads)
        made = backend.compose(sources)
        digests.add((made.frame.tobytes(), made.measures.tiles_digest()))
        codes.add(backend.fingerprint(made.frame))
        found: Differences = backend.measure_differences(made.frame, sources[0].rgb)
        changes.add(found.tiles_digest())
    assert len(digests) == len(codes) == len(changes) == 1


@pytest.mark.parametrize("bits", [64, 256])
def test_the_profile_is_the_same_for_every_backend(bits: Bits) -> None:
    frame = noise(40, 40)
    one = NumpyBackend().fingerprint(frame, bits=bits)
    assert NumbaBackend().fingerprint(frame, bits=bits) == one


def test_commands_without_pixels_do_not_load_a_compiler() -> None:
    program = (
        "import sys, ledger.cli.main, ledger.cli.run, pipeline.run.shot;"
        "sys.exit('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == 0
