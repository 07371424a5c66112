"""Opinions on pictures that this film never had, or by keys that may have none."""

from collections.abc import Mapping
from typing import Any

import pytest

from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import Verdict
from ledger.evidence.verify import verify_bundle
from ledger.records.identity import as_digest
from ledger.records.people import SeenLeaf
from ledger.records.time import FrameRange, Rate
from tests.integration.evidence.remaking import still_open, verdict_on
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import OTHER_SHOT, SHOT, Shot
from tests.simulators.worked_film import RATE, SPAN, WorkedFilm, seen

NEVER = as_digest("0" * 64)


def filmed() -> tuple[WorkedFilm, Shot]:
    film = WorkedFilm()
    return film, film.shoot(span=SPAN)


def failed_at(verdict: Verdict) -> tuple[str, str]:
    assert verdict.exit_code == 5
    return verdict.failures[0].step, verdict.failures[0].error.expected


def test_an_honest_opinion_on_a_shot_is_verified() -> None:
    film, shot = filmed()
    work = film.contribution(SHOT)
    film.opinion(seen(film.pixels(shot)), shot=SHOT, confirms=[work.id])
    verdict = verdict_on(film)
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    counts = {check.step: check.count for check in verdict.checks}
    assert (counts["opinions"], counts["frames.of_opinions"]) == (1, 4)


def test_an_opinion_on_pixels_never_measured_stays_open() -> None:
    film, shot = filmed()
    pixels = {**film.pixels(shot), 1021: NEVER}
    film.opinion(seen(pixels), shot=SHOT)
    verdict = verdict_on(film)
    assert still_open(verdict) == {("missing", "opinion.seen")}
    counts = {check.step: check.count for check in verdict.checks}
    assert counts["frames.of_opinions"] == 3


def test_an_opinion_on_frames_of_another_shot_stays_open() -> None:
    film, shot = filmed()
    brighter = dict.fromkeys(film.pixels(shot), NEVER)
    film.opinion(seen(brighter), shot=SHOT)
    film.opinion(seen(film.pixels(shot)), shot="52" * 16)
    assert {("missing", "opinion.seen")} <= still_open(verdict_on(film))


def test_an_opinion_on_fewer_frames_than_its_range_is_no_opinion() -> None:
    film, shot = filmed()
    film.opinion(seen(film.pixels(shot)), shot=SHOT)
    whole = film.bundle(Request(frames="none")).to_bytes()
    parts = contents(whole)
    rows = parts[form.STATEMENTS].splitlines(keepends=True)
    rows[-1] = rows[-1].replace(b'"count":4', b'"count":3')
    said = b"".join(rows)
    raw = resign(whole, {**parts, form.STATEMENTS: said}, film.keys["studio"])
    (failure,) = verify_bundle(raw, film.trust(), Readers()).failures
    assert (failure.step, failure.error.where) == ("statements", "/body/seen")


def shifted(pixels: Mapping[int, str]) -> list[SeenLeaf]:
    """As many frames as the range has, one of them beyond it."""
    return seen({frame + (frame == 1023): one for frame, one in pixels.items()})


def test_an_opinion_on_other_frames_than_its_range_is_found() -> None:
    film, shot = filmed()
    film.opinion(shifted(film.pixels(shot)), shot=SHOT)
    expected = "each frame of the opinion's range, once"
    assert failed_at(verdict_on(film)) == ("opinions", expected)


@pytest.mark.parametrize("count", [0, 2])
def test_an_opinion_on_no_picture_or_two_in_a_frame_is_found(count: int) -> None:
    film, shot = filmed()
    leaves = [
        leaf.model_copy(update={"pixels": leaf.pixels * count})
        for leaf in seen(film.pixels(shot))
    ]
    film.opinion(leaves, shot=SHOT)
    expected = "one digest for each picture"
    assert failed_at(verdict_on(film)) == ("opinions", expected)


