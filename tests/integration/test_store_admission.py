"""What admission lets in, what it refuses, and that a refusal leaves nothing behind."""

from dataclasses import replace

import pytest

from ledger.encoding.entry import parse_entry
from ledger.encoding.statement import Secret
from ledger.errors import ConflictingRecordError, StaleTargetError
from ledger.ports import Receipt, Refusal
from ledger.store.admission import BLIND_BYTES
from tests.simulators.ledger_studio import (
    STUDIO,
    VENDOR,
    LedgerStudio,
    submission_of,
)


def entry_at(studio: LedgerStudio, index: int) -> dict[str, object]:
    (raw,) = studio.port.reader().entries(index, index + 1)
    return parse_entry(raw).model_dump()


# --- retry and conflict --------------------------------------------------------------


def test_a_retry_gets_the_first_receipt(ledger_studio: LedgerStudio) -> None:
    element = ledger_studio.element(1)
    (first,) = ledger_studio.state(element)
    before = ledger_studio.rows()
    (again,) = ledger_studio.state(element)
    assert again == replace(first, new=False)
    assert ledger_studio.rows() == before


def test_a_retry_gets_the_first_receipt_whoever_signs(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    (first,) = ledger_studio.state(element, by="pipeline")
    (again,) = ledger_studio.state(element, by="vendor")
    assert (again.index, again.leaf, again.new) == (first.index, first.leaf, False)


def test_a_retry_after_a_restart_gets_the_first_receipt(
    ledger_studio: LedgerStudio,
) -> None:
    (first,) = ledger_studio.state(ledger_studio.element(1))
    anew = LedgerStudio(ledger_studio.root, clock=ledger_studio.clock)
    (again,) = anew.state(anew.element(1))
    assert again == replace(first, new=False)


def test_one_changed_value_is_a_conflict_and_stores_nothing(
    ledger_studio: LedgerStudio,
) -> None:
    ledger_studio.state(ledger_studio.element(1, "괴물"))
    other = ledger_studio.element(1, "괴수")
    assert ledger_studio.refusal(other) == "record.conflict"


def test_the_same_statement_twice_in_one_submission_is_stored_once(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    sheet = ledger_studio.sheet([element.id])
    statements = [submission_of(element)] * 2
    first, second = ledger_studio.port.submit(sheet, statements)
    assert isinstance(first, Receipt)
    assert first == second


def test_two_statements_of_one_key_in_one_submission_are_a_conflict(
    ledger_studio: LedgerStudio,
) -> None:
    one = ledger_studio.element(1)
    other = ledger_studio.element(1, "괴수")
    first, second = ledger_studio.submit(one, other)
    assert isinstance(first, Receipt)
    assert isinstance(second, Refusal)
    assert isinstance(second.error, ConflictingRecordError)


def test_an_empty_submission_changes_nothing(ledger_studio: LedgerStudio) -> None:
    before = ledger_studio.rows()
    assert ledger_studio.port.submit(ledger_studio.sheet(["ab" * 32]), []) == []
    assert ledger_studio.rows() == before


# --- sheets ------------------------------------------------------------------------


def test_a_record_of_another_log_cannot_be_replayed(
    ledger_studio: LedgerStudio,
) -> None:
    other = LedgerStudio(
        ledger_studio.root.parent / "other", origin="jangbu.invalid/07e4000000000000"
    )
    element = other.element(1)
    statements = [submission_of(element)]
    # 1. The sheet as it was. 2. A sheet for this log over the foreign statement.
    for sheet in (other.sheet([element.id]), ledger_studio.sheet([element.id])):
        (answer,) = ledger_studio.port.submit(sheet, statements)
        assert isinstance(answer, Refusal)
        assert answer.error.code == "record.foreign_log"


def test_a_key_that_the_log_does_not_know_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    code = ledger_studio.refusal(ledger_studio.element(1), by="stranger")
    assert code == "record.sheet"


def test_a_signature_by_another_key_than_the_sheet_names_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    good = ledger_studio.sheet([element.id])
    other = ledger_studio.sheet([element.id], by="pipeline")
    start = good.index(b'"sig":"')
    forged = good[:start] + other[other.index(b'"sig":"') :]
    (answer,) = ledger_studio.port.submit(forged, [submission_of(element)])
    assert isinstance(answer, Refusal)
    assert answer.error.code == "record.sheet"


@pytest.mark.parametrize("sheet", [b"", b"{}", b"\xff", b"[" * 100_000, b"null"])
def test_a_sheet_that_is_none_is_refused(
    ledger_studio: LedgerStudio, sheet: bytes
) -> None:
    (answer,) = ledger_studio.port.submit(
        sheet, [submission_of(ledger_studio.element(1))]
    )
    assert isinstance(answer, Refusal)
    assert answer.error.code == "record.malformed"


def test_a_sheet_that_does_not_list_the_statement_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    sheet = ledger_studio.sheet(["ab" * 32])
    (answer,) = ledger_studio.port.submit(
        sheet, [submission_of(ledger_studio.element(1))]
    )
    assert isinstance(answer, Refusal)
    assert answer.error.code == "record.sheet"


def test_a_blind_that_does_not_open_the_id_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    wrong = replace(element, blind=bytes(BLIND_BYTES))
    assert ledger_studio.refusal(wrong) == "record.sheet"


@pytest.mark.parametrize("length", [0, 31, 33, 64])
@pytest.mark.parametrize("name", ["blind", "by_blind"])
def test_a_blind_of_another_length_is_refused(
    ledger_studio: LedgerStudio, name: str, length: int
) -> None:
    element = ledger_studio.element(1)
    sheet = ledger_studio.sheet([element.id])
    submission = replace(submission_of(element), **{name: bytes(length)})
    (answer,) = ledger_studio.port.submit(sheet, [submission])
    assert isinstance(answer, Refusal)
    assert (answer.error.code, answer.error.where) == ("record.malformed", f"/{name}")


# --- rights --------------------------------------------------------------------------


def test_a_key_without_a_delegation_for_the_kind_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    erasure = ledger_studio.compose(
        "erasure.1", {"basis": "pipa-36", "count": 1, "holds": 0}, key="e5" * 16
    )
    code = ledger_studio.refusal(erasure, by="pipeline")
    assert code == "record.not_permitted"


@pytest.mark.parametrize("kind", ["key", "delegation", "genesis"])
def test_only_a_root_may_state_who_may_state(
    ledger_studio: LedgerStudio, kind: str
) -> None:
    own = {"public_key": "ab" * 32, "algorithm": "ed25519"}
    statement = {
        "key": lambda: ledger_studio.compose("key.1", own, key="ab" * 16),
        "delegation": lambda: ledger_studio.compose(
            "delegation.1",
            {
                "key_id": "ab" * 16,
                "party": Secret(STUDIO),
                "grants": [{"kind": "key", "verbs": ["state"]}],
            },
            key="ab" * 16,
        ),
        "genesis": lambda: ledger_studio.genesis(studio=VENDOR, key="ab" * 16),
    }[kind]()
    assert ledger_studio.refusal(statement, by="pipeline") in {
        "record.not_permitted",
        "record.conflict",
    }


def test_a_verb_that_was_not_delegated_is_refused(ledger_studio: LedgerStudio) -> None:
    ledger_studio.delegate("reader", VENDOR, kinds=["element"], verbs=["state"])
    (target,) = ledger_studio.state(ledger_studio.element(1), by="reader")
    change = ledger_studio.element(2, act=("supersede", target.id))
    assert ledger_studio.refusal(change, by="reader") == "record.not_permitted"


def test_a_delegation_ends_with_its_withdrawal_and_a_retry_still_gets_its_receipt(
    ledger_studio: LedgerStudio,
) -> None:
    element = ledger_studio.element(1)
    (first,) = ledger_studio.state(element, by="vendor")
    ledger_studio.state(
        ledger_studio.compose(
            "delegation.1",
            {},
            key="ad" * 16,
            act=("withdraw", ledger_studio.delegation_of("vendor")),
        )
    )
    other = ledger_studio.element(2)
    assert ledger_studio.refusal(other, by="vendor") == "record.not_permitted"
    (again,) = ledger_studio.state(element, by="vendor")
    assert again.index == first.index


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
    ledger_studio: LedgerStudio, verb: str
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="pipeline")
    change = ledger_studio.act(2, verb, said.id)
    assert ledger_studio.refusal(change, by="vendor") == "record.not_permitted"


@pytest.mark.parametrize("verb", ["correct", "withdraw"])
def test_a_party_takes_back_what_it_said_with_any_of_its_keys(
    ledger_studio: LedgerStudio, verb: str
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
    assert history.disputes(correction.id) == (dispute.id,)
    # Nor can the disputed party make the dispute go away.
    end = ledger_studio.act(4, "withdraw", dispute.id)
    assert ledger_studio.refusal(end, by="pipeline") == "record.not_permitted"
    ledger_studio.state(end, by="vendor")
    assert ledger_studio.history().disputes(correction.id) == ()


def test_a_statement_of_an_erased_party_can_still_be_superseded(
    ledger_studio: LedgerStudio,
) -> None:
    (said,) = ledger_studio.state(ledger_studio.element(1), by="vendor")
    ledger_studio.port.party_of = lambda _: None
    correction = ledger_studio.act(2, "correct", said.id)
    assert ledger_studio.refusal(correction, by="studio") == "record.not_permitted"
    ledger_studio.state(ledger_studio.act(3, "supersede", said.id), by="studio")


# --- the first entry -----------------------------------------------------------------


def test_a_log_begins_with_its_genesis(ledger_studio: LedgerStudio) -> None:
    empty = LedgerStudio(ledger_studio.root.parent / "empty")
    assert empty.refusal(empty.element(1)) == "record.unknown_reference"
    assert empty.port.locate("genesis.1", "60" * 16) is None


def test_there_is_one_genesis(ledger_studio: LedgerStudio) -> None:
    second = ledger_studio.genesis(key="61" * 16)
    assert ledger_studio.refusal(second) == "record.conflict"


@pytest.mark.parametrize(
    ("name", "value"), [("log_key", "ab" * 32), ("studio", VENDOR)]
)
def test_a_genesis_that_names_another_log_key_or_owner_is_refused(
    ledger_studio: LedgerStudio, name: str, value: str
) -> None:
    empty = LedgerStudio(ledger_studio.root.parent / "empty")
    genesis = empty.genesis(**{name: value})
    assert empty.refusal(genesis) == "record.malformed"


def test_a_genesis_by_a_key_that_it_does_not_name_is_refused(
    ledger_studio: LedgerStudio,
) -> None:
    empty = LedgerStudio(ledger_studio.root.parent / "empty")
    assert empty.refusal(empty.genesis(), by="pipeline") == "record.sheet"


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
