"""Events: one line each, nothing private, and a listener may leave."""

import io
import json
import os
from pathlib import Path

import pytest

from ledger.errors import StoreError
from pipeline.run.events import Counted, EventLines


def test_every_line_is_a_document_with_version_and_time(tmp_path: Path) -> None:
    path = tmp_path / "events"
    with io.FileIO(path, "ab") as stream:
        lines = EventLines(stream)
        lines.tell("started", {"workers": 2})
        lines.shot = "ab" * 16
        counted = Counted((lines,))
        counted.frame(1001)
        counted.cell(31, "cd" * 32, 23, "found")
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [one["event"] for one in events] == ["started", "frame", "cell"]
    assert all(one["v"] == 1 and one["seconds"] >= 0 for one in events)
    assert ["shot" in one for one in events] == [False, True, True]
    assert events[2]["how"] == "found"
    assert (counted.made, counted.kept) == (1, 23)


def test_a_reader_that_has_left_does_not_stop_the_run() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with io.FileIO(writing, "wb") as stream:
        lines = EventLines(stream)
        lines.frame(1)
        lines.frame(2)


def test_a_full_disk_is_said() -> None:
    with io.FileIO("/dev/full", "wb") as stream, pytest.raises(StoreError):
        EventLines(stream).frame(1)
