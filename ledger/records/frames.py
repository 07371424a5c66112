"""Kinds and leaves of measured and sealed frames (protocol 5 and 6)."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from ledger.records.identity import Digest, StatementId, Token, Uid
from ledger.records.making import MatteRole
from ledger.records.statement import Blob, Leaf, Leaves, Record

Iscc: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"\A(?:ISCC:[A-Z2-7]{13,73})\z")
]
"""A fingerprint as ISO 24138 writes it."""


class FrameSet(Record):
    """What was measured in a cell; identical on every machine.

    Attributes:
        cell: number on the fixed grid: frame number divided by 32, rounded down.
        tiles: all tile tables of the cell, frame after frame, as one blob.
    """

    run: StatementId
    cell: int
    measured: Leaves
    tiles: Blob


class SealSet(Record):
    """What was written and sealed in a cell, in one output folder.

    Signatures differ each time, so the first commit for an output folder counts.

    Attributes:
        set: id of the frame.set.
        audience: whose copy it is.
        cert: SHA-256 of the signing certificate (DER).
    """

    set: StatementId
    audience: Literal["public", "partner", "court"]
    cert: Digest
    sealed: Leaves


class Bounds(Record):
    """Visible coverage as sums of Q15 weights: at least `lower`, at most `upper`."""

    lower: int = Field(ge=0)
    upper: int = Field(ge=0)

    @field_validator("upper")
    @classmethod
    def _not_below_lower(cls, upper: int, info: ValidationInfo) -> int:
        if upper < info.data.get("lower", 0):
            raise PydanticCustomError("bounds", "the upper bound lies below the lower")
        return upper


class LayerCoverage(Bounds):
    """Coverage of one layer; layers stand bottom to top."""

    element: Uid


class Coverage(Record):
    """Of all layers and of what no layer covers; sums to 32768 times the pixels."""

    layers: tuple[LayerCoverage, ...]
    unattributed: Bounds


class Light(Record):
    """Coverage weighed by luminance: sums of Q15 weights times 16 bits of luminance.

    Attributes:
        layers: bottom to top, as in the coverage.
        total: of the whole measured picture; all layers and `unattributed` sum to it.
    """

    layers: tuple[Bounds, ...]
    unattributed: Bounds
    total: int = Field(ge=0)


class InputMatte(Record):
    """The file of a matte that bounded a layer's key in this frame."""

    role: MatteRole
    file: Digest


class LayerInput(Record):
    """The file whose pixels a layer showed in this frame, and the files that cut it.

    Attributes:
        matte: of its matte, if one was read.
        mattes: of what bounded its key, as the run's layer lists them.
        clean_plate: of the screen without the subject.
    """

    layer: int = Field(ge=0)
    file: Digest
    matte: Digest | None = None
    mattes: tuple[InputMatte, ...] | None = Field(
        default=None, min_length=1, max_length=3
    )
    clean_plate: Digest | None = None

    def cutters(self) -> tuple[Digest, ...]:
        """Every file that said where the layer is, and showed nothing itself."""
        mattes = [one.file for one in self.mattes or ()]
        found = (self.matte, *mattes, self.clean_plate)
        return tuple(one for one in found if one is not None)


class MeasuredLeaf(Leaf):
    """One measured frame.

    Attributes:
        pixels: digest of the written file's pixels as the named decoder reads them.
        tiles: SHA-256 of the frame's tile table (uint32, little-endian), or of its
            three tables where a blend has bounds.
        light: of measure/2; absent for measure/1.
        iscc: fingerprint of the decoded written file, by the named profile.
    """

    frame: int
    pixels: Digest
    decoder: Token
    inputs: tuple[LayerInput, ...]
    coverage: Coverage
    tiles: Digest
    iscc: Iscc
    profile: Token
    light: Light | None = None

    @field_validator("inputs")
    @classmethod
    def _bottom_to_top(cls, inputs: tuple[LayerInput, ...]) -> tuple[LayerInput, ...]:
        layers = [one.layer for one in inputs]
        if layers != sorted(set(layers)):
            raise PydanticCustomError("inputs", "each layer once, bottom to top")
        return inputs

    @property
    def number(self) -> int:
        """The frame."""
        return self.frame


class SealedLeaf(Leaf):
    """One sealed frame as a file.

    Attributes:
        file: SHA-256 of the file.
        part, index: which picture of the file, both 0 for an image file.
        manifest: SHA-256 of the C2PA manifest store.
        sidecar: the store is a file of its own, to be kept with the frame's, because
            the frame's file has no place for it; absent where the frame carries it.
    """

    frame: int
    file: Digest
    part: int = Field(ge=0)
    index: int = Field(ge=0)
    manifest: Digest
    sidecar: Literal[True] | None = None

    @property
    def number(self) -> int:
        """The frame."""
        return self.frame
