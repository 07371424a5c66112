"""Stating what the registry holds: parties, elements, shots, and who may state what.

Everything is derived from the registry, so stating it again gives the same bytes and
the first receipts. A changed name is a new statement that supersedes the old one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import machine_key
from ledger.encoding.statement import STUDIO, Composed, Draft, KeyRef, Secret
from ledger.errors import ProductionError
from ledger.production.blinding import erasable_key
from ledger.production.current import current_of, opened
from ledger.production.delegating import all_delegated, delegations, drop_replaced
from ledger.production.opening import Production
from ledger.production.registry import PartyTable, uid_of
from ledger.records.identity import as_statement_id
from ledger.records.statement import Act, Scope, family

NAME: Final = "/body/name"
LATIN: Final = "/body/latin"
ALIAS: Final = "/body/alias"
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "element.1": (NAME,),
    "shot.1": (ALIAS,),
    "party.1": (NAME, LATIN),
}
"""Where what may change stands, by kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the registry says about one thing.

    Attributes:
        uid: of the thing; natural part of the statement's key.
        labels: the private values that may change: names, or a dated code.
    """

    kind: str
    uid: str
    labels: tuple[JsonValue, ...]
    body: Mapping[str, object]
    scope: Scope
    blinded_by: KeyRef = STUDIO


def register(production: Production) -> int:
    """State what the registry holds and the log lacks; how many were new."""
    statements = [*delegations(production), *_changes(production)]
    receipts = production.recorder.record(statements, "studio")
    if len(receipts) == len(statements):
        drop_replaced(production)
    return sum(receipt.new for receipt in receipts)


def refuse_unregistered(production: Production) -> None:
    """Refuse a registry with names or codes that the log does not have yet.

    Raises:
        ProductionError: something in it was not stated.
    """
    change = next(_changes(production), None)
    if change is not None or not all_delegated(production):
        what = family(change.kind) if change is not None else "list of what a party may"
        raise ProductionError(
            "a registry whose rows are all in the log",
            met=f"a new or changed {what}",
            advice="Run jangbu register on the production folder.",
            where=str(production.layout.registry),
        )


def _changes(production: Production) -> Iterator[Composed]:
    known = _known(production)
    for wanted in _wanted(production):
        stated = known.get((wanted.kind, wanted.uid))
        if stated is not None and stated[1] == wanted.labels:
            continue
        first, *others = wanted.labels
        label: JsonValue = [first, *others] if others else first
        natural: JsonValue = [wanted.uid, label, stated[0] if stated else ""]
        yield _state(production, wanted, natural, stated[0] if stated else None)


def _known(
    production: Production,
) -> dict[tuple[str, str], tuple[str, tuple[object, ...]]]:
    vault = production.vault
    known: dict[tuple[str, str], tuple[str, tuple[object, ...]]] = {}
    for one in current_of(production.reader(), *map(family, LABELS)):
        scope, kind = one.said.statement.scope, one.said.statement.kind
        uid = scope.element or scope.shot or opened(vault, one.id, "/body/party")
        private = one.said.statement.body
        known[kind, str(uid)] = (
            one.id,
            tuple(
                opened(vault, one.id, path)
                for path in LABELS[kind]
                if path.removeprefix("/body/") in private
            ),
        )
    return known


def _wanted(production: Production) -> Iterator[Wanted]:
    registry = production.registry
    for party in registry.party:
        yield _party(production, party)
    for element in registry.element:
        uid = uid_of(element)
        yield Wanted(
            kind="element.1",
            uid=uid,
            labels=(element.name,),
            body={"name": Secret(element.name)},
            scope=Scope.model_validate({"element": uid}),
        )
    for shot in registry.shot:
        uid = uid_of(shot)
        alias: JsonValue = {"code": shot.code, "since": str(shot.since or "")}
        yield Wanted(
            kind="shot.1",
            uid=uid,
            labels=(alias,),
            body={"alias": Secret(alias)},
            scope=Scope.model_validate({"shot": uid}),
        )


def _party(production: Production, party: PartyTable) -> Wanted:
    uid = uid_of(party)
    named = {"name": party.name, "latin": party.latin}
    given = {name: text for name, text in named.items() if text is not None}
    return Wanted(
        kind="party.1",
        uid=uid,
        labels=tuple(given.values()),
        body={
            "type": party.type,
            "party": Secret(uid),
            **{name: Secret(text) for name, text in given.items()},
        },
        scope=Scope(),
        blinded_by=erasable_key(production.keys, party),
    )


def _state(
    production: Production, wanted: Wanted, natural: JsonValue, replaces: str | None
) -> Composed:
    # The key is derived under the blinding key, so it tells nothing either.
    secret = production.keys.blinding_key(wanted.blinded_by)
    act = None
    if replaces is not None:
        act = Act(verb="supersede", of=as_statement_id(replaces))
    return production.recorder.compose(
        Draft(
            log=production.log,
            kind=wanted.kind,
            key=machine_key(secret, production.log, wanted.kind, natural),
            body=wanted.body,
            act=act,
            scope=wanted.scope,
            blinded_by=wanted.blinded_by,
        )
    )
