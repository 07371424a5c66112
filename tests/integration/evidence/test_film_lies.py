"""What a studio may state of film made by `picture/2`, and what is refused of it."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest

from ledger.errors import MalformedRecordError
from ledger.evidence.bundle import Request
from ledger.evidence.verify import verify_bundle
from ledger.records.frames import Bounds, Light, MeasuredLeaf
from pipeline.frames.raster import Box
from tests.integration.evidence.remaking import run_again, verdict_on
from tests.simulators.eyes import READERS
from tests.simulators.film_frames import (
    ACTIVE,
    BLENDED,
    EXACT,
    Tables,
)
from tests.simulators.linear_studio import FilmLies, LinearStudio
from tests.simulators.small_studio import SmallStudio

FULL, ONE = 65535, 32768
Lie: TypeAlias = Callable[[MeasuredLeaf], MeasuredLeaf]
TableLie: TypeAlias = Callable[[Tables], Tables]
TOLD, LOWER, UPPER = range(3)
PLATE_AT, ACTOR_AT, GLOW_AT, FIRE_AT, SMOKE_AT = range(5)


def refusal(lies: FilmLies) -> str:
    """What the one failure, of the step of measured frames, expected."""
    studio = LinearStudio(lies)
    studio.shoot_film()
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    assert {one.step for one in verdict.failures} == {"frame_sets"}
    (expected,) = {one.error.expected for one in verdict.failures}
    return expected


@pytest.mark.parametrize("elements", [BLENDED, EXACT], ids=["blended", "exact"])
@pytest.mark.parametrize("frames", ["all", "none"])
def test_a_true_shot_of_film_is_verified(
    elements: tuple[str, ...], frames: str
) -> None:
    studio = LinearStudio(FilmLies(elements=elements))
    studio.shoot_film()
    raw = studio.bundle(Request(frames=frames)).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    assert (verdict.failures, verdict.open_points) == ((), ())
    assert verdict.exit_code == 0


# --- light --------------------------------------------------------------------------


def lit(change: Callable[[Light], dict[str, Any]]) -> Lie:
    def lie(leaf: MeasuredLeaf) -> MeasuredLeaf:
        assert leaf.light is not None
        light = leaf.light.model_copy(update=change(leaf.light))
        return leaf.model_copy(update={"light": light})

    return lie


def layer_lit(place: int, **figures: int) -> Lie:
    def change(light: Light) -> dict[str, Any]:
        layers = [*light.layers]
        layers[place] = layers[place].model_copy(update=figures)
        return {"layers": tuple(layers)}

    return lit(change)


def light_moved(amount: int) -> Lie:
    """From the plate to the actor before it, both exact."""

    def change(light: Light) -> dict[str, Any]:
        plate, actor, smoke = light.layers
        less = Bounds(lower=plate.lower - amount, upper=plate.upper - amount)
        more = Bounds(lower=actor.lower + amount, upper=actor.upper + amount)
        return {"layers": (less, more, smoke)}

    return lit(change)


LET = "light as coverage lets it be"
SUMS = "luminance that sums to the picture's"
GREAT = ONE * FULL * 10**6
DARK = {"lower": 0, "upper": 0}


@pytest.mark.parametrize(
    ("lie", "elements", "expected"),
    [
        (lambda leaf: leaf.model_copy(update={"light": None}), BLENDED,
         "luminance by measure/2"),
        (lit(lambda light: {"layers": light.layers[1:]}), BLENDED,
         "luminance of the layers of the run"),
        (lit(lambda light: {"total": light.total - 1}), EXACT, SUMS),
        (lit(lambda light: {"total": light.total + 1}), EXACT, SUMS),
        (lit(lambda _: {"total": GREAT}), BLENDED, LET),
        (lit(lambda _: {"total": 0}), BLENDED, LET),
        (light_moved(2 * 10**12), EXACT, LET),
        # Bounds where coverage is exact, and so is what shines by it.
        (layer_lit(0, lower=0), EXACT, LET),
        (layer_lit(FIRE_AT, lower=1), BLENDED, LET),
        (layer_lit(GLOW_AT, upper=GREAT), BLENDED, LET),
        (layer_lit(SMOKE_AT, **DARK), BLENDED, SUMS),
        # What covers is not all: fire and glow have the rest, at most.
        (layer_lit(FIRE_AT, upper=0), BLENDED, SUMS),
        (lit(lambda light: {"layers": tuple(Bounds(**DARK) for _ in light.layers),
                            "unattributed": Bounds(**DARK)}), BLENDED, LET),
    ],
)  # fmt: skip
def test_light_that_no_such_picture_has_is_found(
    lie: Lie, elements: tuple[str, ...], expected: str
) -> None:
    assert refusal(FilmLies(elements=elements, leaf=lie)) == expected


def test_light_without_its_measure_is_found() -> None:
    told = Bounds(lower=0, upper=0)
    light = Light(layers=(told, told), unattributed=told, total=0)
    studio = SmallStudio()
    studio.lies.leaf = lambda leaf: leaf.model_copy(update={"light": light})
    studio.shoot()
    verdict = verdict_on(studio)
    assert verdict.failures[0].step == "frame_sets"
    assert verdict.failures[0].error.expected == "luminance by measure/2 only"


# --- bounds and tables --------------------------------------------------------------


def moved(table: int, place: int, amount: int, other: int | None = None) -> TableLie:
    """From a layer's second tile to its first, and the other way in another layer."""

    def lie(tables: Tables) -> Tables:
        figures = tables.astype(np.int64)
        figures[table, place, :2] += [amount, -amount]
        if other is not None:
            figures[table, other, :2] -= [amount, -amount]
        return figures.astype(np.uint32)

    return lie


