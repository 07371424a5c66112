"""Planning a run: everything is looked at before anything is stated or decoded.

A plan is a pure function of recipe, files and tools, so that two machines that plan
the same shot state the same run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cell_key, cells_of
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.errors import MalformedRecordError
from ledger.records.statement import Scope
from ledger.records.time import FrameRange
from pipeline.capture.generation import (
    GenerationFile,
    read_generation,
    refused_record,
)
from pipeline.capture.numbering import find_file
from pipeline.errors import RecipeError
from pipeline.frames.writing import OutputFormat
from pipeline.kernels.measure import MEASURE
from pipeline.kernels.tables import DIGESTS
from pipeline.run.agreement import check_channels, one_size
from pipeline.run.assets import PlannedAsset, Scribe, Source, plan_asset
from pipeline.run.generations import plan_generation, plan_source
from pipeline.run.recipe import LayerTable, Recipe
from pipeline.run.tools import PICTURE, tools_of

AUDIENCE = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLayer:
    """A layer with its element, its assets and what generated it.

    Attributes:
        inputs: what went into the generator.
    """

    table: LayerTable
    element: str
    asset: PlannedAsset
    matte: PlannedAsset | None
    generation: Composed | None
    inputs: tuple[PlannedAsset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run that was planned, and not stated yet."""

    log: str
    shot: str
    code: str
    frames: FrameRange
    width: int
    height: int
    layers: tuple[PlannedLayer, ...]
    output: OutputFormat
    run: Composed
    view: str

    @property
    def cells(self) -> range:
        """The cells of the run."""
        return cells_of(self.frames)

    def cell_key(self, cell: int) -> str:
        """The key of one of its cells."""
        return cell_key(self.log, self.run.id, cell)

    def assets(self) -> Iterator[PlannedAsset]:
        """All assets, mattes and generators' inputs too, each once."""
        seen: set[str] = set()
        for layer in self.layers:
            for asset in (layer.asset, layer.matte, *layer.inputs):
                if asset is not None and asset.statement.id not in seen:
                    seen.add(asset.statement.id)
                    yield asset

    def statements(self) -> list[Composed]:
        """What is stated before any frame: assets, generations, the run."""
        generations = {
            layer.generation.id: layer.generation
            for layer in self.layers
            if layer.generation is not None
        }
        return [
            *(asset.statement for asset in self.assets()),
            *generations.values(),
            self.run,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans runs for one production.

    Attributes:
        folder: where the recipe's paths start.
        element_uid, shot_uid: look names up in the production's registry.
        party: the uid of a party, to be committed; raises for an unknown one.
    """

    scribe: Scribe
    folder: Path
    element_uid: Callable[[str], str | None]
    shot_uid: Callable[[str], str | None]
    party: Callable[[str], Secret]

    def plan(self, recipe: Recipe) -> Plan:
        """Look at every input and fix the run.

        Raises:
            RecipeError: an unknown shot or element.
            PipelineError: an input that cannot be used, with file and field.
        """
        shot = self._known(
            self.shot_uid(recipe.shot.code), recipe.shot.code, "shot.code", "shot"
        )
        layers = [
            self._layer(table, number, recipe.frames)
            for number, table in enumerate(recipe.layer)
        ]
        width, height = one_size(layers)
        output = OutputFormat(
            kind=recipe.output.format,
            quality=recipe.output.quality,
            subsampling=recipe.output.subsampling,
        )
        run = self._run(recipe, shot, layers, (width, height), output)
        return Plan(
            log=self.scribe.log,
            shot=shot,
            code=recipe.shot.code,
            frames=recipe.frames,
            width=width,
            height=height,
            layers=tuple(layers),
            output=output,
            run=run,
            view=recipe.shot.view,
        )

    def _layer(
        self, table: LayerTable, number: int, frames: FrameRange
    ) -> PlannedLayer:
        element = self._known(
            self.element_uid(table.element),
            table.element,
            f"layer {number}: element",
            "element",
        )
        asset = self._asset(table.source, table.offset, frames)
        matte = None
        if table.matte is not None:
            matte = self._asset(table.matte, table.offset, frames)
        check_channels(table, asset, matte)
        generation, inputs = self._generation(table, asset)
        return PlannedLayer(
            table=table,
            element=element,
            asset=asset,
            matte=matte,
            generation=generation,
            inputs=inputs,
        )

    def _asset(self, pattern: str, offset: int, frames: FrameRange) -> PlannedAsset:
        source = Source(pattern, offset)
        return plan_asset(self.scribe, self.folder, source, frames)

    def _generation(
        self, table: LayerTable, asset: PlannedAsset
    ) -> tuple[Composed | None, tuple[PlannedAsset, ...]]:
        if table.generation is None:
            return None, ()
        path = find_file(self.folder, table.generation, 0)
        record = read_generation(path)
        if record.source_type != table.source_type:
            raise RecipeError(
                f"the source type that the generator recorded, {record.source_type}",
                met=table.source_type,
                advice="Correct the recipe or the generator's record.",
                where=f"layer of {table.element!r}: source_type",
            )
        inputs = tuple(self._inputs(record, path))
        asker = None if record.party is None else self.party(record.party)
        said = plan_generation(
            self.scribe,
            record,
            [asset.statement.id],
            [one.statement.id for one in inputs],
            asker,
        )
        return said, inputs

    def _inputs(self, record: GenerationFile, path: Path) -> Iterator[PlannedAsset]:
        for place, one in enumerate(record.inputs):
            try:
                yield plan_source(self.scribe, self.folder, one)
            except MalformedRecordError as error:
                where = f"{path}: /inputs/{place}/{error.where}"
                raise refused_record(where, error.met) from error

    def _run(
        self,
        recipe: Recipe,
        shot: str,
        layers: list[PlannedLayer],
        size: tuple[int, int],
        output: OutputFormat,
    ) -> Composed:
        committed = recipe.to_json()
        rows: list[JsonValue] = [_run_layer(layer) for layer in layers]
        tools = tools_of(output)
        body: dict[str, Any] = {
            "view": recipe.shot.view,
            "picture": PICTURE,
            "measure": MEASURE,
            "width": size[0],
            "height": size[1],
            "layers": rows,
            "tools": [{"name": name, "version": tools[name]} for name in sorted(tools)],
            "tables": dict(DIGESTS),
            "encoder": {"type": output.media_type, "options": [output.encoder]},
            "audience": AUDIENCE,
            "recipe": Secret(committed),
        }
        natural: JsonValue = [
            shot,
            str(recipe.frames),
            str(recipe.frames.rate),
            committed,
            rows,
            [[name, tools[name]] for name in sorted(tools)],
            output.encoder,
        ]
        assets = [one for layer in layers for one in (layer.asset, layer.matte) if one]
        prev = dict.fromkeys(
            [one.statement.id for one in assets]
            + [layer.generation.id for layer in layers if layer.generation]
        )
        return self.scribe.compose(
            Draft(
                log=self.scribe.log,
                kind="run.1",
                key=self.scribe.machine_key("run.1", natural),
                prev=tuple(prev),
                scope=Scope.model_validate({"shot": shot, "range": recipe.frames}),
                body=body,
            )
        )

    def _known(self, uid: str | None, name: str, field: str, noun: str) -> str:
        if uid is None:
            raise RecipeError(
                f"one of the {noun}s that production.toml lists",
                met=repr(name),
                advice=f"Correct the recipe, or add the {noun} to production.toml and "
                "run jangbu register.",
                where=field,
            )
        return uid


def _run_layer(layer: PlannedLayer) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = {
        "element": layer.element,
        "asset": layer.asset.statement.id,
        "source_type": layer.table.source_type,
        "alpha": layer.table.alpha_from,
    }
    if layer.matte is not None:
        row["matte"] = layer.matte.statement.id
    if layer.generation is not None:
        row["generation"] = layer.generation.id
    return row
