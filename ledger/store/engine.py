"""What both databases have in common: a transaction, and errors of our own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine

from ledger.store.columns import POSTGRESQL


@contextmanager
def transaction(engine: Engine, *, write: bool) -> Iterator[Connection]:
    """One transaction; commits at the end, rolls back on any error.

    Raises:
        StoreFullError, StoreUnavailableError, StoreError: for what the database says.
    """
    with _opened(engine, write=write) as connection:
        yield connection


def _opened(engine: Engine, *, write: bool) -> AbstractContextManager[Connection]:
    # Imported by need: each driver takes its time, and most commands need one.
    if engine.dialect.name == POSTGRESQL:
        from ledger.store.postgres.engine import transaction as opened  # noqa: PLC0415
    else:
        from ledger.store.sqlite import transaction as opened  # noqa: PLC0415
    return opened(engine, write=write)
