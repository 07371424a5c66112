"""Submitting to a server beside the test, and waiting for what others do there."""

import threading
from collections.abc import Sequence

import pytest

from ledger.encoding.statement import Composed
from ledger.errors import JangbuError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.inbox import Inbox
from ledger.store.postgres.port import PostgresPort
from tests.simulators.ledger_studio import STUDIO, submission_of
from tests.simulators.server_studio import ServerStudio

PATIENCE = 60


def inbox_of(studio: ServerStudio, port: PostgresPort | None = None) -> Inbox:
    return Inbox((port or studio.port).engine, STUDIO, studio.origin)


def parcel_of(studio: ServerStudio, *composed: Composed) -> Parcel:
    return Parcel(
        sheet=studio.sheet([one.id for one in composed]),
        statements=tuple(map(submission_of, composed)),
    )


def count(studio: ServerStudio, table: str) -> int:
    with transaction(studio.port.engine, write=False) as connection:
        query = f"SELECT count(*) FROM {table}"  # noqa: S608
        return int(connection.exec_driver_sql(query).scalar_one())


class Submitting(threading.Thread):
    """Submits beside the test, and keeps what came of it."""

    def __init__(self, port: PostgresPort, parcel: Parcel) -> None:
        super().__init__()
        self.port, self.parcel = port, parcel
        self.answers: Sequence[Receipt | Refusal] = ()
        self.error: JangbuError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answers = self.port.submit(self.parcel.sheet, self.parcel.statements)
        except JangbuError as error:
            self.error = error
        finally:
            self.port.engine.dispose()

    def waited(self) -> Sequence[Receipt | Refusal]:
        self.join(PATIENCE)
        assert not self.is_alive()
        assert self.error is None, self.error
        return self.answers


def until_it_waits(inbox: Inbox, many: int = 1) -> None:
    """Wait for submissions of others to be in the inbox; they tell nobody."""
    arrived = threading.Event()
    for _ in range(PATIENCE * 100):
        with transaction(inbox.engine, write=False) as connection:
            query = "SELECT count(*) FROM inbox"
            if connection.exec_driver_sql(query).scalar_one() >= many:
                return
        arrived.wait(0.01)
    pytest.fail("nothing came into the inbox")


def until_blocked(studio: ServerStudio) -> None:
    """Wait until a session waits for the row of another one."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        with transaction(studio.port.engine, write=False) as connection:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                "AND datname = current_database()"
            )
            if connection.exec_driver_sql(query).scalar_one():
                return
        pause.wait(0.01)
    pytest.fail("nobody waited for the row")


def until_two_listen(studio: ServerStudio) -> None:
    """Wait until two sessions listen for their answer."""
    pause = threading.Event()
    for _ in range(PATIENCE * 100):
        with transaction(studio.port.engine, write=False) as connection:
            query = (
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' "
                "AND datname = current_database()"
            )
            if connection.exec_driver_sql(query).scalar_one() >= 2:
                return
        pause.wait(0.01)
    pytest.fail("nobody listened")
