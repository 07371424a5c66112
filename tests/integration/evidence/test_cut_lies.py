"""Cuts of another film: record frames that lead to no frame of the versions named."""

from collections.abc import Sequence
from typing import Any

import pytest

from ledger.encoding.statement import Composed
from ledger.evidence import form
from ledger.evidence.bundle import Request
from ledger.evidence.steps.media import Readers
from ledger.evidence.verdict import CutCount, Verdict
from ledger.evidence.verify import verify_bundle
from ledger.log.tree import leaf_hash, root_of
from ledger.records.identity import as_digest
from ledger.records.statement import Leaves
from tests.integration.evidence.remaking import still_open, verdict_on
from tests.simulators.eyes import READERS
from tests.simulators.repacking import contents, resign
from tests.simulators.small_studio import OTHER_SHOT, SHOT, Shot
from tests.simulators.worked_film import SPAN, Source, WorkedFilm, seen

WHOLE: Sequence[Sequence[Source]] = [
    [],
    [(SHOT, 1020)],
    [(SHOT, 1021), (OTHER_SHOT, 1021)],
    [(OTHER_SHOT, 1022)],
    [(OTHER_SHOT, 1023)],
    [],
]


def filmed() -> tuple[WorkedFilm, Shot, Shot]:
    film = WorkedFilm()
    return film, film.shoot(span=SPAN), film.shoot(OTHER_SHOT, SPAN)


def failed_at(verdict: Verdict) -> tuple[str, str]:
    assert verdict.exit_code == 5
    return verdict.failures[0].step, verdict.failures[0].error.expected


def test_an_honest_cut_is_verified_and_its_coverage_said() -> None:
    film, shot, other = filmed()
    film.cut(WHOLE, [shot.version, other.version])
    verdict = verdict_on(film)
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    assert verdict.cut == CutCount(
        cuts=1, record_frames=6, black=2, asked=4, resolved=4
    )
    assert verdict.coverage == "cut: 6 of 6 record frames resolve, 2 of them black"
    assert verdict.to_json()["cut"] == {
        "cuts": 1,
        "record_frames": 6,
        "black": 2,
        "asked": 4,
        "resolved": 4,
    }


def test_an_honest_film_with_every_kind_is_verified_with_its_pixels() -> None:
    film, shot, other = filmed()
    painting = film.painting()
    change = film.change(shot.asset, painting)
    named: dict[str, Any] = {"before": [shot.asset.id], "after": [painting.id]}
    work = film.contribution(SHOT, change=change.id, **named)
    film.engagement()
    film.opinion(seen(film.pixels(shot)), shot=SHOT, confirms=[work.id])
    film.cut(WHOLE, [shot.version, other.version])
    raw = film.bundle(Request(frames="all")).to_bytes()
    verdict = verify_bundle(raw, film.trust(), READERS)
    assert (verdict.failures, verdict.open_points, verdict.exit_code) == ((), (), 0)
    assert verdict.pixels == "pixels checked: 8 of 8"


def test_a_film_of_nothing_but_black_is_a_film() -> None:
    film = WorkedFilm()
    film.cut([[], []], [])
    verdict = verdict_on(film)
    assert verdict.exit_code == 0
    assert verdict.coverage == "cut: 2 of 2 record frames resolve, 2 of them black"


def test_one_shot_of_a_cut_is_verified_without_the_versions_of_others() -> None:
    film, shot, other = filmed()
    film.cut(WHOLE, [shot.version, other.version])
    raw = film.bundle(Request(shots=(SHOT,), frames="none")).to_bytes()
    verdict = verify_bundle(raw, film.trust(), Readers())
    assert (verdict.exit_code, verdict.open_points) == (0, ())
    assert verdict.coverage == (
        "cut: 2 of 2 record frames of the shots asked about resolve; "
        "4 others show other shots, or nothing"
    )
    assert verdict.records["version.1"].outside == 1
    statements = contents(raw)["statements.jsonl"]
    # Its version is named by the cut alone; nothing else of it is there.
    assert statements.count(other.version.id.encode()) == 1
    assert OTHER_SHOT.encode() not in statements


