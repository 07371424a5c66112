"""Pictures by compiled kernels on the CPU, equal to the NumPy forms bit by bit."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import numpy as np

from pipeline.frames.arrays import AnyArray, Frame, as_frame
from pipeline.kernels import iscc
from pipeline.kernels.change import STATS, Differences, check_sizes
from pipeline.kernels.compose import Composite
from pipeline.kernels.measure import TILE, Measures
from pipeline.kernels.numba_change import difference_tile_rows
from pipeline.kernels.numba_compose import compose_tile_rows
from pipeline.kernels.numba_reduce import border_lines, reduce_columns, reduce_rows
from pipeline.kernels.reduction import windows_of
from pipeline.kernels.sources import Source, admit
from pipeline.kernels.stack import ROOM, address_of, stack_of, tables


class NumbaBackend:
    """Compiled kernels.

    Args:
        threads: how many work on one picture. One is right where processes work side
            by side, one for each core.
    """

    def __init__(self, threads: int = 1) -> None:
        self._threads = threads

    @property
    def name(self) -> str:
        """What made a picture, for the log of a run."""
        return f"numba@{version('numba')}"

    def compose(self, sources: Sequence[Source]) -> Composite:
        """See `Backend`."""
        admitted, height, width = admit(sources)
        frame = as_frame(np.empty((height, width, 3), np.uint8))
        # `admitted` holds the arrays whose addresses the kernel reads.
        stack = stack_of(admitted, address_of)
        tiles = _tiles(height, width, len(admitted) + 1)

        def part(rows: tuple[int, int]) -> None:
            room = np.empty(ROOM, np.int32)
            compose_tile_rows(rows, room, stack, frame, tiles, tables())

        self._over_rows(part, tiles.shape[0])
        sums = [int(total) for total in tiles.sum(axis=(0, 1))]
        measures = Measures(
            layers=tuple(sums[:-1]), unattributed=sums[-1], tiles=_by_figure(tiles)
        )
        return Composite(frame=frame, measures=measures)

    def measure_differences(self, before: Frame, after: Frame) -> Differences:
        """See `Backend`."""
        check_sizes(before, after)
        one, other = as_frame(before), as_frame(after)
        tiles = _tiles(*one.shape[:2], len(STATS))
        self._over_rows(
            lambda rows: difference_tile_rows(rows, one, other, tiles), tiles.shape[0]
        )
        sums = [int(total) for total in tiles.sum(axis=(0, 1))]
        return Differences(
            pixels=one.shape[0] * one.shape[1],
            tiles=_by_figure(tiles),
            **dict(zip(STATS, sums, strict=True)),
        )

    def fingerprint(self, frame: Frame, *, bits: iscc.Bits = 64) -> tuple[str, str]:
        """See `Backend`."""
        picture = iscc.trim(as_frame(frame), border_box)
        height, width = picture.shape[:2]
        rows = np.empty((height, iscc.SIDE), np.uint8)
        reduced = np.empty((iscc.SIDE, iscc.SIDE), np.uint8)
        reduce_rows(picture, *windows_of(width), rows)
        reduce_columns(rows, *windows_of(height), reduced)
        return iscc.code_of(reduced, bits)

    def close(self) -> None:
        """Nothing is held."""

    def _over_rows(self, part: Callable[[tuple[int, int]], None], rows: int) -> None:
        if self._threads == 1:
            part((0, rows))
            return
        step = -(-rows // self._threads)
        starts = range(0, rows, step)
        with ThreadPoolExecutor(self._threads) as pool:
            # Asked for one by one, so that an error is raised here.
            for _ in pool.map(
                part, [(first, min(first + step, rows)) for first in starts]
            ):
                pass


def border_box(frame: Frame, tolerance: int) -> iscc.Box | None:
    """As `pipeline.kernels.iscc.border_box`."""
    left, top, right, bottom = border_lines(frame, tolerance)
    return (left, top, right, bottom) if right else None


def _tiles(height: int, width: int, figures: int) -> AnyArray:
    return np.zeros((-(-height // TILE), -(-width // TILE), figures), np.int64)


def _by_figure(tiles: AnyArray) -> AnyArray:
    # A tile's greatest sum is below 2^30.
    return np.ascontiguousarray(tiles.transpose(2, 0, 1).astype(np.uint32))
