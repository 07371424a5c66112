"""Each role may do what it is for; everything else is tried, and refused."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.sql import SQL

from ledger.errors import StoreError, StoreUnavailableError
from ledger.ports import Receipt
from ledger.store.postgres.roles import APPEND, OWNER, READ, SEQUENCE
from ledger.store.tables import FROZEN
from tests.simulators.postgres import Server
from tests.simulators.server_studio import ServerStudio

USERS = {"appender": (APPEND,), "looker": (READ,), "sequencer": (APPEND, SEQUENCE)}
OTHERS = ("head", "inbox", "answer", "lease", "frame_span", "projection")
EVERY = (*FROZEN, *OTHERS, "alembic_version")

INSERTS = {
    "appender": {"inbox", "lease"},
    "looker": set(),
    "sequencer": {*FROZEN, *OTHERS},
}
UPDATES = {
    "appender": {"lease"},
    "looker": set(),
    "sequencer": {"lease", "head", "projection"},
}
DELETES = {
    "appender": {"lease", "answer"},
    "looker": set(),
    "sequencer": {"lease", "answer", "inbox", "frame_span", "projection"},
}
READS = {
    "appender": {*EVERY},
    "looker": {*FROZEN, "frame_span", "projection", "alembic_version"},
    "sequencer": {*EVERY},
}


@pytest.fixture(scope="module", autouse=True)
def users(server: Server, prepared: str) -> Iterator[None]:
    assert prepared  # which made the roles
    with server.connect() as connection:
        for user, roles in USERS.items():
            connection.execute(SQL(f"CREATE ROLE {user} LOGIN"))
            for role in roles:
                connection.execute(SQL(f"GRANT {role} TO {user}"))
    yield
    with server.connect() as connection:
        for user in USERS:
            connection.execute(SQL(f"DROP ROLE {user}"))


@pytest.fixture(params=sorted(USERS))
def user(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def attempt(server: Server, studio: ServerStudio, user: str, command: str) -> str:
    """What happens to a command that is taken back again: "" or the error's code."""
    name = studio.address.partition("@/")[2].partition("?")[0]
    with psycopg.connect(server.address(name, user)) as connection:
        try:
            connection.execute(SQL(command))
        except psycopg.Error as error:
            connection.rollback()
            return error.sqlstate or "?"
        connection.rollback()
    return ""


DENIED = "42501"


@pytest.mark.parametrize("table", EVERY)
def test_a_role_reads_and_writes_what_it_is_for(
    server: Server, still_studio: ServerStudio, user: str, table: str
) -> None:
    for commands, permitted in (
        ((f"SELECT count(*) FROM {table}",), READS[user]),  # noqa: S608
        ((f"DELETE FROM {table} WHERE false",), DELETES[user]),  # noqa: S608
        ((f"INSERT INTO {table} {nothing(table)}",), INSERTS[user]),
        ((f"UPDATE {table} SET {changed(table)} WHERE false",), UPDATES[user]),  # noqa: S608
        ((f"TRUNCATE {table}",), set()),
    ):
        for command in commands:
            expected = "" if table in permitted else DENIED
            assert attempt(server, still_studio, user, command) == expected, command


def nothing(table: str) -> str:
    """An insert of no row at all: rights are asked for all the same."""
    columns = {
        "inbox": "(studio, log, digest, sheet, statements, blinds, by_blinds) "
        "SELECT '', '', '', ''::bytea, '{}', '{}', '{}'",
        "answer": "(number, body) SELECT 1, ''::bytea",
    }
    return f"{columns.get(table, f'SELECT * FROM {table}')} WHERE false"  # noqa: S608


def changed(table: str) -> str:
    return {
        "head": "epoch = 1",
        "answer": "number = 1",
        "inbox": "digest = ''",
        "alembic_version": "version_num = ''",
        "projection": "size = 0",
    }.get(table, "studio = ''")


