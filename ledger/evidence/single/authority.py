"""Which key may say what, entry by entry (docs/specs/kinds.md)."""

from dataclasses import dataclass, field
from typing import Any

from ledger.evidence.single.encoding import demand, digest_of, key_id
from ledger.evidence.single.history import ROOT_ONLY, family


@dataclass
class Authority:
    """Keys and their rights after some entries.

    Attributes:
        log_keys: (first size, public key): which key signs checkpoints from a size on.
        stated_at: by id of a key or delegation, the index at which it was stated.
        known: ids of all keys that were ever named.
        owners: ids of all roots and recovery keys that there ever were.
        ended: ids of keys that a revocation or a rotation has ended.
        doubted_from: by key id, the first index from which it is not believed.
    """

    roots: dict[str, bytes] = field(default_factory=dict)
    recovery: bytes = b""
    log_keys: list[tuple[int, bytes]] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    delegations: dict[str, dict[str, Any]] = field(default_factory=dict)
    stated_at: dict[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    doubted_from: dict[str, int] = field(default_factory=dict)

    def public_key(self, signer: str) -> bytes | None:
        """The public half of a key that may sign sheets."""
        if signer in self.roots:
            return self.roots[signer]
        if self.recovery and signer == key_id(self.recovery):
            return self.recovery
        return {key_id(key): key for key in self.keys.values()}.get(signer)

    def log_key(self, size: int) -> bytes:
        """The key that signs a checkpoint of this size."""
        return [key for first, key in self.log_keys if first <= size][-1]

    def permits(self, signer: str, kind: str, verb: str) -> bool:
        """Whether a key may say this."""
        if self.recovery and signer == key_id(self.recovery):
            return family(kind) == "rotation"
        if signer in self.roots:
            return family(kind) != "rotation"
        if family(kind) in ROOT_ONLY or self.public_key(signer) is None:
            return False
        return any(
            grant["kind"] == family(kind) and verb in grant["verbs"]
            for given in self.delegations.values()
            if given["key_id"] == signer
            for grant in given["grants"]
        )

    def doubts(self, signer: str, index: int) -> bool:
        """Whether what a key said at an index is not believed any more."""
        return index >= self.doubted_from.get(signer, index + 1)

    def advance(self, index: int, found: str, said: dict[str, Any]) -> None:
        """Take in a statement."""
        act = said.get("act", {})
        kind, body = family(said["kind"]), said["body"]
        if kind not in ROOT_ONLY or act.get("verb") == "dispute":
            return
        if act:
            self.keys.pop(act["of"], None)
            self.delegations.pop(act["of"], None)
        if act.get("verb") == "withdraw":
            return
        if kind == "rotation":
            self._rotate(index, body)
        if kind in {"genesis", "rotation"}:
            self._found(index, body)
        else:
            self._state(index, found, kind, body)

    def _state(self, index: int, found: str, kind: str, body: dict[str, Any]) -> None:
        if kind == "revocation":
            self._revoke(index, body)
        elif kind == "key":
            self._name(digest_of(body["public_key"]))
            self.keys[found] = digest_of(body["public_key"])
            self.stated_at[found] = index
        elif kind == "delegation":
            given = {one["key_id"] for one in self.delegations.values()}
            fresh = body["key_id"] not in given | self.ended
            demand(fresh, f"entry {index}: a second delegation, or of an ended key")
            self.known.add(body["key_id"])
            self.delegations[found] = body
            self.stated_at[found] = index

    def _name(self, public_key: bytes) -> None:
        demand(key_id(public_key) not in self.ended, "a key that has ended comes back")
        self.known.add(key_id(public_key))

    def _found(self, index: int, body: dict[str, Any]) -> None:
        roots = list(map(digest_of, body["admission_roots"]))
        self.roots = {key_id(one): one for one in roots}
        self.recovery, log_key = (
            digest_of(body["recovery_key"]),
            digest_of(body["log_key"]),
        )
        self.owners |= {*self.roots, key_id(self.recovery)}
        self.known |= {*self.owners, key_id(log_key)}
        self.log_keys.append((index + 1, log_key))

    def _rotate(self, index: int, body: dict[str, Any]) -> None:
        named = [body["log_key"], body["recovery_key"], *body["admission_roots"]]
        new = {key_id(digest_of(one)) for one in named}
        demand(not new & self.known, f"entry {index}: a key that is not new")
        demand(body["continues"]["size"] <= index, f"entry {index}: of the future")
        doubtful = set(self.roots)
        good_until = body.get("good_until")
        own = {*self.roots, key_id(self.recovery), key_id(self.log_keys[-1][1])}
        if good_until is not None:
            late = {one for one, at in self.stated_at.items() if at >= good_until}
            doubtful |= {key_id(key) for one, key in self.keys.items() if one in late}
            doubtful |= {
                one["key_id"] for name, one in self.delegations.items() if name in late
            }
            self._end(doubtful, good_until)
        self._end(own, None)

    def _revoke(self, index: int, body: dict[str, Any]) -> None:
        signer, good_until = body["key_id"], body["good_until"]
        own = signer in self.owners or signer == key_id(self.log_keys[-1][1])
        demand(not own and signer in self.known, f"entry {index}: revokes another key")
        demand(good_until <= index, f"entry {index}: of the future")
        self._end({signer}, good_until)

    def _end(self, signers: set[str], good_until: int | None) -> None:
        self.ended |= signers
        self.keys = {one: k for one, k in self.keys.items() if key_id(k) not in signers}
        self.delegations = {
            one: it
            for one, it in self.delegations.items()
            if it["key_id"] not in signers
        }
        for signer in signers if good_until is not None else ():
            before = self.doubted_from.get(signer, good_until)
            self.doubted_from[signer] = min(int(good_until or 0), int(before or 0))
