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


class RunLayer(Record):
    """A layer of a run, bottom to top.

    Attributes:
        asset: id of the asset statement whose frames it shows.
        matte: id of the asset statement of its matte; absent if it has none.
        generation: id of the generation that made the asset; absent if none did.
        alpha: where its opacity comes from; `light/1` is light on black, without any.
    """

    element: Uid
    asset: StatementId
    source_type: SourceType
    alpha: Literal["opaque", "embedded", "matte", "key/1", "light/1"]
    matte: StatementId | None = None
    generation: StatementId | None = None

    @model_validator(mode="after")
    def _matte_where_one_is_used(self) -> Self:
        if (self.alpha == "matte") != (self.matte is not None):
            raise PydanticCustomError("matte", "a matte if, and only if, alpha says so")
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
