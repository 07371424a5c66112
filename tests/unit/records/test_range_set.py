"""Sets of frames as ranges."""

import pytest

from ledger.errors import MalformedRecordError
from ledger.records.range_set import RangeSet
from ledger.records.time import FrameRange, Rate

FILM = Rate(24, 1)
VIDEO = Rate(25, 1)


def frames(*spans: tuple[int, int], rate: Rate = FILM) -> RangeSet:
    return RangeSet.of(rate, [FrameRange.between(*span, rate) for span in spans])


def test_ranges_that_overlap_or_touch_become_one() -> None:
    assert frames((5, 8), (0, 3), (3, 6)).spans == ((0, 8),)
    assert frames((0, 3), (4, 6)).spans == ((0, 3), (4, 6))


def test_equal_sets_are_equal_values_however_they_were_made() -> None:
    assert frames((0, 5), (5, 9)) == frames((0, 9))
    assert len({frames((0, 5), (5, 9)), frames((0, 9))}) == 1


def test_an_empty_set_holds_nothing() -> None:
    empty = RangeSet(FILM)
    assert not empty
    assert empty.count() == 0
    assert not empty.contains(0)
    assert empty.ranges() == ()
    assert frames((0, 5)).intersection(empty) == empty
    assert frames((0, 5)).difference(empty) == frames((0, 5))


def test_a_hole_is_cut_out_of_a_range() -> None:
    left = frames((1001, 1025)).difference(frames((1010, 1012)))
    assert [str(part) for part in left.ranges()] == ["1001-1009", "1012-1024"]
    assert left.count() == 22


def test_the_widest_set_minus_nothing_is_itself() -> None:
    widest = frames((-(2**53) + 1, 2**53 - 1))
    assert widest.difference(RangeSet(FILM)) == widest
    assert not widest.difference(widest)


@pytest.mark.parametrize(
    "spans",
    [((3, 3),), ((3, 2),), ((5, 6), (0, 1)), ((0, 3), (3, 5)), ((0, 2**53),)],
)
def test_spans_that_are_not_the_one_form_are_refused(
    spans: tuple[tuple[int, int], ...],
) -> None:
    with pytest.raises(MalformedRecordError):
        RangeSet(FILM, spans)


def test_sets_at_different_rates_are_not_combined() -> None:
    one, other = frames((0, 5)), frames((0, 5), rate=VIDEO)
    for combine in (one.union, one.intersection, one.difference):
        with pytest.raises(MalformedRecordError):
            combine(other)
    with pytest.raises(MalformedRecordError):
        RangeSet.of(FILM, other.ranges())
