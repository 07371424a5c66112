"""Kinds about keys and parties: who may state what, from when, and until when."""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ledger.records.identity import Digest, KeyId, Origin, Token, Uid
from ledger.records.statement import Private, Record

_FIELD: Final = 2**255 - 19
# Heights of the points whose order divides 8: under such a key, anybody can find a
# signature for any message, so its owner could disown everything it signed.
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)


def _checked_key(text: Digest) -> Digest:
    height = int.from_bytes(bytes.fromhex(text), "little") & (2**255 - 1)
    if height >= _FIELD or height in _SMALL_ORDER:
        raise PydanticCustomError("public_key", "not an Ed25519 key that binds anybody")
    return text


PublicKey: TypeAlias = Annotated[Digest, AfterValidator(_checked_key)]
"""A raw Ed25519 public key, 32 bytes as 64 lower-case hex digits."""

Family: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=59, pattern=r"\A(?:[a-z]+(?:\.[a-z]+)*)\z"),
]
"""Name of a kind without its version, `frame.set`."""
GrantVerb: TypeAlias = Literal["state", "supersede", "correct", "withdraw", "dispute"]


class Genesis(Record):
    """Entry 0: what never changes in a log (the origin stands in the envelope).

    Attributes:
        studio: party uid of the studio that owns the log.
        log_key: signs checkpoints.
        recovery_key: kept offline; signs the rotation of the others.
        admission_roots: keys that may state keys, delegations and parties.
        cell_size: frames in a cell.
        title: of the production; committed, the text is in the vault.
    """

    studio: Uid
    log_key: PublicKey
    recovery_key: PublicKey
    admission_roots: tuple[PublicKey, ...] = Field(min_length=1, max_length=16)
    canonical: Literal["rfc8785-restricted/1"] = "rfc8785-restricted/1"
    hashing: Literal["rfc6962-sha256/1"] = "rfc6962-sha256/1"
    commitment: Literal["hmac-sha256/1"] = "hmac-sha256/1"
    cell_size: Literal[32] = 32
    title: Private | None = None


class Key(Record):
    """A public key that later delegations name."""

    public_key: PublicKey
    algorithm: Literal["ed25519"] = "ed25519"


class Grant(Record):
    """One family of kinds and what may be done with it (`state` says it anew)."""

    kind: Family
    verbs: tuple[GrantVerb, ...] = Field(min_length=1, max_length=5)


class Delegation(Record):
    """Which key may state which kinds, and for which party it speaks.

    Attributes:
        party: uid of the party whose key it is, committed. Admission needs its
            opening, because who may correct a statement depends on it.
    """

    key_id: KeyId
    party: Private
    grants: tuple[Grant, ...] = Field(min_length=1, max_length=64)


class Party(Record):
    """A person or an organisation.

    Attributes:
        party: its uid, committed, so that statements cannot be joined by it.
        name: as printed, committed.
        latin: the name in Latin letters as its owner spells it, committed.
    """

    type: Literal["person", "organisation"]
    party: Private
    name: Private
    latin: Private | None = None


class Erasure(Record):
    """Values of somebody were destroyed; names nobody and no statement.

    Attributes:
        basis: why, a token such as `pipa-36` (erasure on request).
        count: values destroyed.
        holds: values kept because the law says so.
    """

    basis: Token
    count: int = Field(ge=0)
    holds: int = Field(ge=0)


class LogPoint(Record):
    """What this log had become at one size, so that nobody can mean another history.

    Attributes:
        size: number of entries.
        root: RFC 6962 root over them.
    """

    size: int = Field(ge=1)
    root: Digest


class Rotation(Record):
    """The keys that genesis named, or the last rotation, are replaced, all of them.

    Stated by the recovery key in force, which states nothing else. It is the one key
    that whoever holds the studio's machines does not have, so what it names of the past
    holds against them too.

    Attributes:
        log_key: signs every checkpoint that holds the rotation.
        recovery_key: states the next rotation.
        continues: the log that the new keys go on with.
        good_until: first index from which the replaced roots are not believed; absent
            if they are to the end.
    """

    log_key: PublicKey
    recovery_key: PublicKey
    admission_roots: tuple[PublicKey, ...] = Field(min_length=1, max_length=16)
    reason: Literal["scheduled", "compromised", "lost"]
    continues: LogPoint
    good_until: int | None = Field(default=None, ge=1)

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """All keys that it names: log key, recovery key, roots."""
        return (self.log_key, self.recovery_key, *self.admission_roots)


class Succession(Record):
    """Another log is frozen, since its recovery key is lost; this one continues it.

    Attributes:
        log: origin of the frozen log.
        size, root: of its last checkpoint.
    """

    log: Origin
    size: int = Field(ge=1)
    root: Digest


class Revocation(Record):
    """A key may state nothing any more, and is not believed from an index on.

    Attributes:
        good_until: first index from which its statements are not believed.
    """

    key_id: KeyId
    good_until: int = Field(ge=0)
    reason: Literal["compromised", "lost", "left"]
