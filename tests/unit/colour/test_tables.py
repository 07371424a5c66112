"""The shipped tables: rebuilt, and against the published formulas in doubles."""

import hashlib
import math
import zlib
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest

from pipeline.colour.curves import CURVES, LOGARITHMIC, light
from pipeline.colour.grids import GRIDS, entries_of, grids_of
from pipeline.colour.make_tables import (
    curve_table,
    grid_values,
    half_light,
    nearest_float32,
)
from pipeline.colour.packing import MOST_BYTES, pack
from pipeline.colour.spaces import SPACES, space_of
from pipeline.colour.tables import (
    DIGESTS,
    _shipped,
    codes_to_light,
    half_to_light,
    read_table,
    thresholds,
)
from pipeline.errors import ColourSpaceError, ToolVersionError

STEP = 211  # a prime: codes and middles both come up


def slog3(x: float) -> float:
    if x >= 171.2102946929 / 1023:
        return float(10 ** ((x * 1023 - 420) / 261.5) * 0.19 - 0.01)
    return (x * 1023 - 95) * 0.01125 / (171.2102946929 - 95)


def logc3(x: float) -> float:
    # The six decimals that ARRI prints, not our own parameters.
    if x > 5.367655 * 0.010591 + 0.092809:
        return float((10 ** ((x - 0.385537) / 0.247190) - 0.052272) / 5.555556)
    return (x - 0.092809) / 5.367655


def acescct(x: float) -> float:
    if x > 0.155251141552511:
        return float(2 ** (x * 17.52 - 9.72))
    return (x - 0.0729055341958355) / 10.5402377416545


def logc4(x: float) -> float:
    a, b, c = (2**18 - 16) / 117.45, 928 / 1023, 95 / 1023
    s = 7 * math.log(2) * 2 ** (7 - 14 * c / b) / (a * b)
    if x < 0:
        return x * s + (2 ** (14 * -c / b + 6) - 64) / a
    return float((2 ** (14 * (x - c) / b + 6) - 64) / a)


def srgb(x: float) -> float:
    return float(x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4)


FORMULAS: dict[str, tuple[Callable[[float], float], float]] = {
    "acescct": (acescct, 1e-7),
    "bt1886": (lambda x: float(x**2.4), 1e-7),
    "logc3": (logc3, 2e-5),
    "logc4": (logc4, 1e-7),
    "slog3": (slog3, 1e-7),
    "srgb": (srgb, 1e-7),
}


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_part_of_every_table_is_what_the_script_makes(curve: str) -> None:
    table = _shipped(f"{curve}.f32z")
    for name in grids_of(curve):
        values = [light(curve, one) for one in grid_values(GRIDS[name], step=STEP)]
        part = table[entries_of(curve)[name]][::STEP]
        assert part.tobytes() == nearest_float32([*values]).tobytes()


@pytest.mark.parametrize("curve", LOGARITHMIC)
def test_part_of_every_table_of_halves_is_what_the_script_makes(curve: str) -> None:
    patterns = range(0, 65536, 401)
    values = [half_light(curve, pattern) for pattern in patterns]
    part = _shipped(f"{curve}.f32z")[entries_of(curve)["half"]][::401]
    assert part.tobytes() == nearest_float32(values).tobytes()


@pytest.mark.slow
@pytest.mark.parametrize("curve", sorted(CURVES))
def test_the_shipped_tables_are_what_the_script_makes(curve: str) -> None:
    made = curve_table(curve)
    assert made.tobytes() == _shipped(f"{curve}.f32z").tobytes()
    assert hashlib.sha256(made.tobytes()).hexdigest() == DIGESTS[f"{curve}.f32z"]