@pytest.mark.parametrize("table", [*FROZEN, "inbox", "head"])
@pytest.mark.parametrize(
    "command",
    [
        "ALTER TABLE {0} DISABLE TRIGGER ALL",
        "ALTER TABLE {0} DISABLE TRIGGER {0}_no_change",
        "ALTER TABLE {0} ADD COLUMN note text",
        "ALTER TABLE {0} OWNER TO CURRENT_USER",
        "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY",
        "DROP TABLE {0}",
        "DROP TABLE {0} CASCADE",
        "CREATE INDEX other ON {0} (studio)",
        "CREATE RULE other AS ON INSERT TO {0} DO INSTEAD NOTHING",
        (
            "CREATE TRIGGER other BEFORE INSERT ON {0} FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "LOCK TABLE {0} IN ACCESS EXCLUSIVE MODE",
    ],
)
def test_no_role_changes_a_table(
    server: Server, still_studio: ServerStudio, user: str, table: str, command: str
) -> None:
    met = attempt(server, still_studio, user, command.format(table))
    # DELETE on a table permits to lock it; that changes nothing in it.
    if command.startswith("LOCK") and table in DELETES[user] | UPDATES[user]:
        return
    assert met in {DENIED, "42704"}, (command, met)


@pytest.mark.parametrize(
    "command",
    [
        f"SET ROLE {OWNER}",
        "SET SESSION AUTHORIZATION postgres",
        "SET session_replication_role = replica",
        "CREATE TABLE other (id text)",
        "CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        (
            "CREATE OR REPLACE FUNCTION jangbu_append_only() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        ),
        "DROP FUNCTION jangbu_append_only() CASCADE",
        "ALTER FUNCTION jangbu_no_gap() RENAME TO other",
        "DROP SCHEMA public CASCADE",
        f"GRANT {SEQUENCE} TO CURRENT_USER",
        "CREATE ROLE other",
        "COPY entry TO PROGRAM 'cat'",
        "UPDATE pg_trigger SET tgenabled = 'D'",
    ],
)
def test_no_role_gets_around_its_rights(
    server: Server, still_studio: ServerStudio, user: str, command: str
) -> None:
    assert attempt(server, still_studio, user, command) == DENIED


def test_a_grant_of_what_one_does_not_own_grants_nothing(
    server: Server, still_studio: ServerStudio, user: str
) -> None:
    # PostgreSQL says so in a notice, or refuses.
    granted = (
        f"GRANT INSERT ON entry TO {READ}; "
        "DO $$ BEGIN IF has_table_privilege("
        f"'{READ}', 'entry', 'INSERT') THEN RAISE EXCEPTION 'granted'; END IF; END $$"
    )
    assert attempt(server, still_studio, user, granted) in {"", DENIED}


def test_nobody_logs_in_as_the_owner(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        server.connect(user=OWNER)


def of(studio: ServerStudio, user: str) -> str:
    return studio.address.replace("postgres@", f"{user}@")


def test_who_sequences_answers_who_may_only_submit(
    ledger_studio: ServerStudio,
) -> None:
    appender = ledger_studio.another_port(of(ledger_studio, "appender"), 0.1)
    element = ledger_studio.element(1)
    with pytest.raises(StoreUnavailableError, match="sequencer"):
        ledger_studio.submit(element, port=appender)
    assert ledger_studio.rows()["entry"] == 5
    sequencer = ledger_studio.another_port(of(ledger_studio, "sequencer"))
    assert sequencer.drain()
    appender.patience_s = 30
    sequencing = ledger_studio.another_port(of(ledger_studio, "sequencer"))
    # The first submission was answered, and is waited for no more: it is a retry.
    other = ledger_studio.element(2)
    (receipt,) = ledger_studio.submit(other, port=sequencing)
    assert isinstance(receipt, Receipt)
    assert appender.locate(element.kind, element.key) is not None
    for port in (appender, sequencer, sequencing):
        port.engine.dispose()


def test_who_only_reads_cannot_submit(ledger_studio: ServerStudio) -> None:
    looker = ledger_studio.another_port(of(ledger_studio, "looker"))
    with pytest.raises(StoreError, match="prepared for this role"):
        ledger_studio.submit(ledger_studio.element(1), port=looker)
    assert looker.reader().size() == 5
    looker.engine.dispose()
