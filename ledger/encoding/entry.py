"""Entries: the leaves of the log (protocol 4).

An entry is a projection of its statement: kind, scope, references and act in clear,
the id blinded, the signer committed. It says nothing about content, so all entries of
a log can be published.
"""

from typing import Literal

from ledger.encoding import canonical
from ledger.encoding.commitment import BY_PATH, Opening, Place, commit
from ledger.encoding.models import dump, parse_model
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from ledger.records.identity import (
    Digest,
    Instant,
    StatementId,
    as_digest,
    as_instant,
    as_statement_id,
)
from ledger.records.statement import Act, Kind, Private, Record, Scope, Statement

MAX_ENTRY = 65_535
"""Bytes of an entry at most: the limit of C2SP tlog-tiles entry bundles."""


class Entry(Record):
    """One leaf.

    Attributes:
        refs: the statement's `prev`.
        by: commitment to the digest of the sheet that listed the statement.
        at: when it was admitted; never earlier than the entry before.
        held: present if the clock ran backwards and `at` repeats the entry before.
    """

    v: Literal[1] = 1
    kind: Kind
    id: StatementId
    scope: Scope
    refs: tuple[StatementId, ...]
    act: Act | None = None
    by: Private
    at: Instant
    held: Literal[True] | None = None


def project(
    statement: Statement, *, statement_id: str, by: str, at: str, held: bool = False
) -> Entry:
    """The entry of a statement."""
    return Entry(
        kind=statement.kind,
        id=as_statement_id(statement_id, "/id"),
        scope=statement.scope,
        refs=statement.prev,
        act=statement.act,
        by=Private.of(as_digest(by, "/by")),
        at=as_instant(at, "/at"),
        held=True if held else None,
    )


def encode_entry(entry: Entry) -> bytes:
    """The canonical bytes of an entry: what is hashed as a leaf."""
    return canonical.encode(dump(entry))


def parse_entry(raw: bytes) -> Entry:
    """Read an entry.

    Raises:
        MalformedRecordError: with the JSON pointer of the field.
    """
    if len(raw) > MAX_ENTRY:
        raise MalformedRecordError(
            f"an entry of at most {MAX_ENTRY} bytes",
            met=f"{len(raw)} bytes",
            advice="Refer to fewer statements.",
            where="/",
        )
    return parse_model(Entry, raw)


def by_commitment(sheet_digest: str, blind: bytes, place: Place) -> Digest:
    """What `by` holds: the commitment to the sheet's digest at the path "/by"."""
    return commit(Opening(path=BY_PATH, value=sheet_digest, blind=blind), place)


def check_projection(entry: Entry, statement: Statement, statement_id: str) -> None:
    """Refuse an entry that is not the projection of its statement.

    Raises:
        AlteredEvidenceError: kind, id, scope, references or act differ.
    """
    expected = project(
        statement,
        statement_id=statement_id,
        by=entry.by.commitment,
        at=entry.at,
        held=entry.held is not None,
    )
    for name in ("kind", "id", "scope", "refs", "act"):
        if getattr(expected, name) != getattr(entry, name):
            raise AlteredEvidenceError(
                f"the entry's {name} to be its statement's",
                met="another one",
                advice="The entry or the statement was changed: run jangbu fsck.",
                where=f"/{name}",
            )
