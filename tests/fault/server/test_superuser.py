"""A superuser changes rows with all triggers off: found, named, and not built upon.

The same on both databases. What was signed lies outside of them, so that an entry that
was changed contradicts a checkpoint whatever else was changed with it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger.encoding import canonical
from ledger.encoding.sheet import key_id_of
from ledger.errors import LogError
from ledger.log.tree import leaf_hash
from ledger.ports import Receipt
from ledger.store.port import LocalPort
from ledger.store.postgres.inspection import expected_schema
from tests.integration.postgres.conftest import Founded
from tests.simulators.ledger_studio import GROWN, START, LedgerStudio, SettableClock
from tests.simulators.postgres import Server
from tests.simulators.server_studio import ServerStudio

pytestmark = pytest.mark.fault

Run = Callable[..., list[tuple[Any, ...]]]
Forgery = Callable[[Run], None]
FORGED = "ad" * 32


@dataclass
class Store:
    """A grown log, and who may do anything to its rows."""

    studio: LedgerStudio
    newcomers: list[LocalPort] = field(default_factory=list)

    def forge(self, forgery: Forgery) -> None:
        """Change rows while no trigger fires; they are put back."""
        if not isinstance(self.studio, ServerStudio):
            with self.studio.foreign() as rows:
                forgery(lambda sql, *given: rows.execute(sql, given).fetchall())
            return
        with psycopg.connect(self.studio.address) as connection:
            switch(connection, "DISABLE")
            forgery(lambda sql, *given: run(connection, sql, given))
            switch(connection, "ENABLE ALWAYS")

    def newcomer(self) -> LocalPort:
        """A process that opens the log now."""
        if isinstance(self.studio, ServerStudio):
            self.newcomers.append(self.studio.another_port())
        else:
            anew = LedgerStudio(self.studio.root, clock=self.studio.clock)
            self.newcomers.append(anew.port)
        return self.newcomers[-1]

    def close(self) -> None:
        for port in (self.studio.port, *self.newcomers):
            port.engine.dispose()


def switch(connection: psycopg.Connection, how: str) -> None:
    for kind, name in expected_schema():
        if kind == "trigger":
            table = name.partition("_")[0]
            connection.execute(f"ALTER TABLE {table} {how} TRIGGER {name}")


def run(
    connection: psycopg.Connection, sql: str, given: tuple[object, ...]
) -> list[tuple[Any, ...]]:
    done = connection.execute(sql.replace("?", "%s"), given)
    return done.fetchall() if done.description else []


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    clock = SettableClock(START + timedelta(hours=1))
    root = tmp_path / "production"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("founded"), root)
        made = Store(grown(LedgerStudio(root, clock=clock)))
        yield made
        made.close()
        return
    there: Founded = request.getfixturevalue("founded_there")
    server: Server = request.getfixturevalue("server")
    shutil.copytree(there.root, root)
    name = server.new_database(like=there.database)
    studio = ServerStudio(root, clock=clock, address=server.address(name))
    made = Store(grown(studio))
    yield made
    made.close()
    server.drop_database(name)


def grown(studio: LedgerStudio) -> LedgerStudio:
    for number in range(1, 5):
        studio.state(studio.element(number))
    assert studio.rows()["entry"] == GROWN
    return studio


# --- what is done to the rows --------------------------------------------------------


def edited(run: Run) -> None:
    ((body,),) = run("SELECT body FROM entry WHERE idx = 6")
    other = bytes(body).replace(b"element", b"elemend")
    run("UPDATE entry SET body = ?, leaf = ? WHERE idx = 6", other, leaf_hash(other))


def deleted(run: Run) -> None:
    run("DELETE FROM entry WHERE idx = 6")


def swapped(run: Run) -> None:
    for old, new in ((5, 1000), (7, 5), (1000, 7)):
        run("UPDATE entry SET idx = ? WHERE idx = ?", new, old)


def appended(run: Run) -> None:
    ((body,),) = run("SELECT body FROM entry WHERE idx = 6")
    forged = canonical.encode({**json.loads(bytes(body)), "id": FORGED})
    run(
        "INSERT INTO entry (studio, log, idx, id, kind, leaf, body) "
        "SELECT studio, log, 9, ?, kind, ?, ? FROM entry WHERE idx = 6",
        *(FORGED, leaf_hash(forged), forged),
    )


def tail_cut(run: Run) -> None:
    run("DELETE FROM entry WHERE idx >= 7")


def set_back(run: Run) -> None:
    """All of the newest rows go, as if they had never been."""
    run("DELETE FROM entry WHERE idx >= 7")
    run("DELETE FROM checkpoint WHERE size > 7")
    run(
        "DELETE FROM sheet WHERE digest IN (SELECT sheet FROM statement WHERE idx >= 7)"
    )
    run("DELETE FROM statement WHERE idx >= 7")


def right_taken(run: Run) -> None:
    """The statement that delegates to a key says something else."""
    ((body,),) = run("SELECT body FROM statement WHERE idx = 2")
    other = bytes(body).replace(b'"dispute"', b'"retract"')
    assert other != bytes(body)
    run("UPDATE statement SET body = ? WHERE idx = 2", other)


FORGERIES: dict[Forgery, set[tuple[str, int | None]]] = {
    edited: {("entry.edited", 6)},
    deleted: {("entry.deleted", 6)},
    swapped: {("entry.swapped", 5)},
    appended: {("entry.added", GROWN)},
    tail_cut: {("entry.cut", 7), ("entry.cut", 8)},
    set_back: {("database.rollback", 7)},
    right_taken: {("statement.altered", 2)},
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda one: one.__name__)
def test_rows_changed_by_a_superuser_are_named_and_not_built_upon(
    store: Store, forgery: Forgery
) -> None:
    studio = store.studio
    note = studio.port.reader().checkpoint()
    store.forge(forgery)
    assert studio.found_by_fsck() == FORGERIES[forgery]
    newcomer, rows = store.newcomer(), studio.rows()
    for _ in range(2):
        with pytest.raises(LogError):
            studio.submit(studio.element(9), port=newcomer)
    assert studio.rows() == rows
    assert studio.found_by_fsck() == FORGERIES[forgery]
    # Reading goes on; what was published stands beside the database, whole.
    known = newcomer.locate("key.1", key_id_of(studio.public("pipeline")))
    assert known is not None
    assert known.index == 1
    copy = studio.published.read()
    assert (len(copy.entries), copy.checkpoint) == (GROWN, note)


def test_a_writer_at_work_goes_on_with_what_was_true(store: Store) -> None:
    studio = store.studio
    store.forge(edited)
    # It folded that entry before, and signs over what it folded.
    (receipt,) = studio.submit(studio.element(9))
    assert isinstance(receipt, Receipt)
    assert studio.found_by_fsck() == FORGERIES[edited]
    with pytest.raises(LogError):
        studio.submit(studio.element(10), port=store.newcomer())


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_an_older_copy_of_the_whole_database_takes_in_nothing(
    server: Server, store: Store
) -> None:
    studio = store.studio
    assert isinstance(studio, ServerStudio)
    name = studio.address.partition("@/")[2].partition("?")[0]
    studio.port.engine.dispose()
    backup = server.new_database(like=name)
    studio.state(studio.element(5))
    restored = studio.another_port(server.address(backup))
    with pytest.raises(LogError):
        studio.submit(studio.element(6), port=restored)
    assert restored.locate("element.1", f"{4:032x}") is not None
    assert restored.reader().size() == GROWN
    restored.engine.dispose()
    server.drop_database(backup)