def into_a_bar(table: int) -> TableLie:
    """The plate is told to be seen in the lowest tiles, where there are bars only."""

    def lie(tables: Tables) -> Tables:
        tables[table, PLATE_AT, 5] += 9
        tables[table, PLATE_AT, 0] -= 9
        return tables

    return lie


def one_more(table: int, place: int) -> TableLie:
    def lie(tables: Tables) -> Tables:
        tables[table, place, 0] += 1
        return tables

    return lie


TABLES = "bounds that sum to their tiles'"


@pytest.mark.parametrize(
    "lie",
    [
        # Another sum than the bound that is stated.
        one_more(LOWER, GLOW_AT),
        one_more(UPPER, FIRE_AT),
        # All sums stay; in one tile lower is above told, or told above upper.
        moved(LOWER, GLOW_AT, -3_000_000),
        moved(TOLD, FIRE_AT, 9, other=PLATE_AT),
        # More than a tile has, and some where there are bars only.
        moved(UPPER, PLATE_AT, 60_000_000),
        into_a_bar(UPPER),
        # What covers takes one share: its lower is what is told of it.
        moved(LOWER, PLATE_AT, -9),
        # Nothing is open before the frontmost blend.
        moved(UPPER, FIRE_AT, 9),
        moved(UPPER, SMOKE_AT, 9),
        # What covers has at most all that the screen does not hide, and at least that.
        moved(UPPER, PLATE_AT, 1_200_000),
        moved(UPPER, ACTOR_AT, -4_000_000),
    ],
)
def test_tables_that_no_such_picture_has_are_found(
    lie: TableLie,
) -> None:
    assert refusal(FilmLies(tables=lie)) == TABLES


@pytest.mark.parametrize(
    ("elements", "lie"),
    [
        (BLENDED, lambda tables: tables[:1]),
        (BLENDED, lambda tables: tables[:2]),
        (EXACT, lambda tables: tables.repeat(3, axis=0)),
        (EXACT, lambda tables: tables[:, :-1]),
    ],
    ids=["one for three", "two for three", "three for one", "a layer too few"],
)
def test_another_number_of_tables_is_found(
    elements: tuple[str, ...], lie: TableLie
) -> None:
    lies = FilmLies(elements=elements, tables=lie)
    assert refusal(lies) == "the tile tables of each frame"


def test_coverage_outside_of_the_active_picture_is_found() -> None:
    lies = FilmLies(elements=EXACT, tables=into_a_bar(TOLD))
    assert refusal(lies) == "tiles that sum to 32768 × area"


def covered(place: int, **figures: int) -> Lie:
    def lie(leaf: MeasuredLeaf) -> MeasuredLeaf:
        layers = [*leaf.coverage.layers]
        layers[place] = layers[place].model_copy(update=figures)
        coverage = leaf.coverage.model_copy(update={"layers": tuple(layers)})
        return leaf.model_copy(update={"coverage": coverage})

    return lie


ALL = 32768 * 140 * 70


