"""Statements about keys, made from names, and folded one after another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.commitment import machine_key
from ledger.encoding.digest import sha256
from ledger.encoding.sheet import key_id_of
from ledger.encoding.statement import Checked, Draft, Secret, check, compose
from ledger.history.authority import Authority
from ledger.records.identity import as_statement_id
from ledger.records.statement import Act, Verb

LOG = "jangbu.invalid/0123456789abcdef"
BLINDING = sha256(b"key story")


def public(name: str) -> bytes:
    """The public key of a name."""
    key = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()))
    return key.public_key().public_bytes_raw()


def key_id(name: str) -> str:
    return key_id_of(public(name))


def own(names: str) -> dict[str, Any]:
    """Log key, recovery key and root, as a body names them: `own("1")`."""
    return {
        "log_key": public(f"log {names}").hex(),
        "recovery_key": public(f"recovery {names}").hex(),
        "admission_roots": [public(f"root {names}").hex()],
    }


def genesis(names: str = "1") -> tuple[str, dict[str, Any]]:
    return "genesis.1", {
        "studio": "57" * 16,
        "canonical": "rfc8785-restricted/1",
        "hashing": "rfc6962-sha256/1",
        "commitment": "hmac-sha256/1",
        "cell_size": 32,
        **own(names),
    }


def rotation(
    names: str, size: int = 1, good_until: int | None = None
) -> tuple[str, dict[str, Any]]:
    return "rotation.1", {
        **own(names),
        "reason": "scheduled" if good_until is None else "compromised",
        "continues": {"size": size, "root": "ab" * 32},
        "good_until": good_until,
    }


def key(name: str) -> tuple[str, dict[str, Any]]:
    return "key.1", {"public_key": public(name).hex(), "algorithm": "ed25519"}


def delegation(name: str, kind: str = "asset") -> tuple[str, dict[str, Any]]:
    grants = [{"kind": kind, "verbs": ["state"]}]
    return "delegation.1", {
        "key_id": key_id(name),
        "party": Secret("5e" * 16),
        "grants": grants,
    }


def revocation(name: str, good_until: int) -> tuple[str, dict[str, Any]]:
    return "revocation.1", {
        "key_id": key_id(name),
        "good_until": good_until,
        "reason": "compromised",
    }


@dataclass
class KeyStory:
    """A log of statements about keys; each `tell` is an entry."""

    authority: Authority = field(default_factory=Authority)
    ids: list[str] = field(default_factory=list)

    def tell(
        self,
        statement: tuple[str, Mapping[str, Any]],
        act: tuple[Verb, str] | None = None,
    ) -> "KeyStory":
        """Take in the next statement, or refuse it and stay as it was."""
        kind, body = statement
        found, said = stated(kind, body, len(self.ids), act)
        self.authority = self.authority.advance(found, said, len(self.ids))
        self.ids.append(found)
        return self


def stated(
    kind: str, body: Mapping[str, Any], number: int, act: tuple[Verb, str] | None = None
) -> tuple[str, Checked]:
    """A statement's id, and the statement as it is checked."""
    composed = compose(
        Draft(
            log=LOG,
            kind=kind,
            key=machine_key(BLINDING, LOG, kind, number),
            body={} if act and act[0] == "withdraw" else body,
            act=Act(verb=act[0], of=as_statement_id(act[1])) if act else None,
        ),
        lambda _: BLINDING,
    )
    return composed.id, check(composed.raw)
