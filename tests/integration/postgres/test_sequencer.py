"""One sequences and answers all; a second is refused, and so is one of yesterday."""

import threading

import psycopg
import pytest

from ledger.errors import FencedError, StoreUnavailableError
from ledger.parcel import Parcel
from ledger.ports import Receipt
from ledger.store.postgres.sequencer import Sequencer, leading
from tests.integration.postgres.submitting import (
    PATIENCE,
    Submitting,
    inbox_of,
    parcel_of,
    until_blocked,
    until_it_waits,
)
from tests.simulators.server_studio import ServerStudio


def test_a_second_sequencer_is_refused_and_waits_for_the_first(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    other = ledger_studio.another_port()
    parcel = parcel_of(ledger_studio, ledger_studio.element(1))
    with leading(inbox) as first:
        assert first is not None
        with leading(inbox_of(ledger_studio, other)) as second:
            assert second is None
        assert not other.drain()
        submitting = Submitting(other, parcel)
        until_it_waits(inbox)
        assert ledger_studio.rows()["entry"] == 5
        Sequencer(ledger_studio.port.sequencing).advance(first, (), ())
        (receipt,) = submitting.waited()
    assert isinstance(receipt, Receipt)
    assert (receipt.index, receipt.new) == (5, True)


def test_a_waiting_writer_takes_over_from_a_sequencer_that_went_away(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    with leading(inbox) as first:
        assert first is not None
        parcel = parcel_of(ledger_studio, ledger_studio.element(1))
        submitting = Submitting(ledger_studio.another_port(), parcel)
        until_it_waits(inbox)
    (receipt,) = submitting.waited()
    assert isinstance(receipt, Receipt)
    assert receipt.index == 5


def test_a_sequencer_that_lost_the_lock_is_fenced_whatever_it_believes(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    stale = Sequencer(ledger_studio.port.sequencing)
    mine = parcel_of(ledger_studio, ledger_studio.element(1))
    with leading(inbox) as lead:
        assert lead is not None
        assert stale.advance(lead, [mine], ()).own is not None
        # As when its session was another's for a while, behind a pooler.
        lead.connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
        lead.connection.commit()
        other = ledger_studio.another_port()
        (receipt,) = ledger_studio.submit(ledger_studio.element(2), port=other)
        other.engine.dispose()
        assert isinstance(receipt, Receipt)
        assert receipt.index == 6
        late = parcel_of(ledger_studio, ledger_studio.element(3))
        with pytest.raises(FencedError) as refused:
            stale.advance(lead, [late], ())
        assert refused.value.code == "store.fenced"
    assert ledger_studio.rows()["entry"] == 7
    assert ledger_studio.rows()["checkpoint"] == 7


def test_a_sequencer_that_begins_waits_for_one_that_still_commits(
    ledger_studio: ServerStudio,
) -> None:
    inbox = inbox_of(ledger_studio)
    began = threading.Event()

    class Slow(Submitting):
        def run(self) -> None:
            began.set()
            super().run()

    with leading(inbox) as lead:
        assert lead is not None
        with lead.transaction():
            lead.connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")
            parcel = parcel_of(ledger_studio, ledger_studio.element(1))
            submitting = Slow(ledger_studio.another_port(), parcel)
            began.wait(PATIENCE)
            until_blocked(ledger_studio)
            assert ledger_studio.rows()["entry"] == 5
        (receipt,) = submitting.waited()
        assert isinstance(receipt, Receipt)
        with pytest.raises(FencedError), lead.transaction():
            pytest.fail("the epoch was not looked at")


def test_a_session_that_was_ended_stores_nothing(ledger_studio: ServerStudio) -> None:
    parcel = parcel_of(ledger_studio, ledger_studio.element(1))
    with pytest.raises(StoreUnavailableError):
        sequence_and_be_ended(ledger_studio, parcel)
    assert ledger_studio.rows()["entry"] == 5
    (receipt,) = ledger_studio.port.submit(parcel.sheet, parcel.statements)
    assert isinstance(receipt, Receipt)
    assert receipt.new


def sequence_and_be_ended(studio: ServerStudio, parcel: Parcel) -> None:
    with leading(inbox_of(studio)) as lead:
        assert lead is not None
        with psycopg.connect(studio.address, autocommit=True) as admin:
            own = lead.connection.exec_driver_sql("SELECT pg_backend_pid()")
            admin.execute("SELECT pg_terminate_backend(%s)", (own.scalar_one(),))
        lead.connection.rollback()
        Sequencer(studio.port.sequencing).advance(lead, [parcel], ())


def test_several_sheets_come_in_together(ledger_studio: ServerStudio) -> None:
    many = [parcel_of(ledger_studio, ledger_studio.element(one)) for one in (1, 2, 3)]
    answers = ledger_studio.port.submit_all(many)
    receipts = [one for (one,) in answers if isinstance(one, Receipt)]
    assert [one.index for one in receipts] == [5, 6, 7]
    assert len({one.checkpoint for one in receipts}) == 1
    with leading(inbox_of(ledger_studio)) as lead:
        assert lead is not None
        other = ledger_studio.another_port(patience_s=0.1)
        with pytest.raises(StoreUnavailableError):
            other.submit_all(many)
        other.engine.dispose()
    assert ledger_studio.port.drain()
    assert ledger_studio.rows()["entry"] == 8
