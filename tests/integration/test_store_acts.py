"""What statements do to earlier ones at admission, and what time it is then."""

import pytest

from ledger.encoding.entry import parse_entry
from ledger.errors import StaleTargetError
from ledger.ports import Receipt, Refusal
from ledger.records.identity import as_statement_id
from ledger.records.statement import Verb
from tests.simulators.ledger_studio import LedgerStudio


def entry_at(studio: LedgerStudio, index: int) -> dict[str, object]:
    (raw,) = studio.port.reader().entries(index, index + 1)
    return parse_entry(raw).model_dump()


# --- references ----------------------------------------------------------------------


def test_an_unknown_earlier_statement_is_refused(ledger_studio: LedgerStudio) -> None:
    element = ledger_studio.element(1, prev=["ab" * 32])
    assert ledger_studio.refusal(element) == "record.unknown_reference"


def test_a_statement_may_rely_on_one_of_the_same_submission(
    ledger_studio: LedgerStudio,
) -> None:
    one = ledger_studio.element(1)
    two = ledger_studio.element(2, prev=[one.id])
    receipts = ledger_studio.state(one, two)
    assert [receipt.index for receipt in receipts] == [5, 6]


def test_a_statement_that_relies_on_a_refused_one_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    one = ledger_studio.element(1, prev=["ab" * 32])
    two = ledger_studio.element(2, prev=[one.id])
    three = ledger_studio.element(3)
    first, second, third = ledger_studio.submit(one, two, three)
    for answer in (first, second):
        assert isinstance(answer, Refusal)
        assert answer.error.code == "record.unknown_reference"
    assert isinstance(third, Receipt)
    assert third.index == 5
    assert ledger_studio.check().ok


def test_an_unknown_target_is_refused(ledger_studio: LedgerStudio) -> None:
    change = ledger_studio.element(1, act=("supersede", "ab" * 32))
    assert ledger_studio.refusal(change) == "record.unknown_reference"


# --- verbs ---------------------------------------------------------------------------


def test_the_second_of_two_supersessions_is_stale(ledger_studio: LedgerStudio) -> None:
    (first,) = ledger_studio.state(ledger_studio.element(1))
    ledger_studio.state(ledger_studio.element(2, act=("supersede", first.id)))
    late = ledger_studio.element(3, act=("supersede", first.id))
    assert ledger_studio.refusal(late) == "record.stale"


def test_two_supersessions_in_one_submission_do_not_both_win(
    ledger_studio: LedgerStudio,
) -> None:
    (target,) = ledger_studio.state(ledger_studio.element(1))
    rivals = [
        ledger_studio.element(number, act=("supersede", target.id)) for number in (2, 3)
    ]
    won, lost = ledger_studio.submit(*rivals)
    assert isinstance(won, Receipt)
    assert isinstance(lost, Refusal)
    assert isinstance(lost.error, StaleTargetError)


@pytest.mark.parametrize("verb", ["correct", "withdraw"])
def test_nobody_takes_back_what_another_party_said(
    ledger_studio: LedgerStudio, verb: Verb
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="pipeline")
    change = ledger_studio.act(2, verb, said.id)
    assert ledger_studio.refusal(change, by="vendor") == "record.not_permitted"


@pytest.mark.parametrize("verb", ["correct", "withdraw"])
def test_a_party_takes_back_what_it_said_with_any_of_its_keys(
    ledger_studio: LedgerStudio, verb: Verb
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="pipeline")
    ledger_studio.state(ledger_studio.act(2, verb, said.id), by="studio")


def test_a_party_cannot_dispute_itself(ledger_studio: LedgerStudio) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="pipeline")
    change = ledger_studio.act(2, "dispute", said.id)
    assert ledger_studio.refusal(change, by="studio") == "record.not_permitted"


def test_a_party_may_act_on_what_it_said_in_the_same_submission(
    ledger_studio: LedgerStudio,
) -> None:
    said = ledger_studio.element(1)
    ledger_studio.state(said, ledger_studio.act(2, "correct", said.id), by="vendor")


def test_a_correction_does_not_clear_another_partys_dispute(
    ledger_studio: LedgerStudio,
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="pipeline")
    (dispute,) = ledger_studio.state(
        ledger_studio.act(2, "dispute", said.id), by="vendor"
    )
    (correction,) = ledger_studio.state(
        ledger_studio.act(3, "correct", said.id), by="pipeline"
    )
    history = ledger_studio.history()
    assert history.disputes(as_statement_id(correction.id)) == (dispute.id,)
    # Nor can the disputed party make the dispute go away.
    end = ledger_studio.act(4, "withdraw", dispute.id)
    assert ledger_studio.refusal(end, by="pipeline") == "record.not_permitted"
    ledger_studio.state(end, by="vendor")
    assert ledger_studio.history().disputes(as_statement_id(correction.id)) == ()


def test_a_statement_of_an_erased_party_can_still_be_superseded(
    ledger_studio: LedgerStudio,
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="vendor")
    ledger_studio.port.party_of = lambda _: None
    correction = ledger_studio.act(2, "correct", said.id)
    assert ledger_studio.refusal(correction, by="studio") == "record.not_permitted"
    ledger_studio.state(ledger_studio.act(3, "supersede", said.id), by="studio")


# --- time ----------------------------------------------------------------------------


def test_time_never_runs_backwards(ledger_studio: LedgerStudio) -> None:
    (before,) = ledger_studio.state(ledger_studio.element(1))
    ledger_studio.clock.forward(-3600)
    (held,) = ledger_studio.state(ledger_studio.element(2))
    assert held.at == before.at
    assert entry_at(ledger_studio, held.index)["held"] is True
    ledger_studio.clock.forward(7200)
    (after,) = ledger_studio.state(ledger_studio.element(3))
    assert after.at > before.at
    assert entry_at(ledger_studio, after.index)["held"] is None
    assert ledger_studio.check().ok
