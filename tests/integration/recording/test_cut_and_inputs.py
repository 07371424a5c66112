"""Cuts and generators' inputs, from files that other programs wrote."""

import json

import opentimelineio as otio
import pytest

from tests.integration.recording.told import OPINED, RecordedFilm, without
from tests.simulators.shot_folder import CODE

pytestmark = pytest.mark.slow

GENERATION = {
    "provider": "scripted",
    "model": "scripted-interior",
    "model_version": "1",
    "source_type": "algorithmicMedia",
    "asked_at": "2026-08-01T02:00:00.000000Z",
    "prompt": "a quiet room",
    "party": "director",
    "inputs": [
        {"source": "paint/b.%04d.png", "frames": "1001-1002", "edge": "transformed"}
    ],
}


def write_cut(film: RecordedFilm, first: int, count: int) -> None:
    """One clip of the shot."""
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(count, 24)
    )
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    track.append(otio.schema.Clip(name=CODE, source_range=span))
    timeline = otio.schema.Timeline("film")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(film.root / "film.otio"))


def test_a_cut_is_resolved_to_the_frames_of_the_version_in_force(
    film: RecordedFilm,
) -> None:
    write_cut(film, 1002, 3)
    line = {"kind": "cut", "file": "film.otio"}
    seen = {**without(OPINED, "shot", "element", "frames"), "finding": "undecided"}
    assert film.record(line, seen)["new"] == 2
    read = film.read()
    (cut,) = read.cuts
    (shot,) = (one for one in read.shots.values() if one.frames)
    assert [leaf.sources[0].frame for leaf in cut.leaves] == [1002, 1003, 1004]
    assert shot.version is not None
    assert cut.versions == (shot.version.id,)
    (said,) = read.opinions
    assert said.cut == cut.source.id
    assert said.seen == {
        at: (shot.frames[1002 + at].measured.pixels,) for at in range(3)
    }
    assert film.record(line, seen)["new"] == 0


def test_a_cut_of_frames_that_do_not_exist_is_refused(film: RecordedFilm) -> None:
    write_cut(film, 1002, 4)
    before = film.entries()
    done = film.command({"kind": "cut", "file": "film.otio"})
    assert (done.code, done.json["error"]["code"]) == (4, "cut")
    assert "line 1" in done.err
    assert f"film.otio: clip '{CODE}', record frame" in done.err
    assert f"of shot '{CODE}'" in done.err
    assert film.entries() == before


def test_a_recipes_generation_brings_its_inputs_and_who_asked(
    film: RecordedFilm,
) -> None:
    (film.root / "g.json").write_text(json.dumps(GENERATION))
    film.folder.edit_recipe('jpg"\n', 'jpg"\ngeneration = "g.json"\n')
    done = film.folder.run(film.production, "--out", film.root / "again")
    assert done.code == 0, done.err
    read = film.read()
    (said,) = read.generations
    (one,) = said.inputs
    assert one.edge == "transformed"
    assert list(read.assets[one.asset].files) == [1001, 1002]
    assert said.party is not None
    # The same call as a line: the same statement.
    outputs = [{"source": "bg/b.%04d.jpg", "frames": "1001-1004"}]
    line = {**GENERATION, "kind": "generation", "outputs": outputs}
    document = film.record(line)
    assert document["new"] == 0
    assert document["lines"][0]["id"] == said.source.id


SOURCE = {"source": "paint/b.%04d.png", "edge": "upscaled"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"party": "nobody"}, "record.unknown_name"),
        ({"inputs": [{**SOURCE, "source": "none.png"}]}, "frame.hole"),
        ({"inputs": [{**SOURCE, "source": "../x.png"}]}, "capture.generation"),
        ({"inputs": [{**SOURCE, "frames": "x"}]}, "capture.generation"),
        ({"inputs": [{"source": "paint/b.1001.png"}]}, "capture.generation"),
    ],
)
def test_a_generators_record_with_bad_inputs_stops_the_run(
    film: RecordedFilm, changed: dict[str, object], code: str
) -> None:
    (film.root / "g.json").write_text(json.dumps({**GENERATION, **changed}))
    film.folder.edit_recipe('jpg"\n', 'jpg"\ngeneration = "g.json"\n')
    before = film.entries()
    done = film.folder.run(film.production, "--out", film.root / "again")
    assert (done.code, done.json["error"]["code"]) == (4, code), done.err
    assert film.entries() == before


def test_options_build_the_same_line_as_a_file(film: RecordedFilm) -> None:
    words = ["--party", "director", "--route", "direction", "--act", "direct"]
    at = "2026-09-01T10:00:00.000000Z"
    done = film.folder.command(
        "contribution", "-p", film.production, *words, "--at", at, "--json"
    )
    assert done.code == 0, done.err
    same = {
        "kind": "contribution",
        "party": "director",
        "route": "direction",
        "act": "direct",
        "at": at,
    }
    assert film.record(same) == {**done.json, "new": 0}
    bad = film.folder.command(
        "generation", "-p", film.production, "--provider", "x", "--model", "x",
        "--model-version", "1", "--source-type", "algorithmicMedia", "--asked-at", at,
        "--prompt", "x", "--output", "bg/b.1001.jpg", "--input", "paint/b.1001.png",
    )  # fmt: skip
    assert bad.code == 2, bad.err
