"""Baked looks against OpenColorIO itself, on photographs and on a lattice."""

from decimal import Decimal

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 - the name its documentation uses
import pytest

from pipeline.colour.bake import ConfigStep, Look, LutStep, Step, bake, evaluator
from pipeline.colour.baked import Baked, apply_baked, read_baked
from pipeline.colour.cdl import Cdl, apply_cdl, read_cdl
from pipeline.colour.convert import decode, encode, to_primaries
from pipeline.colour.lut import survey_lut
from pipeline.colour.ocio_config import open_config
from pipeline.colour.show import Grade, grade_of_cdl, grade_of_look, table_of
from pipeline.colour.spaces import space_of
from pipeline.errors import ColourSpaceError, LookError
from tests.integration.colour.show_files import (
    PHOTOS,
    STUDIO,
    WARM,
    cdl_file,
    curve_lut,
    film_lut,
    photograph,
)

ACESCCT, REC709 = space_of("acescct"), space_of("rec709")
PICTURES = ("astronaut.png", "coffee.png", "rocket.jpg")
FILM = LutStep(name="film.cube", data=film_lut("resolve_cube", 33))


def apart(look: Look, part: Baked | Grade, picture: str) -> tuple[float, float]:
    """Largest and mean difference, in shares of the target's encoded range."""
    codes = photograph(picture, look.source)
    encoded = np.array(codes.reshape(-1, 3), np.float32) / np.float32(65535)
    direct = evaluator(look)(encoded)
    parts = (part,) if isinstance(part, Baked) else part.parts
    light = decode(codes, 16, look.source)
    for one in parts:
        assert isinstance(one, Baked)
        light = apply_baked(light, one)
    ours = encode(light, look.target, "uint16", 16).reshape(-1, 3) / 65535.0
    difference = np.abs(ours - np.clip(direct, 0, 1))
    return float(difference.max()), float(difference.mean())


@pytest.mark.parametrize(
    ("steps", "target", "side", "most", "mean"),
    [
        ((WARM,), "acescct", 17, 5e-4, 5e-5),
        ((WARM,), "acescct", 33, 1e-4, 1.5e-5),
        ((WARM,), "acescct", 65, 4e-5, 6e-6),
        ((FILM,), "rec709", 33, 1e-4, 1.5e-5),
        ((WARM, FILM), "rec709", None, 4e-4, 3e-5),
    ],
)
def test_a_grade_is_near_the_look(
    steps: tuple[Step, ...], target: str, side: int | None, most: float, mean: float
) -> None:
    look = Look(source=ACESCCT, target=space_of(target), steps=steps)
    grade = grade_of_look(look, side=side)
    found = [apart(look, grade, picture) for picture in PICTURES]
    assert max(one for one, _ in found) <= most
    assert max(one for _, one in found) <= mean


def test_a_lut_is_copied_without_loss_on_a_lattice_of_its_own_size() -> None:
    for side in (17, 32):
        step = LutStep(name="film.cube", data=film_lut("resolve_cube", side))
        look = Look(source=ACESCCT, target=REC709, steps=(step,))
        (part,) = grade_of_look(look).parts
        assert isinstance(part, Baked)
        assert part.side == side
        assert part.header["error_max_ppm"] <= 1


def test_a_lattice_that_is_too_small_is_seen_in_what_the_table_states() -> None:
    # A correction and a LUT of 33 in one table: the LUT's own cells are cut across.
    look = Look(source=ACESCCT, target=REC709, steps=(WARM, FILM))
    baked = [bake(look, side=side) for side in (9, 33)]
    means = [one.header["error_mean_ppm"] for one in baked]
    assert means == sorted(means, reverse=True)
    assert all(one.header["error_max_ppm"] > 50_000 for one in baked)
    found = [apart(look, one, PICTURES[0]) for one in baked]
    # 3 % at worst and 0.1 % in the mean at 33; as two tables 0.04 % and 0.003 %.
    assert found[1][0] > 0.02
    assert found[1][1] > 9e-4
    assert [mean for _, mean in found] == sorted((m for _, m in found), reverse=True)


def test_a_look_that_changes_nothing_loses_almost_nothing() -> None:
    look = Look(source=ACESCCT, target=ACESCCT, steps=(Cdl(),))
    for side in (2, 17, 33):
        baked = bake(look, side=side)
        assert baked.header["error_max_ppm"] <= 1
        assert apart(look, baked, PICTURES[0])[0] <= 2.5e-5


