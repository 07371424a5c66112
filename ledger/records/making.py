"""Kinds that say what was made: shot, element, asset, generation, run, version."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ledger.records.identity import Digest, StatementId, Token, Uid, View
from ledger.records.statement import Leaf, Leaves, Private, Record

SourceType: TypeAlias = Literal[
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "composite",
    "compositeCapture",
    "compositeSynthetic",
    "compositeWithTrainedAlgorithmicMedia",
    "computationalCapture",
    "dataDrivenMedia",
    "digitalCapture",
    "digitalCreation",
    "humanEdits",
    "negativeFilm",
    "positiveFilm",
    "print",
    "screenCapture",
    "trainedAlgorithmicMedia",
    "virtualRecording",
]
"""Short names of the IPTC digital source types."""


class Shot(Record):
    """A shot gets its dated alias; its uid stands in the scope.

    Attributes:
        alias: committed {"code": "SQ010_0040", "since": "2026-11-22"}. A rename
            supersedes the statement; the uid stays.
    """

    alias: Private


class Element(Record):
    """A production-wide element (a creature, an interior); its uid is the scope's."""

    name: Private


class Asset(Record):
    """Files as they came in, by the digests of their original bytes.

    A pure function of the bytes: where a file lies and what it is used for is not
    here. A sequence is one asset with a leaf for each frame (`AssetLeaf`).
    """

    files: Leaves


class AssetLeaf(Leaf):
    """One file of an asset.

    Attributes:
        index: frame number in a sequence, 0 for a single file.
        file: SHA-256 of the original bytes.
        size: bytes.
        declared: what the file says of itself (EXIF, text chunks, XMP), committed;
            absent if it says nothing.
        incoming: the manifest store that it came with, byte for byte in the vault,
            committed; absent if there is none.
    """

    index: int
    file: Digest
    size: int = Field(ge=1)
    type: Token
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    declared: Private | None = None
    incoming: Private | None = None

    @property
    def number(self) -> int:
        """The index."""
        return self.index


Edge: TypeAlias = Literal[
    "transformed", "driven_by", "reference", "matte_from", "upscaled"
]
"""How an input came to be in what a generator made. `transformed`: its pictures were
passed through and changed; `driven_by`: its motion or pose was followed; `reference`:
it was looked at for style or content; `matte_from`: it was cut out; `upscaled`: it was
enlarged. That a picture was `placed` is what a run's layer says."""


class GenerationInput(Record):
    """An asset that went into a generator, and in which part."""

    asset: StatementId
    edge: Edge


class Generation(Record):
    """One call to a generative model or algorithm, used or not.

    It records the request and never the judgement: who is an author is decided
    later, from generations and contributions together.

    Attributes:
        seed: absent when the provider does not reveal one.
        party: uid of the person who asked, committed; absent if not recorded.
        inputs: assets that went in, all of them.
        outputs: ids of assets that came out.
    """

    provider: Token
    model: Token
    model_version: Token
    source_type: SourceType
    prompt: Private
    seed: Private | None = None
    parameters: Private | None = None
    party: Private | None = None
    inputs: tuple[GenerationInput, ...] = Field(max_length=64)
    outputs: tuple[StatementId, ...] = Field(min_length=1, max_length=64)


MatteRole: TypeAlias = Literal["garbage", "core", "holdout"]
"""What a matte does beside a key: `garbage` says what to keep at all, `core` what is
opaque whatever its colour, `holdout` what stands in front and is cut out."""


class RunMatte(Record):
    """A matte that bounds a key, and in which way."""

    role: MatteRole
    asset: StatementId


WITH_MATTE = frozenset({"matte", "cryptomatte"})
"""Origins of opacity that are files of their own, or channels beside the colour."""


