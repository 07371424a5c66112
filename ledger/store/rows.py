"""What sequencing asks of the tables of one log, whatever the database.

An implementation works inside one open transaction that holds off other writers, and
differs by dialect in nothing but its SQL. It decides nothing: it looks up and inserts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol, Self, TypeAlias

import msgspec

from ledger.encoding.entry import parse_entry
from ledger.log.tree import Frontier, leaf_hash
from ledger.ports import Receipt
from ledger.records.statement import Scope

KindKey: TypeAlias = tuple[str, str]
"""Kind and key of a statement: what makes a second submission a retry."""
NO_SCOPE: Final = Scope()
"""Of most statements; for projections, this one object says that there is nothing."""


class StoredEntry(NamedTuple):
    """An entry that is in the log, in as much as a receipt says of it.

    Attributes:
        leaf: RFC 6962 leaf hash, 32 bytes.
    """

    idx: int
    id: str
    at: str
    leaf: bytes

    @classmethod
    def of(cls, index: int, raw: bytes) -> Self:
        """Read a row's bytes."""
        entry = parse_entry(raw)
        return cls(idx=index, id=entry.id, at=entry.at, leaf=leaf_hash(raw))


class Admitted(msgspec.Struct, frozen=True, gc=False):
    """A statement that was let in, with its entry; stored by the transaction's end.

    Made by the thousand: nothing for the collector of garbage to walk through.

    Attributes:
        idx: its place in the log.
        id: its blinded id.
        kind: as in the statement, like `key`.
        at: admission time, as the entry states it.
        sheet: digest of the envelope that listed it.
        scope: what it is about, for projections.
        body: canonical bytes of the statement.
        entry: canonical bytes of the entry.
        leaf: RFC 6962 leaf hash of the entry, 32 bytes.
    """

    idx: int
    id: str
    kind: str
    key: str
    at: str
    sheet: str
    scope: Scope
    body: bytes
    entry: bytes
    leaf: bytes


class LogRows(Protocol):
    """The rows of one log, inside one transaction."""

    def newest_note(self) -> bytes | None:
        """The newest signed checkpoint; `None` for an empty log."""
        ...

    def entries(self, start: int) -> Iterable[bytes]:
        """Canonical bytes of the entries from an index on, in order."""
        ...

    def statement(self, statement: str) -> bytes | None:
        """Canonical bytes of a statement by its id; `None` if it is not there."""
        ...

    def envelope_of(self, statement: str) -> bytes | None:
        """The envelope of the sheet that listed a stored statement.

        `None` if either is not there.
        """
        ...

    def stored(self, places: Collection[KindKey]) -> Mapping[KindKey, StoredEntry]:
        """The entries of those statements that are in the log, in one query."""
        ...

    def stage(self, some: Sequence[Admitted]) -> None:
        """Take what was let in and will be given to `insert_admitted`, in its order.

        A database that can begin with it does; nothing is stored by this.
        """
        ...

    def insert_sheets(self, envelopes: Mapping[str, bytes]) -> None:
        """Keep envelopes by digest, each once.

        A retry may bring new statements on an old sheet.
        """
        ...

    def insert_admitted(self, added: Sequence[Admitted]) -> None:
        """Append entries and their statements; ascending by index, without gaps."""
        ...

    def insert_checkpoint(self, frontier: Frontier, note: bytes) -> None:
        """Keep a signed checkpoint with the right edge of its tree."""
        ...


def receipt_of(answer: Admitted | StoredEntry, checkpoint: str) -> Receipt:
    """The receipt of what is in the log; new if it was let in just now."""
    return Receipt(
        id=answer.id,
        index=answer.idx,
        leaf=answer.leaf.hex(),
        at=answer.at,
        checkpoint=checkpoint,
        new=isinstance(answer, Admitted),
    )
