"""Preparing a database for logs: tables, triggers, and who may do what."""

from typing import Final

from sqlalchemy import Engine

from ledger.store.migrate import migrate
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.roles import grant_statements, role_statements

_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('jangbu/prepare'))"
_VERSION: Final = (
    "SELECT CASE WHEN to_regclass('alembic_version') IS NULL THEN 0 ELSE 1 END"
)


def prepare(engine: Engine, *, roles: bool) -> None:
    """Make or upgrade the tables; safe to repeat.

    Args:
        engine: connects as whoever may make tables, and roles if they are asked for.
        roles: also make the roles, hand the tables to their owner, and grant what
            each role needs and no more.

    Raises:
        StoreError: this user may not, or a newer version of Jangbu made the tables.
    """
    with transaction(engine, write=True) as connection:
        connection.exec_driver_sql(_ONE_AT_A_TIME)
        for statement in role_statements() if roles else ():
            connection.exec_driver_sql(statement)
        migrate(connection)
        for statement in grant_statements() if roles else ():
            connection.exec_driver_sql(statement)


def is_prepared(engine: Engine) -> bool:
    """Whether there are tables at all."""
    with transaction(engine, write=False) as connection:
        return bool(connection.exec_driver_sql(_VERSION).scalar_one())