@pytest.mark.parametrize("source", ["logc3-ei800-awg3", "slog3-sgamut3cine", "srgb"])
def test_a_correction_is_baked_in_the_space_that_it_was_made_in(source: str) -> None:
    look = Look(source=space_of(source), target=space_of(source), steps=(WARM,))
    most, mean = apart(look, bake(look), PICTURES[1])
    assert most <= 2e-3
    assert mean <= 1e-4


def test_a_linear_space_is_baked_in_the_shape_of_acescct() -> None:
    acescg = space_of("acescg")
    cdl = Cdl(power=(Decimal("1.1"), Decimal(1), Decimal("0.95")), clamp=True)
    look = Look(source=acescg, target=acescg, steps=(cdl,))
    baked = bake(look, side=65)
    light = np.array([[0.18, 0.18, 0.18], [0.9, 0.5, 0.02]], np.float32)
    expected = light.astype(np.float64) ** [1.1, 1, 0.95]
    assert (np.abs(apply_baked(light, baked) / expected - 1) < 0.005).all()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("film.cube", film_lut("resolve_cube", 17)),
        ("film.cube", film_lut("iridas_cube", 17)),
        ("film.3dl", film_lut("flame", 17)),
        ("film.spi3d", film_lut("spi3d", 17)),
        ("film.clf", film_lut("Academy/ASC Common LUT Format", 17)),
        ("curve.spi1d", curve_lut("spi1d")),
        ("curve.cube", curve_lut("resolve_cube")),
    ],
)
def test_tables_as_other_tools_write_them_are_baked(name: str, data: bytes) -> None:
    assert max(survey_lut(data, name)) >= 2
    target = REC709 if name.startswith("film") else ACESCCT
    look = Look(source=ACESCCT, target=target, steps=(LutStep(name=name, data=data),))
    baked = bake(look)
    assert baked.header["of"][0]["kind"] == "lut"
    assert apart(look, baked, PICTURES[0])[1] <= 1e-3


def test_the_small_table_that_comes_with_opencolorio_is_baked() -> None:
    folder = PHOTOS.parents[1] / "PyOpenColorIO" / "bin" / "pyocioamf"
    data = (folder / "example_referenced_lut.clf").read_bytes()
    aces = space_of("aces2065-1")
    step = LutStep(name="lmt.clf", data=data)
    baked = bake(Look(source=aces, target=aces, steps=(step,)), side=65)
    grey = np.full((1, 3), 0.18, np.float32)
    direct = evaluator(Look(source=ACESCCT, target=ACESCCT, steps=(Cdl(),)))
    assert direct(grey).tolist() == grey.tolist()
    brightened = apply_baked(grey, baked)
    assert 1.02 < float(brightened[0, 0]) / 0.18 < 1.3


def test_an_inverse_table_leads_back() -> None:
    data = curve_lut("spi1d")
    there, back = (
        LutStep(name="a.spi1d", data=data, inverse=inverse) for inverse in (False, True)
    )
    curved = evaluator(Look(source=ACESCCT, target=ACESCCT, steps=(there,)))
    assert np.abs(curved(np.full((1, 3), 0.5, np.float32)) - 0.5).max() > 0.02
    baked = bake(Look(source=ACESCCT, target=ACESCCT, steps=(there, back)))
    light = np.array([[0.18, 0.5, 0.02]], np.float32)
    assert np.abs(apply_baked(light, baked) / light - 1).max() < 0.002
    assert baked.header["of"][1]["kind"] == "inverse lut"


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("ColorCorrection", "a.cc"),
        ("ColorCorrectionCollection", "a.ccc"),
        ("ColorDecisionList", "a.cdl"),
    ],
)
def test_a_correction_that_opencolorio_wrote_is_read(form: str, name: str) -> None:
    found = read_cdl(cdl_file(form, WARM), name)
    figures = (*found.slope, *found.offset, *found.power, found.saturation)
    wanted = (*WARM.slope, *WARM.offset, *WARM.power, WARM.saturation)
    assert np.allclose([float(one) for one in figures], [float(one) for one in wanted])


