"""Planning a run: everything is looked at before anything is stated or decoded.

A plan is a pure function of recipe, files and tools, so that two machines that plan
the same shot state the same run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import cell_key, cells_of
from ledger.encoding.statement import Composed, Draft, KeptValue, Secret
from ledger.log.leaves import LeafBlob, encode_leaves
from ledger.records.making import AssetLeaf
from ledger.records.statement import Scope
from ledger.records.time import FrameRange
from pipeline.capture.files import (
    SourceFile,
    asset_leaf,
    natural_key,
    register_file,
)
from pipeline.capture.generation import generation_body, read_generation
from pipeline.capture.numbering import file_name, find_file, is_sequence
from pipeline.credentials.jumbf import manifest_store_of
from pipeline.errors import FrameShapeError, RecipeError
from pipeline.frames.writing import OutputFormat
from pipeline.kernels.measure import MEASURE
from pipeline.kernels.tables import DIGESTS
from pipeline.run.recipe import LayerTable, Recipe
from pipeline.run.tools import PICTURE, tools_of

AUDIENCE = "public"


class Scribe(Protocol):
    """What planning needs of the ledger; see `ledger.production.recorder`."""

    @property
    def log(self) -> str: ...

    def machine_key(self, kind: str, natural: JsonValue) -> str: ...

    def hide(
        self, kind: str, key: str, path: str, value: JsonValue
    ) -> tuple[str, KeptValue]: ...

    def compose(self, draft: Draft) -> Composed: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAsset:
    """Files of one source, and the statement that registers them.

    Attributes:
        files: by frame number of the shot (a still stands under every frame).
        kept: private values of its leaves, for the vault.
    """

    statement: Composed
    files: Mapping[int, SourceFile]
    leaves: LeafBlob
    kept: tuple[KeptValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLayer:
    """A layer with its element, its assets and what generated it."""

    table: LayerTable
    element: str
    asset: PlannedAsset
    matte: PlannedAsset | None
    generation: Composed | None


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
        """All assets, mattes too, each once."""
        seen: set[str] = set()
        for layer in self.layers:
            for asset in (layer.asset, layer.matte):
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
        register: reads and hashes a file; replaced where files are read in parallel.
    """

    scribe: Scribe
    folder: Path
    element_uid: Callable[[str], str | None]
    shot_uid: Callable[[str], str | None]

    def plan(self, recipe: Recipe) -> Plan:
        """Look at every input and fix the run.

        Raises:
            RecipeError: an unknown shot or element.
            PipelineError: an input that cannot be used, with file and field.
        """
        shot = self._known(self.shot_uid(recipe.shot.code), "shot.code", "shot")
        layers = [
            self._layer(table, number, recipe.frames)
            for number, table in enumerate(recipe.layer)
        ]
        width, height = _one_size(layers)
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
            self.element_uid(table.element), f"layer {number}: element", "element"
        )
        asset = self._asset(table.source, table.offset, frames)
        matte = None
        if table.matte is not None:
            matte = self._asset(table.matte, table.offset, frames)
        _check_channels(table, asset, matte)
        return PlannedLayer(
            table=table,
            element=element,
            asset=asset,
            matte=matte,
            generation=self._generation(table, asset),
        )

    def _asset(self, source: str, offset: int, frames: FrameRange) -> PlannedAsset:
        if is_sequence(source):
            by_frame = {
                frame: self._file(source, frame + offset) for frame in frames.frames()
            }
        else:
            still = self._file(source, 0)
            by_frame = dict.fromkeys(frames.frames(), still)
        distinct = {file.index: file for file in by_frame.values()}
        ordered = [distinct[index] for index in sorted(distinct)]
        key = self.scribe.machine_key("asset.1", natural_key(ordered))

        def hide(path: str, value: JsonValue) -> tuple[str, KeptValue]:
            return self.scribe.hide("asset.1", key, path, value)

        leaves: list[AssetLeaf] = []
        kept: list[KeptValue] = []
        for file in ordered:
            leaf, values = asset_leaf(file, hide)
            leaves.append(leaf)
            kept += values
        blob = encode_leaves(leaves)
        statement = self.scribe.compose(
            Draft(
                log=self.scribe.log,
                kind="asset.1",
                key=key,
                body={"files": blob.stated},
            )
        )
        return PlannedAsset(
            statement=statement, files=by_frame, leaves=blob, kept=tuple(kept)
        )

    def _file(self, source: str, frame: int) -> SourceFile:
        path = find_file(self.folder, file_name(source, frame), frame)
        index = frame if is_sequence(source) else 0
        return register_file(path, index, manifest_store_of)

    def _generation(self, table: LayerTable, asset: PlannedAsset) -> Composed | None:
        if table.generation is None:
            return None
        record = read_generation(find_file(self.folder, table.generation, 0))
        natural: JsonValue = [
            asset.statement.id,
            record.provider,
            record.model,
            record.model_version,
            record.asked_at,
        ]
        return self.scribe.compose(
            Draft(
                log=self.scribe.log,
                kind="generation.1",
                key=self.scribe.machine_key("generation.1", natural),
                at=record.asked_at,
                prev=(asset.statement.id,),
                body=generation_body(record, [asset.statement.id]),
            )
        )

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

    def _known(self, uid: str | None, field: str, noun: str) -> str:
        if uid is None:
            raise RecipeError(
                f"a {noun} that production.toml lists",
                met=f"an unknown {noun}",
                advice=f"Add the {noun} to production.toml and run jangbu register.",
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


def _one_size(layers: list[PlannedLayer]) -> tuple[int, int]:
    first = next(iter(layers[0].asset.files.values())).probe
    for layer in layers:
        for asset in (layer.asset, layer.matte):
            for file in asset.files.values() if asset else ():
                if (file.probe.width, file.probe.height) != (first.width, first.height):
                    raise FrameShapeError(
                        f"{first.width} × {first.height}, as the lowest layer has",
                        met=f"{file.probe.width} × {file.probe.height}",
                        advice="Deliver all sources and mattes of a shot in one size.",
                        where=str(file.path),
                        frame=file.index,
                    )
    return first.width, first.height


def _check_channels(
    table: LayerTable, asset: PlannedAsset, matte: PlannedAsset | None
) -> None:
    for file in asset.files.values():
        wanted = table.alpha == "embedded"
        if file.probe.grey or file.probe.alpha != wanted:
            raise FrameShapeError(
                "an RGBA PNG" if wanted else "an RGB picture without alpha",
                met="grey" if file.probe.grey else f"alpha: {file.probe.alpha}",
                advice='Say alpha = "embedded" for a source that brings its matte.',
                where=str(file.path),
                frame=file.index,
            )
    for file in matte.files.values() if matte else ():
        if not file.probe.grey:
            raise FrameShapeError(
                "an 8-bit grey PNG as a matte",
                met="a colour picture",
                advice="Export the matte as one grey channel.",
                where=str(file.path),
                frame=file.index,
            )
