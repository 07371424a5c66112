"""Which files of a sequence are meant, and which of them are missing."""

from pathlib import Path

import pytest

from ledger.errors import MalformedRecordError
from pipeline.capture.numbering import file_name
from pipeline.capture.sources import FileSource, missing_numbers, numbers_of
from pipeline.errors import FrameHoleError

PATTERN = "plate/나무.%04d.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plate").mkdir()
    for number in (1001, 1002, 1005, 1010):
        (tmp_path / file_name(PATTERN, number)).touch()
    (tmp_path / "plate" / "나무.7.png").touch()  # not what the pattern writes
    return tmp_path


@pytest.mark.parametrize(
    ("frames", "numbers", "missing"),
    [
        (None, [1001, 1002, 1005, 1010], "1003-1004,1006-1009"),
        ("1001-1002,1010", [1001, 1002, 1010], ""),
        ("1001-1003, 1009", [1001, 1002, 1003, 1009], "1003,1009"),
        ("7", [7], "7"),
    ],
)
def test_numbers_and_what_is_missing_of_them(
    folder: Path, frames: str | None, numbers: list[int], missing: str
) -> None:
    for pattern in (PATTERN, PATTERN.replace("%04d", "####")):
        named = FileSource(source=pattern, frames=frames)
        assert numbers_of(folder, named) == numbers
        assert str(missing_numbers(folder, named)) == missing


def test_a_still_is_there_or_not(folder: Path) -> None:
    assert numbers_of(folder, FileSource(source="still.png")) == [0]
    assert list(missing_numbers(folder, FileSource(source="still.png"))) == [0]
    (folder / "still.png").touch()
    assert not len(missing_numbers(folder, FileSource(source="still.png")))


def test_more_files_than_a_version_can_list_are_refused(folder: Path) -> None:
    with pytest.raises(FrameHoleError):
        numbers_of(folder, FileSource(source=PATTERN, frames="0-999999999999"))


@pytest.mark.parametrize("frames", ["1001-", "x", "1-5,5"])
def test_numbers_of_another_form_are_refused(folder: Path, frames: str) -> None:
    named = FileSource(source=PATTERN, frames=frames)
    with pytest.raises(MalformedRecordError):
        numbers_of(folder, named)
    with pytest.raises(MalformedRecordError):
        missing_numbers(folder, named)
