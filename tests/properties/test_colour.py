"""Codes, light and baked tables, against oracles that work value by value."""

import json
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.colour.baked import (
    FINENESS,
    MAGIC,
    Baked,
    apply_baked,
    read_baked,
    steps_of,
    write_baked,
)
from pipeline.colour.cdl import Cdl, apply_cdl
from pipeline.colour.convert import SampleType, decode, encode
from pipeline.colour.packing import pack, unpack
from pipeline.colour.quantise import Light
from pipeline.colour.spaces import CodeRange, Space, space_of
from pipeline.colour.tables import codes_to_light, thresholds
from pipeline.errors import LookError, PipelineError

F = np.float32
CASES: list[tuple[str, int, CodeRange]] = [
    ("srgb", 8, "full"),
    ("srgb", 16, "full"),
    ("rec709", 10, "legal"),
    ("logc3-ei800-awg3", 10, "full"),
    ("logc4-awg4", 16, "full"),
    ("slog3-sgamut3", 12, "legal"),
    ("acescg", 16, "full"),
]
ANY = st.floats(width=32, allow_nan=False)
NEAR = st.floats(-0.25, 1.5, width=32)


@pytest.mark.parametrize(("token", "bits", "code_range"), CASES)
@settings(max_examples=60, deadline=None)
@given(values=st.lists(ANY | NEAR, min_size=1, max_size=40))
def test_a_code_is_the_number_of_thresholds_reached(
    token: str, bits: int, code_range: CodeRange, values: list[float]
) -> None:
    space, light = space_of(token), np.array(values, F)
    found = encode(light, space, _dtype(bits), bits, code_range=code_range)
    ascending = thresholds(space, bits, code_range)
    assert found.tolist() == np.searchsorted(ascending, light, "right").tolist()


@pytest.mark.parametrize(("token", "bits", "code_range"), CASES)
def test_a_threshold_itself_and_the_floats_beside_it_fall_as_the_rule_says(
    token: str, bits: int, code_range: CodeRange
) -> None:
    space = space_of(token)
    ascending = thresholds(space, bits, code_range)
    codes = np.arange(len(ascending))
    below, above = (np.nextafter(ascending, F(side)) for side in (-np.inf, np.inf))
    for light, expected in ((below, codes), (ascending, codes + 1), (above, codes + 1)):
        found = encode(light, space, _dtype(bits), bits, code_range=code_range)
        assert (found == expected).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 65535), min_size=1, max_size=30))
def test_light_rises_with_the_code(codes: list[int]) -> None:
    array = np.array(sorted(codes), np.uint16)
    light = decode(array, 16, space_of("logc3-ei800-awg3"))
    assert (np.diff(light)[np.diff(array.astype(int)) > 0] > 0).all()


@given(st.lists(st.floats(width=32), max_size=50))
def test_packing_loses_nothing(values: list[float]) -> None:
    floats = np.array(values, F)
    assert unpack(zlib.compress(pack(floats)), "x").tobytes() == floats.tobytes()


def _dtype(bits: int) -> SampleType:
    return "uint8" if bits == 8 else "uint16"


# Baked tables ----------------------------------------------------------------------


def table(
    seed: int, side: int = 17
) -> tuple[dict[str, Any], tuple[Light, Light, Light]]:
    """A synthetic table: knots of ACEScct, a lattice of noise round the identity."""
    rng = np.random.default_rng(seed)
    curve = codes_to_light(space_of("acescct"), 16, "full")
    places = np.linspace(0, 65535, steps_of(side) * (side - 1) + 1).astype(int)
    steps = np.linspace(0, 1, side)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1)
    lattice = np.clip(grid + rng.normal(0, 0.05, grid.shape), -0.2, 1.2).astype(F)
    first, count = -FINENESS, 3 * FINENESS
    output = np.cumsum(rng.random(count)).astype(F) / F(1000)
    header = {
        "first": first,
        "knots": count,
        "lattice": side,
        "source": "acescct",
        "target": "rec709",
    }
    return header, (curve[places], lattice.reshape(-1, 3), output)


BAKED = read_baked(write_baked(*table(1)))


