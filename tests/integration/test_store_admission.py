"""What admission lets in, what it refuses, and that a refusal leaves nothing behind."""

from dataclasses import replace

import pytest

from ledger.encoding.statement import Secret
from ledger.errors import ConflictingRecordError
from ledger.ports import Receipt, Refusal
from ledger.store.admission import BLIND_BYTES
from tests.simulators.ledger_studio import (
    STUDIO,
    VENDOR,
    LedgerStudio,
    submission_of,
)

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
