"""The `[[layer]]` tables of a recipe: what a layer shows, what cuts and moves it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ledger.records.making import MatteRole, SourceType
from pipeline.capture.sources import SourcePath
from pipeline.kernels.picture_2 import Blend
from pipeline.run.time_map import Beyond, TimeMap

AlphaFrom: TypeAlias = Literal[
    "opaque", "embedded", "matte", "cryptomatte", "key/1", "key/2", "light/1"
]
"""Where a layer's opacity comes from, as a run states it."""

FILM_ONLY: Final = (
    *("blend", "channels", "matte_channel", "cryptomatte", "clean_key", "clean_plate"),
    *("garbage", "core", "holdout", "transform", "time"),
)
"""Fields that ask for `picture/2`, and so for a `[colour]` table."""


class Table(BaseModel):
    """Base of all tables of a recipe: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class KeyTable(Table):
    """A difference key; `low` and `high` are linear light, 0 to 65535."""

    screen: Literal["green", "blue"] = "green"
    low: int = Field(ge=0, le=65535)
    high: int = Field(ge=1, le=65535)
    despill: Literal["average", "none"] = "average"


Level: TypeAlias = Annotated[int, Field(ge=0, le=65535)]


class CleanKeyTable(Table):
    """A key against the screen without the subject (docs/specs/key-2.md).

    Attributes:
        colour: levels of a screen of one colour, instead of a `clean_plate`.
    """

    screen: Literal["green", "blue", "red"] = "green"
    weights: tuple[int, int] = (128, 128)
    least: int = 256
    low: int = 0
    high: int = 32768
    despill: Literal["average", "subtract", "none"] = "average"
    colour: tuple[Level, Level, Level] | None = None


class CryptomatteTable(Table):
    """Objects of an id matte, by their names or ids in hexadecimal.

    Attributes:
        name: of the matte in the file, if there are several.
    """

    objects: tuple[str, ...] = Field(min_length=1, max_length=4096)
    name: str | None = None


class TransformTable(Table):
    """Where the layer stands (docs/specs/transform.md), in pixels.

    Attributes:
        crop: left, top, right and bottom of what is used, the ends excluded.
        size: width and height that this is scaled to.
        at: left and top in the frame.
    """

    crop: tuple[int, int, int, int] | None = None
    size: tuple[int, int] | None = None
    at: tuple[int, int] = (0, 0)


def _speed(text: str) -> str:
    try:
        speed = Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("a whole number or a fraction, such as 1/2") from error
    if len(text) > 32 or "e" in text.lower():
        raise ValueError("a whole number or a fraction, such as 1/2")
    return str(speed)


class TimeTable(Table):
    """Which of its frames a source shows (`pipeline.run.time_map`).

    Attributes:
        first, last: the frames that the source has.
    """

    speed: Annotated[str, AfterValidator(_speed)] = "1"
    anchor: int = 0
    first: int | None = None
    last: int | None = None
    beyond: Beyond = "refuse"
    freeze: int | None = None


class Cutter(NamedTuple):
    """Files that say where a layer is.

    Attributes:
        field: of the recipe.
        role: of a matte that bounds a key; `None` for a matte or a clean plate.
    """

    field: str
    path: str
    role: MatteRole | None


class LayerTable(Table):
    """One layer; layers stand bottom to top.

    Attributes:
        source: a still, or a sequence with a frame number in its name.
        offset: source frame number minus the shot's frame number.
        alpha: `embedded` uses the source's own alpha channel; `light` is light on
            black, without one.
        generation: JSON file in which a generator left what it did.
        channels: prefix of the channels that are the picture: `beauty` for
            `beauty.R`, `beauty.G`, `beauty.B`.
        matte_channel: name of the matte's channel; without it, alpha or grey.
        garbage, core, holdout: mattes that bound a key or a matte.
    """

    element: str
    source: SourcePath
    source_type: SourceType
    offset: int = 0
    alpha: Literal["opaque", "embedded", "light"] = "opaque"
    matte: SourcePath | None = None
    key: KeyTable | None = None
    generation: SourcePath | None = None
    blend: Blend | None = None
    channels: str | None = Field(default=None, min_length=1, max_length=200)
    matte_channel: str | None = Field(default=None, min_length=1, max_length=200)
    cryptomatte: CryptomatteTable | None = None
    clean_key: CleanKeyTable | None = None
    clean_plate: SourcePath | None = None
    garbage: SourcePath | None = None
    core: SourcePath | None = None
    holdout: SourcePath | None = None
    transform: TransformTable | None = None
    time: TimeTable | None = None

    @property
    def alpha_from(self) -> AlphaFrom:
        """Where its opacity comes from."""
        if self.key is not None:
            return "key/1"
        if self.clean_key is not None:
            return "key/2"
        if self.cryptomatte is not None:
            return "cryptomatte"
        if self.matte is not None:
            return "matte"
        return "light/1" if self.alpha == "light" else self.alpha

    @property
    def origins(self) -> int:
        """How many origins of opacity are named; one at most can be meant."""
        named = (self.key, self.clean_key, self.cryptomatte)
        matte = self.matte is not None and self.cryptomatte is None
        return sum(one is not None for one in named) + matte + (self.alpha != "opaque")

    def cutters(self) -> Iterator[Cutter]:
        """Sources that bound its opacity, its matte not among them."""
        roles: tuple[MatteRole, ...] = ("core", "garbage", "holdout")
        for role in roles:
            path = getattr(self, role)
            if path is not None:
                yield Cutter(role, path, role)
        if self.clean_plate is not None:
            yield Cutter("clean_plate", self.clean_plate, None)

    def film_fields(self) -> list[str]:
        """Fields that are given and that only `picture/2` knows."""
        return [name for name in FILM_ONLY if getattr(self, name) is not None]

    def time_map(self, *, still: bool) -> TimeMap:
        """Which frame of the source is seen when."""
        if still or self.time is None:
            return TimeMap(offset=self.offset, still=still)
        time = self.time
        return TimeMap(
            offset=self.offset,
            speed=Fraction(time.speed),
            anchor=time.anchor,
            first=time.first,
            last=time.last,
            beyond=time.beyond,
            freeze=time.freeze,
        )
