"""Kinds and leaves of measured and sealed frames (protocol 5 and 6)."""

from typing import Literal

from pydantic import Field

from ledger.records.identity import Digest, StatementId, Token, Uid
from ledger.records.statement import Blob, Leaves, Record


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


class LayerCoverage(Bounds):
    """Coverage of one layer; layers stand bottom to top."""

    element: Uid


class Coverage(Record):
    """Of all layers and of what no layer covers; sums to 32768 times the pixels."""

    layers: tuple[LayerCoverage, ...]
    unattributed: Bounds


class LayerInput(Record):
    """The file whose pixels a layer showed in this frame; its matte if one was read."""

    layer: int = Field(ge=0)
    file: Digest
    matte: Digest | None = None


class MeasuredLeaf(Record):
    """One measured frame.

    Attributes:
        pixels: digest of the written file's pixels as the named decoder reads them.
        tiles: SHA-256 of the frame's tile table (uint32, little-endian).
        iscc: fingerprint of the decoded written file, by the named profile.
    """

    v: Literal[1] = 1
    frame: int
    pixels: Digest
    decoder: Token
    inputs: tuple[LayerInput, ...]
    coverage: Coverage
    tiles: Digest
    iscc: str = Field(pattern=r"^ISCC:[A-Z2-7]{13,73}$")
    profile: Token


class SealedLeaf(Record):
    """One sealed frame as a file.

    Attributes:
        file: SHA-256 of the file.
        part, index: which picture of the file, both 0 for an image file.
        manifest: SHA-256 of the C2PA manifest store that it carries.
    """

    v: Literal[1] = 1
    frame: int
    file: Digest
    part: int = Field(ge=0)
    index: int = Field(ge=0)
    manifest: Digest
