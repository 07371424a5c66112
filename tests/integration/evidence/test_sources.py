"""Statements behind a version that are of another kind, withdrawn, or disagree."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from ledger.encoding.statement import Composed, read
from ledger.evidence.bundle import Request
from ledger.evidence.verdict import Verdict
from ledger.log.leaves import encode_leaves, read_leaves
from ledger.records.making import AssetLeaf
from ledger.records.statement import Leaves
from tests.integration.evidence.remaking import (
    Body,
    Change,
    made_again,
    run_again,
    shot_made,
    still_open,
    verdict_on,
)
from tests.simulators.small_studio import Shot, SmallStudio


def test_a_shot_made_again_by_an_equal_run_is_as_good() -> None:
    assert run_again(lambda _body, _shot: None).exit_code == 0


# --- names that lead to another kind ------------------------------------------------


def layer(number: int, **members: Callable[[Shot], Composed]) -> Change:
    def change(body: Body, shot: Shot) -> None:
        named = {name: of(shot).id for name, of in members.items()}
        body["layers"][number].update(named)

    return change


@pytest.mark.parametrize(
    "change",
    [
        layer(0, asset=lambda shot: shot.version),
        layer(1, matte=lambda shot: shot.generation),
        layer(1, generation=lambda shot: shot.asset),
    ],
)
def test_a_layer_that_names_another_kind_is_found(change: Change) -> None:
    verdict = run_again(change)
    assert verdict.exit_code == 5
    assert verdict.failures[0].step == "sources"


@pytest.mark.parametrize("place", ["frame.set.1", "seal.set.1", "version.1"])
def test_frames_that_name_another_kind_are_found(place: str) -> None:
    studio, shot = shot_made()
    whose = {"frame.set.1": shot.sets, "seal.set.1": shot.seals}
    said = whose.get(place, (shot.version,))[0]
    body = studio.body_of(said)
    if place == "version.1":
        body["cells"][0]["set"] = shot.seals[0].id
    else:
        body["run" if place == "frame.set.1" else "set"] = shot.asset.id
    studio.state(place, body, by="pipeline", scope=studio.scope_of(said))
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    assert verdict.failures[0].step == "sources"


@pytest.mark.parametrize("member", ["inputs", "outputs"])
def test_a_generation_of_what_is_no_asset_is_found(member: str) -> None:
    studio, shot = shot_made()
    body = studio.body_of(shot.generation)
    no_asset = {"asset": shot.run.id, "edge": "reference"}
    more = no_asset if member == "inputs" else shot.run.id
    body[member] = [*body[member], more]
    at = read(shot.generation.raw).at or ""
    other = studio.state("generation.1", body, by="pipeline", at=at)
    run = studio.body_of(shot.run)
    run["layers"][1]["generation"] = other.id
    scope = studio.scope_of(shot.run)
    studio.state("run.1", run, by="pipeline", scope=scope)
    assert verdict_on(studio).failures[0].step == "sources"


def test_a_withheld_statement_of_another_kind_is_found_by_its_entry() -> None:
    studio, shot = shot_made()
    body = studio.body_of(shot.run)
    body["layers"][0]["asset"] = shot.version.id
    studio.state("run.1", body, by="pipeline", scope=studio.scope_of(shot.run))
    studio.vault.erased.add(shot.version.id)
    verdict = verdict_on(studio)
    assert verdict.exit_code == 5
    assert verdict.failures[0].step == "sources"


def test_a_withdrawal_is_no_asset() -> None:
    studio, shot = shot_made()
    gone = studio.state("asset.1", {}, by="pipeline", act=("withdraw", shot.asset.id))
    body = studio.body_of(shot.run)
    body["layers"][0]["asset"] = gone.id
    studio.state("run.1", body, by="pipeline", scope=studio.scope_of(shot.run))
    assert verdict_on(studio).failures[0].step == "sources"


# --- what no longer stands ----------------------------------------------------------

BEHIND: Mapping[str, Callable[[Shot], Composed]] = {
    "asset": lambda shot: shot.asset,
    "matte": lambda shot: shot.matte,
    "generation": lambda shot: shot.generation,
    "run": lambda shot: shot.run,
    "seal.set": lambda shot: shot.seals[0],
    "frame.set": lambda shot: shot.sets[0],
}


def more_of(studio: SmallStudio, said: Composed) -> dict[str, Any]:
    at = read(said.raw).at
    more: dict[str, Any] = {"scope": studio.scope_of(said)}
    return more if at is None else {**more, "at": at}


@pytest.mark.parametrize("name", BEHIND)
def test_a_version_that_rests_on_something_withdrawn_stays_open(name: str) -> None:
    studio, shot = shot_made()
    said = BEHIND[name](shot)
    more = more_of(studio, said)
    studio.state(said.kind, {}, by="pipeline", act=("withdraw", said.id), **more)
    expected = {
        "seal.set": ("missing", "seal.set"),
        "frame.set": ("sources_conflict", "version.set_replaced"),
        "matte": ("sources_conflict", "asset.replaced"),
    }.get(name, ("sources_conflict", f"{name}.replaced"))
    assert expected in still_open(verdict_on(studio))


@pytest.mark.parametrize("name", BEHIND)
def test_a_version_that_rests_on_something_disputed_stays_open(name: str) -> None:
    studio, shot = shot_made()
    studio.make_key("vendor")
    _, vendor = studio.delegate("vendor", "ab" * 16, ("dispute",))
    said = BEHIND[name](shot)
    more, body = more_of(studio, said), studio.body_of(said)
    studio.state(said.kind, body, by="vendor", act=("dispute", said.id), **more)
    opened = tuple((one.id, "/body/party") for one in (studio.delegation, vendor))
    verdict = verdict_on(studio, Request(frames="none", disclose=opened))
    kind = "asset" if name == "matte" else name
    assert still_open(verdict) == {("facts_disputed", kind)}


def test_a_corrected_dispute_puts_nothing_into_force() -> None:
    studio, shot = shot_made()
    studio.make_key("vendor")
    _, vendor = studio.delegate("vendor", "ab" * 16, ("dispute", "correct"))
    more, body = more_of(studio, shot.version), studio.body_of(shot.version)
    first = studio.state(
        "version.1", body, by="vendor", act=("dispute", shot.version.id), **more
    )
    studio.state("version.1", body, by="vendor", act=("correct", first.id), **more)
    opened = tuple((one.id, "/body/party") for one in (studio.delegation, vendor))
    verdict = verdict_on(studio, Request(frames="none", disclose=opened))
    # No second version, only a dispute of the one.
    assert still_open(verdict) == {("facts_disputed", "version")}


# --- what disagrees -----------------------------------------------------------------


def test_two_measurements_in_force_of_one_cell_are_a_conflict() -> None:
    studio, shot = shot_made()
    made_again(studio, shot, shot.run)
    assert still_open(verdict_on(studio)) == {("sources_conflict", "frame.set")}


def hidden(body: Body, _shot: Shot) -> None:
    del body["layers"][1]["generation"]
    body["layers"][1]["source_type"] = "digitalCapture"


def renamed(body: Body, _shot: Shot) -> None:
    body["layers"][1]["source_type"] = "digitalCapture"


def borrowed(body: Body, _shot: Shot) -> None:
    body["layers"][0]["generation"] = body["layers"][1]["generation"]


@pytest.mark.parametrize("change", [hidden, renamed, borrowed])
def test_a_layer_that_hides_or_renames_its_generation_stays_open(
    change: Change,
) -> None:
    assert still_open(run_again(change)) == {("sources_conflict", "generation")}


def test_a_hidden_generation_is_found_behind_an_asset_stated_again() -> None:
    def again(body: Body, shot: Shot) -> None:
        hidden(body, shot)
        asset = studio.vault.composed[body["layers"][1]["asset"]]
        other = studio.state("asset.1", studio.body_of(asset), by="pipeline")
        body["layers"][1]["asset"] = other.id

    studio, shot = shot_made()
    body = studio.body_of(shot.run)
    again(body, shot)
    scope = studio.scope_of(shot.run)
    made_again(studio, shot, studio.state("run.1", body, by="pipeline", scope=scope))
    assert still_open(verdict_on(studio)) == {("sources_conflict", "generation")}


def made_later(source_types: Sequence[str], *, piece: bool = False) -> Verdict:
    """Generations recorded after a run that names none, of its asset or a piece."""
    studio, shot = shot_made()
    body = studio.body_of(shot.run)
    asset = studio.vault.composed[body["layers"][0]["asset"]]
    if piece:
        stated = Leaves.model_validate(studio.body_of(asset)["files"])
        leaves = read_leaves(AssetLeaf, studio.shelf.read(stated.blob), stated)
        blob = encode_leaves(leaves[3:4])
        studio.shelf.put(blob.raw)
        asset = studio.state("asset.1", {"files": blob.stated}, by="pipeline")
    said = studio.body_of(shot.generation)
    at = read(shot.generation.raw).at or ""
    for source_type in source_types:
        other = {**said, "outputs": [asset.id], "source_type": source_type}
        studio.state("generation.1", other, by="pipeline", at=at)
    return verdict_on(studio)


def test_a_generation_recorded_after_the_run_may_agree_with_it() -> None:
    assert made_later(["digitalCapture"]).exit_code == 0


@pytest.mark.parametrize("piece", [False, True])
@pytest.mark.parametrize(
    "source_types",
    [["trainedAlgorithmicMedia"], ["digitalCapture", "digitalCapture"]],
    ids=["another type", "two makers"],
)
def test_a_generation_recorded_after_the_run_hides_nothing(
    source_types: Sequence[str],
    piece: bool,  # noqa: FBT001  # a case of two
) -> None:
    verdict = made_later(source_types, piece=piece)
    assert still_open(verdict) == {("sources_conflict", "generation")}


def test_a_generation_that_no_run_names_still_is_of_assets() -> None:
    studio, shot = shot_made()
    body = {**studio.body_of(shot.generation), "outputs": [shot.run.id]}
    at = read(shot.generation.raw).at or ""
    studio.state("generation.1", body, by="pipeline", at=at)
    assert verdict_on(studio).failures[0].step == "sources"


def test_a_measure_that_nobody_knows_stays_open() -> None:
    verdict = run_again(lambda body, _shot: body.update(measure="measure/9"))
    assert still_open(verdict) == {("weak", "run.measure")}


def test_a_picture_that_nobody_knows_stays_open() -> None:
    unknown = {"picture": "picture/9", "colour": "acescg"}
    verdict = run_again(lambda body, _shot: body.update(unknown))
    assert still_open(verdict) == {("weak", "run.picture")}
