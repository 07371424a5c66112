"""The file of a log's keys and the sizes that each signs."""

import pytest

from ledger.errors import CheckpointError
from ledger.log.key_file import key_periods, print_keys, read_keys

ORIGIN = "jangbu.invalid/7e57000000000000"
PERIODS = key_periods(ORIGIN, [(1, b"\x01" * 32), (40, b"\x02" * 32)])


def test_each_key_ends_where_the_next_begins() -> None:
    assert [(one.first, one.last) for one in PERIODS] == [(1, 39), (40, None)]
    assert read_keys(print_keys(PERIODS)) == PERIODS
    assert read_keys(b"") == ()


@pytest.mark.parametrize(
    "raw",
    [
        print_keys(PERIODS)[:-1],
        print_keys(PERIODS) + b"\n",
        print_keys(PERIODS).replace(b"1 39", b"01 39"),
        print_keys(PERIODS).replace(b" - ", b" x "),
        print_keys(PERIODS).replace(b"jangbu", "é".encode()),
    ],
)
def test_any_other_form_is_refused(raw: bytes) -> None:
    with pytest.raises(CheckpointError):
        read_keys(raw)
