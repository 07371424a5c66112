"""Files that a line names and that are no pictures: contracts, cuts."""

from pathlib import Path
from typing import Final

from ledger.errors import UnreadableInputError
from ledger.files import read_bounded
from pipeline.capture.numbering import find_file
from pipeline.errors import FrameHoleError
from pipeline.recording.desk import unfit

LARGEST_DOCUMENT: Final = 64 << 20


def read_document(folder: Path, name: str, where: str) -> bytes:
    """The bytes of a file.

    Raises:
        RecordFileError: there is no such file, or it cannot be read.
    """
    expected = f"a file of at most {LARGEST_DOCUMENT} bytes below the lines' folder"
    try:
        return read_bounded(find_file(folder, name, 0), LARGEST_DOCUMENT)
    except FrameHoleError as error:
        raise unfit(expected, f"none at {error.where}", where) from error
    except UnreadableInputError as error:
        raise unfit(expected, f"{error.met} at {error.where}", where) from error
