"""Stating what the registry holds: keys, delegations, parties, elements, shots.

Everything is derived from the registry, so stating it again gives the same bytes and
the first receipts. A changed name is a new statement that supersedes the old one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import machine_key
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import STUDIO, Composed, Draft, KeyRef, Secret
from ledger.errors import ProductionError
from ledger.production.current import current_of, opened
from ledger.production.opening import Production
from ledger.production.registry import PartyTable
from ledger.records.identity import as_statement_id, as_uid
from ledger.records.statement import Act, Scope, family
from ledger.vault.erasure import default_key

PIPELINE_GRANTS: Final = tuple(
    {"kind": kind, "verbs": list(verbs)}
    for kind, verbs in (
        ("asset", ("state",)),
        ("frame.set", ("state",)),
        ("generation", ("state", "supersede", "correct", "withdraw")),
        ("run", ("state",)),
        ("seal.set", ("state", "supersede")),
        ("version", ("state", "supersede")),
    )
)


NAME: Final = "/body/name"
ALIAS: Final = "/body/alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the registry says about one thing.

    Attributes:
        uid: of the thing; natural part of the statement's key.
        label: the private value that may change: a name, or a dated code.
        path: where that value stands in the statement.
    """

    kind: str
    uid: str
    label: JsonValue
    path: str
    body: Mapping[str, object]
    scope: Scope
    blinded_by: KeyRef = STUDIO


def register(production: Production) -> int:
    """State what the registry holds and the log lacks; how many were new."""
    statements = [*_authority(production), *_changes(production)]
    receipts = production.recorder.record(statements, "studio")
    return sum(receipt.new for receipt in receipts)


def refuse_unregistered(production: Production) -> None:
    """Refuse a registry with names or codes that the log does not have yet.

    Raises:
        ProductionError: something in it was not stated.
    """
    change = next(_changes(production), None)
    if change is not None:
        raise ProductionError(
            "a registry whose rows are all in the log",
            met=f"a new or changed {family(change.kind)}",
            advice="Run jangbu register on the production folder.",
            where=str(production.layout.registry),
        )


def _authority(production: Production) -> Iterator[Composed]:
    public_key = production.keys.public_key("pipeline")
    key_id = key_id_of(public_key)
    key_body = {"public_key": public_key.hex(), "algorithm": "ed25519"}
    grants = {
        "key_id": key_id,
        "party": Secret(production.studio),
        "grants": list(PIPELINE_GRANTS),
    }
    for kind, body in (("key.1", key_body), ("delegation.1", grants)):
        yield _state(production, kind, key_id, body)


def _changes(production: Production) -> Iterator[Composed]:
    known = _known(production)
    for wanted in _wanted(production):
        stated = known.get((wanted.kind, wanted.uid))
        if stated is not None and stated[1] == wanted.label:
            continue
        natural: JsonValue = [wanted.uid, wanted.label, stated[0] if stated else ""]
        yield _state(
            production,
            wanted.kind,
            natural,
            wanted.body,
            scope=wanted.scope,
            blinded_by=wanted.blinded_by,
            replaces=stated[0] if stated else None,
        )


def _known(production: Production) -> dict[tuple[str, str], tuple[str, object]]:
    reader, vault = production.reader(), production.vault
    known: dict[tuple[str, str], tuple[str, object]] = {}
    for kind, path in (("element.1", NAME), ("shot.1", ALIAS), ("party.1", NAME)):
        for one in current_of(reader, family(kind)):
            scope = one.said.statement.scope
            uid = scope.element or scope.shot or opened(vault, one.id, "/body/party")
            known[kind, str(uid)] = (one.id, opened(vault, one.id, path))
    return known


def _wanted(production: Production) -> Iterator[Wanted]:
    registry = production.registry
    for party in registry.party:
        yield _party(production, party)
    for element in registry.element:
        uid = _uid(element.uid, "element")
        yield Wanted(
            kind="element.1",
            uid=uid,
            label=element.name,
            path=NAME,
            body={"name": Secret(element.name)},
            scope=Scope.model_validate({"element": uid}),
        )
    for shot in registry.shot:
        uid = _uid(shot.uid, "shot")
        alias: JsonValue = {"code": shot.code, "since": str(shot.since or "")}
        yield Wanted(
            kind="shot.1",
            uid=uid,
            label=alias,
            path=ALIAS,
            body={"alias": Secret(alias)},
            scope=Scope.model_validate({"shot": uid}),
        )


def _party(production: Production, party: PartyTable) -> Wanted:
    uid = _uid(party.uid, "party")
    owner = STUDIO
    if party.type == "person":
        owner = default_key(as_uid(uid))
        production.keys.make_blinding_key(owner)
    return Wanted(
        kind="party.1",
        uid=uid,
        label=party.name,
        path=NAME,
        body={
            "type": party.type,
            "party": Secret(uid),
            "name": Secret(party.name),
        },
        scope=Scope(),
        blinded_by=owner,
    )


def _state(  # noqa: PLR0913  # what is stated, of what and under which key
    production: Production,
    kind: str,
    natural: JsonValue,
    body: Mapping[str, object],
    *,
    scope: Scope | None = None,
    blinded_by: KeyRef = STUDIO,
    replaces: str | None = None,
) -> Composed:
    # The key is derived under the blinding key, so it tells nothing either.
    secret = production.keys.blinding_key(blinded_by)
    act = None
    if replaces is not None:
        act = Act(verb="supersede", of=as_statement_id(replaces))
    return production.recorder.compose(
        Draft(
            log=production.log,
            kind=kind,
            key=machine_key(secret, production.log, kind, natural),
            body=body,
            act=act,
            scope=scope or Scope(),
            blinded_by=blinded_by,
        )
    )


def _uid(uid: str | None, table: str) -> str:
    if uid is None:
        raise ProductionError(
            "a uid for everything in the registry",
            met="none",
            advice="Run jangbu register, which gives new entries their uids.",
            where=f"production.toml: {table}",
        )
    return uid
