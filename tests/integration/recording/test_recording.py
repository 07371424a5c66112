"""What people say comes into the log as they said it, with what machines saw."""

from pathlib import Path

import pytest

from ledger.cli.record import record_raw
from ledger.production.opening import opened
from ledger.records.people import EngagementTerms
from tests.integration.recording.told import (
    DIRECTED,
    ENGAGED,
    GENERATED,
    OPINED,
    PAINTED,
    RecordedFilm,
    jsonl,
    without,
)
from tests.simulators.shot_folder import keeps_private

pytestmark = pytest.mark.slow


def uid_of(film: RecordedFilm, handle: str) -> str:
    with opened(film.production) as production:
        return str(production.registry.party_called(handle).uid)


def test_a_contribution_is_signed_by_its_party_and_names_the_measured_change(
    film: RecordedFilm,
) -> None:
    film.record(PAINTED)
    read = film.read()
    (said,) = read.contributions
    assert (said.route, said.act, said.minutes) == ("edit", "paint", 90)
    assert said.party == said.source.speaker.party == uid_of(film, "painter")
    assert said.note == PAINTED["note"]
    assert str(said.source.scope.range) == "1001-1004"
    (change,) = read.changes
    assert said.change == change.source.id
    assert (change.before,) == said.before
    assert (change.after,) == said.after
    assert change.source.speaker.machine
    # 12 × 8 pixels were painted, all of them far from what they were.
    assert {leaf.changed_2 for leaf in change.pictures.values()} == {96}
    assert list(change.pictures) == [1001, 1002, 1003, 1004]


def test_the_same_files_are_the_same_asset_as_the_runs(film: RecordedFilm) -> None:
    before = film.read()
    film.record(PAINTED)
    after = film.read()
    (run,) = before.runs.values()
    (said,) = after.contributions
    assert said.before == (run.layers[0].asset,)
    assert len(after.assets) == len(before.assets) + 1


def test_without_frames_all_files_of_a_sequence_are_meant(film: RecordedFilm) -> None:
    (film.root / "paint" / "b.0900.png").write_bytes(
        (film.root / "paint" / "b.1001.png").read_bytes()
    )
    film.record(without(PAINTED, "frames", "before"))
    read = film.read()
    (said,) = read.contributions
    assert list(read.assets[said.after[0]].files) == [900, 1001, 1002, 1003, 1004]
    assert said.change is None
    assert said.source.scope.range is None


def test_it_is_remembered_where_the_files_of_assets_lie(film: RecordedFilm) -> None:
    film.record(PAINTED)
    (said,) = film.read().contributions
    found = film.locations()
    assert found[said.after[0]] == {
        "folder": str(film.root.resolve()),
        "pattern": "paint/b.%04d.png",
    }
    assert said.before[0] in found


def test_an_engagements_terms_open_as_they_were_given(film: RecordedFilm) -> None:
    (film.root / "contract.txt").write_text("계약서", "utf-8")
    film.record(ENGAGED)
    (said,) = film.read().engagements
    assert isinstance(said.terms, EngagementTerms)
    assert said.terms.assignment == "economic_rights"
    assert said.terms.derivative_right is True
    assert said.terms.duty is None
    assert said.terms.document is not None
    assert said.company == uid_of(film, "studio")
    assert said.source.speaker.root


def test_a_generation_names_its_inputs_by_their_part_and_who_asked(
    film: RecordedFilm,
) -> None:
    film.record(GENERATED)
    read = film.read()
    (said,) = read.generations
    assert [one.edge for one in said.inputs] == ["reference"]
    assert list(read.assets[said.inputs[0].asset].files) == [0]
    assert said.party == uid_of(film, "director")
    assert said.prompt == "a quiet room"
    (run,) = read.runs.values()
    assert said.outputs == (run.layers[0].asset,)


def test_an_opinion_is_bound_to_the_delivered_pixels_and_confirms_what_stands(
    film: RecordedFilm,
) -> None:
    film.record(DIRECTED, PAINTED, OPINED)
    read = film.read()
    (said,) = read.opinions
    (shot,) = (one for one in read.shots.values() if one.frames)
    assert said.seen == {
        number: (frame.measured.pixels,) for number, frame in shot.frames.items()
    }
    painted = next(one for one in read.contributions if one.act == "paint")
    assert said.confirms == (painted.source.id,)
    assert said.source.speaker.party == uid_of(film, "assessor")
    assert not said.source.speaker.root


def test_recording_the_same_file_twice_changes_nothing(film: RecordedFilm) -> None:
    (film.root / "contract.txt").write_text("계약서", "utf-8")
    # The opinion comes before what it would confirm if it were taken anew.
    lines = [OPINED, ENGAGED, GENERATED, PAINTED, DIRECTED]
    first = film.record(*lines)
    entries = film.entries()
    again = film.record(*lines)
    assert again == {**first, "new": 0}
    assert film.entries() == entries
    assert first["new"] == 5 + 2 + 1  # lines, assets, the change


def test_one_line_twice_in_a_file_is_one_statement(film: RecordedFilm) -> None:
    document = film.record(DIRECTED, DIRECTED)
    assert document["new"] == 1
    one, other = document["lines"]
    assert one["id"] == other["id"]


def test_what_the_command_prints_holds_nothing_private(film: RecordedFilm) -> None:
    done = film.command(DIRECTED, PAINTED)
    assert done.code == 0, done.err
    keeps_private(done)
    assert set(done.json) == {"new", "lines"}
    assert [set(one) for one in done.json["lines"]] == [
        {"line", "kind", "id", "index"}
    ] * 2
    kinds = [one["kind"] for one in done.json["lines"]]
    assert kinds == ["contribution.1", "contribution.1"]


def test_lines_from_standard_input_start_in_the_working_directory(
    film: RecordedFilm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(film.root)
    assert film.record(PAINTED)["new"] == 3
    # The same folder, named differently, is the same line.
    _, document = record_raw(film.production, jsonl(PAINTED), "standard input", Path())
    assert document["new"] == 0
