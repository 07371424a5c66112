"""Recipes: what a shot is composed of, in TOML (docs/reference/recipe.md).

File names and parameters are private: the recipe as a whole is committed in the run.
"""

import tomllib
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import CELL_FRAMES
from ledger.errors import MalformedRecordError, UnreadableInputError
from ledger.files import read_bounded
from ledger.records.identity import View
from ledger.records.time import FrameRange, Rate, parse_frames
from pipeline.colour.config import ColourTable, parse_colour
from pipeline.errors import PipelineError, RecipeError
from pipeline.frames.sniff import RasterKind
from pipeline.run.recipe_layer import LayerTable, Table

_LARGEST: Final = 1 << 20
MOST_FRAMES: Final = 4096 * CELL_FRAMES
"""What one version can list."""


class ShotTable(Table):
    """Which shot, and which of its frames.

    Attributes:
        frames: first and last frame number, both included: "1001-1024".
        active: left, top, right and bottom of what is picture, the ends excluded;
            letterbox bars are not measured.
        size: width and height of the frame; without it, the lowest layer's.
    """

    code: str
    view: View = "screen"
    rate: str = "24/1"
    frames: str
    active: tuple[int, int, int, int] | None = None
    size: tuple[int, int] | None = None


class OutputTable(Table):
    """How frames are written.

    Attributes:
        bits: of a sample; without it, what is usual for the format.
        compression: one that the format has; without it, the usual one.
    """

    format: RasterKind = "png"
    quality: int = Field(default=95, ge=1, le=100)
    subsampling: Literal["444", "422", "420"] = "444"
    bits: Literal[8, 10, 16, 32] | None = None
    compression: str | None = None


class Recipe(Table):
    """A whole recipe.

    Attributes:
        colour: the table as it was given; with it frames are made by `picture/2`.
    """

    shot: ShotTable
    layer: tuple[LayerTable, ...] = Field(min_length=1, max_length=64)
    output: OutputTable = OutputTable()
    colour: dict[str, Any] | None = None

    @property
    def spaces(self) -> ColourTable | None:
        """The colour table as it is meant; `None` for `picture/1`."""
        return None if self.colour is None else parse_colour(self.colour)

    @property
    def frames(self) -> FrameRange:
        """The frames of the shot."""
        return parse_frames(self.shot.frames, Rate.parse(self.shot.rate), "shot.frames")

    def to_json(self) -> JsonValue:
        """The recipe as it is committed: with every default written out."""
        value: JsonValue = self.model_dump(mode="json", exclude_none=True)
        return value


def read_recipe(path: Path) -> Recipe:
    """Read and check a recipe.

    Raises:
        RecipeError: with file and field.
    """
    try:
        text = read_bounded(path, _LARGEST).decode("utf-8")
    except (UnreadableInputError, UnicodeDecodeError) as error:
        met = error.met if isinstance(error, UnreadableInputError) else "other bytes"
        raise RecipeError(
            "a recipe: a TOML file in UTF-8",
            met=met,
            advice="Name a recipe; docs/reference/recipe.md shows one.",
            where=str(path),
        ) from error
    try:
        value = _tuples(tomllib.loads(text))
        recipe = Recipe.model_validate(value)
        _check(recipe)
    except tomllib.TOMLDecodeError as error:
        raise _refused(str(path), str(error)) from error
    except RecursionError as error:
        raise _refused(str(path), "tables nested too deeply") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(step) for step in first["loc"])
        raise _refused(f"{path}: {field}", first["msg"]) from error
    except MalformedRecordError as error:
        raise _refused(f"{path}: {error.where}", error.met) from error
    except PipelineError as error:
        error.where = f"{path}: {error.where}"
        raise
    return recipe


def _check(recipe: Recipe) -> None:
    if recipe.frames.count() > MOST_FRAMES:
        raise RecipeError(
            f"at most {MOST_FRAMES} frames in a shot",
            met=f"{recipe.frames.count()}",
            advice="Split the shot.",
            where="shot.frames",
        )
    for number, layer in enumerate(recipe.layer):
        _check_layer(layer, f"layer {number}")
    if recipe.spaces is None:
        _refuse_film(recipe)


def _check_layer(layer: LayerTable, where: str) -> None:
    if layer.origins > 1:
        raise RecipeError(
            "one origin of opacity: alpha, matte, cryptomatte, key or clean_key",
            met=_named(layer),
            advice="Use two layers, or leave one of them out.",
            where=where,
        )
    if layer.key and layer.key.low >= layer.key.high:
        raise RecipeError(
            "a key with low below high",
            met=f"{layer.key.low} and {layer.key.high}",
            advice="Correct low or high.",
            where=f"{where}: key",
        )
    _check_key(layer, where)
    if layer.matte_channel and layer.matte is None:
        raise RecipeError(
            "a matte beside matte_channel",
            met="none",
            advice="Name the file that has the channel; it may be the source itself.",
            where=f"{where}: matte_channel",
        )


def _check_key(layer: LayerTable, where: str) -> None:
    clean = layer.clean_key
    plates = (layer.clean_plate is not None) + (
        clean is not None and bool(clean.colour)
    )
    if plates == (clean is not None):
        return
    raise RecipeError(
        "a clean_key with either a clean_plate or a colour of the screen",
        met="both" if plates > 1 else "one of them alone",
        advice="Give the picture of the empty set, or the screen's colour.",
        where=f"{where}: clean_key",
    )


def _named(layer: LayerTable) -> str:
    names = ("key", "clean_key", "cryptomatte", "matte")
    found = [name for name in names if getattr(layer, name) is not None]
    alpha = [] if layer.alpha == "opaque" else [f'alpha = "{layer.alpha}"']
    return " and ".join([*alpha, *found])


def _refuse_film(recipe: Recipe) -> None:
    """Refuse what only `picture/2` can do in a recipe without colour."""
    shot = [f"shot.{name}" for name in ("active", "size") if getattr(recipe.shot, name)]
    layers = [
        f"layer {number}: {field}"
        for number, layer in enumerate(recipe.layer)
        for field in layer.film_fields()
    ]
    output = recipe.output
    deep = {
        "format": output.format not in {"png", "jpeg"},
        "bits": output.bits not in {None, 8},
        "compression": output.compression is not None,
    }
    written = [f"output.{field}" for field, met in deep.items() if met]
    for field in (*shot, *layers, *written):
        raise RecipeError(
            "a [colour] table, which says what the pictures' codes mean",
            met="none",
            advice="Add it (docs/reference/colour.md), or leave this field out.",
            where=field,
        )


def _tuples(value: object) -> object:
    # TOML gives lists; strict frozen models take tuples.
    match value:
        case dict():
            return {key: _tuples(item) for key, item in value.items()}
        case list():
            return tuple(_tuples(item) for item in value)
        case _:
            return value


def _refused(where: str, met: str) -> RecipeError:
    return RecipeError(
        "a recipe as docs/reference/recipe.md describes it",
        met=met,
        advice="Correct the field.",
        where=where,
    )
