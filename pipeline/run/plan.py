"""Planning a run: everything is looked at before anything is stated or decoded.

A plan is a pure function of recipe, files and tools, so that two machines that plan
the same shot state the same run.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ledger.encoding.statement import Composed, Secret
from ledger.errors import MalformedRecordError
from ledger.records.statement import Scope
from ledger.records.time import FrameRange
from pipeline.capture.generation import (
    GenerationFile,
    read_generation,
    refused_record,
)
from pipeline.capture.numbering import find_file, is_sequence
from pipeline.colour.config import ColourTable
from pipeline.errors import RecipeError
from pipeline.kernels.transform import Size
from pipeline.run.agreement import (
    check_channels,
    check_film_layer,
    colour_of,
    first_probe,
    one_size,
)
from pipeline.run.assets import PlannedAsset, Scribe, Source, plan_asset
from pipeline.run.film_plan import film_layer, film_size, plan_film
from pipeline.run.generations import plan_generation, plan_source
from pipeline.run.planned import Plan, PlannedLayer
from pipeline.run.recipe import Recipe
from pipeline.run.recipe_layer import LayerTable
from pipeline.run.run_statement import Work, compose_run, srgb_output


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

    def plan(self, recipe: Recipe, part: FrameRange | None = None) -> Plan:
        """Look at every input and fix the run.

        Args:
            recipe: of the whole shot.
            part: only these of its frames; `None` for all. What one call of a
                generator made is looked at as a whole all the same: it was one call.

        Raises:
            RecipeError: an unknown shot or element.
            PipelineError: an input that cannot be used, with file and field.
        """
        shot = self._known(
            self.shot_uid(recipe.shot.code), recipe.shot.code, "shot.code", "shot"
        )
        frames, colour = part or recipe.frames, recipe.spaces
        layers = [
            self._layer(table, number, recipe.frames if table.generation else frames)
            for number, table in enumerate(recipe.layer)
        ]
        film, size = None, Size(0, 0)
        if colour is None:
            for layer in layers:
                check_channels(layer.table, layer.asset, layer.matte)
            size = Size(*one_size(layers))
        else:
            size = film_size(recipe, first_probe(layers[0]))
            film = plan_film(recipe, colour, size, self.folder)
            layers = [self._film(layer, colour, size) for layer in layers]
        output = srgb_output(recipe.output) if film is None else film.frame.output
        scope = Scope.model_validate({"shot": shot, "range": frames})
        work = Work(recipe, scope, tuple(layers), size, output, film)
        return Plan(
            log=self.scribe.log,
            shot=shot,
            code=recipe.shot.code,
            frames=frames,
            width=size.width,
            height=size.height,
            layers=tuple(layers),
            output=output,
            run=compose_run(self.scribe, work),
            view=recipe.shot.view,
            film=film,
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
        asset = self._asset(table.source, table, frames)
        matte = asset if table.cryptomatte and not table.matte else None
        if table.matte is not None:
            matte = self._asset(table.matte, table, frames)
        cutters = {
            one.field: self._asset(one.path, table, frames) for one in table.cutters()
        }
        generation, inputs = self._generation(table, asset)
        return PlannedLayer(
            table=table,
            element=element,
            asset=asset,
            matte=matte,
            generation=generation,
            inputs=inputs,
            cutters=cutters,
        )

    def _asset(
        self, pattern: str, table: LayerTable, frames: FrameRange
    ) -> PlannedAsset:
        time = table.time_map(still=not is_sequence(pattern))
        return plan_asset(self.scribe, self.folder, Source(pattern, time), frames)

    def _film(
        self, layer: PlannedLayer, colour: ColourTable, size: Size
    ) -> PlannedLayer:
        """Fix how a layer is read and laid by `picture/2`."""
        check_film_layer(layer, size)
        table = layer.table
        own = colour_of(colour, table.source, layer.asset)
        clean = None
        if table.clean_plate is not None:
            clean = colour_of(colour, table.clean_plate, layer.cutters["clean_plate"])
        return replace(layer, film=film_layer(table, own, clean, size))

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
