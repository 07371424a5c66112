"""Planning a run by `picture/2`: colour, output, look, and how each layer is laid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ledger.encoding.canonical import JsonValue
from pipeline.capture.files import read_input
from pipeline.capture.numbering import find_file
from pipeline.colour.bake import ConfigStep, Look, LutStep, Step
from pipeline.colour.baked import Baked
from pipeline.colour.cdl import read_cdl
from pipeline.colour.config import ColourTable, LookTable, SourceColour
from pipeline.colour.ocio_config import open_config
from pipeline.colour.show import Grade, grade_of_look
from pipeline.colour.spaces import Space, space_of
from pipeline.colour.tables import DIGESTS
from pipeline.errors import RecipeError
from pipeline.frames.probe import Probe
from pipeline.frames.raster import Box
from pipeline.frames.raster_output import RasterOutput, can_declare
from pipeline.kernels.key import KeySettings
from pipeline.kernels.key_2 import CleanPlateSettings
from pipeline.kernels.measure_2 import LUMA
from pipeline.kernels.transform import Size, Transform
from pipeline.run.film_job import (
    BOUNDED,
    FilmFrame,
    FilmLayer,
    IdMatte,
    InputFile,
    LookJob,
)
from pipeline.run.recipe import OutputTable, Recipe
from pipeline.run.recipe_layer import LayerTable, TransformTable

_BITS: Final[Mapping[str, int]] = {
    "png": 8,
    "jpeg": 8,
    "webp": 8,
    "tiff": 16,
    "exr": 16,
    "dpx": 10,
}
"""What is usual for a format, if the recipe names no depth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmPlan:
    """What all frames of a run have in common.

    Attributes:
        frame: as a worker needs it.
        tables: digests of everything that was looked up, for the run's statement.
        grade: the look; `None` without one. Its tables are to be kept.
    """

    frame: FilmFrame
    tables: Mapping[str, str]
    grade: Grade | None = None

    def frame_in(self, folder: Path) -> FilmFrame:
        """The frame with its look, whose tables lie in a folder by their digests."""
        if self.grade is None:
            return self.frame
        parts = tuple(
            InputFile(folder / part.digest, part.digest)
            if isinstance(part, Baked)
            else part
            for part in self.grade.parts
        )
        return replace(self.frame, look=LookJob(parts=parts))


def plan_film(
    recipe: Recipe, colour: ColourTable, size: Size, folder: Path
) -> FilmPlan:
    """Fix colour, output and look of a run.

    Raises:
        RecipeError, ColourSpaceError, LookError: with the field.
    """
    if colour.working.token not in LUMA:
        raise RecipeError(
            f"a working space of {', '.join(LUMA)}",
            met=colour.working.token,
            advice="Compose in one of these; sources and output may be in any.",
            where="colour.working",
        )
    space = _output_space(recipe.output, colour)
    grade = None if colour.look is None else _grade(colour.look, folder)
    tables = {f"colour/{name}": digest for name, digest in DIGESTS.items()}
    for number, part in enumerate(grade.parts if grade else ()):
        baked = isinstance(part, Baked)
        digest = part.digest if isinstance(part, Baked) else part.cdl.digest
        tables[f"look/{number}.{'baked' if baked else 'cdl'}"] = digest
    return FilmPlan(
        frame=FilmFrame(
            size=size,
            working=colour.working,
            space=space,
            code_range=colour.range,
            output=_output(recipe.output, space),
            active=_active(recipe, size),
            bounded=any(layer.blend in BOUNDED for layer in recipe.layer),
        ),
        tables=tables,
        grade=grade,
    )


def film_size(recipe: Recipe, lowest: Probe) -> Size:
    """The frame's size: as the recipe says, or the lowest layer's."""
    if recipe.shot.size is not None:
        return Size(*recipe.shot.size)
    return Size(lowest.width, lowest.height)


