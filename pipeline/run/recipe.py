"""Recipes: what a shot is composed of, in TOML (docs/reference/recipe.md).

File names and parameters are private: the recipe as a whole is committed in the run.
"""

import tomllib
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ledger.encoding.canonical import JsonValue
from ledger.encoding.cell import CELL_FRAMES
from ledger.errors import MalformedRecordError, UnreadableInputError
from ledger.files import read_bounded
from ledger.records.identity import View
from ledger.records.making import SourceType
from ledger.records.time import FrameRange, Rate, parse_frames
from pipeline.capture.sources import SourcePath
from pipeline.errors import RecipeError

_LARGEST: Final = 1 << 20
MOST_FRAMES: Final = 4096 * CELL_FRAMES
"""What one version can list."""


AlphaFrom: TypeAlias = Literal["opaque", "embedded", "matte", "key/1", "light/1"]
"""Where a layer's opacity comes from, as a run states it."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ShotTable(_Table):
    """Which shot, and which of its frames.

    Attributes:
        frames: first and last frame number, both included: "1001-1024".
    """

    code: str
    view: View = "screen"
    rate: str = "24/1"
    frames: str


class KeyTable(_Table):
    """A difference key; `low` and `high` are linear light, 0 to 65535."""

    screen: Literal["green", "blue"] = "green"
    low: int = Field(ge=0, le=65535)
    high: int = Field(ge=1, le=65535)
    despill: Literal["average", "none"] = "average"


class LayerTable(_Table):
    """One layer; layers stand bottom to top.

    Attributes:
        source: a still, or a sequence with a frame number in its name.
        offset: source frame number minus the shot's frame number.
        alpha: `embedded` uses the source's own alpha channel; `light` is light on
            black, without one.
        generation: JSON file in which a generator left what it did.
    """

    element: str
    source: SourcePath
    source_type: SourceType
    offset: int = 0
    alpha: Literal["opaque", "embedded", "light"] = "opaque"
    matte: SourcePath | None = None
    key: KeyTable | None = None
    generation: SourcePath | None = None

    @property
    def alpha_from(self) -> AlphaFrom:
        """Where its opacity comes from."""
        if self.key is not None:
            return "key/1"
        if self.matte is not None:
            return "matte"
        return "light/1" if self.alpha == "light" else self.alpha


class OutputTable(_Table):
    """How frames are written."""

    format: Literal["png", "jpeg"] = "png"
    quality: int = Field(default=95, ge=1, le=100)
    subsampling: Literal["444", "422", "420"] = "444"


class Recipe(_Table):
    """A whole recipe."""

    shot: ShotTable
    layer: tuple[LayerTable, ...] = Field(min_length=1, max_length=64)
    output: OutputTable = OutputTable()

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
    except RecipeError as error:
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
        where = f"layer {number}"
        if layer.matte and layer.key:
            raise RecipeError(
                "a matte or a key",
                met="both",
                advice="Use two layers, or one of the two.",
                where=where,
            )
        if layer.alpha != "opaque" and (layer.matte or layer.key):
            raise RecipeError(
                "one origin of opacity",
                met=f'alpha = "{layer.alpha}" beside a matte or key',
                advice="Leave one of them out.",
                where=where,
            )
        if layer.key and layer.key.low >= layer.key.high:
            raise RecipeError(
                "a key with low below high",
                met=f"{layer.key.low} and {layer.key.high}",
                advice="Correct low or high.",
                where=f"{where}: key",
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
