"""Changes of rate are exact or marked; ranges agree with sets of frames."""

from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ledger.records.range_set import RangeSet
from ledger.records.time import FrameRange, Rate, convert_frame, parse_frames

FILM = Rate(24, 1)

rates = st.one_of(
    st.sampled_from(
        [FILM, Rate(25, 1), Rate(30, 1), Rate(24000, 1001), Rate(60000, 1001)]
    ),
    st.builds(Rate.reduced, st.integers(1, 10**6), st.integers(1, 10**4)),
)


@st.composite
def ranges(draw: st.DrawFn, rate: Rate = FILM, largest: int = 40) -> FrameRange:
    start = draw(st.integers(-largest, largest))
    return FrameRange.between(start, start + draw(st.integers(1, largest)), rate)


range_lists = st.lists(ranges(), max_size=8)


def frames_of(some: list[FrameRange]) -> set[int]:
    return {frame for one in some for frame in one.frames()}


def moments(one: FrameRange) -> tuple[Fraction, Fraction]:
    """Start and end in seconds, from the definition of a rate."""
    frame = Fraction(one.rate.den, one.rate.num)
    return one.start * frame, one.end * frame


@given(rates)
def test_a_rate_is_read_back_as_it_was_printed(rate: Rate) -> None:
    assert Rate.parse(str(rate)) == rate


@given(ranges(largest=10**6))
def test_a_range_is_read_back_as_it_was_printed(one: FrameRange) -> None:
    assert parse_frames(str(one), FILM) == one
    assert FrameRange.model_validate_json(one.model_dump_json()) == one


@given(ranges(largest=10**6), rates, rates)
def test_a_conversion_keeps_the_moments_or_is_marked(
    one: FrameRange, at: Rate, to: Rate
) -> None:
    source = FrameRange.between(one.start, one.end, at)
    converted = source.at_rate(to)
    (begin, finish), (new_begin, new_finish) = moments(source), moments(converted.range)
    frame = Fraction(to.den, to.num)
    assert begin - frame < new_begin <= begin
    assert finish <= new_finish < finish + frame
    assert converted.exact == ((begin, finish) == (new_begin, new_finish))


@given(ranges(largest=10**6), rates, rates)
def test_an_exact_conversion_comes_back_and_a_marked_one_covers(
    one: FrameRange, at: Rate, to: Rate
) -> None:
    source = FrameRange.between(one.start, one.end, at)
    there = source.at_rate(to)
    back = there.range.at_rate(at).range
    assert back.intersect(source) == source
    if there.exact:
        assert back == source


@given(st.integers(-(10**9), 10**9), rates, rates)
def test_a_position_is_the_frame_on_screen_at_that_moment(
    frame: int, at: Rate, to: Rate
) -> None:
    found = convert_frame(frame, at=at, to=to)
    moment = Fraction(frame * at.den, at.num)
    shown_from = Fraction(found.frame * to.den, to.num)
    shown_until = Fraction((found.frame + 1) * to.den, to.num)
    assert shown_from <= moment < shown_until
    assert found.exact == (shown_from == moment)


@given(range_lists, range_lists)
def test_the_algebra_of_ranges_agrees_with_sets(
    some: list[FrameRange], others: list[FrameRange]
) -> None:
    one, other = RangeSet.of(FILM, some), RangeSet.of(FILM, others)
    mine, theirs = frames_of(some), frames_of(others)
    for made, expected in (
        (one, mine),
        (one.union(other), mine | theirs),
        (one.intersection(other), mine & theirs),
        (one.difference(other), mine - theirs),
    ):
        assert list(made.frames()) == sorted(expected)
        assert made.count() == len(expected)
        assert bool(made) == bool(expected)
        assert made == RangeSet.of(FILM, made.ranges())


@given(range_lists, st.integers(-100, 100))
def test_membership_agrees_with_sets(some: list[FrameRange], frame: int) -> None:
    assert RangeSet.of(FILM, some).contains(frame) == (frame in frames_of(some))


@given(range_lists, st.randoms())
def test_equal_sets_of_frames_are_equal_values(
    some: list[FrameRange], order: Random
) -> None:
    made = RangeSet.of(FILM, some)
    singles = [FrameRange.between(f, f + 1, FILM) for f in made.frames()]
    order.shuffle(singles)
    assert RangeSet.of(FILM, singles) == made


@given(ranges(), ranges())
def test_what_two_ranges_share_agrees_with_sets(
    one: FrameRange, other: FrameRange
) -> None:
    shared = one.intersect(other)
    expected = set(one.frames()) & set(other.frames())
    assert (set(shared.frames()) if shared else set()) == expected
