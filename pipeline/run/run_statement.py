"""The statement of a run: all that fixes the measured result."""

from typing import Any, NamedTuple

from ledger.encoding.canonical import JsonValue
from ledger.encoding.statement import Composed, Draft, Secret
from ledger.records.statement import Scope
from pipeline.frames.writing import OutputFormat
from pipeline.kernels import measure, measure_2, picture_2
from pipeline.kernels.tables import DIGESTS
from pipeline.kernels.transform import Size
from pipeline.run.assets import Scribe
from pipeline.run.film_plan import FilmPlan, film_row
from pipeline.run.frame_job import Output
from pipeline.run.planned import PlannedLayer
from pipeline.run.recipe import OutputTable, Recipe
from pipeline.run.tools import PICTURE, tools_of

AUDIENCE = "public"


class Work(NamedTuple):
    """What a run is to do."""

    recipe: Recipe
    scope: Scope
    layers: tuple[PlannedLayer, ...]
    size: Size
    output: Output
    film: FilmPlan | None


def compose_run(scribe: Scribe, work: Work) -> Composed:
    """State a run, which is the same on every machine with the same tools."""
    committed = work.recipe.to_json()
    rows: list[JsonValue] = [_row(layer) for layer in work.layers]
    tools = tools_of(work.output)
    body: dict[str, Any] = {
        "view": work.recipe.shot.view,
        "picture": PICTURE,
        "measure": measure.MEASURE,
        "width": work.size.width,
        "height": work.size.height,
        "layers": rows,
        "tools": [{"name": name, "version": tools[name]} for name in sorted(tools)],
        "tables": dict(DIGESTS),
        "encoder": {"type": work.output.media_type, "options": [work.output.encoder]},
        "audience": AUDIENCE,
        "recipe": Secret(committed),
    }
    natural: list[JsonValue] = [
        str(work.scope.shot),
        str(work.scope.range),
        str(work.recipe.frames.rate),
        committed,
        rows,
        [[name, tools[name]] for name in sorted(tools)],
        work.output.encoder,
    ]
    if work.film is not None:
        body |= _film(work.film)
        natural.append(dict(work.film.tables))
    assets = [one.statement.id for layer in work.layers for one in layer.used()]
    generations = [layer.generation.id for layer in work.layers if layer.generation]
    return scribe.compose(
        Draft(
            log=scribe.log,
            kind="run.1",
            key=scribe.machine_key("run.1", natural),
            prev=tuple(dict.fromkeys(assets + generations)),
            scope=work.scope,
            body=body,
        )
    )


def srgb_output(table: OutputTable) -> OutputFormat:
    """How frames of `picture/1` are written."""
    if table.format not in {"png", "jpeg"}:
        raise TypeError("other formats are refused when the recipe is read")
    kind: Any = table.format
    return OutputFormat(kind=kind, quality=table.quality, subsampling=table.subsampling)


def _film(film: FilmPlan) -> dict[str, Any]:
    frame = film.frame
    body: dict[str, Any] = {
        "picture": picture_2.PICTURE,
        "measure": measure_2.MEASURE,
        "colour": frame.working.token,
        "tables": {**DIGESTS, **film.tables},
    }
    if frame.active is not None:
        body["active"] = frame.active._asdict()
    return body


def _row(layer: PlannedLayer) -> dict[str, JsonValue]:
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
    mattes: list[JsonValue] = [
        {"role": one.role, "asset": layer.cutters[one.field].statement.id}
        for one in layer.table.cutters()
        if one.role is not None
    ]
    if mattes:
        row["mattes"] = mattes
    if "clean_plate" in layer.cutters:
        row["clean_plate"] = layer.cutters["clean_plate"].statement.id
    return row | film_row(layer.table)
