"""One sequences and answers all; a second is refused, and so is one of yesterday."""

import threading
from collections.abc import Sequence

import psycopg
import pytest

from ledger.encoding.statement import Composed
from ledger.errors import FencedError, JangbuError, StoreUnavailableError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from ledger.store.postgres.engine import transaction
from ledger.store.postgres.inbox import AT_ONCE, Inbox
from ledger.store.postgres.port import PostgresPort
from ledger.store.postgres.sequencer import Sequencer, leading
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


# --- one sequencer -------------------------------------------------------------------


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


def test_a_session_that_was_ended_stores_nothing(ledger_studio: ServerStudio) -> None:
    inbox = inbox_of(ledger_studio)
    parcel = parcel_of(ledger_studio, ledger_studio.element(1))
    with (
        pytest.raises(StoreUnavailableError),
        leading(inbox) as lead,
    ):
        assert lead is not None
        with psycopg.connect(ledger_studio.address, autocommit=True) as admin:
            own = lead.connection.exec_driver_sql("SELECT pg_backend_pid()")
            admin.execute("SELECT pg_terminate_backend(%s)", (own.scalar_one(),))
        lead.connection.rollback()
        Sequencer(ledger_studio.port.sequencing).advance(lead, [parcel], ())
    assert ledger_studio.rows()["entry"] == 5
    (receipt,) = ledger_studio.port.submit(parcel.sheet, parcel.statements)
    assert isinstance(receipt, Receipt)
    assert receipt.new


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


# --- the inbox -----------------------------------------------------------------------


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
    command = (
        "INSERT INTO inbox (studio, log, digest, sheet, statements, blinds, by_blinds) "
        f"VALUES ('x', 'y', 'z', '', {columns})"  # noqa: S608
    )
    with (
        psycopg.connect(still_studio.address) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(command)  # type: ignore[arg-type]


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
