"""Commitments hold one value at one place; ids name one statement."""

from dataclasses import replace

import pytest

from ledger.encoding.commitment import (
    BY_PATH,
    ID_PATH,
    Opening,
    Place,
    blind_at,
    check_opening,
    commit,
    is_private,
    machine_key,
    private,
    statement_id,
)
from ledger.errors import AlteredEvidenceError, MalformedRecordError

SECRET = bytes(range(32))
PLACE = Place(log="jangbu.invalid/0123456789abcdef", kind="party.1", key="ab" * 16)
PATH = "/body/name"
OPENING = Opening(path=PATH, value="김하늘", blind=blind_at(SECRET, PLACE, PATH))
COMMITMENT = commit(OPENING, PLACE)


def test_an_opening_leads_to_its_commitment() -> None:
    check_opening(OPENING, PLACE, COMMITMENT)


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, log="jangbu.invalid/0123456789abcdee"),
        replace(PLACE, kind="party.2"),
        replace(PLACE, key="cd" * 16),
    ],
)
def test_an_opening_cannot_be_moved_to_another_record(place: Place) -> None:
    with pytest.raises(AlteredEvidenceError):
        check_opening(OPENING, place, COMMITMENT)


@pytest.mark.parametrize(
    "opening",
    [
        replace(OPENING, path="/body/party"),
        replace(OPENING, path=BY_PATH),
        replace(OPENING, path=ID_PATH),
        replace(OPENING, value="김하늬"),
        replace(OPENING, value=["김하늘"]),
        replace(OPENING, blind=bytes(32)),
    ],
)
def test_an_opening_with_another_path_value_or_blind_fails(opening: Opening) -> None:
    with pytest.raises(AlteredEvidenceError) as refused:
        check_opening(opening, PLACE, COMMITMENT)
    assert refused.value.where == opening.path


@pytest.mark.parametrize("text", ["", "é", "AB" * 32, COMMITMENT.upper()])
def test_text_that_is_no_commitment_is_refused_as_altered(text: str) -> None:
    with pytest.raises(AlteredEvidenceError):
        check_opening(OPENING, PLACE, text)


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_blind_has_32_bytes_so_its_end_cannot_be_moved(length: int) -> None:
    with pytest.raises(MalformedRecordError) as refused:
        commit(replace(OPENING, blind=bytes(length)), PLACE)
    assert refused.value.where == PATH
    with pytest.raises(MalformedRecordError):
        statement_id(bytes(length), b"{}")


def test_a_private_value_without_a_canonical_form_is_refused_at_its_own_path() -> None:
    hostile = Opening(path=PATH, value={"take": [1, "\u1112\u1161"]}, blind=bytes(32))
    with pytest.raises(MalformedRecordError) as refused:
        commit(hostile, PLACE)
    assert refused.value.where == "/body/name/take/1"


def test_blinds_of_different_places_and_keys_all_differ() -> None:
    blinds = {
        blind_at(SECRET, PLACE, PATH),
        blind_at(SECRET, PLACE, ID_PATH),
        blind_at(SECRET, PLACE, BY_PATH),
        blind_at(SECRET, replace(PLACE, kind="party.2"), PATH),
        blind_at(bytes(32), PLACE, PATH),
    }
    assert len(blinds) == 5


def test_a_statements_id_depends_on_its_bytes_and_its_blind() -> None:
    ids = {statement_id(bytes(32), b"{}"), statement_id(b"1" * 32, b"{}")}
    ids.add(statement_id(bytes(32), b"[]"))
    assert len(ids) == 3


def test_a_machines_key_is_bound_to_log_kind_and_facts() -> None:
    facts = ("jangbu.invalid/0123456789abcdef", "asset.1", "ab")
    keys = {
        machine_key(SECRET, *facts),
        machine_key(SECRET, facts[0], "asset.1a", "b"),
        machine_key(SECRET, facts[0], "run.1", "ab"),
        machine_key(SECRET, "jangbu.invalid/0123456789abcdee", "asset.1", "ab"),
        machine_key(bytes(32), *facts),
    }
    assert len(keys) == 5
    assert all(len(key) == 32 for key in keys)


def test_only_an_object_with_the_one_mark_is_a_private_field() -> None:
    assert is_private(private(COMMITMENT))
    assert not is_private({"#": COMMITMENT, "more": 1})
    assert not is_private({"commitment": COMMITMENT})
    assert not is_private(COMMITMENT)


def test_an_opening_travels_as_json() -> None:
    assert OPENING.to_json() == {
        "blind": OPENING.blind.hex(),
        "path": PATH,
        "value": "김하늘",
    }