def film_layer(
    table: LayerTable, colour: SourceColour, clean: SourceColour | None, size: Size
) -> FilmLayer:
    """How a layer is read, cut and laid; its mattes are added frame by frame.

    Raises:
        RecipeError: a key or an id matte that cannot be meant.
    """
    ids = table.cryptomatte
    return FilmLayer(
        colour=colour,
        channels=table.channels or "",
        matte_channel=table.matte_channel or "",
        ids=None if ids is None else IdMatte(objects=ids.objects, name=ids.name or ""),
        key=key_of(table),
        clean_key=_clean_key(table),
        screen=table.clean_key.colour if table.clean_key else None,
        clean_colour=clean,
        blend=table.blend or "over",
        transform=_transform(table.transform, size),
    )


def film_row(table: LayerTable) -> dict[str, JsonValue]:
    """What a run states of a layer besides what it states of every one."""
    blend = table.blend or "over"
    return {} if blend == "over" else {"blend": blend}


def key_of(table: LayerTable) -> KeySettings | None:
    """The settings of a difference key."""
    if table.key is None:
        return None
    return KeySettings(
        screen=table.key.screen,
        lo=table.key.low,
        hi=table.key.high,
        despill=table.key.despill,
    )


def _clean_key(table: LayerTable) -> CleanPlateSettings | None:
    said = table.clean_key
    if said is None:
        return None
    return CleanPlateSettings(
        screen=said.screen,
        weights=said.weights,
        least=said.least,
        lo=said.low,
        hi=said.high,
        despill=said.despill,
    )


def _transform(table: TransformTable | None, canvas: Size) -> Transform:
    if table is None:
        return Transform()
    left, top = table.at
    return Transform(
        crop=None if table.crop is None else Box(*table.crop),
        scale=None if table.size is None else Size(*table.size),
        left=left,
        top=top,
        canvas=canvas,
    )


def _active(recipe: Recipe, size: Size) -> Box | None:
    if recipe.shot.active is None:
        return None
    box = Box(*recipe.shot.active)
    inside = 0 <= box.left < box.right <= size.width
    if inside and 0 <= box.top < box.bottom <= size.height:
        return box
    raise RecipeError(
        f"a part of the frame, {size.width} × {size.height}",
        met=f"{tuple(box)}",
        advice="Give left, top, right and bottom; the ends are excluded.",
        where="shot.active",
    )


def _output_space(table: OutputTable, colour: ColourTable) -> Space:
    if colour.output is not None:
        return colour.output
    if table.format == "exr" or table.bits == 32:
        return colour.working
    if table.format != "dpx":
        return space_of("srgb")
    raise RecipeError(
        "the space of the written DPX",
        met="none",
        advice='Name it, such as output = "logc4-awg4"; a DPX has no usual one.',
        where="colour.output",
    )


def _output(table: OutputTable, space: Space) -> RasterOutput:
    declares = can_declare(table.format, space.token)
    return RasterOutput(
        kind=table.format,
        bits=table.bits or _BITS[table.format],
        compression=table.compression or "",
        quality=table.quality,
        subsampling=table.subsampling,
        colour=space.token if declares else None,
    )


# --- the look -------------------------------------------------------------------------


def _grade(table: LookTable, folder: Path) -> Grade:
    steps = tuple(_steps(table, folder))
    look = Look(source=table.source, target=table.target, steps=steps)
    return grade_of_look(look, side=table.lattice)


def _steps(table: LookTable, folder: Path) -> Iterator[Step]:
    if table.cdl is not None:
        content = read_input(find_file(folder, table.cdl, 0))
        yield read_cdl(
            content, table.cdl, correction=table.cdl_id, clamp=table.cdl_clamp
        )
    if table.lut is not None:
        yield LutStep(name=table.lut, data=read_input(find_file(folder, table.lut, 0)))
    if table.config is not None:
        built_in = table.config.startswith("ocio://")
        path = table.config if built_in else str(find_file(folder, table.config, 0))
        yield ConfigStep(
            config=open_config(path),
            source=table.config_from or "",
            target=table.config_to or "",
            display=table.display or "",
            view=table.view or "",
        )
