"""Step 12, one frame: its layers, its sums, its tiles, its inputs."""

import struct
from collections.abc import Mapping
from typing import Final

from ledger.encoding.digest import sha256_hex
from ledger.evidence.steps.finding import altered
from ledger.records.frames import Bounds, MeasuredLeaf
from ledger.records.making import Run

ONE: Final = 32768
"""Full coverage of a pixel in Q15."""
TILE: Final = 64
EXACT: Final = "measure/1"
"""The measure whose bounds are both the sum itself; no other is known yet."""


def tile_count(width: int, height: int) -> int:
    """How many tiles a picture has; a stated size may be anything, so none is made."""
    return -(-width // TILE) * -(-height // TILE)


def tile_areas(width: int, height: int) -> list[int]:
    """Pixels of each tile, row after row; the last ones may be cut."""
    across = [min(TILE, width - left) for left in range(0, width, TILE)]
    down = [min(TILE, height - top) for top in range(0, height, TILE)]
    return [height * width for height in down for width in across]


def check_leaf(
    leaf: MeasuredLeaf, table: bytes, run: Run, files: Mapping[str, frozenset[str]]
) -> None:
    """Check what was measured of one frame.

    Args:
        leaf: what was stated.
        table: its tile table, of the right length.
        run: the run that measured it.
        files: digests of the files of each disclosed asset, by its id.

    Raises:
        AlteredEvidenceError: it does not add up, or its inputs are not the run's.
    """
    if sha256_hex(table) != leaf.tiles:
        raise altered("the tile table of this frame", "another", leaf.frame)
    # 12.3 Layers are the run's, bottom to top: against credit moved between them.
    elements = [layer.element for layer in leaf.coverage.layers]
    if elements != [layer.element for layer in run.layers]:
        raise altered("the layers of the run", "other layers", leaf.frame)
    # 12.4 Sums: against coverage that was invented.
    _check_coverage(leaf, run)
    _check_tiles(leaf, table, run)
    # 12.5 Inputs are files of the layers' assets: against sources swapped or hidden.
    _check_inputs(leaf, run, files)


def _bounds_of(leaf: MeasuredLeaf) -> list[Bounds]:
    return [*leaf.coverage.layers, leaf.coverage.unattributed]


def _check_coverage(leaf: MeasuredLeaf, run: Run) -> None:
    bounds = _bounds_of(leaf)
    total = ONE * run.width * run.height
    # Else bounds so wide that they hold for every picture would hold for this one.
    if max(one.upper for one in bounds) > total:
        raise altered("coverage of the picture at most", "more", leaf.frame)
    least, most = sum(one.lower for one in bounds), sum(one.upper for one in bounds)
    if not least <= total <= most:
        raise altered("coverage that sums to 32768 × pixels", "another sum", leaf.frame)


def _check_tiles(leaf: MeasuredLeaf, table: bytes, run: Run) -> None:
    areas = tile_areas(run.width, run.height)
    size = len(areas)
    cells = struct.unpack(f"<{len(table) // 4}I", table)
    layers = [cells[start : start + size] for start in range(0, len(cells), size)]
    for tiles, one in zip(layers, _bounds_of(leaf), strict=True):
        total = sum(tiles)
        if not one.lower <= total <= one.upper:
            raise altered(
                "tiles that sum to their layer's coverage", "others", leaf.frame
            )
        if run.measure == EXACT and one.lower != one.upper:
            raise altered("one exact figure for each layer", "bounds", leaf.frame)
    # Each pixel is somebody's or nobody's: against coverage moved to where none is.
    for area, *parts in zip(areas, *layers, strict=True):
        if sum(parts) != ONE * area:
            raise altered("tiles that sum to 32768 × area", "others", leaf.frame)


def _check_inputs(
    leaf: MeasuredLeaf, run: Run, files: Mapping[str, frozenset[str]]
) -> None:
    if [one.layer for one in leaf.inputs] != list(range(len(run.layers))):
        raise altered("one input for each layer of the run", "others", leaf.frame)
    for one, layer in zip(leaf.inputs, run.layers, strict=True):
        if (one.matte is None) != (layer.matte is None):
            raise altered("a matte if the layer has one", "another", leaf.frame)
        for file, asset in ((one.file, layer.asset), (one.matte, layer.matte)):
            # An asset that is withheld keeps the answer open elsewhere.
            known = files.get(asset) if asset else None
            if known is not None and file not in known:
                raise altered(
                    "inputs that are files of their layer's asset",
                    "another file",
                    leaf.frame,
                )
