"""Not one bit of a signed record can be changed without being noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding.commitment import statement_id
from ledger.encoding.entry import encode_entry, parse_entry
from ledger.encoding.sheet import open_sheet, sign_sheet
from ledger.encoding.statement import check
from ledger.errors import JangbuError, RecordError, UnknownKindError
from tests.vectors import rebuild_records as vectors
from tests.vectors import sample_records as sample

PUBLIC_KEY = sample.SIGNING_KEY.public_key().public_bytes_raw()
SHEET = sign_sheet(sample.sheet(), sample.SIGNING_KEY)
STORIES = list(sample.stories().values())
ENTRIES = [row["entry"].encode() for row in vectors.entries()["entries"]]


def flipped(raw: bytes, data: st.DataObject) -> bytes:
    changed = bytearray(raw)
    at = data.draw(st.integers(0, len(raw) - 1))
    changed[at] ^= 1 << data.draw(st.integers(0, 7))
    return bytes(changed)


@given(st.data())
def test_a_sheet_with_a_flipped_bit_does_not_open(data: st.DataObject) -> None:
    with pytest.raises(RecordError):
        open_sheet(flipped(SHEET, data), PUBLIC_KEY)


@given(st.data())
def test_a_statement_with_a_flipped_bit_is_refused_or_has_another_id(
    data: st.DataObject,
) -> None:
    one = data.draw(st.sampled_from(STORIES))
    raw = flipped(one.raw, data)
    try:
        check(raw)
    except (RecordError, UnknownKindError):
        return
    assert statement_id(one.blind, raw) != one.id


@given(st.data())
def test_an_entry_is_refused_or_printed_as_it_was_read(data: st.DataObject) -> None:
    raw = flipped(data.draw(st.sampled_from(ENTRIES)), data)
    try:
        entry = parse_entry(raw)
    except RecordError:
        return
    assert encode_entry(entry) == raw


@given(st.binary(max_size=200))
def test_hostile_bytes_surface_as_our_own_errors(raw: bytes) -> None:
    for read in (check, parse_entry, lambda content: open_sheet(content, PUBLIC_KEY)):
        with pytest.raises(JangbuError):
            read(raw)
