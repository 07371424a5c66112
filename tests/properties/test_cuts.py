"""Whatever is cut together, the resolver and the slow oracle see the same frames."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import CutError
from ledger.records.time import Rate
from pipeline.editing.cut import resolve_cut
from pipeline.editing.exact import exact, position, rate_of
from tests.oracles.cut_frames import FrameMissingError, Inner, Use, length, shown
from tests.simulators.otio_cuts import (
    Part,
    clip,
    dissolve,
    extent,
    freeze,
    gap,
    shot,
    stack,
    timeline,
    track,
    warp,
    written,
)

SHOTS = {"A": shot(1, "A", 1, 30), "B": shot(2, "B", 11, 40)}
RANGES = {code: range(1, 31) if code == "A" else range(11, 41) for code in SHOTS}
CODES = {one.uid: one.code for one in SHOTS.values()}

speeds = st.one_of(
    st.just(Fraction(1)),
    st.just(Fraction(0)),
    st.fractions(min_value=0, max_value=3, max_denominator=60),
)


@st.composite
def tracks_of(draw: st.DrawFn, inner: st.SearchStrategy[Inner]) -> tuple[Use, ...]:
    """Items of 1 to 8 frames; dissolves fit, but their handles may not exist."""
    uses: list[Use] = []
    free = 0
    for _ in range(draw(st.integers(1, 4))):
        frames = draw(st.integers(1, 8))
        lead = draw(st.integers(0, min(2, free))) if uses else 0
        tail = draw(st.integers(0, min(2, frames))) if uses else 0
        first = draw(st.integers(0, 34))
        speed = draw(speeds)
        what = draw(inner)
        if what == Inner():
            first, speed = 0, Fraction(1)
        uses.append(Use(what, first, frames, speed, lead, tail))
        free = frames - tail
    return tuple(uses)


leaves = st.sampled_from([Inner(), Inner(code="A"), Inner(code="B")])
nests = st.builds(
    lambda those: Inner(tracks=tuple(those)),
    st.lists(tracks_of(leaves), min_size=1, max_size=2),
)
films = st.lists(tracks_of(st.one_of(leaves, leaves, nests)), min_size=1, max_size=3)


def as_otio(use: Use) -> Part:
    effects = [freeze() if use.speed == 0 else warp(float(use.speed))]
    effects = [] if use.speed == 1 else effects
    if use.inner.code is not None:
        return clip(use.inner.code, use.first, use.frames, effects=effects)
    if use.inner.tracks is None:
        return gap(use.frames)
    return stack(
        *(as_track(one) for one in use.inner.tracks),
        effects=effects,
        source_range=extent(use.first, use.frames),
    )


def as_track(uses: tuple[Use, ...]) -> Part:
    children: list[Part] = []
    for use in uses:
        if use.lead or use.tail:
            children.append(dissolve(use.lead, use.tail))
        children.append(as_otio(use))
    return track(*children)


def by_the_oracle(film: list[tuple[Use, ...]]) -> list[list[tuple[str, int]]] | None:
    try:
        return [
            shown(film, frame, RANGES) for frame in range(max(length(t) for t in film))
        ]
    except FrameMissingError:
        return None


def by_the_resolver(film: list[tuple[Use, ...]]) -> list[list[tuple[str, int]]] | None:
    raw = written(timeline(*(as_track(one) for one in film)))
    try:
        found = resolve_cut(raw, tuple(SHOTS.values()))
    except CutError as error:
        assert "source_frame" in error.facts  # noqa: PT017 - no other refusal is right
        return None
    return [
        [(CODES[one.shot], one.frame) for one in leaf.sources] for leaf in found.leaves
    ]


@settings(max_examples=300, deadline=None)
@given(films)
def test_the_resolver_sees_what_the_oracle_sees(film: list[tuple[Use, ...]]) -> None:
    assert by_the_resolver(film) == by_the_oracle(film)


@given(st.fractions(max_denominator=1000).filter(lambda one: abs(one) < 10**6))
def test_a_simple_fraction_survives_being_written_as_a_float(number: Fraction) -> None:
    assert exact(float(number)) == number


@given(st.floats())
def test_any_float_is_a_number_or_none(number: float) -> None:
    read = exact(number)
    assert read is None or float(read) == number
    found = position(number)
    assert (found is None) == (read is None)
    if found is not None and not found.rounded:
        assert found.value == read


@given(st.sampled_from([24, 30, 48, 60, 120]), st.sampled_from([2, 3, 6, 12]))
def test_a_slowed_rate_is_found_however_it_was_rounded(base: int, digits: int) -> None:
    found = rate_of(round(base * 1000 / 1001, digits))
    assert found is not None
    assert found.rate == Rate.reduced(base * 1000, 1001)
