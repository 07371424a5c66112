"""Who does the pixel arithmetic: NumPy, compiled kernels on the CPU, or a GPU.

All of them give the same bytes, or one of them is wrong; so which one made a picture
is no part of a run's identity, and is kept beside the evidence only. NumPy is the
judge: before another one is used in a process, it has to equal NumPy on a small sample.
"""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Final, Literal, Protocol, TypeAlias, TypeVar, get_args

import numpy as np

from pipeline.errors import DeviceError
from pipeline.frames.arrays import Frame, as_frame, as_matte
from pipeline.kernels import change, iscc
from pipeline.kernels.change import Differences
from pipeline.kernels.compose import Composite, compose
from pipeline.kernels.key import KeySettings
from pipeline.kernels.sources import Source, layer_of

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
"""What a person asks for."""

Name: TypeAlias = Literal["auto", "cpu", "numpy", "numba", "cuda"]

DEVICES: Final[tuple[Device, ...]] = get_args(Device)
_TRIES: Final = 3

Answer = TypeVar("Answer")


class Backend(Protocol):
    """What the pipeline asks of pixel arithmetic; every answer is exact."""

    @property
    def name(self) -> str:
        """What made the last picture: `numpy@…`, `numba@…` or `cuda@…`."""

    def compose(self, sources: Sequence[Source]) -> Composite:
        """Lay sources over each other, bottom first, and measure them.

        Raises:
            FrameShapeError: no source, or pictures and mattes of different sizes.
            DeviceError: the device failed.
        """

    def measure_differences(self, before: Frame, after: Frame) -> Differences:
        """Measure `change/1`.

        Raises:
            FrameShapeError: they differ in size.
            DeviceError: the device failed.
        """

    def fingerprint(self, frame: Frame, *, bits: iscc.Bits = 64) -> tuple[str, str]:
        """A frame's Image-Code and the token of its profile.

        Raises:
            DeviceError: the device failed.
        """

    def close(self) -> None:
        """Give back what is held on a device."""


class NumpyBackend:
    """The reference, and the slow way."""

    @property
    def name(self) -> str:
        """See `Backend`."""
        return f"numpy@{version('numpy')}"

    def compose(self, sources: Sequence[Source]) -> Composite:
        """See `Backend`."""
        return compose([layer_of(source) for source in sources])

    def measure_differences(self, before: Frame, after: Frame) -> Differences:
        """See `Backend`."""
        return change.measure_differences(before, after)

    def fingerprint(self, frame: Frame, *, bits: iscc.Bits = 64) -> tuple[str, str]:
        """See `Backend`."""
        return iscc.fingerprint(frame, bits=bits)

    def close(self) -> None:
        """Nothing is held."""


class GuardedBackend:
    """A device, and the CPU for the pictures at which the device fails.

    A device that failed three times in a row is not asked again.
    """

    def __init__(self, device: Backend, spare: Callable[[], Backend]) -> None:
        """Guard a device.

        Args:
            device: asked first.
            spare: makes the other one, when it is needed.
        """
        self._device = device
        self._spare = spare
        self._failed = 0
        self._last = device

    @property
    def name(self) -> str:
        """See `Backend`."""
        return self._last.name

    def compose(self, sources: Sequence[Source]) -> Composite:
        """See `Backend`."""
        return self._ask(lambda backend: backend.compose(sources))

    def measure_differences(self, before: Frame, after: Frame) -> Differences:
        """See `Backend`."""
        return self._ask(lambda backend: backend.measure_differences(before, after))

    def fingerprint(self, frame: Frame, *, bits: iscc.Bits = 64) -> tuple[str, str]:
        """See `Backend`."""
        return self._ask(lambda backend: backend.fingerprint(frame, bits=bits))

    def close(self) -> None:
        """See `Backend`."""
        self._device.close()

    def _ask(self, question: Callable[[Backend], Answer]) -> Answer:
        if self._failed < _TRIES:
            try:
                answer = question(self._device)
            except DeviceError:
                self._failed += 1
            else:
                self._failed, self._last = 0, self._device
                return answer
        self._last = self._spare()
        return question(self._last)


def backend_named(name: Name, *, threads: int = 1) -> Backend:
    """Find a backend by the name of a device, or by its own.

    `auto` is a GPU if one can be used, else `cpu`: compiled kernels, or NumPy where
    they cannot be used. `numba` and `cuda` are those or an error.

    Raises:
        DeviceError: what was asked for by name is not there, or does not compute what
            NumPy does.
    """
    if name == "numpy":
        return NumpyBackend()
    if name == "numba":
        return _judged(_numba(threads))
    if name == "cuda":
        return _guarded(threads)
    if name == "auto" and _has_driver():
        try:
            return _guarded(threads)
        except DeviceError:
            return _cpu(threads)
    return _cpu(threads)


def check_device(device: Device) -> None:
    """Refuse a device that is not there, before any worker is started.

    Raises:
        DeviceError: see `backend_named`.
    """
    if device == "cuda":
        backend_named("cuda").close()


def _cpu(threads: int) -> Backend:
    try:
        return _judged(_numba(threads))
    except DeviceError:
        return NumpyBackend()


def _numba(threads: int) -> Backend:
    # Loading a compiler takes a third of a second, which most commands do not need.
    try:
        from pipeline.kernels.numba_backend import NumbaBackend  # noqa: PLC0415
    except ImportError as error:
        raise DeviceError(
            "numba, for compiled kernels",
            met=f"no usable one: {error}",
            advice="Install Jangbu again.",
        ) from error
    return NumbaBackend(threads)


def _guarded(threads: int) -> Backend:
    try:
        from pipeline.kernels.cuda_backend import CudaBackend  # noqa: PLC0415
    except ImportError as error:
        raise DeviceError(
            "numba-cuda, for kernels on a GPU",
            met=f"no usable one: {error}",
            advice="Install jangbu[gpu], or ask for the device cpu.",
        ) from error
    device = CudaBackend()
    return GuardedBackend(_judged(device), cache(lambda: _cpu(threads)))


def _has_driver() -> bool:
    # Without the driver's library no GPU can be used, and numba-cuda need not load.
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    return True


def _judged(backend: Backend) -> Backend:
    """Let a backend in if it equals NumPy on a small sample."""
    sources = _sample()
    try:
        met, expected = backend.compose(sources), NumpyBackend().compose(sources)
        code = backend.fingerprint(met.frame)
    except DeviceError:
        backend.close()
        raise
    same = (met.frame == expected.frame).all() and (
        met.measures.tile_bytes() == expected.measures.tile_bytes()
    )
    if same and code == iscc.fingerprint(expected.frame):
        return backend
    backend.close()
    raise DeviceError(
        "the same pixels and sums as NumPy's on a small sample",
        met=f"others from {backend.name}",
        advice="Ask for the device cpu; report this with the versions and the device.",
    )


@cache
def _sample() -> tuple[Source, ...]:
    """All four kinds of layers, over a size that is no multiple of anything."""
    rng = np.random.default_rng(15444)
    pictures = [as_frame(rng.integers(0, 256, (37, 67, 3), np.uint8)) for _ in range(4)]
    matte = as_matte(rng.integers(0, 256, (37, 67), np.uint8))
    settings = KeySettings(screen="green", lo=900, hi=21000)
    return (
        Source(rgb=pictures[0]),
        Source(rgb=pictures[1], matte=matte),
        Source(rgb=pictures[2], light=True),
        Source(rgb=pictures[3], key=settings, garbage=matte),
    )
