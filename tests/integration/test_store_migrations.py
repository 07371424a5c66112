"""Migrations and models agree, repeat harmlessly, and never take a log apart."""

from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from ledger.errors import StoreError, StoreUnavailableError
from ledger.production.layout import Layout
from ledger.production.outside import LedgerTable
from ledger.production.storing import log_engine
from ledger.store.migrate import configuration, expected_schema, upgrade
from ledger.store.sqlite import open_migration_engine
from ledger.store.standing import is_outdated
from ledger.store.tables import FROZEN, NEWEST
from ledger.store.triggers import append_only_triggers
from tests.simulators.ledger_studio import GROWN, LedgerStudio


def test_migrations_make_what_the_models_say(ledger_studio: LedgerStudio) -> None:
    engine = open_migration_engine(ledger_studio.database)
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_every_frozen_table_has_its_triggers_and_no_hidden_row_number() -> None:
    schema = expected_schema()
    for name, sql in append_only_triggers().items():
        assert schema["trigger", name] == sql
    for table in FROZEN:
        by_index = "PRIMARY KEY (idx)" in schema["table", table]
        assert by_index or "WITHOUT ROWID" in schema["table", table]
        # An index of an entry that is taken is not the next one: no gap, no replacing.
        for rule in ("update", "delete", "gap" if table == "entry" else "replace"):
            assert ("trigger", f"{table}_no_{rule}") in schema


def test_the_newest_revision_is_known_without_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert scripts.get_current_head() == NEWEST


def test_a_database_of_an_older_version_is_upgraded_when_it_is_opened(
    grown: LedgerStudio,
) -> None:
    engine = open_migration_engine(grown.database)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    engine.dispose()
    assert is_outdated(grown.database)
    assert grown.check().ok
    log_engine(Layout(grown.root), LedgerTable()).dispose()
    assert not is_outdated(grown.database)
    assert grown.check().ok


def test_a_downgrade_is_refused_and_the_log_stays(grown: LedgerStudio) -> None:
    engine = open_migration_engine(grown.database)
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(StoreError, match="downgrade"):
            command.downgrade(config, "base")
    engine.dispose()
    assert grown.rows()["entry"] == GROWN
    assert grown.check().ok


def test_an_upgrade_may_be_repeated(grown: LedgerStudio) -> None:
    before = grown.database.read_bytes()
    upgrade(grown.database)
    assert grown.database.read_bytes() == before
    assert grown.check().ok


def test_a_database_of_a_newer_version_is_left_alone(grown: LedgerStudio) -> None:
    with grown.foreign(triggers=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer"):
        upgrade(grown.database)


def test_a_folder_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError):
        upgrade(tmp_path / "nowhere" / "ledger.sqlite")


@pytest.mark.parametrize("name", ["a b", "50%s", "what?mode=ro#x", "작품", "a%20b"])
def test_a_production_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    studio = LedgerStudio(tmp_path / name)
    studio.found()
    assert (tmp_path / name / "ledger.sqlite").is_file()
    assert studio.check().ok
