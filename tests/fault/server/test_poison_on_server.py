"""Poison through the port on PostgreSQL is refused with its place."""

import pytest

from ledger.encoding.commitment import statement_id
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal, Submission
from ledger.store.postgres.inbox import Inbox
from tests.fault.poison import BLIND, POISON, check_poison, spelled
from tests.simulators.ledger_studio import STUDIO
from tests.simulators.server_studio import ServerStudio

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("name", POISON)
def test_poison_on_a_server_is_refused_alone(
    name: str, ledger_studio: ServerStudio
) -> None:
    check_poison(ledger_studio, ledger_studio.port, name)


def test_poison_in_the_inbox_holds_nobody_up(ledger_studio: ServerStudio) -> None:
    inbox = Inbox(ledger_studio.port.engine, STUDIO, ledger_studio.origin)
    numbers = []
    for poison in POISON.values():
        raw = spelled(ledger_studio, poison)
        bad = Submission(raw=raw, blind=BLIND, by_blind=BLIND)
        sheet = ledger_studio.sheet([statement_id(BLIND, raw)])
        numbers.append(inbox.accept(Parcel(sheet=sheet, statements=(bad,))))
    (receipt,) = ledger_studio.submit(ledger_studio.element(2))
    assert isinstance(receipt, Receipt)
    assert receipt.index == 5
    # Answers that pass through the database carry what is public: not the place, which
    # quotes names of members.
    for number, name in zip(numbers, POISON, strict=True):
        (answer,) = list(inbox.look(number).answers or ())
        assert isinstance(answer, Refusal), name
        assert answer.error.code == "record.malformed", name