# --- frames of no version -----------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [(SHOT, 1019), (SHOT, 1024), ("52" * 16, 1020), (OTHER_SHOT, 1020)],
    ids=["before", "after", "unknown shot", "shot of no version"],
)
def test_a_record_frame_of_no_version_is_found_and_counted(source: Source) -> None:
    film, shot, _ = filmed()
    film.cut([[(SHOT, 1020)], [source], []], [shot.version])
    verdict = verdict_on(film)
    expected = "frames of the versions that the cut names"
    assert failed_at(verdict) == ("cuts", expected)
    assert verdict.failures[0].error.facts["frame"] == 1
    assert verdict.coverage == "cut: 2 of 3 record frames resolve, 1 of them black"


def test_a_lie_about_another_shot_is_no_matter_of_a_question_about_one() -> None:
    film, shot, other = filmed()
    film.cut([*WHOLE, [(OTHER_SHOT, 7)]], [shot.version, other.version])
    asked = verdict_on(film, Request(shots=(SHOT,)))
    assert asked.exit_code == 0
    assert "5 others" in asked.coverage
    assert verdict_on(film, Request(shots=(OTHER_SHOT,))).exit_code == 5


def test_a_version_that_the_cut_shows_nothing_of_is_found() -> None:
    film, shot, other = filmed()
    film.cut([[(SHOT, 1020)]], [shot.version, other.version])
    expected = "versions that the cut shows frames of"
    assert failed_at(verdict_on(film)) == ("cuts", expected)


def test_two_versions_of_one_shot_in_a_cut_are_found() -> None:
    film, shot, _ = filmed()
    again = version_again(film, shot)
    film.cut([[(SHOT, 1020)]], [shot.version, again])
    expected = "one version for each shot of the cut"
    assert failed_at(verdict_on(film)) == ("cuts", expected)


def version_again(film: WorkedFilm, shot: Shot, *, replace: bool = False) -> Composed:
    cells = [(31, shot.sets[0].id)]
    act = ("supersede", shot.version.id) if replace else None
    return film.version(film.scope_of(shot.version), cells, act)  # type: ignore[arg-type]


def test_a_cut_at_another_rate_than_its_shots_is_found() -> None:
    film, shot, _ = filmed()
    film.cut([[(SHOT, 1020)]], [shot.version], rate="48/1")
    expected = "versions at the rate of the cut"
    assert failed_at(verdict_on(film)) == ("cuts", expected)


def test_a_cut_of_what_is_no_version_is_found() -> None:
    film, shot, _ = filmed()
    film.cut([[(SHOT, 1020)]], [shot.sets[0]])
    assert failed_at(verdict_on(film))[0] == "sources"


# --- record frames ------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [(0, 2), (1, 2), (0, 0)])
def test_a_record_frame_that_is_missing_or_comes_twice_is_found(
    numbers: tuple[int, int],
) -> None:
    film = WorkedFilm()
    rows = [
        b'{"frame":%d,"sources":[],"v":1}\n' % numbers[0],
        b'{"frame":%d,"sources":[],"v":1}\n' % numbers[1],
    ]
    film.cut([[]], [], frames=2, resolved=stated(film, rows))
    assert failed_at(verdict_on(film))[0] == "cuts"


def stated(film: WorkedFilm, rows: Sequence[bytes]) -> Leaves:
    """Leaves in any order and number."""
    raw = b"".join(rows)
    root = root_of([leaf_hash(row[:-1]) for row in rows])
    blob = film.shelf.put(raw)
    return Leaves(
        root=as_digest(root.hex()),
        count=len(rows),
        length=len(raw),
        blob=as_digest(blob),
    )


def test_a_blob_of_other_leaves_than_record_frames_is_found() -> None:
    film, shot, _ = filmed()
    sealed = Leaves.model_validate(film.body_of(shot.seals[0])["sealed"])
    film.cut([[]], [], frames=sealed.count, resolved=sealed)
    assert failed_at(verdict_on(film))[0] == "cuts"


@pytest.mark.parametrize("count", [7, 2**53 - 1])
def test_a_count_of_record_frames_that_are_not_there_is_found(count: int) -> None:
    film, shot, other = filmed()
    cut = film.cut(WHOLE, [shot.version, other.version])
    resolved = {**film.body_of(cut)["resolved"], "count": count}
    film.cut(WHOLE, [shot.version, other.version], frames=count, resolved=resolved)
    verdict = verdict_on(film)
    assert failed_at(verdict)[0] == "cuts"
    assert (verdict.cut.cuts, verdict.cut.record_frames) == (2, 6)


