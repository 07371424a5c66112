"""Pictures on a GPU, equal to the NumPy forms bit by bit.

Upload, kernels and download of neighbouring pictures overlap: each picture has a slot
of a ring, and each slot a stream.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final

import numpy as np

from ledger.errors import JangbuError
from pipeline.errors import DeviceError
from pipeline.frames.arrays import AnyArray, Frame, as_frame
from pipeline.kernels import cuda_kernels, iscc
from pipeline.kernels.change import STATS, Differences, check_sizes
from pipeline.kernels.compose import Composite
from pipeline.kernels.cuda_kernels import BLOCK_ROWS, MOST_LAYERS, THREADS
from pipeline.kernels.cuda_memory import (
    Slot,
    device_name,
    has_device,
    offsets_of,
    on_device,
)
from pipeline.kernels.measure import TILE, Measures
from pipeline.kernels.reduction import windows_of
from pipeline.kernels.sources import Source, admit
from pipeline.kernels.stack import stack_of, tables

SLOTS: Final = 3
"""One goes up, one is computed, one comes down."""


class CudaBackend:
    """One GPU, for one process."""

    def __init__(self, slots: int = SLOTS) -> None:
        """Take the current device.

        Raises:
            DeviceError: there is none, or it cannot be used.
        """
        with _device_errors():
            if not has_device():
                raise DeviceError(
                    "a CUDA device with its driver",
                    met="none that can be used",
                    advice="Install the driver, or ask for the device cpu.",
                )
            self._tables = tuple(on_device(table) for table in tables())
            self._ring = deque(Slot() for _ in range(slots))
            self._device = device_name()

    @property
    def name(self) -> str:
        """See `Backend`."""
        return f"cuda@{version('numba-cuda')}+{self._device}"

    def compose(self, sources: Sequence[Source]) -> Composite:
        """See `Backend`."""
        return next(iter(self.compose_many([sources])))

    def compose_many(self, frames: Iterable[Sequence[Source]]) -> Iterator[Composite]:
        """Compose pictures one after another, in order, as many at a time as slots.

        Raises:
            FrameShapeError: as `compose`.
            DeviceError: the device failed.
        """
        flying: deque[tuple[Slot, int]] = deque()
        try:
            for sources in frames:
                if len(flying) == len(self._ring):
                    yield _landed(*flying.popleft())
                flying.append((self._start(sources), len(sources)))
            while flying:
                yield _landed(*flying.popleft())
        finally:
            for slot, _ in flying:
                with _device_errors():
                    slot.wait()

    def measure_differences(self, before: Frame, after: Frame) -> Differences:
        """See `Backend`."""
        check_sizes(before, after)
        one, other = as_frame(before), as_frame(after)
        size = one.shape[:2]
        with _device_errors():
            slot = self._next()
            slot.load([one, other])
            after_at = offsets_of([one, other])[1]
            slot.send(slot.sums, _no_sums(len(STATS), size))
            planes = slot.planes.device
            cuda_kernels.compare_frames[_blocks(size), THREADS, slot.stream](
                planes, planes[after_at:], size, slot.sums.device
            )
            slot.sums.down()
            slot.wait()
            tiles = slot.sums.host.astype(np.uint32)
        totals = [int(total) for total in tiles.sum(axis=(1, 2), dtype=np.uint64)]
        return Differences(
            pixels=size[0] * size[1],
            tiles=tiles,
            **dict(zip(STATS, totals, strict=True)),
        )

    def fingerprint(self, frame: Frame, *, bits: iscc.Bits = 64) -> tuple[str, str]:
        """See `Backend`. Borders are looked for here, where they cost a few lines."""
        picture = iscc.trim(as_frame(frame))
        height, width = picture.shape[:2]
        with _device_errors():
            slot = self._next()
            slot.load([picture])
            rows, out = slot.sums, slot.picture
            rows.shape((height, iscc.SIDE), np.uint8)
            out.shape((iscc.SIDE, iscc.SIDE), np.uint8)
            blocks, threads = -(-height // THREADS[1]), (iscc.SIDE, THREADS[1])
            cuda_kernels.reduce_rows[blocks, threads, slot.stream](
                slot.planes.device, width, *_device_windows(width), rows.device
            )
            square = (iscc.SIDE, iscc.SIDE)
            cuda_kernels.reduce_columns[1, square, slot.stream](
                rows.device, *_device_windows(height), out.device
            )
            out.down()
            slot.wait()
            reduced = out.host.copy()
        return iscc.code_of(reduced, bits)

    def close(self) -> None:
        """Give the memory of the ring back."""
        self._ring.clear()

    def _next(self) -> Slot:
        self._ring.rotate(-1)
        return self._ring[-1]

    def _start(self, sources: Sequence[Source]) -> Slot:
        admitted, height, width = admit(sources)
        planes: list[AnyArray] = []
        _check_count(admitted)

        def place(plane: AnyArray) -> int:
            planes.append(plane)
            return offsets_of(planes)[-2]

        stack = stack_of(admitted, place)
        with _device_errors():
            slot = self._next()
            slot.load(planes)
            slot.send(slot.stack, stack)
            slot.send(slot.sums, _no_sums(len(admitted) + 1, (height, width)))
            slot.picture.shape((height, width, 3), np.uint8)
            cuda_kernels.compose_frame[_blocks((height, width)), THREADS, slot.stream](
                slot.planes.device,
                slot.stack.device,
                self._tables,
                (height, width),
                slot.picture.device.reshape(height * width * 3),
                slot.sums.device,
            )
            slot.picture.down()
            slot.sums.down()
        return slot


def _landed(slot: Slot, layers: int) -> Composite:
    with _device_errors():
        slot.wait()
        frame = as_frame(slot.picture.host.copy())
        tiles = slot.sums.host.astype(np.uint32)
    sums = [int(total) for total in tiles.sum(axis=(1, 2), dtype=np.uint64)]
    measures = Measures(layers=tuple(sums[:layers]), unattributed=sums[-1], tiles=tiles)
    return Composite(frame=frame, measures=measures)


def _check_count(sources: Sequence[Source]) -> None:
    if len(sources) > MOST_LAYERS:
        raise DeviceError(
            f"at most {MOST_LAYERS} layers on a GPU",
            met=str(len(sources)),
            advice="Ask for the device cpu.",
        )


def _blocks(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[1] // TILE), -(-size[0] // BLOCK_ROWS)


def _no_sums(figures: int, size: tuple[int, int]) -> AnyArray:
    return np.zeros((figures, -(-size[0] // TILE), -(-size[1] // TILE)), np.int32)


@lru_cache(maxsize=16)
def _device_windows(size: int) -> tuple[Any, Any]:
    places, weights = windows_of(size)
    return on_device(places), on_device(weights)


@contextmanager
def _device_errors() -> Iterator[None]:
    try:
        yield
    except JangbuError:
        raise
    except Exception as error:
        # Driver, compiler and linker each have errors of their own, without a common
        # class; none of them may end a run that the CPU can finish.
        raise DeviceError(
            "a GPU that computes",
            met=f"{type(error).__name__}: {error}",
            advice="See the driver's log; ask for the device cpu.",
        ) from error
