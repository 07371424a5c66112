"""A lost database on a server: the log comes back there from what is left of it."""

from pathlib import Path

import psycopg
import pytest

from ledger.errors import StoreError
from ledger.evidence.output import OutputExistsError
from ledger.production.founding import found
from ledger.production.moving import move_log
from ledger.production.opening import opened
from ledger.production.registry import (
    ElementTable,
    PartyTable,
    ProductionTable,
    Registry,
    read_registry,
    write_registry,
)
from ledger.production.restoring import restore
from ledger.store.backup import back_up
from tests.simulators.film_studio import FilmStudio
from tests.simulators.postgres import Server


@pytest.fixture
def there(tmp_path: Path, address: str) -> Path:
    """A production whose log was moved to a server."""
    root = tmp_path / "production"
    registry = Registry(
        production=ProductionTable(title="The Room (fictional)"),
        party=(PartyTable(type="organisation", name="Example (fictional)"),),
        element=(ElementTable(name="matte painting"),),
    )
    production = found(root, registry)
    FilmStudio(production).asset("plate")
    production.online().engine.dispose()
    back_up(root / "ledger.sqlite", tmp_path / "backup.sqlite")
    move_log(root, address)
    return root


def test_a_log_is_restored_on_an_empty_server(
    there: Path, server: Server, prepared: str
) -> None:
    with opened(there) as production:
        before = production.reader().checkpoint()
    name = server.new_database(like=prepared)
    registry = read_registry(there / "production.toml")
    ledger = registry.ledger.model_copy(update={"store": server.address(name)})
    write_registry(
        there / "production.toml", registry.model_copy(update={"ledger": ledger})
    )
    (there / "ledger.sqlite").unlink()
    done = restore(there, [there.parent / "backup.sqlite"])
    assert done.complete
    with opened(there) as production:
        assert production.reader().checkpoint() == before
        FilmStudio(production).asset("one more")
        assert production.reader().size() == done.size + 1
    with psycopg.connect(server.address(name)) as connection:
        query = "SELECT count(*) FROM statement"
        (count,) = connection.execute(query).fetchone() or (0,)
    assert count == done.size + 1
    assert not list(there.glob("ledger.sqlite*"))
    server.drop_database(name)


def test_a_server_that_holds_the_log_is_left_as_it_is(there: Path) -> None:
    with pytest.raises(OutputExistsError):
        restore(there, [])
    (there / "ledger.sqlite").unlink()
    with pytest.raises(StoreError):
        restore(there, [there.parent / "backup.sqlite"])
