"""Memory on both sides of the bus: pinned here, plain on the GPU, one stream each.

A slot holds what one picture needs on its way up, through the kernels and down. Slots
are used in turn, so that while one picture is computed the next one goes up and the
last one comes down. Memory grows to the largest picture met, and is kept.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
from numba import cuda as numba_cuda

from pipeline.frames.arrays import AnyArray

cuda: Any = numba_cuda
"""Known to the type checker in part only."""

_ALIGN: Final = 16


class Buffer:
    """Numbers that exist twice, on the host (pinned) and on the device.

    What was in it is lost with each `shape`.
    """

    def __init__(self, stream: Any) -> None:  # noqa: ANN401  # numba's own type
        self._stream = stream
        self._pinned: Any = None
        self._memory: Any = None
        self.host: AnyArray = np.empty(0, np.uint8)
        self.device: Any = None

    def shape(self, shape: tuple[int, ...], dtype: Any) -> AnyArray:  # noqa: ANN401  # as NumPy's
        """Make it an array of this shape; the one on the host."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        if self._pinned is None or self._pinned.size < size:
            # The old memory goes first: two of the largest may not fit.
            self._pinned = self._memory = self.device = None
            self._pinned = cuda.pinned_array(size, np.uint8)
            self._memory = cuda.device_array(size, np.uint8)
        self.host = self._pinned[:size].view(dtype).reshape(shape)
        self.device = self._memory[:size].view(dtype).reshape(shape)
        return self.host

    def up(self) -> None:
        """Send it to the device, in the order of the stream."""
        self.device.copy_to_device(self.host, stream=self._stream)

    def down(self) -> None:
        """Fetch it from the device, in the order of the stream."""
        self.device.copy_to_host(self.host, stream=self._stream)


class Slot:
    """One picture's stream and memory.

    Attributes:
        planes: pictures and mattes that go up, one after another.
        stack: what the kernel is told of them.
        picture: what comes down.
        sums: tile sums; zeros go up.
    """

    def __init__(self) -> None:
        self.stream: Any = cuda.stream()
        self.planes = Buffer(self.stream)
        self.stack = Buffer(self.stream)
        self.picture = Buffer(self.stream)
        self.sums = Buffer(self.stream)

    def load(self, planes: Sequence[AnyArray]) -> None:
        """Send planes up, each at its offset."""
        *offsets, size = offsets_of(planes)
        host = self.planes.shape((size,), np.uint8)
        for offset, plane in zip(offsets, planes, strict=True):
            host[offset : offset + plane.nbytes] = plane.reshape(-1).view(np.uint8)
        self.planes.up()

    def send(self, buffer: Buffer, content: AnyArray) -> None:
        """Send a small array up."""
        buffer.shape(content.shape, content.dtype)[:] = content
        buffer.up()

    def wait(self) -> None:
        """Wait for all that was ordered."""
        self.stream.synchronize()


def offsets_of(planes: Sequence[AnyArray]) -> list[int]:
    """Where each plane begins when they lie one after another, and where all end."""
    offsets = [0]
    for plane in planes:
        offsets.append(offsets[-1] + -(-plane.nbytes // _ALIGN) * _ALIGN)
    return offsets


def on_device(array: AnyArray) -> Any:  # noqa: ANN401  # numba's own array
    """A copy that stays there."""
    return cuda.to_device(np.ascontiguousarray(array))


def has_device() -> bool:
    """Whether a GPU, or the simulator in its place, can be used."""
    return cast("bool", cuda.is_available())


def device_name() -> str:
    """What the GPU calls itself, as a token."""
    name = getattr(cuda.get_current_device(), "name", "simulator")
    text = name.decode() if isinstance(name, bytes) else str(name)
    return "-".join(text.lower().split())
