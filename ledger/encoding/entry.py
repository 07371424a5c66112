"""Entries: the leaves of the log (protocol 4).

An entry is a projection of its statement: kind, scope, references and act in clear,
the id blinded, the signer committed. It says nothing about content, so all entries of
a log can be published.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import BY_PATH, Place, commit_digest
from ledger.encoding.models import dump, parse_model
from ledger.encoding.quick import Quick
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


_QUICK: Final = Quick(Entry)


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


def project_bytes(
    said: Mapping[str, Any], *, statement_id: str, by: str, at: str, held: bool
) -> bytes:
    """The canonical bytes of a statement's entry, from values that were checked.

    The same as `encode_entry(project(…))`, without a look at each value anew.

    Args:
        said: the JSON of a checked statement.
        statement_id: its blinded id.
        by: commitment to the sheet.
        at: admission time.
        held: whether the clock ran backwards.
    """
    printed: dict[str, JsonValue] = {
        "v": 1,
        "kind": said["kind"],
        "id": statement_id,
        "scope": said["scope"],
        "refs": said["prev"],
        "by": {"#": by},
        "at": at,
    }
    if "act" in said:
        printed["act"] = said["act"]
    if held:
        printed["held"] = True
    return canonical.encode_checked(printed)


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
    # Most are entries; of the others the slower way tells what is wrong.
    return _QUICK.read(raw) or parse_model(Entry, raw)


def entry_json(raw: bytes) -> Mapping[str, Any]:
    """The JSON of an entry that is in order; errors as for `parse_entry`."""
    found = _QUICK.json(raw) if len(raw) <= MAX_ENTRY else None
    return dump(parse_entry(raw)) if found is None else found


def by_commitment(sheet_digest: str, blind: bytes, place: Place) -> Digest:
    """What `by` holds: the commitment to the sheet's digest at the path "/by".

    Args:
        sheet_digest: 64 hex digits.
        blind: b("/by"), 32 bytes.
        place: of a statement that was checked.
    """
    return commit_digest(BY_PATH, sheet_digest, blind, place)


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
