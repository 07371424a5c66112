from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.reports.strip import DOUBT, UNASKED, bands

STATES = st.sampled_from(DOUBT[1:])
SPANS = st.lists(
    st.tuples(st.integers(-5, 60), st.integers(1, 20)).map(
        lambda one: (one[0], one[0] + one[1])
    ),
    max_size=6,
)
STATED = st.lists(st.tuples(STATES, SPANS), max_size=4)


def worst_at(stated: list[tuple[str, list[tuple[int, int]]]], frame: int) -> str:
    there = [s for s, spans in stated for a, b in spans if a <= frame < b]
    return max(there, key=DOUBT.index, default=UNASKED)


@given(STATED)
def test_each_frame_has_the_most_doubtful_state_that_it_is_in(
    stated: list[tuple[str, list[tuple[int, int]]]],
) -> None:
    found = bands(stated, (0, 50))
    by_frame = {f: state for a, b, state in found for f in range(a, b)}
    assert by_frame == {f: worst_at(stated, f) for f in range(50)}


@given(STATED, st.integers(1, 12))
def test_a_row_of_columns_is_short_and_hides_no_doubt(
    stated: list[tuple[str, list[tuple[int, int]]]], most: int
) -> None:
    found = bands(stated, (0, 50), most)
    assert len(found) <= most
    assert (found[0][0], found[-1][1]) == (0, 50)
    assert all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(found))
    for start, end, state in found:
        inside = [worst_at(stated, frame) for frame in range(start, end)]
        assert DOUBT.index(state) >= max(map(DOUBT.index, inside), default=0)


def test_a_row_with_more_columns_than_frames_keeps_every_frame() -> None:
    stated = [("open", [(n, n + 1) for n in range(0, 10, 2)])]
    assert bands(stated, (0, 10), 4)[-1][1] == 10
