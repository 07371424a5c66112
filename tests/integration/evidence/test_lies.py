"""A studio that signs statements which disagree with its own blobs and frames."""

from typing import TypeVar

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Failure, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.records.frames import LayerInput, MeasuredLeaf, SealedLeaf
from ledger.records.identity import as_digest
from tests.simulators.eyes import READERS
from tests.simulators.small_studio import FRAMES, SHOT, Lies, SmallStudio

LeafOfFrame = TypeVar("LeafOfFrame", MeasuredLeaf, SealedLeaf)


def verdict_on(lies: Lies, *, frames: str = "none", look: bool = False) -> Verdict:
    studio = SmallStudio()
    studio.lies = lies
    studio.shoot()
    raw = studio.bundle(Request(frames=frames)).to_bytes()
    return verify_bundle(raw, studio.trust(), READERS if look else Readers())


def only_failure(verdict: Verdict) -> Failure:
    assert verdict.exit_code == 5
    return verdict.failures[0]


def test_a_studio_that_tells_no_lies_is_believed() -> None:
    assert verdict_on(Lies(), frames="all", look=True).exit_code == 0


def renumbered(leaf: LeafOfFrame) -> LeafOfFrame:
    """The last frame of the first cell under the number of the next one."""
    number = leaf.frame + (leaf.frame == 1023)
    return leaf.model_copy(update={"frame": number})


def shifted(leaf: MeasuredLeaf) -> MeasuredLeaf:
    """Coverage moved from the plate to the creature, its total as it was."""
    plate, creature = leaf.coverage.layers
    layers = (
        plate.model_copy(update={"lower": plate.lower - 9, "upper": plate.upper - 9}),
        creature.model_copy(
            update={"lower": creature.lower + 9, "upper": creature.upper + 9}
        ),
    )
    return leaf.model_copy(
        update={"coverage": leaf.coverage.model_copy(update={"layers": layers})}
    )


def inflated(leaf: MeasuredLeaf) -> MeasuredLeaf:
    """Coverage that is more than the picture."""
    plate, creature = leaf.coverage.layers
    more = creature.model_copy(
        update={"lower": creature.lower + 1, "upper": creature.upper + 1}
    )
    return leaf.model_copy(
        update={"coverage": leaf.coverage.model_copy(update={"layers": (plate, more)})}
    )


def crossed(leaf: MeasuredLeaf) -> MeasuredLeaf:
    """The two layers' elements exchanged."""
    plate, creature = leaf.coverage.layers
    layers = (
        plate.model_copy(update={"element": creature.element}),
        creature.model_copy(update={"element": plate.element}),
    )
    return leaf.model_copy(
        update={"coverage": leaf.coverage.model_copy(update={"layers": layers})}
    )


def other_tiles(leaf: MeasuredLeaf) -> MeasuredLeaf:
    return leaf.model_copy(update={"tiles": as_digest("0" * 64)})


def foreign_input(leaf: MeasuredLeaf) -> MeasuredLeaf:
    other = LayerInput(layer=0, file=as_digest("f" * 64))
    return leaf.model_copy(update={"inputs": (other, *leaf.inputs[1:])})


def foreign_matte(leaf: MeasuredLeaf) -> MeasuredLeaf:
    other = leaf.inputs[1].model_copy(update={"matte": as_digest("f" * 64)})
    return leaf.model_copy(update={"inputs": (leaf.inputs[0], other)})


def double_input(leaf: MeasuredLeaf) -> MeasuredLeaf:
    return leaf.model_copy(update={"inputs": (leaf.inputs[0], leaf.inputs[0])})


def input_of_no_layer(leaf: MeasuredLeaf) -> MeasuredLeaf:
    other = leaf.inputs[1].model_copy(update={"layer": 2})
    return leaf.model_copy(update={"inputs": (leaf.inputs[0], other)})


@pytest.mark.parametrize(
    "lie",
    [
        shifted,
        inflated,
        crossed,
        other_tiles,
        foreign_input,
        foreign_matte,
        double_input,
        input_of_no_layer,
    ],
)
def test_a_measured_leaf_that_does_not_add_up_is_found(lie: object) -> None:
    assert callable(lie)
    assert only_failure(verdict_on(Lies(leaf=lie))).step == "frame_sets"


