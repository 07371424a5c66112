"""Bringing a log's database to the newest revision."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

import migrations
from ledger.store.sqlite import open_migration_engine, wrap_error


def configuration() -> Config:
    """Alembic's configuration, without a file: the scripts are in the wheel."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    return config


def upgrade(path: Path) -> None:
    """Make or upgrade a database; safe to repeat."""
    config = configuration()
    engine = open_migration_engine(path)
    try:
        with engine.connect() as plain:
            connection = plain.execution_options(immediate=True)
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
    except DBAPIError as error:
        raise wrap_error(error) from error
    finally:
        engine.dispose()
