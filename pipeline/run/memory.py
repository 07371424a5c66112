"""How much memory a worker needs, and how many workers a machine has room for."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pipeline.errors import MemoryShortError

MIB: Final = 1 << 20
_BASE: Final = 300 * MIB
"""A worker with its libraries, kernels and signer, before any frame."""
_PER_PIXEL: Final = 12
"""Composite, encoded frame and what is decoded of it, bytes a pixel."""
_PER_LAYER_PIXEL: Final = 6
"""A layer of 8 bits with its coverage, bytes a pixel."""
_FILM_PER_PIXEL: Final = 64
"""The same of `picture/2`: composite, light and encoded frame in 32-bit floats.

Measured: 41 to 46 bytes a pixel, and a layer 19 (8 bits), 22 (half floats with a matte)
to 31 (single floats with alpha), of which 4 with a clean plate and a matte took 155.
"""
_FILM_PER_LAYER_PIXEL: Final = 32
"""A decoded layer of four floats, its working pixels and coverage."""
_MEMINFO: Final = Path("/proc/meminfo")
_CGROUP: Final = Path("/sys/fs/cgroup")


class SizedPlan(Protocol):
    """What memory depends on."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def layers(self) -> Sequence[object]: ...

    @property
    def film(self) -> object | None: ...


def need_of(width: int, height: int, layers: int, *, film: bool = False) -> int:
    """Bytes that a worker needs at most for frames of a size.

    A third more than was measured of 8-bit layers by `picture/1` (docs/decisions/0041),
    and of half floats by `picture/2`; a tenth more of single floats.

    Args:
        width: of a frame, in pixels.
        height: of a frame, in pixels.
        layers: how many.
        film: made by `picture/2`, all whose layers are in memory at once as floats.

    Examples:
        >>> need_of(3840, 2160, 4) // MIB
        584
        >>> need_of(3840, 2160, 4, film=True) // MIB
        1818
    """
    pixel, layer = _PER_PIXEL, _PER_LAYER_PIXEL
    if film:
        pixel, layer = _FILM_PER_PIXEL, _FILM_PER_LAYER_PIXEL
    return _BASE + width * height * (pixel + layer * layers)


def available() -> int | None:
    """Bytes that this machine, or this container, can still give; `None` if unknown."""
    found = [one for one in (_machine_has(), _container_has()) if one is not None]
    return min(found, default=None)


@dataclass(frozen=True, slots=True)
class Room:
    """How many workers there is room for.

    Attributes:
        need: bytes of one worker.
        workers: as many as were asked for, or fewer.
    """

    need: int
    workers: int


def room_for(
    plan: SizedPlan, workers: int, limit: int | None, free: int | None
) -> Room:
    """As many of the workers as there is memory for.

    Args:
        plan: of the shot.
        workers: how many are asked for.
        limit: bytes that one may need; `None` for as many as it takes.
        free: bytes that the machine can give; `None` if nobody knows.

    Raises:
        MemoryShortError: one worker needs more than the limit, or than there is.
    """
    layers, film = len(plan.layers), plan.film is not None
    need = need_of(plan.width, plan.height, layers, film=film)
    if limit is not None and need > limit:
        raise MemoryShortError(
            f"a shot whose frames take at most {limit // MIB} MiB a worker",
            met=f"one that takes {-(-need // MIB)} MiB",
            advice="Raise --memory, or run the shot where there is more.",
            where="--memory",
        )
    if free is None:
        return Room(need, workers)
    if need > free:
        raise MemoryShortError(
            f"{-(-need // MIB)} MiB of memory for one worker",
            met=f"{free // MIB} MiB",
            advice="End other programs, or run the shot where there is more.",
            where="memory",
        )
    return Room(need, min(workers, free // need))


def _machine_has() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) << 10
    return None


def _container_has() -> int | None:
    # Of a container the kernel tells the whole machine's memory, and ends what takes
    # more than the container's.
    with suppress(OSError, ValueError):
        most = (_CGROUP / "memory.max").read_text().strip()
        if most != "max":
            used = int((_CGROUP / "memory.current").read_text())
            cached = _inactive(_CGROUP / "memory.stat")
            return max(0, int(most) - used + cached)
    return None


def _inactive(path: Path) -> int:
    for line in path.read_text().splitlines():
        name, _, value = line.partition(" ")
        if name == "inactive_file":
            return int(value)
    return 0
