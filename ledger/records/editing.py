"""Kinds about pictures after they were made: change, cut."""

from pydantic import Field

from ledger.records.identity import Digest, StatementId, Token, Uid, View
from ledger.records.statement import Blob, Leaf, Leaves, Private, Record
from ledger.records.time import RateField


class Change(Record):
    """How much pictures differ before and after somebody worked on them.

    Measured by a machine from two assets of the same size and the same numbers; a
    still before stands for each picture after.

    Attributes:
        measure: `change/1`.
        frames: a blob of `ChangeLeaf`.
        tiles: all tile tables, picture after picture, as one blob.
    """

    before: StatementId
    after: StatementId
    measure: Token
    frames: Leaves
    tiles: Blob


class ChangeLeaf(Leaf):
    """The change in one picture.

    Attributes:
        index: as in the asset after.
        before, after: SHA-256 of the two files.
        before_decoder, after_decoder: what read the two files.
        pixels: width times height.
        changed_0, changed_2: pixels with a channel that differs by more than 0, and
            by more than 2 code values.
        sum_abs, sum_sq: over all channels, of the differences and their squares.
        tiles: SHA-256 of the picture's tile table (docs/specs/change-1.md).
    """

    index: int
    before: Digest
    after: Digest
    before_decoder: Token
    after_decoder: Token
    pixels: int = Field(ge=1)
    changed_0: int = Field(ge=0)
    changed_2: int = Field(ge=0)
    sum_abs: int = Field(ge=0)
    sum_sq: int = Field(ge=0)
    tiles: Digest

    @property
    def number(self) -> int:
        """The index."""
        return self.index


class Cut(Record):
    """An edited film, frame by frame, as sources in versions of shots.

    Attributes:
        rate: record frames a second.
        frames: record frames, from 0 on.
        file: SHA-256 of the cut's file, committed.
        versions: ids of the versions that its sources are frames of.
        resolved: a blob of `CutLeaf`, one for each record frame.
    """

    rate: RateField
    frames: int = Field(ge=1)
    file: Private
    versions: tuple[StatementId, ...] = Field(max_length=4096)
    resolved: Leaves


class CutSource(Record):
    """One frame of a shot that is seen in a record frame."""

    shot: Uid
    view: View
    frame: int
    track: int = Field(ge=0)


class CutLeaf(Leaf):
    """One record frame.

    Attributes:
        sources: what is seen, lowest track first, the outgoing side of a dissolve
            before the incoming one; none for black.
    """

    frame: int = Field(ge=0)
    sources: tuple[CutSource, ...] = Field(max_length=64)

    @property
    def number(self) -> int:
        """The record frame."""
        return self.frame
