"""Statements that people sign themselves: preparing the requests.

The production composes: its keys blind the private values, so that erasing a person
erases these, too. The person signs elsewhere; what comes back is admitted by
`ledger.production.contributed`.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ledger.encoding import canonical
from ledger.encoding.commitment import Opening
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Composed, Draft, canonical_object, check, compose
from ledger.errors import (
    ErasedEvidenceError,
    MissingEvidenceError,
    UnknownReferenceError,
)
from ledger.evidence.contribution_file import OpenedSigned, OpenedStatement
from ledger.evidence.contribution_form import (
    OpenedField,
    Request,
    Told,
    private_paths,
    stated_leaves,
)
from ledger.evidence.proofs.authorities import deciding_statements
from ledger.evidence.proofs.forms import Proof
from ledger.evidence.proofs.logged import log_statement
from ledger.history.naming import named_by
from ledger.log.tree import Nodes, leaf_hash
from ledger.ports import StoredStatement
from ledger.production.current import history_of
from ledger.production.opening import Production
from ledger.production.registry import uid_of
from ledger.records.identity import (
    StatementId,
    as_digest,
    as_origin,
    as_uid,
    instant_from,
)

COUNTERSIGNATURE: Final = "countersignature.1"


def prepared(
    production: Production,
    composed: Sequence[Composed],
    public_key: bytes,
    names: Mapping[str, str],
) -> Request:
    """The request to sign some statements; nothing of them is kept or stated.

    Args:
        production: opened, with its log in reach; what the statements rely on, apart
            from each other, is in the log.
        composed: the statements, in order.
        public_key: of who is to sign.
        names: words for uids and ids, beside those of the registry.

    Raises:
        ErasedEvidenceError: something that they rely on was erased.
        UnknownReferenceError: or is not in the log.
    """
    told = [_told(production, one) for one in composed]
    relied_on = list(_relied_on(production, composed))
    raws = [one.statement for one in (*told, *relied_on)]
    opened = [item.value for one in (*told, *relied_on) for item in one.openings]
    known = {**registry_names(production), **names}
    used = set(_texts([raws, opened]))
    return Request(
        log=as_origin(production.log),
        org=as_uid(production.studio),
        public_key=as_digest(public_key.hex()),
        names={name: words for name, words in sorted(known.items()) if name in used},
        statements=tuple(told),
        relied_on=tuple(relied_on),
        standing=_standing(production, public_key),
    )


def registry_names(production: Production) -> dict[str, str]:
    """What the production calls its parties, shots and elements, by uid."""
    registry = production.registry
    named = {uid_of(one): one.name for one in registry.party}
    named |= {uid_of(one): one.name for one in registry.element}
    named |= {uid_of(one): one.code for one in registry.shot}
    return {str(uid): name for uid, name in named.items()}


def composed_countersignature(
    production: Production, of: Sequence[str], role: str, at: datetime
) -> Composed:
    """The confirmation of statements in the log, to be signed by another party."""
    return production.recorder.compose(
        _confirming(production.log, of, role, at, secrets.token_hex(16))
    )


def countersigning(
    signed: OpenedSigned, public_key: bytes, role: str, at: datetime
) -> Request:
    """The request to confirm what somebody else signed; made without a production.

    Its blinds are random: the device has no key of the production, and a
    countersignature has no private field.
    """
    secret = secrets.token_bytes(32)
    theirs = signed.opened
    of = [one.id for one in theirs.statements]
    draft = _confirming(theirs.request.log, of, role, at, secrets.token_hex(16))
    composed = compose(draft, lambda _: secret)
    told = {one.id: _as_relied_on(one) for one in theirs.statements}
    told |= {one.id: _as_relied_on(one) for one in theirs.relied_on.values()}
    return Request(
        log=theirs.request.log,
        org=theirs.request.org,
        public_key=as_digest(public_key.hex()),
        names=theirs.request.names,
        statements=(_request_form(composed),),
        relied_on=tuple(told.values()),
    )


# --- composing ------------------------------------------------------------------------


def _confirming(
    log: str, of: Sequence[str], role: str, at: datetime, key: str
) -> Draft:
    return Draft(
        log=log,
        kind=COUNTERSIGNATURE,
        key=key,
        body={"of": list(of), "role": role},
        at=instant_from(at),
    )


def _told(production: Production, composed: Composed) -> Told:
    leaves = stated_leaves(check(composed.raw))
    blob = None if leaves is None else production.blobs.read(leaves.blob)
    return _request_form(composed, blob)


def _request_form(composed: Composed, blob: bytes | None = None) -> Told:
    return Told(
        statement=canonical_object(composed.raw),
        blind=as_digest(composed.blind.hex()),
        by_blind=as_digest(composed.by_blind.hex()),
        openings=tuple(_field(one.opening) for one in composed.values),
        leaves=None if blob is None else blob.decode(),
    )


def _as_relied_on(one: OpenedStatement) -> Told:
    rows = [_row(row) for row in one.leaves]
    return Told(
        statement=canonical_object(one.said.raw),
        blind=as_digest(one.blind.hex()),
        openings=tuple(_field(opening) for opening in one.openings),
        leaves="".join(rows) or None,
    )


def _row(row: dict[str, Any]) -> str:
    """A leaf as it stands in its blob."""
    return canonical.encode(row).decode() + "\n"


def _field(opening: Opening) -> OpenedField:
    return OpenedField(
        path=opening.path, value=opening.value, blind=as_digest(opening.blind.hex())
    )


def _relied_on(production: Production, composed: Sequence[Composed]) -> Iterator[Told]:
    own = {one.id for one in composed}
    named: dict[StatementId, None] = {}
    for one in composed:
        said = check(one.raw)
        for earlier in named_by(said.statement, said.body):
            if earlier not in own:
                named[earlier] = None
    reader = production.reader()
    history = history_of(reader)
    for earlier in named:
        if not history.knows(earlier):
            raise UnknownReferenceError(
                "statements that are in the log",
                met=f"{earlier}, which is not",
                advice="jangbu log list shows the entries.",
            )
        index = history.head(earlier).index
        (stored,) = reader.statements(index, index + 1)
        yield _logged(production, stored)


def _logged(production: Production, stored: StoredStatement) -> Told:
    said = check(stored.raw)
    blind, _ = production.vault.blinds(stored.id)
    leaves = stated_leaves(said) if stored.kind.startswith("asset.") else None
    blob = None if leaves is None else production.blobs.read(leaves.blob)
    return Told(
        statement=canonical_object(stored.raw),
        blind=as_digest(blind.hex()),
        openings=tuple(_openings(production, stored.id, said.json["body"])),
        leaves=None if blob is None else blob.decode(),
    )


def _openings(
    production: Production, statement: str, body: object
) -> Iterator[OpenedField]:
    for path in sorted(private_paths(body)):
        try:
            yield _field(production.vault.open(statement, path))
        except (ErasedEvidenceError, MissingEvidenceError):
            continue  # it is shown as withheld


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, item in value.items():
                yield str(name)
                yield from _texts(item)
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case _:
            return


def _standing(production: Production, public_key: bytes) -> Proof:
    """What shows that the log lets a key state what it may."""
    reader = production.reader()
    entries = reader.entries(0, reader.size())
    nodes = Nodes([leaf_hash(raw) for raw in entries])
    signers = {key_id_of(public_key)}
    return Proof(
        checkpoint=reader.checkpoint().decode(),
        keys=tuple(
            log_statement(stored, nodes, reader, production.vault)
            for stored in deciding_statements(reader, entries, signers)
        ),
    )
