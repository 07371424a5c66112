"""The newest cut: which one counts once a film was edited again."""

from pathlib import Path

import opentimelineio as otio
import pytest

from ledger.history.journal import State
from tests.integration.recording.told import (
    OPINED,
    Line,
    RecordedFilm,
    withdrawn,
    without,
)
from tests.simulators.shot_folder import CODE

pytestmark = pytest.mark.slow

LONG: Line = {"kind": "cut", "file": "long.otio"}
SHORT: Line = {"kind": "cut", "file": "short.otio"}


def write_cut(path: Path, first: int, count: int) -> None:
    """One clip of the shot."""
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(count, 24)
    )
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip(name=CODE, source_range=span))
    timeline = otio.schema.Timeline("film")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))


@pytest.fixture
def edited(film: RecordedFilm) -> RecordedFilm:
    write_cut(film.root / "long.otio", 1001, 4)
    write_cut(film.root / "short.otio", 1002, 2)
    return film


def lengths(film: RecordedFilm) -> list[int]:
    return [len(cut.leaves) for cut in film.read().cuts]


def test_a_new_cut_takes_the_place_of_the_old_one(edited: RecordedFilm) -> None:
    (first,) = edited.record(LONG)["lines"]
    seen = {**without(OPINED, "shot", "element", "frames"), "finding": "no"}
    assert edited.record(SHORT, seen, SHORT)["new"] == 2
    assert lengths(edited) == [2]
    read = edited.read()
    assert read.opinions[0].cut == read.cuts[0].source.id
    (ended,) = (one for one in read.ended if one.kind == "cut.1")
    assert (ended.id, ended.state) == (first["id"], State.SUPERSEDED)
    # The same lines again, also the old one: the newest cut stays the newest.
    assert edited.record(LONG, SHORT, seen)["new"] == 0
    assert lengths(edited) == [2]
    # To go back, it is said of which cut it takes the place.
    now = read.cuts[0].source
    assert edited.record({**LONG, "verb": "supersede", "of": now.index})["new"] == 1
    assert lengths(edited) == [4]


def test_two_new_cuts_in_one_file_leave_one(edited: RecordedFilm) -> None:
    assert edited.record(LONG, SHORT)["new"] == 2
    assert lengths(edited) == [2]


def test_the_old_cut_again_says_how_to_go_back(
    edited: RecordedFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    edited.record(LONG, SHORT)
    capsys.readouterr()
    edited.record(LONG)
    assert "no longer current" in capsys.readouterr().err


def test_a_partys_key_supersedes_no_cut(
    edited: RecordedFilm, capsys: pytest.CaptureFixture[str]
) -> None:
    edited.record(LONG)
    edited.record({**SHORT, "by": "co-director"})
    assert "stands beside" in capsys.readouterr().err
    assert lengths(edited) == [4, 2]


def test_the_studio_withdraws_a_cut_that_its_machine_stated(
    edited: RecordedFilm,
) -> None:
    (line,) = edited.record(LONG)["lines"]
    done = edited.folder.command(
        "cut", "-p", edited.production, "--verb", "withdraw",
        "--of", str(line["index"]), "--json",
    )  # fmt: skip
    assert (done.code, done.json["new"]) == (0, 1), done.err
    assert lengths(edited) == []
    again = edited.record(withdrawn(LONG, line["id"]))
    assert again["new"] == 0
    # A cut that was withdrawn has no successor to be put in its place.
    edited.record(SHORT)
    assert lengths(edited) == [2]