@pytest.mark.parametrize(
    ("lies", "step"),
    [
        (Lies(leaf=renumbered), "frame_sets"),
        (Lies(sealed=renumbered), "seal_sets"),
    ],
)
def test_a_frame_that_is_passed_off_as_another_is_found(lies: Lies, step: str) -> None:
    assert only_failure(verdict_on(lies)).step == step


def test_one_file_sealed_for_two_frames_is_found() -> None:
    lies = Lies(sealed=lambda leaf: leaf.model_copy(update={"file": "a" * 64}))
    assert only_failure(verdict_on(lies)).step == "seal_sets"


@pytest.mark.parametrize(
    "cells",
    [
        lambda cells: cells[:1],
        lambda cells: [cells[0], (cells[1][0], cells[0][1])],
        lambda cells: [(cells[0][0], cells[1][1]), (cells[1][0], cells[0][1])],
    ],
    ids=["gap", "one twice", "crossed"],
)
def test_a_version_with_gaps_or_doubles_is_found(cells: object) -> None:
    assert callable(cells)
    failures = verdict_on(Lies(cells=cells)).failures
    assert [failure.step for failure in failures] == ["versions"]


def test_pixels_other_than_the_measured_ones_are_found() -> None:
    lies = Lies(leaf=lambda leaf: leaf.model_copy(update={"pixels": "0" * 64}))
    verdict = verdict_on(lies, frames="sample:1", look=True)
    assert only_failure(verdict).step == "files"
    assert verdict.pixels == "pixels checked: 0 of 8"


def test_another_decoder_may_see_other_pixels_and_leaves_it_open() -> None:
    def older(leaf: MeasuredLeaf) -> MeasuredLeaf:
        return leaf.model_copy(
            update={"pixels": "0" * 64, "decoder": "pillow@9.0.0+rgb"}
        )

    verdict = verdict_on(Lies(leaf=older), frames="sample:2", look=True)
    assert verdict.exit_code == 3
    assert [(one.what, one.count) for one in verdict.open_points] == [
        ("pixels.other_decoder", 2)
    ]


def test_another_decoder_that_sees_the_same_pixels_is_as_good() -> None:
    lies = Lies(leaf=lambda leaf: leaf.model_copy(update={"decoder": "other@1"}))
    verdict = verdict_on(lies, frames="all", look=True)
    assert (verdict.exit_code, verdict.media.pixels) == (0, 8)


def test_another_manifest_than_the_sealed_one_is_found() -> None:
    def other(leaf: SealedLeaf) -> SealedLeaf:
        return leaf.model_copy(update={"manifest": sha256_hex(b"another")})

    failure = only_failure(verdict_on(Lies(sealed=other), frames="sample:1", look=True))
    assert failure.step == "files"


def test_a_credential_that_names_another_run_is_found() -> None:
    studio = SmallStudio()
    shot = studio.shoot()
    # The same frames under a run of their own: their credentials name the first.
    scope = {"shot": SHOT, "range": FRAMES}
    run = studio.vault.composed[shot.run.id]
    body = studio.body_of(run)
    second = studio.state(
        "run.1", body, by="pipeline", scope=scope, prev=[shot.asset.id]
    )
    sets: list[tuple[int, str]] = []
    for cell, old, seal in zip((31, 32), shot.sets, shot.seals, strict=True):
        part = studio.scope_of(old)
        frame_set = studio.state(
            "frame.set.1",
            {**studio.body_of(old), "run": second.id},
            by="pipeline",
            scope=part,
        )
        sealed = studio.state(
            "seal.set.1",
            {**studio.body_of(seal), "set": frame_set.id},
            by="pipeline",
            scope=part,
        )
        for (known, frame), content in list(studio.files.items()):
            if known == seal.id:
                studio.files[sealed.id, frame] = content
        sets.append((cell, frame_set.id))
    studio.version(scope, sets, act=("supersede", shot.version.id))
    raw = studio.bundle(Request(frames="sample:1")).to_bytes()
    verdict = verify_bundle(raw, studio.trust(), READERS)
    failure = only_failure(verdict)
    assert failure.error.expected == "a credential that names this frame of the log"
