"""What differs between two versions of a shot: frames, evidence, cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ledger.records.frames import Bounds, MeasuredLeaf
from ledger.records.identity import Uid

UNATTRIBUTED = "unattributed"
"""Stands for what no layer covers, where an element's uid stands otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFrames:
    """A version with the cells that it lists, and what was measured in each.

    Attributes:
        cells: id of the frame.set, by cell.
        frames: measured leaves, by frame.
    """

    cells: Mapping[int, str]
    frames: Mapping[int, MeasuredLeaf]


@dataclass(frozen=True, slots=True)
class Moved:
    """Bounds of an element's visible coverage in a frame, before and after.

    `None` where the element was, or is, not in the frame.
    """

    element: Uid | str
    old: tuple[int, int] | None
    new: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFrame:
    """A frame that is in both versions and differs.

    Attributes:
        pixels: whether the written pixels differ.
        inputs: layers that show another file, or use another matte.
        moved: elements whose bounds moved.
    """

    frame: int
    pixels: bool
    inputs: tuple[int, ...]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """Two versions compared.

    Attributes:
        shared: cells with one frame.set in both.
        replaced: cells with another, old and new.
        changed: frames that differ; others of replaced cells are the same.
    """

    shared: tuple[int, ...]
    replaced: Mapping[int, tuple[str | None, str | None]]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    changed: tuple[ChangedFrame, ...]


def compare(old: VersionFrames, new: VersionFrames) -> VersionDiff:
    """Compare two versions of one shot."""
    both = old.cells.keys() & new.cells.keys()
    shared = {cell for cell in both if old.cells[cell] == new.cells[cell]}
    differing = sorted((old.cells.keys() | new.cells.keys()) - shared)
    return VersionDiff(
        shared=tuple(sorted(shared)),
        replaced={
            cell: (old.cells.get(cell), new.cells.get(cell)) for cell in differing
        },
        added=tuple(sorted(new.frames.keys() - old.frames.keys())),
        removed=tuple(sorted(old.frames.keys() - new.frames.keys())),
        changed=tuple(_changed(old.frames, new.frames)),
    )


def _changed(
    old: Mapping[int, MeasuredLeaf], new: Mapping[int, MeasuredLeaf]
) -> Iterator[ChangedFrame]:
    for frame in sorted(old.keys() & new.keys()):
        before, after = old[frame], new[frame]
        found = ChangedFrame(
            frame=frame,
            pixels=before.pixels != after.pixels,
            inputs=tuple(_inputs(before, after)),
            moved=tuple(_moved(before, after)),
        )
        if found.pixels or found.inputs or found.moved:
            yield found


def _inputs(before: MeasuredLeaf, after: MeasuredLeaf) -> list[int]:
    old = {one.layer: one for one in before.inputs}
    new = {one.layer: one for one in after.inputs}
    layers = old.keys() | new.keys()
    return sorted(layer for layer in layers if old.get(layer) != new.get(layer))


def _moved(before: MeasuredLeaf, after: MeasuredLeaf) -> Iterator[Moved]:
    old, new = _bounds(before), _bounds(after)
    for element in sorted(old.keys() | new.keys()):
        if old.get(element) != new.get(element):
            yield Moved(element, old.get(element), new.get(element))


def _bounds(leaf: MeasuredLeaf) -> dict[str, tuple[int, int]]:
    """Bounds of each element, over all layers that show it."""
    found: dict[str, tuple[int, int]] = {}
    for layer in leaf.coverage.layers:
        found[layer.element] = _sum(found.get(layer.element), layer)
    found[UNATTRIBUTED] = _sum(None, leaf.coverage.unattributed)
    return found


def _sum(known: tuple[int, int] | None, more: Bounds) -> tuple[int, int]:
    lower, upper = known or (0, 0)
    return lower + more.lower, upper + more.upper