@pytest.mark.parametrize(
    ("lie", "elements", "expected"),
    [
        (covered(0, upper=ALL), BLENDED, "coverage of the picture at most"),
        (covered(0, upper=ALL), EXACT, "coverage of the picture at most"),
        (covered(0, lower=0), EXACT, "one exact figure for each layer"),
        (covered(0, lower=0), BLENDED, TABLES),
        (covered(FIRE_AT, lower=1), BLENDED, TABLES),
    ],
)
def test_coverage_that_its_tables_do_not_have_is_found(
    lie: Lie, elements: tuple[str, ...], expected: str
) -> None:
    assert refusal(FilmLies(elements=elements, leaf=lie)) == expected


@pytest.mark.parametrize("elements", [BLENDED, EXACT], ids=["blended", "exact"])
@pytest.mark.parametrize(
    "measured",
    [ACTIVE._replace(top=ACTIVE.top + 1), ACTIVE._replace(right=131), None],
    ids=["smaller", "larger", "whole"],
)
def test_another_active_picture_than_was_measured_is_found(
    measured: Box | None, elements: tuple[str, ...]
) -> None:
    lies = FilmLies(elements=elements, active=measured)
    assert refusal(lies).startswith(("coverage ", "tiles "))


def test_measures_that_do_not_go_with_the_picture_are_found() -> None:
    def exact(body: dict[str, Any]) -> None:
        body["measure"] = "measure/1"

    assert refusal(FilmLies(run=exact)) == "measure/2 for picture/2"
    verdict = run_again(lambda body, _: body.update(measure="measure/2"))
    assert {one.step for one in verdict.failures} == {"frame_sets"}
    box = {"left": 0, "top": 0, "right": 70, "bottom": 40}
    verdict = run_again(lambda body, _: body.update(active=box))
    assert {one.step for one in verdict.failures} == {"frame_sets"}
    verdict = run_again(lambda body, _: body["layers"][1].update(blend="plus"))
    assert {one.step for one in verdict.failures} == {"frame_sets"}


# --- files that cut -----------------------------------------------------------------


def actor_cut(change: Callable[[Any], dict[str, Any]]) -> Lie:
    def lie(leaf: MeasuredLeaf) -> MeasuredLeaf:
        inputs = [*leaf.inputs]
        given = inputs[ACTOR_AT]
        inputs[ACTOR_AT] = given.model_copy(update=change(given))
        return leaf.model_copy(update={"inputs": tuple(inputs)})

    return lie


def without(role: str) -> Lie:
    return actor_cut(
        lambda one: {"mattes": tuple(each for each in one.mattes if each.role != role)}
    )


def roles_swapped(one: Any) -> dict[str, Any]:  # noqa: ANN401  # an input of a leaf
    core, garbage, holdout = one.mattes
    files = (garbage.file, core.file, holdout.file)
    pairs = zip(one.mattes, files, strict=True)
    return {"mattes": tuple(m.model_copy(update={"file": file}) for m, file in pairs)}


NAMED = "a file for each matte of the layer"
OWN = "inputs that are files of their layer's asset"


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (without("garbage"), NAMED),
        (without("core"), NAMED),
        (without("holdout"), NAMED),
        (actor_cut(lambda _: {"mattes": None}), NAMED),
        (actor_cut(lambda _: {"clean_plate": None}), NAMED),
        (actor_cut(lambda one: {"matte": one.mattes[0].file}), NAMED),
        (actor_cut(lambda one: {"mattes": one.mattes[::-1]}), NAMED),
        (actor_cut(roles_swapped), OWN),
        (actor_cut(lambda one: {"clean_plate": one.file}), OWN),
        (actor_cut(lambda one: {"file": one.clean_plate}), OWN),
    ],
)
def test_a_file_that_cut_a_layer_and_is_hidden_or_exchanged_is_found(
    lie: Lie, expected: str
) -> None:
    assert refusal(FilmLies(leaf=lie)) == expected


@pytest.mark.parametrize("alpha", ["key/1", "opaque"])
def test_a_clean_plate_without_its_key_is_no_run(alpha: str) -> None:
    def other_key(body: dict[str, Any]) -> None:
        body["layers"][ACTOR_AT]["alpha"] = alpha

    studio = LinearStudio(FilmLies(run=other_key))
    with pytest.raises(MalformedRecordError, match="a clean plate for key/2 only"):
        studio.shoot_film()
