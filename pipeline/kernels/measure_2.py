"""`measure/2`: bounds of what each layer is of the picture, and of the picture's light.

As `measure/1`, with three differences: only the active picture is counted, a layer has
a lower and an upper sum, and a second counter weighs every pixel by its luminance. The
rules are fixed in docs/specs/measure-2.md.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from pipeline.errors import FrameShapeError
from pipeline.frames.raster import Box
from pipeline.kernels.coverage import Plane
from pipeline.kernels.linear import Levels
from pipeline.kernels.measure import TILE, Tiles
from pipeline.kernels.open_part import Weights

MEASURE: Final = "measure/2"

Luma: TypeAlias = tuple[int, int, int]
"""What R, G and B are of a pixel's luminance, in 65536ths; they sum to 65536."""

LUMA: Final[Mapping[str, Luma]] = {
    "linear-rec709": (13933, 46871, 4732),
    "acescg": (17841, 44176, 3519),
}
"""By working space: the middle row of its matrix to XYZ."""

_FULL_LUMA: Final = 65536
_READINGS: Final = ("lower", "upper", "told")


class Extent(NamedTuple):
    """At least and at most so much."""

    lower: int
    upper: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoundedMeasures:
    """What one frame's layers are of its active picture.

    Attributes:
        pixels: how many pixels were counted.
        layers: Q15 sums per layer, bottom to top.
        unattributed: Q15 sums of what belongs to no layer.
        light: sums of weight × luminance per layer, bottom to top.
        light_unattributed: the same of what belongs to no layer.
        light_total: 32768 × the luminance of all pixels that were counted.
        tiles: (layers + 1, tile rows, tile columns) uint32, of the told reading;
            unattributed last. Each tile sums to 32768 × its pixels that were counted.
        lower_tiles, upper_tiles: in the same form; `tiles` itself if all is exact.
    """

    pixels: int
    layers: tuple[Extent, ...]
    unattributed: Extent
    light: tuple[Extent, ...]
    light_unattributed: Extent
    light_total: int
    tiles: Tiles
    lower_tiles: Tiles
    upper_tiles: Tiles

    @property
    def exact(self) -> bool:
        """Whether lower and upper are one for each layer in each tile."""
        return self.lower_tiles is self.tiles and self.upper_tiles is self.tiles

    def tile_bytes(self) -> bytes:
        """The table told, as it is hashed: [layer][row][column], little-endian."""
        return self.tiles.astype("<u4").tobytes()

    def tiles_digest(self) -> str:
        return hashlib.sha256(self.tile_bytes()).hexdigest()

    def bound_bytes(self) -> bytes:
        """Both bounds as they are hashed: the lower table, then the upper one."""
        tables = (self.lower_tiles, self.upper_tiles)
        return b"".join(table.astype("<u4").tobytes() for table in tables)


class BoundedTally:
    """Adds up weights strip by strip, within the active picture."""

    def __init__(
        self, layers: int, size: tuple[int, int], active: Box | None, luma: Luma
    ) -> None:
        """Begin with nothing.

        Args:
            layers: how many, the unattributed one not counted.
            size: height and width of the frame.
            active: what of it is picture; `None` is all of it.
            luma: weights of the channels.

        Raises:
            FrameShapeError: a box that is empty or reaches out of the frame, or
                weights of another sum.
        """
        height, width = size
        self._box = active or Box(0, 0, width, height)
        self._luma = luma
        _check(self._box, size, luma)
        rows, columns = -(-height // TILE), -(-width // TILE)
        self._starts = np.arange(0, width, TILE)
        self._width = width
        self._tiles = np.zeros((3, layers + 1, rows, columns), np.uint32)
        self._light = [[0] * (layers + 1) for _ in _READINGS]
        self._total = 0

    def add(self, top: int, weights: Mapping[int, Weights], levels: Levels) -> None:
        """Count a strip, which lies within one row of tiles.

        Args:
            top: its first row in the frame.
            weights: of each layer that is seen in it; -1 is the unattributed one.
            levels: the light of the composite.
        """
        rows = slice(
            max(self._box.top - top, 0),
            min(self._box.bottom - top, levels.shape[0]),
        )
        if rows.start >= rows.stop:
            return  # wholly in a letterbox bar
        columns = slice(self._box.left, self._box.right)
        luma = luminance(levels[rows, columns], self._luma)
        self._total += int(luma.sum(dtype=np.uint64))
        for layer, readings in weights.items():
            sums: dict[int, tuple[Tiles, int]] = {}
            for place, reading in enumerate(readings):
                # Where a figure is exact, its readings are one array.
                if id(reading) not in sums:
                    sums[id(reading)] = self._sums(reading[rows, columns], luma)
                by_tile, light = sums[id(reading)]
                self._tiles[place, layer, top // TILE] += by_tile
                self._light[place][layer] += light

    def _sums(self, weights: Plane, luma: Plane) -> tuple[Tiles, int]:
        by_column = np.zeros(self._width, np.uint32)
        by_column[self._box.left : self._box.right] = weights.sum(0, dtype=np.uint32)
        # 32768 × 65535 fits 32 bits.
        light = int(np.sum(weights * luma, dtype=np.uint64))
        return np.add.reduceat(by_column, self._starts), light

    def finish(self) -> BoundedMeasures:
        """Add up what was counted."""
        lower, upper, told = self._tiles
        # Lower ≤ told ≤ upper at each pixel: equal sums are equal figures.
        if (lower == told).all() and (upper == told).all():
            lower = upper = told
        sums = _extents(_totals(lower), _totals(upper))
        light = _extents(self._light[0], self._light[1])
        box = self._box
        return BoundedMeasures(
            pixels=(box.right - box.left) * (box.bottom - box.top),
            layers=sums[:-1],
            unattributed=sums[-1],
            light=light[:-1],
            light_unattributed=light[-1],
            light_total=_FULL_LUMA // 2 * self._total,
            tiles=told,
            lower_tiles=lower,
            upper_tiles=upper,
        )


def luminance(levels: Levels, luma: Luma) -> Plane:
    """Luminance of levels, 0 to 65535, to the nearest; it fits 32 bits throughout."""
    total: Plane = levels[:, :, 0] * np.uint32(luma[0])
    total += levels[:, :, 1] * np.uint32(luma[1])
    total += levels[:, :, 2] * np.uint32(luma[2])
    total += np.uint32(_FULL_LUMA // 2)
    total >>= np.uint32(16)
    return total


def _totals(tiles: Tiles) -> list[int]:
    return [int(total) for total in tiles.sum(axis=(1, 2), dtype=np.uint64)]


def _extents(lower: list[int], upper: list[int]) -> tuple[Extent, ...]:
    return tuple(map(Extent, lower, upper))


def _check(box: Box, size: tuple[int, int], luma: Luma) -> None:
    height, width = size
    fits = 0 <= box.left < box.right <= width and 0 <= box.top < box.bottom <= height
    if not fits:
        raise FrameShapeError(
            f"an active picture within {width} × {height}",
            met=f"{tuple(box)}",
            advice="Give left, top, right and bottom of what is picture, in pixels.",
        )
    if sum(luma) != _FULL_LUMA or min(luma) < 0:
        raise FrameShapeError(
            "luminance weights that sum to 65536",
            met=f"{luma}",
            advice="Take those of the working space.",
        )
