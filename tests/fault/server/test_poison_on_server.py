"""Poison through the port on PostgreSQL is refused with its place."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ledger.encoding.commitment import statement_id
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal, Submission
from ledger.store.postgres.inbox import Inbox
from tests.fault.poison import BLIND, POISON, check_poison, spelled
from tests.integration.postgres.conftest import Founded
from tests.simulators.ledger_studio import START, STUDIO, SettableClock
from tests.simulators.postgres import Server
from tests.simulators.server_studio import ServerStudio

pytestmark = pytest.mark.fault


@pytest.fixture
def studio(
    server: Server, founded_there: Founded, tmp_path: Path
) -> Iterator[ServerStudio]:
    root = tmp_path / "production"
    shutil.copytree(founded_there.root, root)
    name = server.new_database(like=founded_there.database)
    clock = SettableClock(START + timedelta(hours=1))
    made = ServerStudio(root, clock=clock, address=server.address(name))
    yield made
    made.port.engine.dispose()
    server.drop_database(name)


@pytest.mark.parametrize("name", POISON)
def test_poison_on_a_server_is_refused_alone(name: str, studio: ServerStudio) -> None:
    check_poison(studio, studio.port, name)


def test_poison_in_the_inbox_holds_nobody_up(studio: ServerStudio) -> None:
    inbox = Inbox(studio.port.engine, STUDIO, studio.origin)
    numbers = []
    for poison in POISON.values():
        raw = spelled(studio, poison)
        bad = Submission(raw=raw, blind=BLIND, by_blind=BLIND)
        sheet = studio.sheet([statement_id(BLIND, raw)])
        numbers.append(inbox.accept(Parcel(sheet=sheet, statements=(bad,))))
    (receipt,) = studio.submit(studio.element(2))
    assert isinstance(receipt, Receipt)
    assert receipt.index == 5
    # Answers that pass through the database carry what is public: not the place, which
    # quotes names of members.
    for number, name in zip(numbers, POISON, strict=True):
        (answer,) = list(inbox.look(number).answers or ())
        assert isinstance(answer, Refusal), name
        assert answer.error.code == "record.malformed", name
