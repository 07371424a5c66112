"""The change measure against the slow oracle, and the rules a verifier relies on."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.frames.arrays import Frame, as_frame
from pipeline.kernels.change import (
    Differences,
    changed_pixels,
    measure_differences,
)
from tests.oracles.change_1 import Picture, differ_slowly

Pair = tuple[Frame, Frame]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    height = draw(st.sampled_from([1, 5, 63, 64, 65, 70, 129]))
    width = draw(st.sampled_from([1, 3, 63, 64, 65, 70]))
    shape = (height, width, 3)
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    before = rng.integers(0, 256, shape)
    kind = draw(
        st.sampled_from(["none", "few", "slight", "region", "extreme", "other"])
    )
    if kind == "extreme":
        before = rng.choice([0, 255], shape)
    after = {
        "none": before,
        "few": np.where(rng.random(shape) < 0.01, 255 - before, before),
        "slight": np.clip(before + rng.integers(-3, 4, shape), 0, 255),
        "region": before.copy(),
        "extreme": 255 - before,
        "other": rng.integers(0, 256, shape),
    }[kind]
    if kind == "region":
        after[height // 2 :, width // 3 :] = rng.integers(0, 256, 3)
    return as_frame(before.astype(np.uint8)), as_frame(after.astype(np.uint8))


def rows(frame: Frame) -> Picture:
    return [[(p[0], p[1], p[2]) for p in row] for row in frame.tolist()]


def totals(met: Differences) -> list[int]:
    return [met.changed_0, met.changed_2, met.sum_abs, met.sum_sq]


@settings(deadline=None, max_examples=40)
@given(pairs())
def test_the_figures_equal_the_exact_reading(pair: Pair) -> None:
    met = measure_differences(*pair)
    exact = differ_slowly(*map(rows, pair))
    assert totals(met) == exact.totals
    assert met.pixels == exact.pixels
    assert met.tile_bytes() == exact.tile_bytes()
    assert met.tiles_digest() == exact.tiles_digest()


@settings(deadline=None, max_examples=60)
@given(pairs())
def test_the_rules_of_the_specification_hold_for_every_pair(pair: Pair) -> None:
    met = measure_differences(*pair)
    height, width = pair[0].shape[:2]
    heights = np.diff([*range(0, height, 64), height])
    widths = np.diff([*range(0, width, 64), width])
    areas = np.outer(heights, widths).ravel().tolist()
    tiles = met.tiles.reshape(4, -1).T.tolist()
    for area, figures in zip(areas, tiles, strict=True):
        check_rules(area, figures)
    check_rules(met.pixels, totals(met))
    assert met.tiles.reshape(4, -1).sum(axis=1).tolist() == totals(met)
    assert len(met.tile_bytes()) == 16 * len(areas)


def check_rules(area: int, figures: Sequence[int]) -> None:
    some, much, total, squares = figures
    assert much <= some <= area
    assert some + 2 * much <= total <= 6 * (some - much) + 765 * much
    assert some + 8 * much <= squares <= 12 * (some - much) + 195075 * much
    assert total <= squares <= 255 * total
    assert total % 2 == squares % 2
    assert total**2 <= 3 * some * squares


@settings(deadline=None, max_examples=40)
@given(pairs())
def test_before_and_after_may_change_places(pair: Pair) -> None:
    one, other = measure_differences(*pair), measure_differences(*pair[::-1])
    assert one.tile_bytes() == other.tile_bytes()


@settings(deadline=None, max_examples=40)
@given(pairs())
def test_the_marked_pixels_are_those_that_are_counted(pair: Pair) -> None:
    met = measure_differences(*pair)
    assert changed_pixels(*pair).sum() == met.changed_0
    assert changed_pixels(*pair, beyond=2).sum() == met.changed_2
    outside = pair[1].copy()
    mask = changed_pixels(*pair)
    outside[mask] = pair[0][mask]
    assert (outside == pair[0]).all()
