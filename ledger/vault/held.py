"""What a hold keeps from an erasure: values that go on under a key of the hold's.

A hold on a shot or an element keeps what is said in it, and lets the rest of a person
go. So the values in its scope are sealed again, blinds and all, under a key of their
own, `person/<uid>/held/<hold>`, before the person's key is destroyed; commitments and
proofs stay as they are. The key is the hold's and not the one of contracts: when the
hold is over and the person is erased again, it is destroyed, and copies of the vault
that were made meanwhile become unreadable as well.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from ledger.encoding.statement import KeyRef
from ledger.records.identity import Uid
from ledger.vault.cipher import data_key, seal, unseal
from ledger.vault.database import Database
from ledger.vault.rows import ValueRow, key_ref_in, sealed_in, spot_of, values_under
from ledger.vault.tables import values

_HELD: Final = re.compile(r"person/[0-9a-z]{1,64}/held/([0-9a-f]{32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What is to be kept, and where keys are made.

    Attributes:
        by: statements in the scope of holds in force, each with its hold's short id.
        make_key: makes the key of a reference unless there is one.
    """

    by: Mapping[str, str]
    make_key: Callable[[KeyRef], bytes]


def held_key(person: Uid, hold: str) -> KeyRef:
    """The key of what a hold keeps of a person; 32 hex digits of the hold's id."""
    return f"person/{person}/held/{hold[:32]}"


def hold_of(key_ref: KeyRef) -> str | None:
    """The hold whose key this is, by its short id; `None` if it is no such key."""
    met = _HELD.fullmatch(key_ref)
    return met.group(1) if met else None


def keep_held(
    database: Database,
    person: Uid,
    leaving: Sequence[KeyRef],
    held: Held,
    secret_of: Callable[[KeyRef], bytes],
) -> int:
    """Seal again what is held and would go; how many values were.

    Durable on return: only then may the old keys be destroyed.
    """
    with database.transaction(write=True) as connection:
        rows = [
            row
            for key_ref in leaving
            for row in values_under(connection, key_ref)
            if row.statement in held.by
        ]
        for row in rows:
            _seal_again(connection, row, person, held, secret_of)
    return len(rows)


def _seal_again(
    connection: Connection,
    row: ValueRow,
    person: Uid,
    held: Held,
    secret_of: Callable[[KeyRef], bytes],
) -> None:
    spot = spot_of(row)
    plain = unseal(data_key(secret_of(key_ref_in(row))), spot, sealed_in(row))
    reference = held_key(person, held.by[spot.statement])
    sealed = seal(data_key(held.make_key(reference)), spot, plain)
    connection.execute(
        update(values)
        .where(values.c.statement == spot.statement, values.c.path == spot.path)
        .values(key_ref=reference, nonce=sealed.nonce, ciphertext=sealed.ciphertext)
    )


def held_references(connection: Connection, person: Uid) -> tuple[KeyRef, ...]:
    """Keys of holds under which anything of a person is sealed, sorted."""
    begins = f"person/{person}/held/"
    query = (
        select(values.c.key_ref)
        .distinct()
        .where(values.c.key_ref.between(begins, begins + "~"))
    )
    return tuple(sorted(connection.execute(query).scalars()))
