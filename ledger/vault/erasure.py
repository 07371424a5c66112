"""Erasing a person (protocol 12): what goes, what stays, and in which order.

Two keys, one for what may go and one for what the law makes the studio keep:
`person/<uid>` and `person/<uid>/retained`. An erasure destroys the first; when the time
for which it must be kept is over, another one destroys the second.

The order, and what is left if the program dies or fails after each step:

0. If a hold covers some of the values, these are sealed again under a key of the hold's
   (`ledger.vault.held`). What is left are values under one of the two keys.
1. The key is destroyed. This alone makes the values unreadable, here and in every
   backup, and it needs neither room on the disk nor the vault's lock; so it comes
   first, and neither a full disk nor a busy vault keeps anybody from being erased.
   What is left are rows that nobody can read.
2. One transaction: tombstones, deletion, joins, the tally. All of it or nothing.
   Whoever seals a value asks for the key under the writer's lock, so what was sealed
   under the key at the last moment is in the vault before this transaction begins,
   and goes with it. What is left is deleted content in free pages and in the
   write-ahead log, under a key that is gone.
   The index of names goes with them, as a whole.
3. The files are scrubbed.

Every step may be done again, so running the erasure again finishes it, and answers
with the same count: the tally outlives the rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, delete, func, insert, or_, select
from sqlalchemy.dialects import sqlite

from ledger.encoding.digest import sha256_hex
from ledger.encoding.statement import KeyRef
from ledger.records.identity import Uid, as_uid
from ledger.vault.database import Database
from ledger.vault.held import Held, held_references, hold_of, keep_held
from ledger.vault.names import drop_names
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What of a person an erasure is about.

    Attributes:
        retained: what had to be kept, and not what may go at any time.
        held: what holds in force keep; `None`: there is no such hold.
        in_force: holds in force, by their short ids.
        secret_of: blinding keys, to seal again what is held.
    """

    retained: bool = False
    held: Held | None = None
    in_force: frozenset[str] = field(default_factory=frozenset)
    secret_of: Callable[[KeyRef], bytes] | None = None


def erase(
    database: Database,
    person: Uid,
    destroy_key: Callable[[KeyRef], object],
    extent: Extent = Extent(),
) -> ErasureReport:
    """Destroy one of a person's keys and everything that is sealed under it.

    What earlier erasures left for a hold that is over goes, too.

    Args:
        database: the vault.
        person: party uid.
        destroy_key: destroys the key of a reference for good; must do no harm when
            there is none any more.
        extent: which key, and what is held.

    Raises:
        StoreFullError, StoreUnavailableError: run it again to finish. What
            `destroy_key` raises passes through, and then nothing has happened here.
    """
    uid = as_uid(person)
    own = retained_key(uid) if extent.retained else default_key(uid)
    if extent.held is not None and extent.held.by and extent.secret_of is not None:
        leaving = (own, *_over(database, uid, extent))
        keep_held(database, uid, leaving, extent.held, extent.secret_of)
    # Before the vault is looked into, which a full disk or another program may hinder.
    destroy_key(own)
    leaving = (own, *_over(database, uid, extent))
    for key_ref in leaving[1:]:
        destroy_key(key_ref)
    with database.transaction(write=True) as connection:
        report = _bury(connection, uid, leaving, retained=extent.retained)
    database.scrub()
    return report


def _over(database: Database, person: Uid, extent: Extent) -> Sequence[KeyRef]:
    with database.transaction(write=False) as connection:
        found = held_references(connection, person)
    return [one for one in found if hold_of(one) not in extent.in_force]


def erased_before(connection: Connection, reference: KeyRef) -> bool:
    """Whether what is sealed under a key of a person's was buried before."""
    query = select(erasures.c.count).where(erasures.c.person == _who(reference))
    return connection.execute(query).scalar_one_or_none() is not None


def _bury(
    connection: Connection, person: Uid, leaving: Sequence[KeyRef], *, retained: bool
) -> ErasureReport:
    theirs = values.c.key_ref.in_(leaving)
    graves = select(values.c.statement, values.c.path).where(theirs)
    # A spot that already has a tombstone cannot have a value: keeping refuses it.
    connection.execute(insert(tombstones).from_select(["statement", "path"], graves))
    gone = connection.execute(delete(values).where(theirs)).rowcount
    if not retained:
        connection.execute(delete(authorities).where(authorities.c.party == person))
    drop_names(connection)
    begins = f"person/{person}/held/"
    held = or_(
        values.c.key_ref == retained_key(person),
        values.c.key_ref.between(begins, begins + "~"),
    )
    return ErasureReport(
        count=_tally(connection, leaving[0], gone),
        holds=connection.execute(
            select(func.count()).select_from(values).where(held)
        ).scalar_one(),
    )


def _who(reference: KeyRef) -> str:
    # For the default key the uid alone, as version 1 of the vault did.
    return sha256_hex(_PERSON, reference.removeprefix("person/").encode())


def _tally(connection: Connection, reference: KeyRef, gone: int) -> int:
    who = _who(reference)
    add = sqlite.insert(erasures).values(person=who, count=gone)
    connection.execute(
        add.on_conflict_do_update(
            index_elements=["person"],
            set_={"count": erasures.c.count + add.excluded.count},
        )
    )
    total = select(erasures.c.count).where(erasures.c.person == who)
    return int(connection.execute(total).scalar_one())
