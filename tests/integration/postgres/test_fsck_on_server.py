"""fsck names what a superuser did to a log on a server, with all triggers off."""

# the names in SQL are our own

import psycopg
import pytest
from psycopg.sql import SQL

from ledger.store.postgres.inspection import expected_schema
from tests.simulators.server_studio import ServerStudio


def run(studio: ServerStudio, *commands: str, triggers: bool = True) -> None:
    """Run SQL as a superuser; without triggers they are put back at the end."""
    shut = [name for kind, name in expected_schema() if kind == "trigger"]
    with psycopg.connect(studio.address) as connection:
        for name in [] if triggers else shut:
            switch(connection, name, "DISABLE")
        for command in commands:
            connection.execute(SQL(command))
        for name in [] if triggers else shut:
            switch(connection, name, "ENABLE ALWAYS")


def switch(connection: psycopg.Connection, trigger: str, how: str) -> None:
    table = trigger.partition("_")[0]
    connection.execute(SQL(f"ALTER TABLE {table} {how} TRIGGER {trigger}"))


@pytest.fixture
def grown_there(ledger_studio: ServerStudio) -> ServerStudio:
    for number in range(1, 5):
        ledger_studio.state(ledger_studio.element(number))
    return ledger_studio


def test_a_log_on_a_server_is_as_it_was_logged(grown_there: ServerStudio) -> None:
    report = grown_there.check()
    assert (report.findings, report.notes) == ((), ())
    assert report.size == 9


EDITED = (
    "UPDATE entry SET body = convert_to(replace(convert_from(body, 'UTF8'), "
    "'element', 'elemend'), 'UTF8') WHERE idx = 6"
)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (EDITED, ("entry.edited", 6)),
        ("DELETE FROM entry WHERE idx = 6", ("entry.deleted", 6)),
        ("DELETE FROM entry WHERE idx = 8", ("entry.cut", 8)),
        (
            "UPDATE statement SET body = body || '\\x20'::bytea WHERE idx = 7",
            ("statement.altered", 7),
        ),
        ("DELETE FROM checkpoint WHERE size = 9", ("checkpoint.missing", 9)),
    ],
)
def test_a_changed_row_is_named(
    grown_there: ServerStudio, command: str, expected: tuple[str, int]
) -> None:
    run(grown_there, command, triggers=False)
    assert expected in grown_there.found_by_fsck()


@pytest.mark.parametrize(
    "command",
    [
        "ALTER TABLE entry DISABLE TRIGGER entry_no_change",
        "ALTER TABLE entry ENABLE TRIGGER entry_no_change",
        "ALTER TABLE sheet ENABLE REPLICA TRIGGER sheet_no_truncate",
        "DROP TRIGGER entry_no_gap ON entry",
        (
            "CREATE OR REPLACE FUNCTION jangbu_append_only() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ),
        "ALTER FUNCTION jangbu_no_gap() RESET ALL",
        (
            "CREATE TRIGGER other BEFORE INSERT ON entry FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "CREATE RULE other AS ON INSERT TO entry DO ALSO SELECT 1",
        "ALTER TABLE statement ENABLE ROW LEVEL SECURITY",
        (
            "DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE statement DROP CONSTRAINT "
            "%I', conname) FROM pg_constraint WHERE contype = 'u' "
            "AND conrelid = 'statement'::regclass LIMIT 1); END $$"
        ),
        "ALTER TABLE entry ADD COLUMN note text",
        "ALTER TABLE entry ALTER COLUMN leaf TYPE text USING encode(leaf, 'hex')",
        "ALTER TABLE sheet SET UNLOGGED",
        "ALTER TABLE checkpoint RENAME TO other",
    ],
)
def test_a_changed_schema_is_named(ledger_studio: ServerStudio, command: str) -> None:
    run(ledger_studio, command)
    assert any(code.startswith("schema") for code, _ in ledger_studio.found_by_fsck())
