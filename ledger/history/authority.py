"""Which key may state what: a fold over the statements that decide about keys.

1. Genesis names the log key, the recovery key and the admission roots. A root may state
   every kind but a rotation.
2. Only a root may state genesis, key, delegation, revocation and succession.
3. The recovery key in force states a rotation and nothing else. From the entry after it
   on, the keys that it names are in force, all of them new to the log, and those before
   have no right any more.
4. Any other key needs a current `key` statement with its public half and a current
   `delegation` that grants the family of the kind with the verb (`state` if there is
   no act). Both stand before the statement in the log.
5. A key has at most one current delegation: a change supersedes it. So it speaks for
   one party at a time.
6. A withdrawn or superseded key or delegation ends with the entry that does it, a
   revoked key with the revocation; what was stated before stays stated.
7. A rotation leaves keys and delegations as they are, but for those that were stated
   from its `good_until` on: they end with it.
8. A key that a revocation or a rotation has ended is never stated or delegated again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Checked
from ledger.errors import (
    ConflictingRecordError,
    NotPermittedError,
    UnknownReferenceError,
)
from ledger.history.log_keys import LogKeys
from ledger.records.authority import Delegation, Genesis, Key, Revocation, Rotation
from ledger.records.statement import family

ROTATION: Final = "rotation"
ROOT_ONLY: Final = frozenset(
    {"genesis", "key", "delegation", "revocation", "succession"}
)
"""Families that an admission root states, and no delegated key."""
DECIDING: Final = ROOT_ONLY | {ROTATION}
"""Families that decide whose word counts in a log: no bundle withholds one of them."""
DOUBTING: Final = frozenset({"revocation", ROTATION})
"""Families that may take back the belief in what a key stated before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who may state what after some prefix of a log; a value, never changed.

    Attributes:
        roots: public keys of the admission roots, by key id.
        recovery: public key of the recovery key in force; empty before genesis.
        log_keys: which key signs checkpoints, by their size.
        keys: current `key` statements: id to public key.
        delegations: current `delegation` statements, by id.
        stated_at: index of each of these statements.
        spoken_by: by key id, the newest delegation that it ever had: whose key it is
            or was stays known after the delegation has ended.
        owners: ids of all roots and recovery keys that there ever were: they speak for
            the studio.
        known: ids of all keys that were ever named, by whichever statement.
        ended: ids of keys that a revocation or a rotation has ended.
        doubted_from: by key id, the first index from which its statements are not
            believed any more; keys without doubt are not in it.
        studio: uid of the party that the roots speak for; "" before genesis.
    """

    roots: Mapping[str, bytes] = field(default_factory=dict)
    recovery: bytes = b""
    log_keys: LogKeys = field(default_factory=LogKeys)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    delegations: Mapping[str, Delegation] = field(default_factory=dict)
    stated_at: Mapping[str, int] = field(default_factory=dict)
    spoken_by: Mapping[str, str] = field(default_factory=dict)
    owners: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()
    doubted_from: Mapping[str, int] = field(default_factory=dict)
    studio: str = ""
    # Derived, since admission asks for each statement.
    _signers: Mapping[str, bytes] = field(init=False, repr=False, compare=False)
    _granted: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        signers = {key_id_of(key): key for key in self.keys.values()}
        if self.recovery:
            signers[key_id_of(self.recovery)] = self.recovery
        granted = {one.key_id: name for name, one in self.delegations.items()}
        object.__setattr__(self, "_signers", {**signers, **self.roots})
        object.__setattr__(self, "_granted", granted)

    @property
    def log_key(self) -> str:
        """Public half of the log key in force, in hex; "" before genesis."""
        periods = self.log_keys.periods
        return periods[-1][1].hex() if periods else ""

    def public_key(self, key_id: str) -> bytes | None:
        """The public half of a key that may sign sheets; `None` if unknown."""
        return self._signers.get(key_id)

    def delegation_of(self, key_id: str) -> str | None:
        """Id of the current delegation of a key; `None` for roots and strangers."""
        return self._granted.get(key_id)

    def permits(self, key_id: str, kind: str, verb: str | None) -> bool:
        """Whether a key may state a kind, anew (`None`) or with a verb."""
        named = family(kind)
        if self.recovery and key_id == key_id_of(self.recovery):
            return named == ROTATION
        if key_id in self.roots:
            return named != ROTATION
        statement = self.delegation_of(key_id)
        if statement is None or self.public_key(key_id) is None or named in DECIDING:
            return False
        return any(
            grant.kind == named and (verb or "state") in grant.verbs
            for grant in self.delegations[statement].grants
        )

    def require(self, key_id: str, kind: str, verb: str | None) -> None:
        """Refuse a key that may not state this.

        Raises:
            NotPermittedError: there is no such grant at this point of the log.
        """
        if self.permits(key_id, kind, verb):
            return
        if family(kind) == ROTATION:
            raise NotPermittedError(
                "a rotation signed by the recovery key in force",
                met=f"key {key_id}, which is another",
                advice="Sign it with the recovery key that genesis names, or the last "
                "rotation; no other key can replace keys.",
                where="/kind",
                kind=kind,
            )
        raise NotPermittedError(
            f"a key with a delegation for {family(kind)}, {verb or 'state'}",
            met=f"key {key_id} without one",
            advice="Have an admission root delegate it, or sign with another key.",
            where="/kind",
            kind=kind,
        )

    def doubts(self, key_id: str, index: int) -> bool:
        """Whether a statement that a key made at an index is not believed any more."""
        doubted = self.doubted_from.get(key_id)
        return doubted is not None and index >= doubted

    def advance(self, statement_id: str, said: Checked, index: int) -> "Authority":
        """The authority after the statement at an index, of any kind.

        Raises:
            ConflictingRecordError: the key has a current delegation, or has ended, or a
                rotation names one that is not new.
            UnknownReferenceError: a key that nobody stated is revoked, or a point of
                the log is named that is still to come.
        """
        kind = family(said.statement.kind)
        act = said.statement.act
        # A dispute leaves its target in force, and puts nothing into force itself.
        if kind not in DECIDING or (act is not None and act.verb == "dispute"):
            return self
        after = _replaced(self, said)
        match said.body:
            case Genesis() as body:
                after = replace(_under(self, body, index), studio=body.studio)
            case Rotation() as body:
                after = _rotated(self, body, index)
            case Revocation() as body:
                after = _revoked(self, body, index)
            case Key() as body:
                after = _with_key(after, statement_id, body, index)
            case Delegation() as body:
                after = _with_grants(after, statement_id, body, index)
            case _:
                pass  # a withdrawal, a succession
        return after


# --- genesis, rotation, revocation ----------------------------------------------------


def _under(before: Authority, body: Genesis | Rotation, index: int) -> Authority:
    """With the keys that a genesis or a rotation names in force."""
    roots = _by_key_id(body.admission_roots)
    recovery, log_key = map(bytes.fromhex, (body.recovery_key, body.log_key))
    own = frozenset({*roots, key_id_of(recovery)})
    return replace(
        before,
        roots=roots,
        recovery=recovery,
        log_keys=before.log_keys.rotated(index, log_key),
        owners=before.owners | own,
        known=before.known | own | {key_id_of(log_key)},
    )


def _rotated(before: Authority, body: Rotation, index: int) -> Authority:
    if before.known & _by_key_id(body.keys).keys():
        # A key that comes back could be the one that was stolen.
        raise ConflictingRecordError(
            "a rotation to keys that are new to the log",
            met="a key that was named before",
            advice="Make new keys: a key that was replaced never comes back.",
            where="/body",
        )
    _refuse_later(body.continues.size, index, "/body/continues/size")
    own = {*before.roots, key_id_of(before.recovery)}
    own.add(key_id_of(bytes.fromhex(before.log_key)))
    ended = _ending(before, frozenset(own), None)
    if body.good_until is not None:
        ended = _ending(ended, _doubtful(before, body.good_until), body.good_until)
    return _under(ended, body, index)


def _doubtful(before: Authority, first: int) -> frozenset[str]:
    """The roots, and keys that were stated or delegated from an index on."""
    late = {one for one, index in before.stated_at.items() if index >= first}
    keys = {key_id_of(key) for one, key in before.keys.items() if one in late}
    keys |= {one.key_id for name, one in before.delegations.items() if name in late}
    return frozenset(keys | before.roots.keys())


def _revoked(before: Authority, body: Revocation, index: int) -> Authority:
    _refuse_later(body.good_until, index, "/body/good_until")
    own = body.key_id in before.owners | _by_key_id([before.log_key]).keys()
    if own or body.key_id not in before.known:
        raise UnknownReferenceError(
            "a key that was stated or delegated in this log",
            met="a key of the log itself" if own else "another key",
            advice="Name the key's id. The log's own keys are replaced: jangbu rotate.",
            where="/body/key_id",
        )
    return _ending(before, frozenset({body.key_id}), body.good_until)


def _ending(
    before: Authority, key_ids: frozenset[str], doubted: int | None
) -> Authority:
    """Without these keys for ever; from `doubted` on they are not believed."""
    doubts = dict(before.doubted_from)
    if doubted is not None:
        # Of two revocations the one that doubts more counts.
        doubts |= {one: min(doubted, doubts.get(one, doubted)) for one in key_ids}
    kept = _keeping(
        before,
        {one for one, key in before.keys.items() if key_id_of(key) not in key_ids},
        {one for one, it in before.delegations.items() if it.key_id not in key_ids},
    )
    return replace(kept, ended=before.ended | key_ids, doubted_from=doubts)


# --- key and delegation ---------------------------------------------------------------


def _with_key(before: Authority, statement_id: str, body: Key, index: int) -> Authority:
    key = bytes.fromhex(body.public_key)
    _refuse_ended(before, key_id_of(key), "/body/public_key")
    return replace(
        before,
        keys={**before.keys, statement_id: key},
        stated_at={**before.stated_at, statement_id: index},
        known=before.known | {key_id_of(key)},
    )


def _with_grants(
    before: Authority, statement_id: str, body: Delegation, index: int
) -> Authority:
    _refuse_ended(before, body.key_id, "/body/key_id")
    if before.delegation_of(body.key_id) is not None:
        raise ConflictingRecordError(
            "a key without a current delegation",
            met="a key that has one",
            advice="Supersede the delegation that it has.",
            where="/body/key_id",
        )
    return replace(
        before,
        delegations={**before.delegations, statement_id: body},
        stated_at={**before.stated_at, statement_id: index},
        spoken_by={**before.spoken_by, body.key_id: statement_id},
        known=before.known | {body.key_id},
    )


def _refuse_ended(before: Authority, key_id: str, where: str) -> None:
    if key_id in before.ended:
        raise ConflictingRecordError(
            "a key that was never revoked or rotated away",
            met="one that was",
            advice="Make a new key: what was given up never comes back.",
            where=where,
        )


def _replaced(before: Authority, said: Checked) -> Authority:
    """Without what the statement's act replaces."""
    act = said.statement.act
    if act is None:
        return before
    return _keeping(
        before, before.keys.keys() - {act.of}, before.delegations.keys() - {act.of}
    )


def _keeping(
    before: Authority, keys: Collection[str], delegations: Collection[str]
) -> Authority:
    at = before.stated_at
    return replace(
        before,
        keys={one: key for one, key in before.keys.items() if one in keys},
        delegations={
            one: grants
            for one, grants in before.delegations.items()
            if one in delegations
        },
        stated_at={one: at[one] for one in at if one in keys or one in delegations},
    )


def _by_key_id(keys: Collection[str]) -> dict[str, bytes]:
    return {key_id_of(key): key for key in map(bytes.fromhex, keys)}


def _refuse_later(size: int, index: int, where: str) -> None:
    if size > index:
        raise UnknownReferenceError(
            "a size that the log had before this statement",
            met=f"{size}, in a statement at index {index}",
            advice="Name a size up to the newest checkpoint's.",
            where=where,
        )
