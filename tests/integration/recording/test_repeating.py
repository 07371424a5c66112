"""Recording goes on where it was stopped, and never ties old words to new facts."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.integration.recording.told import (
    DIRECTED,
    ENGAGED,
    GENERATED,
    OPINED,
    PAINTED,
    RecordedFilm,
    jsonl,
)
from tests.simulators.logged_shot import stated

pytestmark = pytest.mark.slow

LINES = (DIRECTED, ENGAGED, GENERATED, PAINTED, OPINED)
DYING = """
import os, sys
import ledger.production.recorder as recorder
from ledger.cli.main import app

class Dying(recorder.Recorder):
    count = 0
    def send(self, parcel):
        Dying.count += 1
        if Dying.count == {at} and {before}:
            os.kill(os.getpid(), 9)
        done = super().send(parcel)
        if Dying.count == {at}:
            os.kill(os.getpid(), 9)
        return done

import ledger.production.opening as opening
opening.Recorder = Dying
app(sys.argv[1:])
"""


@pytest.mark.parametrize(
    ("at", "before"), [(1, True), (1, False), (2, True), (3, False)]
)
def test_a_recording_that_was_killed_is_finished_by_recording_again(
    film: RecordedFilm,
    tmp_path_factory: pytest.TempPathFactory,
    at: int,
    before: bool,  # noqa: FBT001  # a case
) -> None:
    (film.root / "contract.txt").write_text("계약서", "utf-8")
    (film.root / "records.jsonl").write_bytes(jsonl(*LINES))
    # The first contract makes the key that contracts are kept under: random, once.
    film.record({**ENGAGED, "at": "2026-01-01T00:00:00.000000Z"})
    peace = tmp_path_factory.mktemp("peace") / "prod"
    shutil.copytree(film.production, peace)
    script = film.root / "dying.py"
    script.write_text(DYING.format(at=at, before=before))
    words: list[str | Path] = ["record", film.root / "records.jsonl", "-p"]
    process = film.folder.start_process(
        [sys.executable, script, *words, film.production]
    )
    process.communicate(timeout=120)
    assert process.returncode == -9
    again = film.command(*LINES)
    assert again.code == 0, again.err
    assert [one["index"] is not None for one in again.json["lines"]] == [True] * 5
    undisturbed = film.folder.command(*words, peace, "--json")
    assert undisturbed.code == 0, undisturbed.err
    ours = [(one.kind, one.id) for one in stated(film.production)]
    theirs = [(one.kind, one.id) for one in stated(peace)]
    assert ours == theirs
    assert film.command(*LINES).json["new"] == 0
    fsck = film.folder.command("fsck", film.production, "--json")
    assert fsck.code == 0, fsck.out


def test_an_opinion_recorded_again_is_not_carried_over_to_a_new_version(
    film: RecordedFilm,
) -> None:
    first = film.record(OPINED)
    film.folder.edit_recipe("bg/b.%04d.jpg", "paint/b.%04d.png")
    done = film.folder.run(film.production, "--out", film.root / "again")
    assert done.code == 0, done.err
    assert film.record(OPINED) == {**first, "new": 0}
    read = film.read()
    (said,) = read.opinions
    (shot,) = (one for one in read.shots.values() if one.frames)
    assert all(
        said.seen[number] != (frame.measured.pixels,)
        for number, frame in shot.frames.items()
    )
    # Words about the new pixels are words of another day.
    later = film.record({**OPINED, "at": "2026-10-01T10:00:00.000000Z"})
    assert later["new"] == 1


def test_other_files_under_the_same_names_are_another_contribution(
    film: RecordedFilm,
) -> None:
    film.record(PAINTED)
    shutil.copy(film.root / "paint" / "b.1001.png", film.root / "paint" / "b.1002.png")
    assert film.record(PAINTED)["new"] == 3
    assert len(film.read().contributions) == 2


def test_a_contribution_that_was_withdrawn_is_not_said_again(
    film: RecordedFilm,
) -> None:
    (line,) = film.record(DIRECTED)["lines"]
    _withdraw(film, str(line["id"]))
    assert film.read().contributions == ()
    assert film.record(DIRECTED)["new"] == 0
    assert film.read().contributions == ()


def _withdraw(film: RecordedFilm, target: str) -> None:
    from ledger.encoding.statement import Draft  # noqa: PLC0415
    from ledger.production.opening import opened  # noqa: PLC0415
    from ledger.records.identity import as_statement_id  # noqa: PLC0415
    from ledger.records.statement import Act  # noqa: PLC0415

    with opened(film.production) as production:
        recorder = production.recorder
        said = recorder.compose(
            Draft(
                log=production.log,
                kind="contribution.1",
                key="ab" * 16,
                at=DIRECTED["at"],
                prev=(target,),
                act=Act(verb="withdraw", of=as_statement_id(target)),
                body={},
            )
        )
        recorder.record([said], "studio")
