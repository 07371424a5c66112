"""Entries are projections of their statements."""

import json
from typing import Any

import pytest

from ledger.encoding import canonical
from ledger.encoding.entry import (
    MAX_ENTRY,
    Entry,
    by_commitment,
    check_projection,
    encode_entry,
    parse_entry,
    project,
)
from ledger.encoding.statement import read
from ledger.errors import AlteredEvidenceError, MalformedRecordError
from tests.vectors import sample_records as sample

STORIES = sample.stories()
COMPOSED = sample.withdrawal()
STATEMENT = read(COMPOSED.raw)
BY = by_commitment("ab" * 32, COMPOSED.by_blind, COMPOSED.place)
AT = "2026-11-22T09:00:00.000001Z"
ENTRY = project(STATEMENT, statement_id=COMPOSED.id, by=BY, at=AT)


def changed(**members: Any) -> Entry:  # noqa: ANN401
    entry = {**json.loads(encode_entry(ENTRY)), **members}
    return parse_entry(canonical.encode(entry))


@pytest.mark.parametrize("title", STORIES)
def test_an_entry_is_read_as_it_was_written_and_fits_its_statement(title: str) -> None:
    one = STORIES[title]
    entry = project(read(one.raw), statement_id=one.id, by=BY, at=AT, held=True)
    assert parse_entry(encode_entry(entry)) == entry
    check_projection(entry, read(one.raw), one.id)


def test_an_entry_is_small_and_says_nothing_of_the_body() -> None:
    one = STORIES["a generation by a person"]
    raw = encode_entry(project(read(one.raw), statement_id=one.id, by=BY, at=AT))
    assert len(raw) < 400
    assert b"example-image" not in raw
    assert one.key.encode() not in raw


@pytest.mark.parametrize(
    ("members", "where"),
    [
        ({"kind": "shot.1"}, "/kind"),
        ({"id": "cd" * 32}, "/id"),
        ({"scope": {"shot": sample.SHOT}}, "/scope"),
        ({"refs": []}, "/refs"),
        ({"act": {"verb": "dispute", "of": STATEMENT.prev[0]}}, "/act"),
        ({"act": {"verb": "withdraw", "of": "cd" * 32}}, "/act"),
    ],
)
def test_an_entry_that_says_something_else_than_its_statement_is_refused(
    members: dict[str, Any], where: str
) -> None:
    with pytest.raises(AlteredEvidenceError) as refused:
        check_projection(changed(**members), STATEMENT, COMPOSED.id)
    assert refused.value.where == where


def test_an_entry_without_its_statements_act_is_refused() -> None:
    rest = json.loads(encode_entry(ENTRY))
    del rest["act"]
    with pytest.raises(AlteredEvidenceError):
        check_projection(parse_entry(canonical.encode(rest)), STATEMENT, COMPOSED.id)


def test_time_and_signer_are_the_entrys_own() -> None:
    later = changed(at="2026-11-22T09:00:00.000002Z", by={"#": "cd" * 32}, held=True)
    check_projection(later, STATEMENT, COMPOSED.id)


def test_another_spelling_of_an_entry_is_refused() -> None:
    raw = encode_entry(ENTRY)
    for wrong in (raw + b"\n", b" " + raw, json.dumps(json.loads(raw)).encode()):
        with pytest.raises(MalformedRecordError):
            parse_entry(wrong)


def test_an_entry_has_a_largest_size() -> None:
    refs: list[canonical.JsonValue] = [f"{number:064x}" for number in range(1000)]
    raw = canonical.encode({**json.loads(encode_entry(ENTRY)), "refs": refs})
    assert len(raw) > MAX_ENTRY
    with pytest.raises(MalformedRecordError):
        parse_entry(raw)


@pytest.mark.parametrize(
    "wrong", [{"by": "no hex"}, {"at": "2026"}, {"statement_id": "AB" * 32}]
)
def test_an_entry_is_not_made_from_names_of_another_form(wrong: dict[str, str]) -> None:
    names = {"statement_id": COMPOSED.id, "by": BY, "at": AT, **wrong}
    with pytest.raises(MalformedRecordError):
        project(
            STATEMENT,
            statement_id=names["statement_id"],
            by=names["by"],
            at=names["at"],
        )