@pytest.mark.parametrize("curve", sorted(CURVES))
def test_a_table_agrees_with_the_published_formula_in_doubles(curve: str) -> None:
    formula, within = FORMULAS[curve]
    table = _shipped(f"{curve}.f32z")[entries_of(curve)["full-16"]]
    for entry in range(0, len(table), 97):
        expected = formula(entry / 131_070)
        assert abs(table[entry] - expected) <= within * max(abs(expected), 1e-2)


@pytest.mark.parametrize("token", [one for one in SPACES if one != "data"])
def test_the_middles_lie_between_the_codes(token: str) -> None:
    space = space_of(token)
    for bits in (10, 16):
        codes, middles = (
            table(space, bits, "full") for table in (codes_to_light, thresholds)
        )
        assert len(codes) == 2**bits
        assert (codes[:-1] < middles).all()
        assert (middles < codes[1:]).all()


def test_eight_bits_are_part_of_sixteen() -> None:
    space = space_of("srgb")
    eight, sixteen = (codes_to_light(space, bits, "full") for bits in (8, 16))
    assert eight.tolist() == sixteen[::257].tolist()
    middle = light("srgb", Decimal("127.5") / 255)
    assert thresholds(space, 8, "full")[127] == np.float32(float(middle))


def test_legal_codes_carry_black_and_white_where_video_has_them() -> None:
    legal = codes_to_light(space_of("rec709"), 10, "legal")
    assert (legal[64], legal[940]) == (0, 1)
    assert legal[4] < 0 < legal[65]
    grey = codes_to_light(space_of("slog3-sgamut3"), 12, "legal")
    full = codes_to_light(space_of("slog3-sgamut3"), 12, "full")
    assert grey[256] == full[0]
    assert grey[3760] == full[4095]


def test_a_half_that_is_no_light_has_no_entry() -> None:
    table = half_to_light(space_of("logc4-awg4"))
    assert np.isnan(table[[0x7C00, 0x7E00, 0xFC00, 0x7BFF]]).all()
    assert table[0x0000] == np.float32(float(light("logc4", Decimal(0))))


def test_codes_that_cannot_be_read_are_refused() -> None:
    for token, bits, code_range in (
        ("logc3-ei800-awg3", 8, "full"),
        ("srgb", 10, "legal"),
        ("rec709", 16, "legal"),
        ("acescg", 10, "legal"),
        ("srgb", 14, "full"),
        ("data", 8, "full"),
        ("rec709", 10, "extended"),
    ):
        with pytest.raises(ColourSpaceError):
            codes_to_light(space_of(token), bits, code_range)
    with pytest.raises(ColourSpaceError):
        half_to_light(space_of("srgb"))


def test_a_figure_between_two_floats_is_rounded_once() -> None:
    one, middle = Decimal(1), Decimal(2) ** -24
    nudge = Decimal(10) ** -25
    found = nearest_float32([one + middle - nudge, one + middle + nudge, None])
    assert found[:2].tolist() == [
        1.0,
        float(np.nextafter(np.float32(1), np.float32(2))),
    ]
    assert found.view(np.uint32)[2] == 0x7FC00000


def test_a_tie_that_forty_digits_do_not_settle_stops_the_script() -> None:
    with pytest.raises(ArithmeticError):
        nearest_float32([Decimal(1) + Decimal(2) ** -24])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no table",
        zlib.compress(b"123"),
        zlib.compress(pack(np.zeros(8, np.float32))),
        zlib.compress(bytes(MOST_BYTES + 4)),
        zlib.compress(pack(np.zeros(8, np.float32)))[:-5],
    ],
    ids=["empty", "other", "odd", "other figures", "bomb", "truncated"],
)
def test_a_damaged_table_stops_the_machine(content: bytes) -> None:
    with pytest.raises(ToolVersionError):
        read_table("srgb.f32z", content)


def test_nobody_can_write_to_a_table() -> None:
    tables = (codes_to_light, thresholds)
    assert not any(one(space_of("srgb"), 8, "full").flags.writeable for one in tables)
    assert not half_to_light(space_of("acescct")).flags.writeable
