"""Advisory leases: who is at work on what, so that machines do not work twice.

Nothing depends on them for correctness, since commits are idempotent.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from ledger.ports import Lease
from ledger.records.identity import instant_from
from ledger.store.tables import LeaseRow

leases = LeaseRow.__table__  # type: ignore[attr-defined]


def claim(  # noqa: PLR0913  # who asks for what, when and for how long
    connection: Connection,
    *,
    studio: str,
    log: str,
    work: str,
    holder: str,
    now: datetime,
    seconds: int,
) -> Lease:
    """Grant a lease if nobody else holds an unexpired one; 0 seconds gives it back."""
    mine = (leases.c.studio == studio) & (leases.c.log == log) & (leases.c.work == work)
    present = instant_from(now)
    found = connection.execute(select(leases).where(mine)).one_or_none()
    if found is not None and found.holder != holder and found.expires_at > present:
        return Lease(
            work=work, holder=found.holder, granted=False, expires_at=found.expires_at
        )
    until = instant_from(now + timedelta(seconds=seconds))
    if seconds <= 0:
        connection.execute(delete(leases).where(mine))
        return Lease(work=work, holder=holder, granted=False, expires_at=present)
    row = {"studio": studio, "log": log, "work": work}
    held = {"holder": holder, "expires_at": until}
    connection.execute(
        insert(leases)
        .values(**row, **held)
        .on_conflict_do_update(index_elements=list(row), set_=held)
    )
    return Lease(work=work, holder=holder, granted=True, expires_at=until)
