"""What a checked line is about to state; nothing of it is in the log yet."""

from dataclasses import dataclass, field

from ledger.encoding.statement import Composed
from ledger.records.statement import Act, Scope
from pipeline.run.assets import PlannedAsset


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a statement says beside its body: when, where, of which earlier one."""

    at: str | None = None
    scope: Scope = field(default_factory=Scope)
    act: Act | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDraft:
    """A measured change.

    Attributes:
        said: its statement; `None` if the log has it already.
        blobs: leaves and tile tables.
    """

    id: str
    said: Composed | None
    blobs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """What one line states.

    Attributes:
        kind: of the statement, `contribution.1`.
        said: the statement; `None` if the log has what the line says already.
        signer: name of the key that signs it.
        act: what it does to an earlier statement.
        sources: assets that it relies on.
        blobs: bytes that it commits to.
        notes: what a person should know; private.
    """

    number: int
    kind: str
    key: str
    said: Composed | None
    signer: str
    act: Act | None = None
    sources: tuple[PlannedAsset, ...] = ()
    change: ChangeDraft | None = None
    blobs: tuple[bytes, ...] = ()
    notes: tuple[str, ...] = ()