def test_a_frame_count_other_than_that_of_the_leaves_is_not_a_cut() -> None:
    film, shot, other = filmed()
    film.cut(WHOLE, [shot.version, other.version])
    whole = film.bundle(Request(frames="none")).to_bytes()
    parts = contents(whole)
    said = parts[form.STATEMENTS].replace(b'"frames":6', b'"frames":%d' % (2**53 - 1))
    raw = resign(whole, {**parts, form.STATEMENTS: said}, film.keys["studio"])
    (failure,) = verify_bundle(raw, film.trust(), Readers()).failures
    assert (failure.step, failure.error.where) == ("statements", "/body/resolved")


def test_a_blob_of_a_cut_that_is_missing_or_another_is_found() -> None:
    film, shot, other = filmed()
    cut = film.cut(WHOLE, [shot.version, other.version])
    film.state("cut.1", {}, by="studio", act=("withdraw", cut.id))
    again = film.cut(WHOLE[:4], [shot.version, other.version])
    whole = film.bundle(Request(frames="none")).to_bytes()
    parts = contents(whole)
    for one, steps in ((again, {"cuts", "names"}), (cut, {"names"})):
        name = f"blobs/{film.body_of(one)['resolved']['blob']}"
        missing = {key: raw for key, raw in parts.items() if key != name}
        # Nobody reads the leaves of a withdrawn cut, but nothing may stand for them.
        for packed in (missing, {**parts, name: b"anything else"}):
            raw = resign(whole, packed, film.keys["studio"])
            verdict = verify_bundle(raw, film.trust(), Readers())
            assert {failure.step for failure in verdict.failures} == steps


# --- what no longer stands ----------------------------------------------------------


def test_a_cut_of_a_replaced_version_stays_open() -> None:
    film, shot, _ = filmed()
    film.cut([[(SHOT, 1020)]], [shot.version])
    version_again(film, shot, replace=True)
    verdict = verdict_on(film)
    assert still_open(verdict) == {("sources_conflict", "cut.version_replaced")}
    assert verdict.coverage == "cut: 1 of 1 record frames resolve"


def test_a_withdrawn_cut_is_not_looked_at() -> None:
    film, shot, _ = filmed()
    cut = film.cut([[(SHOT, 7)]], [shot.version])
    assert verdict_on(film).exit_code == 5
    film.state("cut.1", {}, by="studio", act=("withdraw", cut.id))
    verdict = verdict_on(film)
    assert (verdict.exit_code, verdict.coverage) == (0, "")


def test_a_replaced_cut_is_not_counted() -> None:
    film, shot, _ = filmed()
    cut = film.cut([[(SHOT, 7)]], [shot.version])
    film.cut([[(SHOT, 1021)]], [shot.version], act=("supersede", cut.id))
    verdict = verdict_on(film)
    assert verdict.exit_code == 0
    assert verdict.coverage == "cut: 1 of 1 record frames resolve"


def test_two_cuts_in_force_are_counted_together() -> None:
    film, shot, _ = filmed()
    for frame in (1020, 1021):
        film.cut([[(SHOT, frame)]], [shot.version])
    assert verdict_on(film).coverage == "2 cuts: 2 of 2 record frames resolve"


def test_a_disputed_cut_stays_open() -> None:
    film, shot, _ = filmed()
    cut = film.cut([[(SHOT, 1020)]], [shot.version])
    film.make_key("vendor")
    _, vendor = film.delegate("vendor", "ab" * 16, ("dispute",), ("cut",))
    film.state("cut.1", film.body_of(cut), by="vendor", act=("dispute", cut.id))
    opened = tuple((one.id, "/body/party") for one in (film.delegation, vendor))
    verdict = verdict_on(film, Request(disclose=opened))
    assert ("facts_disputed", "cut") in still_open(verdict)
    # The dispute is no second cut.
    assert verdict.cut.cuts == 1


def test_a_cut_of_a_version_that_is_not_shown_stays_open_and_unresolved() -> None:
    film, shot, other = filmed()
    film.cut(WHOLE, [shot.version, other.version])
    film.vault.erased.add(other.version.id)
    verdict = verdict_on(film)
    points = still_open(verdict)
    assert {("withheld", "cut.version"), ("erased", "version.1")} <= points
    assert verdict.coverage == "cut: 3 of 6 record frames resolve, 2 of them black"