def one_pixel(pixel: list[float], baked: Baked) -> Iterator[float]:
    """docs/specs/colour.md, one pixel at a time; every operation of two float32."""
    cells, parts = [], []
    for channel in pixel:
        x = min(max(F(channel), baked.knots[0]), baked.knots[-1])
        i = int(np.searchsorted(baked.knots[:-1], x, "right")) - 1
        width = F(1) / (baked.knots[i + 1] - baked.knots[i])
        cells.append(i // baked.steps)
        parts.append(
            (F(i % baked.steps) + (x - baked.knots[i]) * width) * F(1 / baked.steps)
        )
    order = sorted(range(3), key=lambda c: (-parts[c], c))
    side, corner = baked.side, list(cells)
    for output in range(3):
        at = list(corner)
        value = baked.lattice[(at[0] * side + at[1]) * side + at[2]][output]
        total = value
        for channel in order:
            at[channel] += 1
            following = baked.lattice[(at[0] * side + at[1]) * side + at[2]][output]
            total = total + parts[channel] * (following - value)
            value = following
        position = total * F(FINENESS) - F(baked.first)
        k = min(max(int(position), 0), len(baked.output) - 2)
        low, high = baked.output[k], baked.output[k + 1]
        yield float(low + (position - F(k)) * (high - low))


@settings(max_examples=150, deadline=None)
@given(st.lists(NEAR | ANY.filter(np.isfinite), min_size=3, max_size=3))
def test_a_baked_table_gives_what_the_page_says(pixel: list[float]) -> None:
    found = apply_baked(np.array([pixel], F), BAKED)
    assert found.tolist() == [list(one_pixel(pixel, BAKED))]


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32))
def test_equal_parts_are_taken_red_first(one: float, two: float) -> None:
    for pixel in ([one, one, two], [one, two, one], [two, one, one], [one] * 3):
        found = apply_baked(np.array([pixel], F), BAKED)
        assert found.tolist() == [list(one_pixel(pixel, BAKED))]


def test_a_picture_is_graded_like_its_pixels() -> None:
    picture = np.random.default_rng(2).normal(0.3, 0.6, (150, 131, 3)).astype(F)
    whole = apply_baked(picture, BAKED)
    rows = np.stack([apply_baked(row, BAKED) for row in picture])
    assert whole.tobytes() == rows.tobytes()
    for y, x in ((0, 0), (149, 130), (77, 3)):
        expected = list(one_pixel(picture[y, x].tolist(), BAKED))
        assert whole[y, x].tolist() == expected


def test_light_that_is_not_finite_is_refused() -> None:
    for value in (np.nan, np.inf):
        with pytest.raises(LookError):
            apply_baked(np.full((1, 3), value, F), BAKED)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_baked_file_is_refused_or_read(data: st.DataObject) -> None:
    header, floats = table(3)
    whole = write_baked(header, floats)
    text = json.dumps(header, separators=(",", ":"), sort_keys=True)
    end = len(MAGIC) + 4 + len(text)
    if data.draw(st.booleans()):
        damaged = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at, value = data.draw(st.integers(0, end)), data.draw(st.integers(0, 255))
        damaged = whole[:at] + bytes([value]) + whole[at + 1 :]
    try:
        assert isinstance(read_baked(damaged), Baked)
    except PipelineError as error:
        assert error.code == "colour.look"  # noqa: PT017 - no other may come out


@pytest.mark.parametrize(
    ("part", "at", "value"),
    [(0, 5, np.nan), (0, 5, -1.0), (1, 7, np.inf), (1, 7, 9.0), (2, 0, np.nan)],
)
def test_figures_that_cannot_be_evaluated_are_refused(
    part: int, at: int, value: float
) -> None:
    header, floats = table(4)
    floats[part].flags.writeable = True
    floats[part].flat[at] = value
    with pytest.raises(LookError):
        read_baked(write_baked(header, floats))


@pytest.mark.parametrize(
    "change",
    [
        {"lattice": 18},
        {"lattice": 10**9},
        {"knots": 1},
        {"knots": 10**9},
        {"first": 10**9},
        {"source": "adobe"},
        {"target": ["srgb"]},
        {"lattice": None},
    ],
)
def test_a_header_is_not_believed(change: dict[str, Any]) -> None:
    header, floats = table(5)
    with pytest.raises(LookError):
        read_baked(write_baked({**header, **change}, floats))


# Corrections -----------------------------------------------------------------------

FIGURE = st.decimals(0, 4, places=3)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(FIGURE, min_size=7, max_size=7),
    st.lists(st.floats(-2, 4, width=32), min_size=3, max_size=3),
    st.booleans(),
)
def test_a_correction_is_computed_in_its_written_order(
    figures: list[Decimal],
    pixel: list[float],
    clamp: bool,  # noqa: FBT001 - hypothesis passes it by position
) -> None:
    cdl = Cdl(
        slope=(figures[0], figures[1], figures[2]),
        offset=(figures[3], figures[4], figures[5]),
        saturation=figures[6],
        clamp=clamp,
    )

    def limit(value: np.float32) -> np.float32:
        return min(max(value, F(0)), F(1)) if clamp else value

    sop = [
        limit(F(value) * F(str(slope)) + F(str(offset)))
        for value, slope, offset in zip(pixel, cdl.slope, cdl.offset, strict=True)
    ]
    expected = sop
    if cdl.saturation != 1:
        luma = (F("0.2126") * sop[0] + F("0.7152") * sop[1]) + F("0.0722") * sop[2]
        expected = [
            limit(luma + F(str(cdl.saturation)) * (value - luma)) for value in sop
        ]
    found = apply_cdl(np.array([pixel], F), cdl)
    assert found.tolist() == [[float(value) for value in expected]]


def test_the_samples_here_are_what_they_are_taken_for() -> None:
    spaces: list[Space] = [space_of(token) for token, _, _ in CASES]
    assert any(space.is_log for space in spaces)
    assert BAKED.side == 17
