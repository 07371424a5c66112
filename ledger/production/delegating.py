"""Keys and what they may state: the pipeline's, and those of parties with `may`.

A key has one delegation at a time. When what it may state changes, the delegation is
superseded; when nothing is left, it is withdrawn. Nothing that stands is said again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import machine_key
from ledger.encoding.models import dump
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import STUDIO, Composed, Draft, Secret, check
from ledger.keys.folder import party_key
from ledger.production.blinding import erasable_key
from ledger.production.current import history_of, in_force, opened
from ledger.production.opening import Production
from ledger.production.own_keys import whole_authority
from ledger.production.party_keys import own_key
from ledger.production.registry import PartyTable, uid_of
from ledger.records.authority import Delegation, Key
from ledger.records.identity import as_statement_id
from ledger.records.statement import Act, Verb

Grants: TypeAlias = Sequence[Mapping[str, Any]]

PIPELINE_GRANTS: Final = [
    {"kind": kind, "verbs": list(verbs)}
    for kind, verbs in (
        ("asset", ("state",)),
        ("change", ("state",)),
        ("cut", ("state", "supersede")),
        ("frame.set", ("state",)),
        ("generation", ("state", "supersede", "correct", "withdraw")),
        ("run", ("state",)),
        ("seal.set", ("state", "supersede")),
        ("version", ("state", "supersede")),
    )
]
PARTY_VERBS: Final = ("state", "correct", "withdraw", "dispute")
"""Not `supersede`: that would reach what others said."""


@dataclass(slots=True)
class _Stated:
    """Keys and delegations in the log.

    Attributes:
        keys: ids of keys with a current statement.
        newest: by key id, the newest delegation, also one that has ended.
        grants: by key id, what the current delegation grants.
    """

    keys: set[str] = field(default_factory=set)
    newest: dict[str, str] = field(default_factory=dict)
    grants: dict[str, Grants] = field(default_factory=dict)


def delegations(production: Production) -> Iterator[Composed]:
    """What is to be stated so that every key may state what it should."""
    stated, keys = _stated(production), production.keys
    own = Secret(production.studio)
    pipeline = keys.public_key("pipeline")
    yield from _missing(production, stated, pipeline, own, PIPELINE_GRANTS)
    for party in _with_keys(production):
        public_key = own_key(party)
        if public_key is None:
            name = party_key(uid_of(party))
            public_key = keys.make_signing_key(name).public_key().public_bytes_raw()
        # Under the person's key: whose key it is can be erased, what it signed stays.
        whose = Secret(uid_of(party), of=erasable_key(keys, party))
        yield from _missing(production, stated, public_key, whose, _grants(party))
        yield from _given_up(production, stated, party, public_key)


def all_delegated(production: Production) -> bool:
    """Whether each party may state what the registry says, and nothing else."""
    stated, keys = _stated(production), production.keys
    for party in _with_keys(production):
        public_key = own_key(party)
        if public_key is None:
            name = party_key(uid_of(party))
            if not keys.has_signing_key(name):
                return False
            public_key = keys.public_key(name)
        if stated.grants.get(key_id_of(public_key), []) != _grants(party):
            return False
        if any(True for _ in _given_up(production, stated, party, public_key)):
            return False
    return True


def drop_replaced(production: Production) -> None:
    """Destroy keys in the folder of parties that have one of their own by now."""
    for party in production.registry.party:
        if own_key(party) is not None:
            production.keys.destroy_signing_key(party_key(uid_of(party)))


def _given_up(
    production: Production, stated: _Stated, party: PartyTable, public_key: bytes
) -> Iterator[Composed]:
    """Withdrawals of what other keys of the party may state: it has one key."""
    # The pipeline speaks for the studio; what was revoked has ended already.
    kept = whole_authority(production.reader()).ended | {
        key_id_of(public_key),
        key_id_of(production.keys.public_key("pipeline")),
    }
    for key_id in sorted(stated.grants.keys() - kept):
        newest = stated.newest[key_id]
        if opened(production.vault, newest, "/body/party") != uid_of(party):
            continue
        act = Act(verb="withdraw", of=as_statement_id(newest))
        yield _state(production, "delegation.1", [key_id, newest, []], {}, act)


def _with_keys(production: Production) -> Iterator[PartyTable]:
    """Parties that are to have a key, or have one."""
    for party in production.registry.party:
        name = party_key(uid_of(party))
        here = party.public_key is not None or production.keys.has_signing_key(name)
        if party.may or here:
            yield party


def _grants(party: PartyTable) -> Grants:
    return [{"kind": kind, "verbs": list(PARTY_VERBS)} for kind in sorted(party.may)]


def _stated(production: Production) -> _Stated:
    reader, stated = production.reader(), _Stated()
    history = history_of(reader)
    for one in reader.statements(0, reader.size()):
        if one.kind not in {"key.1", "delegation.1"}:
            continue
        body, current = check(one.raw).body, in_force(history, one.id)
        match body:
            case Key(public_key=public_key) if current:
                stated.keys.add(key_id_of(bytes.fromhex(public_key)))
            case Delegation(key_id=key_id, grants=grants):
                stated.newest[key_id] = one.id
                if current:
                    stated.grants[key_id] = [dump(grant) for grant in grants]
            case _:
                continue
    return stated


def _missing(
    production: Production,
    stated: _Stated,
    public_key: bytes,
    whose: Secret,
    grants: Grants,
) -> Iterator[Composed]:
    key_id = key_id_of(public_key)
    there = stated.grants.get(key_id)
    if grants and key_id not in stated.keys:
        body = {"public_key": public_key.hex(), "algorithm": "ed25519"}
        yield _state(production, "key.1", key_id, body)
    if there == grants or not (there or grants):
        return
    newest = stated.newest.get(key_id)
    # The first one is told by its key alone; later ones by what they come after.
    kinds: JsonValue = [str(grant["kind"]) for grant in grants]
    natural: JsonValue = [key_id, newest, kinds] if newest else key_id
    act = None
    if there is not None and newest is not None:
        verb: Verb = "supersede" if grants else "withdraw"
        act = Act(verb=verb, of=as_statement_id(newest))
    granting = {"key_id": key_id, "party": whose, "grants": grants}
    yield _state(production, "delegation.1", natural, granting if grants else {}, act)


def _state(
    production: Production,
    kind: str,
    natural: JsonValue,
    body: Mapping[str, object],
    act: Act | None = None,
) -> Composed:
    secret = production.keys.blinding_key(STUDIO)
    return production.recorder.compose(
        Draft(
            log=production.log,
            kind=kind,
            key=machine_key(secret, production.log, kind, natural),
            body=body,
            act=act,
        )
    )