class RunLayer(Record):
    """A layer of a run, bottom to top.

    Attributes:
        asset: id of the asset statement whose frames it shows.
        matte: id of the asset statement of its matte; absent if it has none.
        generation: id of the generation that made the asset; absent if none did.
        alpha: where its opacity comes from; `light/1` is light on black, without any.
        blend: how it is laid over what is below; absent for `over`.
        mattes: what bounds its key, each role once, in the order of their names.
        clean_plate: id of the asset statement of the screen without the subject.
    """

    element: Uid
    asset: StatementId
    source_type: SourceType
    alpha: Literal[
        "opaque", "embedded", "matte", "cryptomatte", "key/1", "key/2", "light/1"
    ]
    matte: StatementId | None = None
    generation: StatementId | None = None
    blend: Literal["plus", "multiply", "screen"] | None = None
    mattes: tuple[RunMatte, ...] | None = Field(
        default=None, min_length=1, max_length=3
    )
    clean_plate: StatementId | None = None

    @model_validator(mode="after")
    def _matte_where_one_is_used(self) -> Self:
        if (self.alpha in WITH_MATTE) != (self.matte is not None):
            raise PydanticCustomError("matte", "a matte if, and only if, alpha says so")
        if self.clean_plate is not None and self.alpha != "key/2":
            raise PydanticCustomError("clean_plate", "a clean plate for key/2 only")
        return self

    @field_validator("mattes")
    @classmethod
    def _each_role_once(
        cls, mattes: tuple[RunMatte, ...] | None
    ) -> tuple[RunMatte, ...] | None:
        roles = [one.role for one in mattes or ()]
        if roles != sorted(set(roles)):
            raise PydanticCustomError("mattes", "each role once, sorted by name")
        return mattes

    def assets(self) -> tuple[StatementId, ...]:
        """Every asset that it shows or is cut by, its own first."""
        mattes = [one.asset for one in self.mattes or ()]
        found = (self.asset, self.matte, *mattes, self.clean_plate)
        return tuple(one for one in found if one is not None)


class ActivePicture(Record):
    """The part of a frame that is picture, in pixels; letterbox bars are not.

    Attributes:
        left, top: from the upper left.
        right, bottom: the ends, excluded.
    """

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    right: int = Field(ge=1)
    bottom: int = Field(ge=1)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.left >= self.right or self.top >= self.bottom:
            raise PydanticCustomError("active", "a part of at least one pixel")
        return self


class Tool(Record):
    """A library or program that took part, by name and exact version."""

    name: Token
    version: Token


class Encoder(Record):
    """How frames are written."""

    type: Token
    options: tuple[Token, ...] = Field(max_length=16)


class Run(Record):
    """The work order: everything that fixes the measured result, stated first.

    Attributes:
        tables: digest of each frozen table, by name.
        colour: the working space; absent for picture/1, which has one of its own.
        active: what is measured; absent for the whole frame.
        recipe: the whole recipe with file names and parameters, committed.
        audience: whose copy is sealed; `public` names nobody.
    """

    view: View
    # A second pattern replaces the token's own, so these bound the length themselves.
    picture: Annotated[Token, Field(pattern=r"\A(?:picture/[1-9][0-9]{0,3})\z")]
    measure: Annotated[Token, Field(pattern=r"\A(?:measure/[1-9][0-9]{0,3})\z")]
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    layers: tuple[RunLayer, ...] = Field(min_length=1, max_length=64)
    tools: tuple[Tool, ...] = Field(min_length=1, max_length=32)
    tables: dict[Token, Digest]
    encoder: Encoder
    audience: Literal["public", "partner", "court"]
    recipe: Private
    colour: Token | None = None
    active: ActivePicture | None = None

    @property
    def pixels(self) -> int:
        """How many pixels are measured."""
        if self.active is None:
            return self.width * self.height
        box = self.active
        return (box.right - box.left) * (box.bottom - box.top)

    @property
    def bounded(self) -> bool:
        """Whether a blend's share has bounds, so that a frame has three tile tables."""
        return any(layer.blend is not None for layer in self.layers)

    @model_validator(mode="after")
    def _picture_fits(self) -> Self:
        if (self.picture == "picture/1") != (self.colour is None):
            raise PydanticCustomError("colour", "a working space, but for picture/1")
        box = self.active
        if box is not None and (box.right > self.width or box.bottom > self.height):
            raise PydanticCustomError("active", "an active picture within the frame")
        return self

    @field_validator("tools")
    @classmethod
    def _sorted_by_name(cls, tools: tuple[Tool, ...]) -> tuple[Tool, ...]:
        # Two machines with the same tools must write the same bytes.
        names = [tool.name for tool in tools]
        if names != sorted(set(names)):
            raise PydanticCustomError("tools", "each tool once, sorted by name")
        return tools


class VersionCell(Record):
    """A cell of a version and the frame.set that it uses."""

    cell: int
    set: StatementId


class Version(Record):
    """Which measured frames a shot consists of, cell by cell, each cell once."""

    view: View
    cells: tuple[VersionCell, ...] = Field(min_length=1, max_length=4096)

    @field_validator("cells")
    @classmethod
    def _in_order(cls, cells: tuple[VersionCell, ...]) -> tuple[VersionCell, ...]:
        numbers = [one.cell for one in cells]
        if numbers != sorted(set(numbers)):
            raise PydanticCustomError("cells", "each cell once, in order")
        return cells
