"""Cells that stay as an earlier run measured them (docs/decisions/0041).

A cell of the version in force is kept if everything that fixes its measured result is
what the new run would use: the digests of its inputs, frame by frame and layer by
layer, the recipe but for file names, tools, tables, picture and measure, size, encoder,
and what generated each layer. Whatever cannot be compared is made anew.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from ledger.encoding.canonical import JsonValue
from ledger.encoding.statement import Composed, check
from ledger.records.frames import MeasuredLeaf, SealedLeaf
from ledger.records.making import Generation, Run, RunLayer
from ledger.records.time import FrameRange
from pipeline.run.assets import PlannedAsset
from pipeline.run.planned import Plan, PlannedLayer

_PLACES: Final = frozenset(
    {"source", "matte", "generation", "offset", "time"}
    | {"core", "garbage", "holdout", "clean_plate"}
)
"""Fields of a layer that say where its files lie; their digests are compared."""
_FILES: Final = frozenset({"asset", "matte", "generation", "mattes", "clean_plate"})
"""Fields of a run's layer that name files, which are compared frame by frame."""
_STATED_APART: Final = frozenset({"recipe", "layers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedGeneration:
    """What the log and the vault say of a call of a generator."""

    body: Generation
    at: str | None
    values: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCell:
    """A measured cell with the run that it is of, as log and vault have them.

    Attributes:
        set: id of the frame.set.
        run: id of its run.
        recipe: opened; `None` if it was erased.
        generations: by id; without those that cannot be opened.
    """

    set: str
    cell: int
    shot: str | None
    frames: FrameRange
    leaves: tuple[MeasuredLeaf, ...]
    run: str
    work: Run
    recipe: "JsonValue | None"
    generations: Mapping[str, StatedGeneration]


class Earlier(Protocol):
    """What earlier runs of a shot left; needs the log."""

    def cells(self, sets: Iterable[str], but_of: str) -> Iterator[EarlierCell]:
        """Measured cells that stand undisputed, by the ids of their frame.sets.

        Args:
            sets: the ids.
            but_of: the id of a run whose cells are left out.
        """
        ...

    def files(self, frame_set: str) -> Iterable[tuple[SealedLeaf, Sequence[Path]]]:
        """Each seal of each frame of a cell.

        With it the files on this machine that are named like the frame.
        """
        ...


def kept_cells(plan: Plan, earlier: Iterable[EarlierCell]) -> dict[int, list[str]]:
    """The ids of frame.sets that the new run would measure the same, by cell."""
    run = check(plan.run.raw).body
    assert isinstance(run, Run)  # noqa: S101  # it was composed as one
    wanted = _Wanted(plan, run, _essence(_value(plan.run, "recipe")))
    fitting: dict[int, list[str]] = {}
    for one in earlier:
        if wanted.fits(one):
            fitting.setdefault(one.cell, []).append(one.set)
    return fitting


@dataclass(frozen=True, slots=True)
class _Wanted:
    plan: Plan
    run: Run
    recipe: JsonValue

    def fits(self, one: EarlierCell) -> bool:
        return (
            self._has_place(one)
            and _fixed(one.work) == _fixed(self.run)
            and one.recipe is not None
            and _essence(one.recipe) == self.recipe
            and all(map(self._has_inputs, one.leaves))
            and self._has_makers(one)
        )

    def _has_place(self, one: EarlierCell) -> bool:
        frames = [leaf.frame for leaf in one.leaves]
        return (
            one.shot == self.plan.shot
            and one.frames.rate == self.plan.frames.rate
            and frames == list(self.plan.frames_of(one.cell))
        )

    def _has_inputs(self, leaf: MeasuredLeaf) -> bool:
        said = [one.model_dump(mode="json", exclude_none=True) for one in leaf.inputs]
        layers = enumerate(self.plan.layers)
        return said == [_input(n, layer, leaf.frame) for n, layer in layers]

    def _has_makers(self, one: EarlierCell) -> bool:
        pairs = zip(one.work.layers, self.plan.layers, strict=True)
        for before, now in pairs:
            if before.generation is None and now.generation is None:
                continue
            said = one.generations.get(before.generation or "")
            if said is None or now.generation is None:
                return False
            if _facts(said) != _facts(stated(now.generation)):
                return False
        return True


def stated(composed: Composed) -> StatedGeneration:
    """A generation as it is about to be stated."""
    said = check(composed.raw)
    assert isinstance(said.body, Generation)  # noqa: S101  # it was composed as one
    values = {one.opening.path: one.opening.value for one in composed.values}
    return StatedGeneration(body=said.body, at=said.statement.at, values=values)


def _facts(said: StatedGeneration) -> list[Any]:
    # All but what came out, which is another asset as soon as one file of it changed,
    # and commitments, of which each has a blind of its own.
    body = said.body
    model = [body.provider, body.model, body.model_version, body.source_type]
    inputs = [one.model_dump() for one in body.inputs]
    return [*model, inputs, said.at, dict(said.values)]


def _fixed(run: Run) -> list[JsonValue]:
    body = run.model_dump(mode="json", exclude=set(_STATED_APART))
    return [body, *map(_layer_row, run.layers)]


def _layer_row(layer: RunLayer) -> JsonValue:
    """A layer without the ids of its assets: their files' digests are compared."""
    row = layer.model_dump(mode="json", exclude=set(_FILES))
    row["mattes"] = [one.role for one in layer.mattes or ()]
    return row


def _essence(recipe: JsonValue) -> JsonValue:
    """A recipe without the names of files, the shot's code and its range."""
    if not isinstance(recipe, dict):
        return recipe
    shot, layers = recipe.get("shot"), recipe.get("layer")
    if not isinstance(shot, dict) or not isinstance(layers, list):
        return recipe
    rest: list[JsonValue] = [
        {name: value for name, value in layer.items() if name not in _PLACES}
        for layer in layers
        if isinstance(layer, dict)
    ]
    kept = {name: shot[name] for name in shot if name not in {"frames", "code"}}
    return {**recipe, "shot": kept, "layer": rest}


def _value(composed: Composed, name: str) -> JsonValue:
    path = f"/body/{name}"
    return next(
        one.opening.value for one in composed.values if one.opening.path == path
    )


def _input(number: int, layer: PlannedLayer, frame: int) -> dict[str, Any]:
    """What a measured leaf would state of a layer's files (docs/specs/leaves.md)."""
    row: dict[str, Any] = {"layer": number, "file": _digest(layer.asset, frame)}
    if layer.matte is not None:
        row["matte"] = _digest(layer.matte, frame)
    mattes = [
        {"role": one.role, "file": _digest(layer.cutters[one.field], frame)}
        for one in layer.table.cutters()
        if one.role is not None
    ]
    if mattes:
        row["mattes"] = mattes
    if "clean_plate" in layer.cutters:
        row["clean_plate"] = _digest(layer.cutters["clean_plate"], frame)
    return row


def _digest(asset: PlannedAsset, frame: int) -> str:
    return asset.files[frame].digest
