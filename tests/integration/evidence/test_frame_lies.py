"""Leaves that leave room for another picture than the one that was made."""

from collections.abc import Callable

import pytest

from ledger.records.frames import Bounds, MeasuredLeaf, SealedLeaf
from tests.integration.evidence.remaking import made_again, shot_made, verdict_on
from tests.simulators.small_frames import HEIGHT, WIDTH
from tests.simulators.small_studio import Lies, SmallStudio


def without_inputs(leaf: MeasuredLeaf) -> MeasuredLeaf:
    return leaf.model_copy(update={"inputs": ()})


def one_input(leaf: MeasuredLeaf) -> MeasuredLeaf:
    return leaf.model_copy(update={"inputs": leaf.inputs[:1]})


def without_matte(leaf: MeasuredLeaf) -> MeasuredLeaf:
    bare = leaf.inputs[1].model_copy(update={"matte": None})
    return leaf.model_copy(update={"inputs": (leaf.inputs[0], bare)})


def matte_for_none(leaf: MeasuredLeaf) -> MeasuredLeaf:
    more = leaf.inputs[0].model_copy(update={"matte": leaf.inputs[1].matte})
    return leaf.model_copy(update={"inputs": (more, leaf.inputs[1])})


def bounded(lower: int, upper: int) -> Callable[[MeasuredLeaf], MeasuredLeaf]:
    def change(leaf: MeasuredLeaf) -> MeasuredLeaf:
        said = {"lower": lower, "upper": upper}
        layers = tuple(one.model_copy(update=said) for one in leaf.coverage.layers)
        rest = Bounds(lower=lower, upper=upper)
        coverage = leaf.coverage.model_copy(
            update={"layers": layers, "unattributed": rest}
        )
        return leaf.model_copy(update={"coverage": coverage})

    return change


@pytest.mark.parametrize(
    "lie",
    [
        without_inputs,
        one_input,
        without_matte,
        matte_for_none,
        bounded(0, 10**15),
        bounded(0, 32768 * WIDTH * HEIGHT),
    ],
)
def test_a_leaf_that_leaves_something_open_is_found(
    lie: Callable[[MeasuredLeaf], MeasuredLeaf],
) -> None:
    studio = SmallStudio()
    studio.lies = Lies(leaf=lie)
    studio.shoot()
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    assert verdict.failures[0].step == "frame_sets"


def test_coverage_moved_between_tiles_of_a_layer_is_found() -> None:
    def moved(tiles: list[int]) -> list[int]:
        # The sums stay; but more than its area is in the second, cut tile.
        first, second, *rest = tiles
        return [first - 9, second + 9, *rest]

    studio, shot = shot_made()
    made_again(studio, shot, shot.run, moved)
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    expected = {failure.error.expected for failure in verdict.failures}
    assert expected == {"tiles that sum to 32768 × area"}


def in_another_part(leaf: SealedLeaf) -> SealedLeaf:
    return leaf.model_copy(update={"file": "a" * 64, "part": leaf.frame - 1000})


def at_another_index(leaf: SealedLeaf) -> SealedLeaf:
    return leaf.model_copy(update={"index": 9})


def same_in_two_cells(leaf: SealedLeaf) -> SealedLeaf:
    return leaf.model_copy(update={"file": f"{leaf.frame % 4:064x}"})


@pytest.mark.parametrize("lie", [in_another_part, at_another_index, same_in_two_cells])
def test_one_file_for_several_frames_is_found(
    lie: Callable[[SealedLeaf], SealedLeaf],
) -> None:
    studio = SmallStudio()
    studio.lies = Lies(sealed=lie)
    studio.shoot()
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    assert verdict.failures[0].step == "seal_sets"
