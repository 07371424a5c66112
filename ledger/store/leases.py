"""Advisory leases: who is at work on what, so that machines do not work twice.

Nothing depends on them for correctness, since commits are idempotent.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from ledger.errors import MalformedRecordError
from ledger.ports import Lease
from ledger.records.identity import as_digest, instant_from
from ledger.store.columns import POSTGRESQL
from ledger.store.tables import LeaseRow

LONGEST: Final = 86_400
"""Seconds: whoever is at work longer claims again."""
LONGEST_NAME: Final = 128

leases = LeaseRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who asks for which piece of work, and for how long; checked.

    Attributes:
        seconds: 0 gives it back.
    """

    work: str
    holder: str
    seconds: int

    def __post_init__(self) -> None:
        as_digest(self.work, "/work")
        if not 0 <= self.seconds <= LONGEST or not 0 < len(self.holder) <= LONGEST_NAME:
            raise MalformedRecordError(
                f"a holder and 0 to {LONGEST} seconds",
                met=f"{self.seconds} seconds",
                advice="Claim again to renew a lease.",
                where="/seconds",
            )


def claim(
    connection: Connection, studio: str, log: str, asked: Claim, now: datetime
) -> Lease:
    """Grant a lease if nobody else holds an unexpired one; 0 seconds gives it back."""
    row = {"studio": studio, "log": log, "work": asked.work}
    mine = and_(*(leases.c[name] == value for name, value in row.items()))
    until = instant_from(now + timedelta(seconds=asked.seconds))
    # Asked and answered in one statement: of two that claim at once, one has it.
    free = or_(
        leases.c.holder == asked.holder, leases.c.expires_at <= instant_from(now)
    )
    if asked.seconds == 0:
        connection.execute(delete(leases).where(mine, free))
    else:
        held = {"holder": asked.holder, "expires_at": until}
        connection.execute(
            _insert(connection)
            .values(**row, **held)
            .on_conflict_do_update(index_elements=list(row), set_=held, where=free)
        )
    found = connection.execute(select(leases).where(mine)).one_or_none()
    holder = found.holder if found is not None else asked.holder
    return Lease(
        work=asked.work,
        holder=holder,
        granted=found is not None and holder == asked.holder,
        expires_at=found.expires_at if found is not None else until,
    )


def _insert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    # Both know ON CONFLICT; SQLAlchemy has a construct for each.
    if connection.dialect.name == POSTGRESQL:
        return postgresql.insert(leases)
    return sqlite.insert(leases)
