"""A commitment holds one value at one place, whatever value and place are."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.encoding import canonical
from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import (
    Opening,
    Place,
    blind_at,
    check_opening,
    commit,
    machine_key,
    statement_id,
)
from ledger.errors import AlteredEvidenceError
from tests.properties.test_canonical import VALUES

NAMES = st.text(st.characters(codec="ascii"), max_size=6)
PLACES = st.builds(Place, log=NAMES, kind=NAMES, key=NAMES)
BLINDS = st.binary(min_size=32, max_size=32)
FACTS = st.tuples(NAMES, NAMES, VALUES)
OPENINGS = st.builds(Opening, path=NAMES, value=VALUES, blind=BLINDS)


@given(OPENINGS, PLACES, OPENINGS, PLACES)
def test_an_opening_fits_its_own_commitment_and_no_other(
    one: Opening, place: Place, other: Opening, elsewhere: Place
) -> None:
    commitment = commit(one, place)
    check_opening(one, place, commitment)
    same = canonical.encode([*place.at(one.path), one.value]) == canonical.encode(
        [*elsewhere.at(other.path), other.value]
    )
    assume(not (same and one.blind == other.blind))
    with pytest.raises(AlteredEvidenceError):
        check_opening(other, elsewhere, commitment)


@given(OPENINGS, PLACES, PLACES, NAMES)
def test_a_moved_opening_fails_even_with_its_own_blind_and_value(
    one: Opening, place: Place, elsewhere: Place, path: str
) -> None:
    assume((place, one.path) != (elsewhere, path))
    moved = Opening(path=path, value=one.value, blind=one.blind)
    assert commit(moved, elsewhere) != commit(one, place)


@given(BLINDS, PLACES, NAMES, PLACES, NAMES)
def test_no_two_places_share_a_blind(
    secret: bytes, place: Place, path: str, elsewhere: Place, other: str
) -> None:
    assume((place, path) != (elsewhere, other))
    assert blind_at(secret, place, path) != blind_at(secret, elsewhere, other)


@given(BLINDS, FACTS, FACTS)
def test_no_two_facts_share_a_machines_key(
    secret: bytes, one: tuple[str, str, JsonValue], other: tuple[str, str, JsonValue]
) -> None:
    assume(canonical.encode([*one]) != canonical.encode([*other]))
    assert machine_key(secret, *one) != machine_key(secret, *other)


@given(BLINDS, st.binary(), BLINDS, st.binary())
def test_no_two_statements_share_an_id(
    blind: bytes, raw: bytes, blind_2: bytes, raw_2: bytes
) -> None:
    assume((blind, raw) != (blind_2, raw_2))
    assert statement_id(blind, raw) != statement_id(blind_2, raw_2)