def test_an_opinion_at_another_rate_than_the_shot_is_found() -> None:
    film, shot = filmed()
    other = FrameRange.between(SPAN.start, SPAN.end, Rate(25, 1))
    film.opinion(seen(film.pixels(shot)), shot=SHOT, span=other)
    expected = "frames at the rate of their shot"
    assert failed_at(verdict_on(film)) == ("opinions", expected)


@pytest.mark.parametrize("by", ["pipeline", "painter"])
def test_an_opinion_by_a_key_that_may_have_none_is_found(by: str) -> None:
    film, shot = filmed()
    film.make_key("painter")
    film.delegate("painter", "9a" * 16, ("state",), ("contribution",))
    film.opinion(seen(film.pixels(shot)), by=by, shot=SHOT)
    assert failed_at(verdict_on(film))[0] == "statements"


def test_an_assessors_key_may_state_nothing_else() -> None:
    film, _ = filmed()
    body = {"route": "edit", "act": "paint", "before": [], "after": []}
    said = {**body, "party": {"#": "0" * 64}}
    at = "2026-09-01T10:00:00.000000Z"
    film.state("contribution.1", said, by="assessor", at=at)
    assert failed_at(verdict_on(film))[0] == "statements"


def test_an_opinion_after_its_delegation_ended_is_found() -> None:
    film, shot = filmed()
    film.opinion(seen(film.pixels(shot)), shot=SHOT)
    film.state("delegation.1", {}, by="studio", act=("withdraw", film.assessor.id))
    assert verdict_on(film).exit_code == 0
    film.opinion(seen(film.pixels(shot)), shot=SHOT)
    assert failed_at(verdict_on(film))[0] == "statements"


def test_a_withdrawn_opinion_is_not_looked_at() -> None:
    film, shot = filmed()
    said = film.opinion(shifted(film.pixels(shot)), by="studio", shot=SHOT)
    more: dict[str, Any] = {"scope": film.scope_of(said)}
    more["at"] = "2026-10-01T10:00:00.000000Z"
    film.state("opinion.1", {}, by="studio", act=("withdraw", said.id), **more)
    assert verdict_on(film).exit_code == 0


def test_a_disputed_opinion_stays_open() -> None:
    film, shot = filmed()
    said = film.opinion(seen(film.pixels(shot)), shot=SHOT)
    more: dict[str, Any] = {"scope": film.scope_of(said)}
    more["at"] = "2026-10-01T10:00:00.000000Z"
    body = film.body_of(said)
    film.state("opinion.1", body, by="studio", act=("dispute", said.id), **more)
    opened = ((film.assessor.id, "/body/party"),)
    verdict = verdict_on(film, Request(disclose=opened))
    assert still_open(verdict) == {("facts_disputed", "opinion")}


def test_a_blob_of_an_opinion_that_is_missing_or_another_is_found() -> None:
    film, shot = filmed()
    said = film.opinion(seen(film.pixels(shot)), shot=SHOT)
    name = f"blobs/{film.body_of(said)['seen']['blob']}"
    whole = film.bundle(Request(frames="none")).to_bytes()
    parts = contents(whole)
    missing = {key: raw for key, raw in parts.items() if key != name}
    for packed in (missing, {**parts, name: b"another"}):
        raw = resign(whole, packed, film.keys["studio"])
        verdict = verify_bundle(raw, film.trust(), Readers())
        steps = {failure.step for failure in verdict.failures}
        assert (verdict.exit_code, steps) == (5, {"opinions", "names"})


# --- of a cut -----------------------------------------------------------------------

RECORD = FrameRange.between(1, 4, RATE)


