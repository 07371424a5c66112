"""Bringing a log's database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, StaticPool, create_engine
from sqlalchemy.exc import DBAPIError

import migrations
from ledger.errors import StoreError
from ledger.store.sqlite import open_migration_engine, wrap_error


def configuration() -> Config:
    """Alembic's configuration, without a file: the scripts are in the wheel."""
    config = Config()
    folder = str(Path(migrations.__file__).parent)
    # The parser of the option would read a % in the path as a reference.
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config


def expected_schema(revision: str = "") -> dict[tuple[str, str], str]:
    """SQL of every table and trigger that a database has at a revision.

    Args:
        revision: one that an older version of Jangbu left; else the newest.
    """
    engine = create_engine("sqlite://", poolclass=StaticPool)
    config = configuration()
    known = {
        one.revision for one in ScriptDirectory.from_config(config).walk_revisions()
    }
    try:
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision if revision in known else "head")
            rows = connection.exec_driver_sql(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
            )
            return {(row.type, row.name): row.sql for row in rows}
    finally:
        engine.dispose()


def upgrade(path: Path) -> None:
    """Make or upgrade a database; safe to repeat.

    Raises:
        StoreFullError, StoreUnavailableError: nothing was changed.
        StoreError: a newer version of Jangbu made it.
    """
    engine = open_migration_engine(path)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin():
                migrate(connection, str(path))
    except DBAPIError as error:
        raise wrap_error(error, engine) from error
    finally:
        engine.dispose()


def migrate(connection: Connection, where: str = "") -> None:
    """Bring the tables to the newest revision, in the connection's transaction.

    Raises:
        StoreError: a newer version of Jangbu made them.
    """
    config = configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            "a database that this version of Jangbu knows",
            met=str(error),
            advice="Use the version of Jangbu that made it, or a newer one.",
            where=where,
        ) from error
