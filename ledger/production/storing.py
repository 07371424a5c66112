"""Which database a production's log is in, and how it is reached.

Without `ledger.store` in production.toml it is the file in the folder; with
`postgresql://…` it is on that server, and the password, if one is needed, is in
`keys/database` or where PostgreSQL's own library looks (docs/reference/postgresql.md).
"""

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from ledger.errors import StoreAddressError
from ledger.production.layout import Layout
from ledger.production.outside import LedgerTable
from ledger.store.port import LocalPort
from ledger.store.sqlite import open_engine
from ledger.store.standing import is_outdated, refuse_retired

SERVER: Final = "postgresql://"
PASSWORD: Final = "database"  # noqa: S105  # the name of a file
"""Name of the password's file in the folder of keys."""


def on_server(ledger: LedgerTable) -> bool:
    """Whether the log is in a PostgreSQL database."""
    return ledger.store is not None and ledger.store.startswith(SERVER)


def is_served(ledger: LedgerTable) -> bool:
    """Whether a service keeps the log."""
    return ledger.store is not None and not on_server(ledger)


def log_database(layout: Layout, ledger: LedgerTable) -> Path | Engine:
    """Where the log is: the file in the folder, or a server's database.

    Raises:
        StoreAddressError: the address cannot be used.
    """
    if ledger.store is None:
        return layout.database
    if not on_server(ledger):
        raise StoreAddressError(
            "a log in the folder or on a PostgreSQL server",
            met="the address of a ledger service",
            advice="Run this command where the log's database is.",
            where="production.toml: ledger.store",
        )
    return server_engine(layout, ledger.store)


def server_engine(layout: Layout, address: str) -> Engine:
    """An engine on a server's database; connects when it is first used."""
    # Here, since a log in the folder needs none of it.
    from ledger.store.postgres.address import parameters_of  # noqa: PLC0415
    from ledger.store.postgres.engine import open_engine as opened  # noqa: PLC0415

    return opened(parameters_of(address, layout.keys / PASSWORD))


def log_engine(layout: Layout, ledger: LedgerTable) -> Engine:
    """An engine on the log's database, for the application.

    Raises:
        StoreMovedError: the log was moved to a server that production.toml does not
            name.
        StoreUnavailableError: there is no such file.
    """
    found = log_database(layout, ledger)
    if isinstance(found, Engine):
        return found
    refuse_retired(found)
    if is_outdated(found) and os.access(found, os.W_OK):
        make_tables(layout, ledger)
    return open_engine(found)


def port_class(ledger: LedgerTable) -> type[LocalPort]:
    """The port that fits the database."""
    if not on_server(ledger):
        return LocalPort
    from ledger.store.postgres.port import PostgresPort  # noqa: PLC0415

    return PostgresPort


def make_tables(layout: Layout, ledger: LedgerTable) -> None:
    """Make or upgrade the log's tables; a server's only if there are none.

    Raises:
        StoreError: this user may not, or a newer version of Jangbu made them.
    """
    # Here, since migrations take as long to import as all the rest of a command.
    from ledger.store.migrate import upgrade  # noqa: PLC0415

    found = log_database(layout, ledger)
    if isinstance(found, Path):
        upgrade(found)
        return
    from ledger.store.postgres.prepare import is_prepared, prepare  # noqa: PLC0415

    try:
        if not is_prepared(found):
            prepare(found, roles=False)
    finally:
        found.dispose()
