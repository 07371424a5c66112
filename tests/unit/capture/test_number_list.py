"""Numbers of files with holes, against Python's sets and against fileseq."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedRecordError
from pipeline.capture.number_list import NumberList

with warnings.catch_warnings():
    # It compiles patterns with escapes that newer Pythons dislike.
    warnings.simplefilter("ignore", (DeprecationWarning, SyntaxWarning))
    from fileseq.frameset import FrameSet

NUMBERS = st.sets(st.integers(-300, 300), max_size=60)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1001-1010,1015,1020-1024", "1001-1010,1015,1020-1024"),
        ("1020-1024, 1001-1010 ,1015", "1001-1010,1015,1020-1024"),
        ("1-3,4,5-6", "1-6"),
        ("0007", "7"),
        ("-5--3,-1", "-5--3,-1"),
        ("7-7", "7"),
    ],
)
def test_ranges_are_read_and_written_in_one_form(text: str, written: str) -> None:
    assert str(NumberList.parse(text)) == written


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "1-", "a", "5-3", "1,1", "1-5,3", "1-5,5-9", "1..5", "1-10x2"),
        *("1" * 13, "1,", "1;2", "1\n", "१", "1-2-3"),
        ",".join(map(str, range(0, 20_000, 2))),
    ],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedRecordError):
        NumberList.parse(text)


@given(NUMBERS, NUMBERS)
def test_lists_agree_with_sets(ours: set[int], theirs: set[int]) -> None:
    one, other = NumberList.of(ours), NumberList.of(theirs)
    assert list(one) == sorted(ours)
    assert len(one) == len(ours)
    assert set(one.without(other)) == ours - theirs
    assert [number in one for number in sorted(theirs)] == [
        number in ours for number in sorted(theirs)
    ]
    if ours:
        assert NumberList.parse(str(one)) == one
        assert set(one.gaps()) == set(range(min(ours), max(ours))) - ours


@given(NUMBERS.filter(bool))
def test_fileseq_reads_the_same_numbers(numbers: set[int]) -> None:
    assert sorted(FrameSet(str(NumberList.of(numbers)))) == sorted(numbers)


def test_a_range_of_a_million_million_numbers_costs_nothing() -> None:
    whole = NumberList.parse("0-999999999999")
    assert 10**11 in whole
    assert str(whole.without(NumberList.parse("5"))) == "0-4,6-999999999999"
