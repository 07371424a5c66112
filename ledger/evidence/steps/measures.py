"""Step 12, one frame: its layers, its sums, its tiles, its inputs."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from ledger.encoding.digest import sha256_hex
from ledger.evidence.steps.bounds import ONE, check_light, tables_hold
from ledger.evidence.steps.finding import altered
from ledger.records.frames import Bounds, LayerInput, MeasuredLeaf
from ledger.records.making import ActivePicture, Run, RunLayer

Tiles: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[Any]]

TILE: Final = 64
EXACT: Final = "measure/1"
"""The measure whose bounds are both the sum itself."""
BOUNDED: Final = "measure/2"
"""The measure that knows bounds, the active picture and luminance."""
KNOWN: Final = frozenset({EXACT, BOUNDED})
MEASURE_OF: Final = {"picture/1": EXACT, "picture/2": BOUNDED}
"""By what each known way of composing is measured."""


def tile_count(width: int, height: int) -> int:
    """How many tiles a picture has; a stated size may be anything, so none is made."""
    return -(-width // TILE) * -(-height // TILE)


@lru_cache(maxsize=16)
def tile_areas(width: int, height: int, active: ActivePicture | None = None) -> Tiles:
    """Measured pixels of each tile, row after row; the last ones may be cut.

    Tiles are those of the whole frame; outside its active picture nothing is counted.
    """
    across, down = (0, width), (0, height)
    if active is not None:
        across, down = (active.left, active.right), (active.top, active.bottom)
    return np.outer(_lengths(height, *down), _lengths(width, *across)).ravel()


def _lengths(size: int, start: int, end: int) -> Tiles:
    """How much of each tile along one side lies from `start` to `end`."""
    edges = np.clip(np.arange(0, size + TILE, TILE), start, end)
    return np.diff(edges[: -(-size // TILE) + 1]).astype(np.uint64)


class Table(NamedTuple):
    """The tile table of one frame.

    Attributes:
        totals: for each layer and for what is left open, the sum over all tiles.
        whole: whether each tile sums to 32768 times its area.
        bounds: sums of the lower and of the upper table, if the frame has them.
        possible: whether the three are some that layers of these blends can have.
    """

    raw: bytes
    totals: list[int]
    whole: bool
    bounds: list[list[int]]
    possible: bool


def tables_of(run: Run) -> int:
    """How many tile tables a frame has: one, or also its lower and its upper one."""
    return 3 if run.measure == BOUNDED and run.bounded else 1


def read_tables(raw: bytes, run: Run, length: int) -> list[Table]:
    """The tile tables of a cell's frames, of `length` bytes each.

    All sums at once: for each frame alone, the calls cost more than the sums.
    """
    areas = tile_areas(run.width, run.height, run.active)
    shape = (-1, tables_of(run), len(run.layers) + 1, areas.size)
    every = np.frombuffer(raw, "<u4").reshape(shape)
    tables = every[:, 0]
    # Sums of 32-bit figures in 64 bits: no table of a blob's length can overflow them.
    totals = tables.sum(axis=2, dtype=np.uint64).tolist()
    sums = tables.sum(axis=1, dtype=np.uint64) == areas * np.uint64(ONE)
    parts = [raw[start : start + length] for start in range(0, len(raw), length)]
    bounds: list[list[list[int]]] = [[] for _ in parts]
    possible: list[bool] = [True for _ in parts]
    if tables_of(run) > 1:
        bounds = every[:, 1:].sum(axis=3, dtype=np.uint64).tolist()
        possible = tables_hold(every, run, areas)
    whole = sums.all(axis=1).tolist()
    return list(map(Table, parts, totals, whole, bounds, possible))


def check_measure(run: Run) -> None:
    """Against a measure that knows less than there is to be measured.

    Raises:
        AlteredEvidenceError: a picture by another picture's measure, or blends and an
            active picture where every figure is exact and of the whole frame.
    """
    due = MEASURE_OF.get(run.picture, run.measure)
    if run.measure in KNOWN and run.measure != due:
        raise altered(f"{due} for {run.picture}", run.measure)
    if run.measure == EXACT and (run.bounded or run.active is not None):
        raise altered("no blends and no active picture in measure/1", "some")


def check_leaf(
    leaf: MeasuredLeaf, table: Table, run: Run, files: Mapping[str, frozenset[str]]
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
    if sha256_hex(table.raw) != leaf.tiles:
        raise altered("the tile table of this frame", "another", leaf.frame)
    # 12.3 Layers are the run's, bottom to top: against credit moved between them.
    elements = [layer.element for layer in leaf.coverage.layers]
    if elements != [layer.element for layer in run.layers]:
        raise altered("the layers of the run", "other layers", leaf.frame)
    # 12.4 Sums: against coverage that was invented.
    _check_coverage(leaf, run)
    _check_tiles(leaf, table, run)
    _check_light(leaf, run)
    # 12.5 Inputs are files of the layers' assets: against sources swapped or hidden.
    _check_inputs(leaf, run, files)


def _bounds_of(leaf: MeasuredLeaf) -> list[Bounds]:
    return [*leaf.coverage.layers, leaf.coverage.unattributed]


def _check_coverage(leaf: MeasuredLeaf, run: Run) -> None:
    bounds = _bounds_of(leaf)
    total = ONE * run.pixels
    # Else bounds so wide that they hold for every picture would hold for this one.
    if max(one.upper for one in bounds) > total:
        raise altered("coverage of the picture at most", "more", leaf.frame)
    least, most = sum(one.lower for one in bounds), sum(one.upper for one in bounds)
    if not least <= total <= most:
        raise altered("coverage that sums to 32768 × pixels", "another sum", leaf.frame)


def _check_tiles(leaf: MeasuredLeaf, table: Table, run: Run) -> None:
    bounds = _bounds_of(leaf)
    for total, one in zip(table.totals, bounds, strict=True):
        if not one.lower <= total <= one.upper:
            raise altered(
                "tiles that sum to their layer's coverage", "others", leaf.frame
            )
        # By a measure that is not known any bounds may be right; it stays open.
        exact = run.measure in KNOWN and tables_of(run) == 1
        if exact and one.lower != one.upper:
            raise altered("one exact figure for each layer", "bounds", leaf.frame)
    # Each pixel is somebody's or nobody's: against coverage moved to where none is.
    if not table.whole:
        raise altered("tiles that sum to 32768 × area", "others", leaf.frame)
    stated = [[one.lower for one in bounds], [one.upper for one in bounds]]
    if table.bounds and (table.bounds != stated or not table.possible):
        raise altered("bounds that sum to their tiles'", "others", leaf.frame)


def _check_light(leaf: MeasuredLeaf, run: Run) -> None:
    # 12.7 Figures by measure/2 come with the picture's light, and others without.
    if run.measure == BOUNDED:
        check_light(leaf, run)
    elif run.measure == EXACT and leaf.light is not None:
        raise altered("luminance by measure/2 only", "some", leaf.frame)


def _check_inputs(
    leaf: MeasuredLeaf, run: Run, files: Mapping[str, frozenset[str]]
) -> None:
    if [one.layer for one in leaf.inputs] != list(range(len(run.layers))):
        raise altered("one input for each layer of the run", "others", leaf.frame)
    for one, layer in zip(leaf.inputs, run.layers, strict=True):
        if _named(one) != _expected(layer):
            raise altered("a file for each matte of the layer", "others", leaf.frame)
        for file, asset in zip((one.file, *one.cutters()), layer.assets(), strict=True):
            # An asset that is withheld keeps the answer open elsewhere.
            known = files.get(asset)
            if known is not None and file not in known:
                raise altered(
                    "inputs that are files of their layer's asset",
                    "another file",
                    leaf.frame,
                )


def _named(given: LayerInput) -> tuple[bool, list[str], bool]:
    roles = [one.role for one in given.mattes or ()]
    return given.matte is not None, [*roles], given.clean_plate is not None


def _expected(layer: RunLayer) -> tuple[bool, list[str], bool]:
    roles = [one.role for one in layer.mattes or ()]
    return layer.matte is not None, [*roles], layer.clean_plate is not None
