"""A production whose log moves from its folder to a server."""

from pathlib import Path

import pytest

from ledger.errors import StoreAddressError, StoreMovedError, StoreUnavailableError
from ledger.production.founding import found
from ledger.production.layout import Layout
from ledger.production.moving import move_log
from ledger.production.opening import opened
from ledger.production.registering import register
from ledger.production.registry import (
    ElementTable,
    PartyTable,
    ProductionTable,
    Registry,
    read_registry,
    write_registry,
)
from ledger.records.identity import as_uid
from ledger.store.postgres.port import PostgresPort


@pytest.fixture
def production(tmp_path: Path) -> Path:
    root = tmp_path / "room"
    registry = Registry(
        production=ProductionTable(title="방"),
        party=(PartyTable(type="organisation", name="회사"),),
        element=(ElementTable(name="괴물"),),
    )
    found(root, registry).online().engine.dispose()
    return root


def test_a_production_moves_and_its_old_registry_is_refused(
    production: Path, address: str
) -> None:
    layout = Layout(production)
    before = read_registry(layout.registry)
    with opened(production) as one:
        size, root = one.reader().size(), one.reader().checkpoint()
    moved = move_log(production, address)
    assert (moved.size, moved.copied) == (size, size)
    after = read_registry(layout.registry)
    assert after.ledger.store == address
    with opened(production) as one:
        assert isinstance(one.port, PostgresPort)
        assert one.reader().checkpoint() == root
    fire = ElementTable(name="불", uid=as_uid("ab" * 16))
    more = after.model_copy(update={"element": (*after.element, fire)})
    write_registry(layout.registry, more)
    with opened(production) as one:
        assert register(one) == 1
        assert one.reader().size() == size + 1
    assert move_log(production, address).copied == 0
    write_registry(layout.registry, before)
    with pytest.raises(StoreMovedError), opened(production):
        pytest.fail("the old database was opened")


@pytest.mark.parametrize(
    "where",
    [
        "postgresql://jangbu:secret@localhost/log",
        "postgresql://localhost/log?password=secret",
        "postgresql://localhost/log?options=-c%20fsync%3Doff",
        "postgresql://localhost/log?passfile=x",
        "postgresql://localhost",
        "postgresql://[/log",
        "postgres://localhost/log",
        "http://localhost/log",
        "/var/lib/log",
    ],
)
def test_an_address_that_says_too_much_or_too_little_is_refused(
    production: Path, where: str
) -> None:
    with pytest.raises(StoreAddressError) as refused:
        move_log(production, where)
    assert "secret" not in str(refused.value)
    with opened(production) as one:
        assert not isinstance(one.port, PostgresPort)


def test_a_server_that_is_not_there_leaves_everything_as_it_is(
    production: Path, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailableError):
        move_log(production, f"postgresql://jangbu@/log?host={tmp_path}")
    with opened(production) as one:
        assert one.reader().size() > 0
