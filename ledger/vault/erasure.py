"""Erasing a person (protocol 12): what goes, what stays, and in which order.

Two keys, one for what may go and one for what the law makes the studio keep:
`person/<uid>` and `person/<uid>/retained`. Only the first is destroyed.

The order, and what is left if the program dies or fails after each step:

1. The key is destroyed. This alone makes the values unreadable, here and in every
   backup, and it needs neither room on the disk nor the vault's lock; so it comes
   first, and neither a full disk nor a busy vault keeps anybody from being erased.
   What is left are rows that nobody can read.
2. One transaction: tombstones, deletion, joins, the tally. All of it or nothing.
   Whoever seals a value asks for the key under the writer's lock, so what was sealed
   under the key at the last moment is in the vault before this transaction begins,
   and goes with it. What is left is deleted content in free pages and in the
   write-ahead log, under a key that is gone.
3. The files are scrubbed.

Every step may be done again, so running the erasure again finishes it, and answers
with the same count: the tally outlives the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.dialects import sqlite

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import KeyRef
from ledger.records.identity import Uid, as_uid
from ledger.vault.database import Database
from ledger.vault.tables import authorities, erasures, tombstones, values

_PERSON: Final = b"jangbu/vault/erased/1\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReport:
    """What an erasure did; names nobody.

    Attributes:
        count: values destroyed for this person, in all runs together; the blinds of
            one statement count as one. As many tombstones stand for them.
        holds: values that stay because the law says so.
    """

    count: int
    holds: int


def default_key(person: Uid) -> KeyRef:
    """The key of what may be erased."""
    return f"person/{person}"


def retained_key(person: Uid) -> KeyRef:
    """The key of what the law makes the studio keep."""
    return f"person/{person}/retained"


def erase(
    database: Database, person: Uid, destroy_key: Callable[[KeyRef], object]
) -> ErasureReport:
    """Destroy a person's default key and everything that is sealed under it.

    Args:
        database: the vault.
        person: party uid.
        destroy_key: destroys the key of a reference for good; must do no harm when
            there is none any more.

    Raises:
        StoreFullError, StoreUnavailableError: run it again to finish. What
            `destroy_key` raises passes through, and then nothing has happened here.
    """
    uid = as_uid(person)
    destroy_key(default_key(uid))
    with database.transaction(write=True) as connection:
        report = _bury(connection, uid)
    database.scrub()
    return report


def erased_before(connection: Connection, person: Uid) -> bool:
    """Whether somebody's values were buried before."""
    who = sha256_hex(_PERSON, person.encode())
    query = select(erasures.c.count).where(erasures.c.person == who)
    return connection.execute(query).scalar_one_or_none() is not None


def _bury(connection: Connection, person: Uid) -> ErasureReport:
    theirs = values.c.key_ref == default_key(person)
    graves = select(values.c.statement, values.c.path).where(theirs)
    # A spot that already has a tombstone cannot have a value: keeping refuses it.
    connection.execute(insert(tombstones).from_select(["statement", "path"], graves))
    gone = connection.execute(delete(values).where(theirs)).rowcount
    connection.execute(delete(authorities).where(authorities.c.party == person))
    held = values.c.key_ref == retained_key(person)
    return ErasureReport(
        count=_tally(connection, person, gone),
        holds=connection.execute(
            select(func.count()).select_from(values).where(held)
        ).scalar_one(),
    )


def _tally(connection: Connection, person: Uid, gone: int) -> int:
    who = sha256_hex(_PERSON, person.encode())
    add = sqlite.insert(erasures).values(person=who, count=gone)
    connection.execute(
        add.on_conflict_do_update(
            index_elements=["person"],
            set_={"count": erasures.c.count + add.excluded.count},
        )
    )
    total = select(erasures.c.count).where(erasures.c.person == who)
    return int(connection.execute(total).scalar_one())