@pytest.mark.parametrize("clamp", [True, False])
def test_a_correction_without_power_is_opencolorios(clamp: bool) -> None:  # noqa: FBT001
    cdl = Cdl(
        slope=WARM.slope, offset=WARM.offset, saturation=WARM.saturation, clamp=clamp
    )
    light = np.random.default_rng(4).normal(0.4, 0.6, (5000, 3)).astype(np.float32)
    look = Look(source=ACESCCT, target=ACESCCT, steps=(cdl,))
    assert np.abs(apply_cdl(light, cdl) - evaluator(look)(light)).max() <= 1e-6


def test_a_grade_states_what_it_is() -> None:
    acescg, working = space_of("acescg"), space_of("linear-rec709")
    plain = Cdl(slope=(Decimal(2), Decimal(1), Decimal(1)))
    exact = grade_of_cdl(plain, acescg)
    assert exact.token == f"cdl/1 acescg sha256:{plain.digest}"
    assert not exact.tables
    table = grade_of_cdl(WARM, ACESCCT)
    (digest,) = table.tables
    assert table.token == f"baked/1 sha256:{digest}"
    both = grade_of_look(Look(source=acescg, target=acescg, steps=(plain, plain)))
    assert both.token == f"{exact.token}, {exact.token}"
    assert both.digest != exact.digest
    light = np.array([[0.2, 0.3, 0.4]], np.float32)
    for grade in (exact, table, both):
        assert grade.apply(light, working).shape == light.shape
        assert grade.apply(light, working).tobytes() != light.tobytes()


def test_a_grade_between_other_primaries_goes_through_them() -> None:
    light = np.array([[0.2, 0.3, 0.4], [1.5, 0.1, 0.0]], np.float32)
    working, acescg = space_of("linear-rec709"), space_of("acescg")
    cdl = Cdl(offset=(Decimal("0.1"), Decimal(0), Decimal(0)))
    inside = apply_cdl(to_primaries(light, working, acescg), cdl)
    expected = to_primaries(inside, acescg, working)
    found = grade_of_cdl(cdl, acescg).apply(light, working)
    assert found.tobytes() == expected.tobytes()


def test_a_table_comes_back_from_its_bytes_and_no_others() -> None:
    made = grade_of_look(Look(source=ACESCCT, target=REC709, steps=(WARM, FILM)))
    again = Grade(
        parts=tuple(table_of(data, digest) for digest, data in made.tables.items())
    )
    assert again.token == made.token
    picture = np.random.default_rng(8).random((40, 40, 3)).astype(np.float32)
    working = space_of("linear-rec709")
    twice = [grade.apply(picture, working).tobytes() for grade in (made, again)]
    assert twice[0] == twice[1]
    data = next(iter(made.tables.values()))
    assert read_baked(data).header["ocio"] == ocio.__version__
    with pytest.raises(LookError):
        table_of(data, "0" * 64)


def test_a_correction_into_another_space_is_one_table() -> None:
    look = Look(source=ACESCCT, target=REC709, steps=(WARM, WARM))
    first, last = grade_of_look(look).parts
    assert isinstance(first, Baked)
    assert isinstance(last, Baked)
    assert (first.target, last.target) == (ACESCCT, REC709)


def test_a_look_through_a_built_in_config_is_baked() -> None:
    config = open_config(f"ocio://{STUDIO}")
    step = ConfigStep(
        config=config,
        source="ACEScct",
        display="Rec.1886 Rec.709 - Display",
        view="ACES 1.0 - SDR Video",
    )
    look = Look(source=ACESCCT, target=REC709, steps=(step,))
    assert apart(look, bake(look, side=65), PICTURES[0])[1] <= 1e-3
    unknown = ConfigStep(config=config, source="ACEScct", target="nowhere")
    with pytest.raises(LookError):
        bake(Look(source=ACESCCT, target=REC709, steps=(unknown,)))


def test_what_cannot_be_baked_is_refused() -> None:
    wild = Cdl(slope=(Decimal(900), Decimal(1), Decimal(1)))
    for steps, side in (((wild,), 33), ((), 33), ((WARM,), 1), ((WARM,), 100_000)):
        with pytest.raises(LookError):
            bake(Look(source=ACESCCT, target=ACESCCT, steps=steps), side=side)
    with pytest.raises(ColourSpaceError):
        bake(Look(source=ACESCCT, target=space_of("data"), steps=(WARM,)))