def in_cut() -> tuple[WorkedFilm, dict[str, Any], list[SeenLeaf]]:
    """A cut of two shots, and leaves of what an assessor saw of it."""
    film, shot = filmed()
    other = film.shoot(OTHER_SHOT, SPAN)
    pixels, others = film.pixels(shot), film.pixels(other)
    record = [
        [(SHOT, 1020)],
        [(SHOT, 1021)],
        [(SHOT, 1022), (OTHER_SHOT, 1022)],
        [],
    ]
    cut = film.cut(record, [shot.version, other.version])
    work = [film.contribution(one).id for one in (SHOT, OTHER_SHOT)]
    shown = {1: (pixels[1021],), 2: (pixels[1022], others[1022]), 3: ()}
    leaves = [
        SeenLeaf(frame=frame, pixels=tuple(map(as_digest, one)))
        for frame, one in shown.items()
    ]
    return film, {"cut": cut.id, "confirms": work}, leaves


def test_an_honest_opinion_on_a_cut_is_verified() -> None:
    film, more, leaves = in_cut()
    film.opinion(leaves, span=RECORD, **more)
    verdict = verdict_on(film)
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    counts = {check.step: check.count for check in verdict.checks}
    assert counts["frames.of_opinions"] == 3


def test_an_opinion_on_a_cut_brings_no_other_shots_into_a_bundle_of_one() -> None:
    film, more, leaves = in_cut()
    film.opinion(leaves, span=RECORD, **more)
    raw = film.bundle(Request(shots=(SHOT,), frames="none")).to_bytes()
    verdict = verify_bundle(raw, film.trust(), Readers())
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    assert verdict.records["contribution.1"].outside == 1
    assert OTHER_SHOT.encode() not in contents(raw)["statements.jsonl"]


def changed(leaves: list[SeenLeaf], place: int, *pixels: str) -> list[SeenLeaf]:
    other = leaves[place].model_copy(update={"pixels": pixels})
    return [*leaves[:place], other, *leaves[place + 1 :]]


def test_an_opinion_on_other_pictures_than_the_cuts_stays_open() -> None:
    film, more, leaves = in_cut()
    film.opinion(changed(leaves, 0, NEVER), span=RECORD, **more)
    assert still_open(verdict_on(film)) == {("missing", "opinion.seen")}
    # Nothing of it is of the other shot.
    assert verdict_on(film, Request(shots=(OTHER_SHOT,))).exit_code == 0


@pytest.mark.parametrize("pixels", [(), (NEVER, NEVER)])
def test_an_opinion_on_more_or_fewer_pictures_than_the_cut_has_is_found(
    pixels: tuple[str, ...],
) -> None:
    film, more, leaves = in_cut()
    film.opinion(changed(leaves, 0, *pixels), span=RECORD, **more)
    expected = "one digest for each picture"
    assert failed_at(verdict_on(film)) == ("opinions", expected)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (FrameRange.between(2, 5, RATE), "record frames of the cut"),
        (FrameRange.between(-2, 1, RATE), "record frames of the cut"),
        (
            FrameRange.between(1, 4, Rate(25, 1)),
            "record frames at the rate of the cut",
        ),
    ],
)
def test_an_opinion_beyond_its_cut_is_found(span: FrameRange, expected: str) -> None:
    film, more, leaves = in_cut()
    moved = [
        leaf.model_copy(update={"frame": frame})
        for leaf, frame in zip(leaves, span.frames(), strict=True)
    ]
    film.opinion(moved, span=span, **more)
    assert failed_at(verdict_on(film)) == ("opinions", expected)


def test_an_opinion_on_what_is_no_cut_is_found() -> None:
    film, more, leaves = in_cut()
    film.opinion(leaves, span=RECORD, **{**more, "cut": film.delegation.id})
    assert failed_at(verdict_on(film))[0] == "sources"


def test_an_opinion_on_a_cut_that_is_not_shown_stays_open() -> None:
    film, more, leaves = in_cut()
    film.opinion(leaves, span=RECORD, **more)
    film.vault.erased.add(more["cut"])
    points = still_open(verdict_on(film))
    assert {("withheld", "opinion.cut"), ("erased", "cut.1")} <= points
