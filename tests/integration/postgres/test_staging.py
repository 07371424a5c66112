"""Statements go to the server while others are decided: all of them, or nothing."""

import psycopg
import pytest

from ledger.errors import StoreError
from ledger.parcel import Parcel
from ledger.ports import Receipt, Refusal
from tests.integration.postgres.submitting import parcel_of
from tests.simulators.ledger_studio import submission_of
from tests.simulators.server_studio import ServerStudio

MANY = 250
"""More than are staged together, and no multiple of it."""


def receipts(answers: list[list[Receipt | Refusal]]) -> list[Receipt]:
    return [one for some in answers for one in some if isinstance(one, Receipt)]


def test_what_is_staged_lies_there_as_it_was_submitted(
    ledger_studio: ServerStudio,
) -> None:
    composed = ledger_studio.elements(range(1, MANY + 1))
    answers = ledger_studio.port.submit_all([parcel_of(ledger_studio, *composed)])
    assert [one.index for one in receipts(answers)] == list(range(5, 5 + MANY))
    stored = ledger_studio.port.reader().statements(5, 5 + MANY)
    assert [(one.id, one.raw) for one in stored] == [
        (one.id, one.raw) for one in composed
    ]
    assert ledger_studio.check().ok


def test_what_must_be_looked_up_ends_the_stream_and_it_goes_on(
    ledger_studio: ServerStudio,
) -> None:
    first, target, *others = ledger_studio.elements(range(1, 2 * MANY))
    ledger_studio.state(first)
    (stored,) = ledger_studio.port.reader().statements(5, 6)
    # Who stated the target of an act is read from its sheet, in the database.
    act = ledger_studio.act(2 * MANY, "correct", stored.id)
    sheets = [others[:MANY], [act], [target, *others[MANY:]]]
    answers = ledger_studio.port.submit_all(
        [parcel_of(ledger_studio, *some) for some in sheets]
    )
    assert [one.index for one in receipts(answers)] == list(range(6, 5 + 2 * MANY))
    found = ledger_studio.port.reader().statements(6, 5 + 2 * MANY)
    assert [one.id for one in found] == [one.id for some in sheets for one in some]
    assert ledger_studio.check().ok


def test_half_a_copy_is_called_off_with_what_nobody_can_decide(
    ledger_studio: ServerStudio,
) -> None:
    ledger_studio.state(ledger_studio.element(1))
    (target,) = ledger_studio.port.reader().statements(5, 6)
    act = ledger_studio.act(2, "dispute", target.id)
    bad = Parcel(
        sheet=ledger_studio.sheet([act.id], "vendor"), statements=(submission_of(act),)
    )
    good = ledger_studio.elements(range(3, 3 + MANY))
    half, rest = good[:150], good[150:]

    def party_of(_delegation: str) -> str | None:
        raise ZeroDivisionError

    ledger_studio.port.party_of = party_of
    taken = [parcel_of(ledger_studio, *half), bad, parcel_of(ledger_studio, *rest)]
    answers = ledger_studio.port.submit_all(taken)
    (refused,) = answers[1]
    assert isinstance(refused, Refusal)
    assert [one.index for one in receipts(answers)] == list(range(6, 6 + MANY))
    assert ledger_studio.rows()["statement"] == 6 + MANY
    assert ledger_studio.check().ok


def test_a_row_that_somebody_put_there_refuses_all_of_it_and_the_next_gets_in(
    ledger_studio: ServerStudio,
) -> None:
    composed = ledger_studio.elements(range(1, MANY + 1))
    with psycopg.connect(ledger_studio.address) as own:
        own.execute(
            "INSERT INTO statement (studio, log, idx, id, kind, key, sheet, body) "
            "SELECT studio, log, 9999, %s, kind, 'k', sheet, body FROM statement "
            "WHERE idx = 0",
            (composed[200].id,),
        )
    before = ledger_studio.rows()
    with pytest.raises(StoreError):
        ledger_studio.port.submit_all([parcel_of(ledger_studio, *composed)])
    assert ledger_studio.rows() == before
    # The connection is of use again, and the log where it was.
    (receipt,) = ledger_studio.state(composed[0])
    assert (receipt.index, receipt.new) == (5, True)
