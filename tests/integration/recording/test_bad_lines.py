"""Lines that cannot be recorded: a clear error, and not one entry or key more."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from ledger.errors import JangbuError
from tests.integration.recording.told import (
    DIRECTED,
    ENGAGED,
    GENERATED,
    OPINED,
    PAINTED,
    Line,
    RecordedFilm,
    without,
)
from tests.simulators.shot_folder import keeps_private

pytestmark = pytest.mark.slow

CASES: list[tuple[Line, str, int, str]] = [
    ({**PAINTED, "party": "nobody"}, "record.unknown_name", 4, "nobody"),
    ({**PAINTED, "by": "nobody"}, "record.unknown_name", 4, "nobody"),
    ({**PAINTED, "shot": "SQ999"}, "record.unknown_name", 4, "SQ999"),
    ({**PAINTED, "element": "dragon"}, "record.unknown_name", 4, "dragon"),
    ({**PAINTED, "frames": "1001-1005"}, "record.file", 4, "1001-1004"),
    ({**PAINTED, "frames": "1-9000000000000000"}, "record.file", 4, "1001-1004"),
    ({**PAINTED, "frames": "1004-1001"}, "record.file", 4, "/frames"),
    ({**PAINTED, "frames": "all"}, "record.file", 4, "/frames"),
    (without(PAINTED, "shot"), "record.file", 4, "/frames"),
    ({**PAINTED, "shot": "SQ010_0050"}, "record.file", 4, "jangbu run"),
    ({**PAINTED, "by": "director"}, "record.not_permitted", 6, "register"),
    ({**PAINTED, "by": "assessor"}, "record.not_permitted", 6, "register"),
    ({**PAINTED, "after": ["paint/none.png"]}, "frame.hole", 4, "none.png"),
    ({**PAINTED, "after": ["paint"]}, "frame.hole", 4, "paint"),
    ({**PAINTED, "after": ["."]}, "frame.hole", 4, "file"),
    ({**PAINTED, "after": ["loop/b.%04d.png"]}, "frame.hole", 4, "loop"),
    ({**PAINTED, "after": ["looped.png"]}, "frame.hole", 4, "looped"),
    ({**PAINTED, "after": ["recipe.toml"]}, "frame.unreadable", 4, "recipe.toml"),
    ({**PAINTED, "after": ["paint/b.1001.png"]}, "frame.hole", 4, "b.1001.png"),
    (
        {**PAINTED, "before": ["bg/b.1001.jpg"], "after": ["small.png"]},
        "frame.shape",
        4,
        "small.png",
    ),
    (
        {**PAINTED, "after": [{"source": "paint/b.%04d.png", "frames": "x"}]},
        "record.file",
        4,
        "/after/0/frames",
    ),
    (
        {**PAINTED, "after": [{"source": "paint/b.%04d.png", "frames": "1-9999999"}]},
        "frame.hole",
        4,
        "paint",
    ),
    ({**OPINED, "by": "painter"}, "record.not_permitted", 6, "opinion"),
    ({**OPINED, "by": "studio"}, "record.not_permitted", 6, "opinion"),
    ({**OPINED, "frames": "999-1001"}, "record.file", 4, "1001-1004"),
    ({**OPINED, "shot": "SQ010_0050"}, "record.file", 4, "jangbu run"),
    (without(OPINED, "shot"), "record.file", 4, "/shot"),
    ({**ENGAGED, "document": "none.txt"}, "record.file", 4, "/document"),
    ({**ENGAGED, "document": "paint"}, "record.file", 4, "/document"),
    ({**ENGAGED, "company": "painter"}, "record.file", 4, "/company"),
    ({**ENGAGED, "to_on": "2025-12-31"}, "record.file", 4, "/to_on"),
    ({**GENERATED, "outputs": ["none/%04d.png"]}, "frame.hole", 4, "none"),
    ({"kind": "cut", "file": "none.otio"}, "record.file", 4, "/file"),
    ({"kind": "cut", "file": "recipe.toml"}, "cut", 4, "line 2"),
]


@pytest.fixture
def strange(film: RecordedFilm) -> RecordedFilm:
    """Links that lead in circles, a picture of another size, a pipe."""
    (film.root / "loop").symlink_to("loop")
    (film.root / "looped.png").symlink_to("looped.png")
    (film.root / "contract.txt").write_text("x")
    Image.new("RGB", (8, 8)).save(film.root / "small.png")
    os.mkfifo(film.root / "pipe.png")
    return film


def refused(film: RecordedFilm, *lines: Line) -> JangbuError:
    before, places = film.entries(), film.locations()
    blobs = sorted(film.production.glob("blobs/*/*"))
    with pytest.raises(JangbuError) as caught:
        film.record(*lines)
    assert film.entries() == before
    assert sorted(film.production.glob("blobs/*/*")) == blobs
    assert not list((film.production / "outbox").iterdir())
    assert film.locations() == places
    return caught.value


def test_a_line_that_cannot_be_recorded_keeps_all_others_out(
    strange: RecordedFilm,
) -> None:
    for line, code, exit_code, part in CASES:
        error = refused(strange, DIRECTED, line)
        assert (error.code, error.exit_code) == (code, exit_code), str(error)
        assert error.where.startswith("records.jsonl: line 2"), str(error)
        assert part in str(error), str(error)
        assert error.public()["line"] == 2


def test_what_is_no_picture_but_a_pipe_is_not_waited_for(strange: RecordedFilm) -> None:
    refused(strange, {**PAINTED, "after": ["pipe.png"]})
    refused(strange, {**ENGAGED, "document": "pipe.png"})


def test_another_account_of_the_same_call_is_a_conflict(film: RecordedFilm) -> None:
    film.record(GENERATED)
    before = film.entries()
    with pytest.raises(JangbuError) as caught:
        film.record({**GENERATED, "prompt": "a loud room"})
    assert caught.value.code == "record.conflict"
    assert "line 1" in caught.value.where
    assert film.entries() == before


def test_the_command_names_file_and_line_and_prints_nothing_private(
    film: RecordedFilm,
) -> None:
    done = film.command(DIRECTED, {**PAINTED, "frames": "1001-2000"})
    assert done.code == 4, done.err
    assert "records.jsonl: line 2: /frames" in done.err
    assert done.json["error"]["code"] == "record.file"
    assert done.json["error"]["line"] == 2
    keeps_private(done)


@pytest.mark.parametrize(
    "name", ["absent.jsonl", "paint"], ids=["no such file", "a folder"]
)
def test_a_file_that_cannot_be_read_is_refused(film: RecordedFilm, name: str) -> None:
    done = film.folder.command("record", film.root / name, "-p", film.production)
    assert done.code == 4, done.err
    assert "Traceback" not in done.err


def test_lines_are_not_recorded_into_a_registry_that_is_not_registered(
    film: RecordedFilm,
) -> None:
    registry = film.production / "production.toml"
    text = registry.read_text("utf-8")
    registry.write_text(text.replace("SQ010_0050", "SQ010_0060"), "utf-8")
    with pytest.raises(JangbuError, match="jangbu register"):
        film.record(DIRECTED)


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def _removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [_truncated, _removed])
def test_a_damaged_picture_is_found_before_anything_is_stated(
    film: RecordedFilm, harm: Callable[[Path], Any]
) -> None:
    harm(film.root / "paint" / "b.1003.png")
    error = refused(film, DIRECTED, PAINTED)
    assert "1003" in str(error)
    assert error.exit_code == 4
