"""What was accepted waits in order, is answered once, and leaves nothing behind."""

import psycopg
import pytest

from ledger.errors import StoreUnavailableError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.inbox import AT_ONCE
from ledger.store.postgres.sequencer import leading
from tests.integration.postgres.submitting import (
    Submitting,
    count,
    inbox_of,
    parcel_of,
    until_two_listen,
)
from tests.simulators.ledger_studio import submission_of
from tests.simulators.server_studio import ServerStudio


def test_one_transaction_answers_all_who_wait_and_then_the_sequencer_itself(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    waiting = [
        parcel_of(ledger_studio, ledger_studio.element(number)) for number in (1, 2, 3)
    ]
    numbers = [inbox.accept(one) for one in waiting]
    assert numbers == sorted(numbers)
    (own,) = ledger_studio.submit(ledger_studio.element(4))
    assert isinstance(own, Receipt)
    assert own.index == 8
    assert ledger_studio.rows()["checkpoint"] == 6
    for place, number in enumerate(numbers):
        found = inbox.look(number)
        assert found.answers is not None
        (receipt,) = found.answers
        assert isinstance(receipt, Receipt)
        assert (receipt.index, receipt.new) == (5 + place, True)
        assert receipt.checkpoint == own.checkpoint
    assert count(ledger_studio, "inbox") == count(ledger_studio, "answer") == 0


def test_a_long_inbox_is_emptied_in_order(ledger_studio: ServerStudio) -> None:
    inbox = inbox_of(ledger_studio)
    many = 2 * AT_ONCE + 3
    elements = ledger_studio.elements(range(1, many + 1))
    numbers = [inbox.accept(parcel_of(ledger_studio, one)) for one in elements]
    (own,) = ledger_studio.submit(ledger_studio.element(many + 1))
    assert isinstance(own, Receipt)
    assert own.index == 5 + many
    indices = []
    for number in numbers:
        answers = inbox.look(number).answers
        assert answers is not None
        indices += [one.index for one in answers if isinstance(one, Receipt)]
    assert indices == list(range(5, 5 + many))


def test_the_same_submission_twice_is_one_row(ledger_studio: ServerStudio) -> None:
    inbox = inbox_of(ledger_studio)
    parcel = parcel_of(ledger_studio, ledger_studio.element(1))
    assert inbox.accept(parcel) == inbox.accept(parcel)
    with leading(inbox) as lead:
        assert lead is not None
        both = [Submitting(ledger_studio.another_port(), parcel) for _ in range(2)]
        until_two_listen(ledger_studio)
    answers = [one.waited()[0] for one in both]
    receipts = [one for one in answers if isinstance(one, Receipt)]
    assert [one.index for one in receipts] == [5, 5]
    assert ledger_studio.rows()["entry"] == 6
    assert count(ledger_studio, "inbox") == 0


def test_what_waits_is_gone_with_its_blinds_once_it_was_answered(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    element = ledger_studio.element(1)
    number = inbox.accept(parcel_of(ledger_studio, element))
    assert holding(ledger_studio, element.blind) == {"inbox"}
    assert ledger_studio.port.drain()
    assert holding(ledger_studio, element.blind) == set()
    assert holding(ledger_studio, element.by_blind) == set()
    assert inbox.look(number).answers is not None
    assert count(ledger_studio, "answer") == 0


def holding(studio: ServerStudio, secret: bytes) -> set[str]:
    """The tables that hold some bytes, in whatever column."""
    found = set()
    with transaction(studio.port.engine, write=False) as connection:
        run = connection.exec_driver_sql
        tables = run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in list(tables.scalars()):
            query = f"SELECT 1 FROM {table} AS row WHERE row::text LIKE %s LIMIT 1"  # noqa: S608
            if run(query, (f"%{secret.hex()}%",)).first():
                found.add(table)
    return found


def test_poison_is_answered_and_stops_nobody(ledger_studio: ServerStudio) -> None:
    inbox = inbox_of(ledger_studio)
    good = ledger_studio.element(1)
    odd = submission_of(good)
    poisonous = [
        Parcel(sheet=b"", statements=(odd,)),
        Parcel(sheet=b"\0\xff" * 1000, statements=(odd, odd)),
        Parcel(sheet=b"[" * 100_000, statements=(odd,)),
        Parcel(sheet=ledger_studio.sheet([good.id]), statements=()),
    ]
    numbers = [inbox.accept(one) for one in poisonous]
    (receipt,) = ledger_studio.submit(good)
    assert isinstance(receipt, Receipt)
    assert receipt.index == 5
    for number, parcel in zip(numbers, poisonous, strict=True):
        answers = inbox.look(number).answers
        assert answers is not None
        assert len(answers) == len(parcel.statements)
        assert all(isinstance(one, Refusal) for one in answers)
    assert count(ledger_studio, "inbox") == 0


def test_what_nobody_can_decide_is_refused_alone(ledger_studio: ServerStudio) -> None:
    ledger_studio.state(ledger_studio.element(1))
    inbox = inbox_of(ledger_studio)
    parcels = [
        parcel_of(ledger_studio, ledger_studio.element(2)),
        parcel_of(ledger_studio, ledger_studio.element(3)),
    ]
    target = ledger_studio.port.reader().statements(5, 6)[0].id
    act = ledger_studio.element(4, act=("dispute", target))
    bad = Parcel(
        sheet=ledger_studio.sheet([act.id], "vendor"), statements=(submission_of(act),)
    )
    numbers = [inbox.accept(one) for one in (parcels[0], bad, parcels[1])]

    def party_of(_delegation: str) -> str | None:
        raise RuntimeError("a vault that does what none should")

    ledger_studio.port.party_of = party_of
    assert ledger_studio.port.drain()
    found = [inbox.look(number).answers or [] for number in numbers]
    assert [type(one[0]) for one in found] == [Receipt, Refusal, Receipt]
    assert ledger_studio.rows()["entry"] == 8


@pytest.mark.parametrize(
    "columns",
    [
        "ARRAY[''::bytea], ARRAY[]::bytea[], ARRAY[]::bytea[]",
        "ARRAY[NULL]::bytea[], ARRAY[''::bytea], ARRAY[''::bytea]",
        "ARRAY[ARRAY[''::bytea]], ARRAY[''::bytea], ARRAY[''::bytea]",
    ],
)
def test_a_row_that_cannot_be_read_is_not_let_into_the_inbox(
    still_studio: ServerStudio, columns: str
) -> None:
    names = "studio, log, digest, sheet, statements, blinds, by_blinds"
    values = f"'x', 'y', 'z', '', {columns}"
    command = f"INSERT INTO inbox ({names}) VALUES ({values})"  # noqa: S608
    with (
        psycopg.connect(still_studio.address) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(command)


def test_a_refusal_comes_through_the_database_with_its_public_reason(
    ledger_studio: ServerStudio,
) -> None:
    ledger_studio.state(ledger_studio.element(1, "괴물"))
    rival = ledger_studio.element(1, "괴수")
    inbox = inbox_of(ledger_studio)
    number = inbox.accept(parcel_of(ledger_studio, rival))
    assert ledger_studio.port.drain()
    (refusal,) = inbox.look(number).answers or []
    assert isinstance(refusal, Refusal)
    assert (refusal.id, refusal.error.code) == (rival.id, "record.conflict")
    (direct,) = ledger_studio.submit(rival)
    assert isinstance(direct, Refusal)
    assert refusal.error.public() == direct.error.public()


def test_nobody_adds_to_a_log_that_is_being_moved_here(
    ledger_studio: ServerStudio,
) -> None:
    with psycopg.connect(ledger_studio.address) as connection:
        connection.execute("UPDATE head SET state = 'filling'")
    with pytest.raises(StoreUnavailableError, match="moved"):
        ledger_studio.submit(ledger_studio.element(1))
    assert ledger_studio.rows()["entry"] == 5
