"""Files as people name them: a relative path, with or without a frame number.

A path stays below the folder that it starts in. A sequence is named by its pattern;
which of its files are meant is said in frame numbers, or they are all that are there.
"""

import re
import unicodedata
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from ledger.records.making import Edge
from pipeline.capture.number_list import WIDEST, NumberList
from pipeline.capture.numbering import NUMBER, file_name, find_file, is_sequence
from pipeline.errors import FrameHoleError

MOST_FILES: Final = 4096 * 32
"""As many as one version can list frames."""


def _checked_path(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("a path in Unicode NFC is expected (this one is decomposed)")
    parts = text.split("/")
    if text.startswith("/") or ".." in parts or not text.strip() or "\0" in text:
        raise ValueError("a relative path without '..' is expected")
    numbers = NUMBER.findall(text)
    if len(numbers) > 1:
        raise ValueError("at most one frame number (%04d or ####) is expected")
    if any(len(digits) > 2 or int(digits or 0) > WIDEST for digits, _ in numbers):
        raise ValueError(f"a frame number of at most {WIDEST} digits is expected")
    return text


SourcePath = Annotated[str, AfterValidator(_checked_path)]
"""A still, or a sequence with a frame number in its name."""


class FileSource(BaseModel):
    """Files that one asset is made of.

    Attributes:
        frames: numbers of the files, "1001-1024" or with holes "1001-1010,1015"; absent
            for all that are there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    source: SourcePath
    frames: str | None = None

    def numbers(self) -> NumberList | None:
        """What `frames` names; `None` if it names nothing.

        Raises:
            MalformedRecordError: `frames` has another form.
        """
        return None if self.frames is None else NumberList.parse(self.frames)


class InputSource(FileSource):
    """Files that went into a generator, and in which part."""

    edge: Edge


def numbers_of(folder: Path, named: FileSource) -> list[int]:
    """The numbers of the files that are meant, in order; 0 for a still.

    Without `frames`, only names are taken that the pattern itself would write: of
    `a.%04d.png`, `a.0007.png` and not `a.7.png`.

    Raises:
        MalformedRecordError: `frames` has another form.
        FrameHoleError: there is no such file.
    """
    if not is_sequence(named.source):
        return [0]
    asked = named.numbers()
    if asked is not None:
        numbers = list(islice(asked, MOST_FILES + 1))
    else:
        numbers = sorted(_listed(folder, named.source))
    if not 1 <= len(numbers) <= MOST_FILES:
        raise FrameHoleError(
            f"1 to {MOST_FILES} files of the sequence",
            met=f"{len(numbers)}",
            advice="Check the path: it starts in the folder of the file that names it.",
            where=str(folder / named.source),
        )
    return numbers


def missing_numbers(folder: Path, named: FileSource) -> NumberList:
    """Which files of a sequence are not there.

    With `frames`, those that it names; without, the holes between the first file and
    the last. Of a still the answer is 0, or nothing.

    Raises:
        MalformedRecordError: `frames` has another form.

    Examples:
        >>> str(missing_numbers(Path(), FileSource(source="a.%04d.png", frames="1,3")))
        '1,3'
    """
    if not is_sequence(named.source):
        there = _is_file(folder, named.source, 0)
        return NumberList.of(()) if there else NumberList.of((0,))
    asked = named.numbers()
    met = NumberList.of(_listed(folder, named.source))
    return met.gaps() if asked is None else asked.without(met)


def _listed(folder: Path, pattern: str) -> set[int]:
    # The number may stand in the name of a folder: it is looked for where it stands.
    parts = pattern.split("/")
    place = next(at for at, part in enumerate(parts) if NUMBER.search(part))
    before, _, after = (re.escape(one) for one in _around(parts[place]))
    form = re.compile(f"{before}(-?[0-9]{{1,{WIDEST}}}){after}")
    numbers: set[int] = set()
    for name in _names(folder.joinpath(*parts[:place])):
        met = form.fullmatch(name)
        if met and _is_there(folder, pattern, int(met[1]), (name, parts[place])):
            numbers.add(int(met[1]))
    return numbers


def _around(part: str) -> tuple[str, str, str]:
    met = NUMBER.search(part)
    if met is None:
        return part, "", ""
    return part[: met.start()], met[0], part[met.end() :]


def _names(folder: Path) -> list[str]:
    try:
        return [unicodedata.normalize("NFC", path.name) for path in folder.iterdir()]
    except OSError:
        return []  # no such folder: then no file of the sequence is there


def _is_there(folder: Path, pattern: str, number: int, name: tuple[str, str]) -> bool:
    met, part = name
    if file_name(part, number) != met:
        return False
    return _is_file(folder, file_name(pattern, number), number)


def _is_file(folder: Path, name: str, number: int) -> bool:
    try:
        find_file(folder, name, number)
    except FrameHoleError:
        return False
    return True
