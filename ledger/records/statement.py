"""The envelope of every statement: who-less, signature-less, free of free text.

Each kind's body has a frozen model of its own in the sibling modules; what is private
stands in it as a commitment (`Private`). Unknown fields are refused.
"""

from abc import abstractmethod
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ledger.records.identity import Digest, Instant, Origin, StatementId, Uid
from ledger.records.time import FrameRange

Verb: TypeAlias = Literal["supersede", "correct", "withdraw", "dispute"]
Kind: TypeAlias = Annotated[
    str,
    StringConstraints(
        max_length=64, pattern=r"\A(?:[a-z]+(?:\.[a-z]+)*\.[1-9][0-9]{0,3})\z"
    ),
]
"""Name and version of a kind, `frame.set.1`."""


class Record(BaseModel):
    """Frozen, strict, closed: the base of everything that is hashed."""

    # Never `populate_by_name`: it would give an aliased field a second spelling.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Private(Record):
    """A private field: only its commitment is stated; the value is in the vault."""

    commitment: Digest = Field(alias="#")

    @classmethod
    def of(cls, commitment: Digest) -> Self:
        """The field that holds this commitment."""
        return cls.model_validate({"#": commitment})


class Act(Record):
    """What a statement does to an earlier one.

    Attributes:
        of: id of the statement that is superseded, corrected, withdrawn or disputed.
    """

    verb: Verb
    of: StatementId


class Scope(Record):
    """What a statement is about, in opaque uids; all members may be absent."""

    shot: Uid | None = None
    element: Uid | None = None
    take: Uid | None = None
    range: FrameRange | None = None


class Statement(Record):
    """What somebody says (protocol 1).

    Attributes:
        log: origin of the log that it is made for.
        key: 32 hex digits; the same kind and key is the same fact.
        at: when the speaker says it happened; machines derive none.
        prev: ids that it relies on; they must be in the log before it.
    """

    v: Literal[1] = 1
    log: Origin
    kind: Kind
    key: Uid
    at: Instant | None = None
    prev: tuple[StatementId, ...] = Field(max_length=256)
    act: Act | None = None
    scope: Scope
    body: dict[str, Any]


def family(kind: str) -> str:
    """The name of a kind without its version: `frame.set` of `frame.set.1`."""
    return kind.rpartition(".")[0]


class Leaves(Record):
    """A leaf blob: its Merkle root, how many leaves, and the blob's length and digest.

    Attributes:
        length: bytes.
        blob: SHA-256 of the blob.
    """

    root: Digest
    count: int = Field(ge=1)
    length: int = Field(ge=1)
    blob: Digest


class Leaf(Record):
    """One line of a leaf blob; leaves stand in the order of `number`, each once."""

    v: Literal[1] = 1

    @property
    @abstractmethod
    def number(self) -> int:
        """The frame, or whatever else its blob is ordered by."""


class Blob(Record):
    """Bytes kept beside the log: length in bytes and SHA-256."""

    length: int = Field(ge=0)
    blob: Digest
