"""Opening a database: what is promised, what is refused, what its errors mean."""

import os
from pathlib import Path

import psycopg
import pytest
from alembic import command

from ledger.errors import StoreAddressError, StoreError, StoreUnavailableError
from ledger.store.engine import transaction
from ledger.store.migrate import configuration
from ledger.store.postgres.address import parameters_of
from ledger.store.postgres.engine import open_engine
from ledger.store.postgres.prepare import is_prepared, prepare
from tests.simulators.postgres import Server
from tests.simulators.server_studio import ServerStudio


def test_migrations_make_what_the_models_say(address: str) -> None:
    engine = open_engine(parameters_of(address))
    config = configuration()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)
    engine.dispose()


def test_an_upgrade_may_be_repeated_and_a_downgrade_is_refused(
    ledger_studio: ServerStudio,
) -> None:
    before = ledger_studio.rows()
    prepare(ledger_studio.port.engine, roles=True)
    config = configuration()
    with ledger_studio.port.engine.connect() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(StoreError, match="downgrade"):
            command.downgrade(config, "base")
    assert ledger_studio.rows() == before


def test_what_is_no_part_of_the_log_goes_down_and_up_again(
    ledger_studio: ServerStudio,
) -> None:
    before = ledger_studio.rows()
    config = configuration()
    with ledger_studio.port.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        command.upgrade(config, "head")
    assert ledger_studio.rows() == before
    ledger_studio.state(ledger_studio.element(1))


def test_a_database_of_a_newer_version_is_left_alone(address: str) -> None:
    with psycopg.connect(address) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    engine = open_engine(parameters_of(address))
    with pytest.raises(StoreError, match="newer"):
        prepare(engine, roles=False)
    engine.dispose()


def test_an_empty_database_is_not_prepared(server: Server) -> None:
    name = server.new_database()
    engine = open_engine(parameters_of(server.address(name)))
    assert not is_prepared(engine)
    engine.dispose()
    server.drop_database(name)


def test_commits_are_on_the_disk_even_where_the_server_would_not_wait(
    server: Server, database: str
) -> None:
    with server.connect() as connection:
        connection.execute(f"ALTER DATABASE {database} SET synchronous_commit = off")
    engine = open_engine(parameters_of(server.address(database)))
    with transaction(engine, write=False) as connection:
        shown = connection.exec_driver_sql("SHOW synchronous_commit").scalar_one()
    engine.dispose()
    assert shown == "on"


def test_a_forked_process_opens_connections_of_its_own(
    ledger_studio: ServerStudio,
) -> None:
    engine = ledger_studio.port.engine
    query = "SELECT pg_backend_pid()"
    with transaction(engine, write=False) as connection:
        mine = connection.exec_driver_sql(query).scalar_one()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with transaction(engine, write=False) as connection:
            os.write(
                writing, str(connection.exec_driver_sql(query).scalar_one()).encode()
            )
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 100)) != mine
    with transaction(engine, write=False) as connection:
        assert connection.exec_driver_sql(query).scalar_one() == mine


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM nowhere", StoreError),
        ("SELECT 1/0", StoreError),
        ("SELECT pg_terminate_backend(pg_backend_pid())", StoreUnavailableError),
        (
            "SET LOCAL statement_timeout = '1ms'; SELECT pg_sleep(5)",
            StoreUnavailableError,
        ),
    ],
)
def test_the_servers_errors_are_ours(
    still_studio: ServerStudio, sql: str, expected: type[StoreError]
) -> None:
    with (
        pytest.raises(StoreError) as met,
        transaction(still_studio.port.engine, write=True) as connection,
    ):
        connection.exec_driver_sql(sql)
    assert type(met.value) is expected
    assert still_studio.port.reader().size() == 5


def test_a_standby_is_out_of_reach_for_writers_and_is_read(
    server: Server, ledger_studio: ServerStudio
) -> None:
    name = ledger_studio.address.partition("@/")[2].partition("?")[0]
    with server.connect() as connection:
        connection.execute(
            f"ALTER DATABASE {name} SET default_transaction_read_only = on"
        )
    port = ledger_studio.another_port()
    with pytest.raises(StoreUnavailableError):
        ledger_studio.submit(ledger_studio.element(1), port=port)
    assert port.reader().size() == 5
    port.engine.dispose()


# --- addresses -----------------------------------------------------------------------


def test_the_password_comes_from_its_own_file(tmp_path: Path) -> None:
    held = tmp_path / "database"
    address = "postgresql://jangbu@db.example/log?sslmode=verify-full"
    assert "password" not in parameters_of(address, held)
    held.write_text("비밀 번호\n", encoding="utf-8")
    assert parameters_of(address, held) == {
        "host": "db.example",
        "user": "jangbu",
        "dbname": "log",
        "sslmode": "verify-full",
        "password": "비밀 번호",
    }


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff", b"one\ntwo", b"x" * 5000])
def test_a_password_file_that_is_none_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    held = tmp_path / "database"
    held.write_bytes(content)
    with pytest.raises(StoreAddressError) as refused:
        parameters_of("postgresql://jangbu@db.example/log", held)
    assert (
        content.decode(errors="replace")[:100] not in str(refused.value)
        or not content.strip()
    )
