"""Which key may state what: a fold over genesis, key and delegation statements.

1. Genesis names the admission roots. A root may state every kind.
2. Only a root may state genesis, key and delegation.
3. Any other key needs a current `key` statement with its public half and a current
   `delegation` that grants the family of the kind with the verb (`state` if there is
   no act). Both stand before the statement in the log.
4. A key has at most one current delegation: a change supersedes it. So it speaks for
   one party at a time.
5. A withdrawn or superseded key or delegation ends with the entry that does it; what
   was stated before stays stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Checked
from ledger.errors import ConflictingRecordError, NotPermittedError
from ledger.records.authority import Delegation, Genesis, Key
from ledger.records.statement import family

ROOT_ONLY: Final = frozenset({"genesis", "key", "delegation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who may state what after some prefix of a log; a value, never changed.

    Attributes:
        roots: public keys of the admission roots, by key id.
        keys: current `key` statements: id to public key.
        delegations: current `delegation` statements, by id.
        spoken_by: by key id, the newest delegation that it ever had: whose key it is
            or was stays known after the delegation has ended.
        studio: uid of the party that the roots speak for; "" before genesis.
    """

    roots: Mapping[str, bytes] = field(default_factory=dict)
    keys: Mapping[str, bytes] = field(default_factory=dict)
    delegations: Mapping[str, Delegation] = field(default_factory=dict)
    spoken_by: Mapping[str, str] = field(default_factory=dict)
    studio: str = ""

    def public_key(self, key_id: str) -> bytes | None:
        """The public half of a key that may sign sheets; `None` if unknown."""
        if key_id in self.roots:
            return self.roots[key_id]
        for public_key in self.keys.values():
            if key_id_of(public_key) == key_id:
                return public_key
        return None

    def delegation_of(self, key_id: str) -> str | None:
        """Id of the current delegation of a key; `None` for roots and strangers."""
        for statement, delegation in self.delegations.items():
            if delegation.key_id == key_id:
                return statement
        return None

    def permits(self, key_id: str, kind: str, verb: str | None) -> bool:
        """Whether a key may state a kind, anew (`None`) or with a verb."""
        if key_id in self.roots:
            return True
        statement = self.delegation_of(key_id)
        if statement is None or self.public_key(key_id) is None:
            return False
        if family(kind) in ROOT_ONLY:
            return False
        return any(
            grant.kind == family(kind) and (verb or "state") in grant.verbs
            for grant in self.delegations[statement].grants
        )

    def require(self, key_id: str, kind: str, verb: str | None) -> None:
        """Refuse a key that may not state this.

        Raises:
            NotPermittedError: there is no such grant at this point of the log.
        """
        if not self.permits(key_id, kind, verb):
            raise NotPermittedError(
                f"a key with a delegation for {family(kind)}, {verb or 'state'}",
                met=f"key {key_id} without one",
                advice="Have an admission root delegate it, or sign with another key.",
                where="/kind",
                kind=kind,
            )

    def advance(self, statement_id: str, said: Checked) -> "Authority":
        """The authority after one more statement of any kind.

        Raises:
            ConflictingRecordError: the key already has a current delegation.
        """
        kind = family(said.statement.kind)
        act = said.statement.act
        # A dispute leaves its target in force, and puts nothing into force itself.
        if kind not in ROOT_ONLY or (act is not None and act.verb == "dispute"):
            return self
        if isinstance(said.body, Genesis):
            roots = [bytes.fromhex(key) for key in said.body.admission_roots]
            return replace(
                self,
                roots={key_id_of(root): root for root in roots},
                studio=said.body.studio,
            )
        ended = self._without(said)
        match said.body:
            case Key(public_key=public_key):
                keys = {**ended.keys, statement_id: bytes.fromhex(public_key)}
                return replace(ended, keys=keys)
            case Delegation() as body:
                _refuse_second(ended, body)
                delegations = {**ended.delegations, statement_id: body}
                spoken_by = {**ended.spoken_by, body.key_id: statement_id}
                return replace(ended, delegations=delegations, spoken_by=spoken_by)
            case _:
                return ended

    def _without(self, said: Checked) -> "Authority":
        act = said.statement.act
        if act is None:
            return self
        return replace(
            self,
            keys={key: value for key, value in self.keys.items() if key != act.of},
            delegations={
                key: value for key, value in self.delegations.items() if key != act.of
            },
        )


def _refuse_second(authority: Authority, body: Delegation) -> None:
    if authority.delegation_of(body.key_id) is not None:
        raise ConflictingRecordError(
            "a key without a current delegation",
            met="a key that has one",
            advice="Supersede the delegation that it has.",
            where="/body/key_id",
        )
