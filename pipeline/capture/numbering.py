"""Frame numbers in file names: `%04d` and `####`."""

import re
import unicodedata
from contextlib import suppress
from pathlib import Path

from pipeline.errors import FrameHoleError

NUMBER = re.compile(r"%0?(\d*)d|(#+)")


def is_sequence(pattern: str) -> bool:
    """Whether a source has a file for each frame, rather than one still."""
    return NUMBER.search(pattern) is not None


def file_name(pattern: str, frame: int) -> str:
    """The file of a frame.

    Examples:
        >>> file_name("plate/a.%04d.jpg", 7), file_name("plate/a.####.jpg", 1001)
        ('plate/a.0007.jpg', 'plate/a.1001.jpg')
    """

    def number(match: re.Match[str]) -> str:
        width = int(match[1] or 0) if match[2] is None else len(match[2])
        return f"{frame:0{width}d}"

    return NUMBER.sub(number, pattern)


def find_file(folder: Path, name: str, frame: int) -> Path:
    """The file of a frame on disk.

    Recipes are written in NFC; some systems store Hangul names decomposed (NFD), so
    that spelling is tried as well.

    Raises:
        FrameHoleError: there is no such file.
    """
    for spelled in (name, unicodedata.normalize("NFD", name)):
        path = folder / spelled
        with suppress(OSError):  # a name that no file can have
            if path.is_file():
                return path
    raise FrameHoleError(
        "a file for every frame of the shot",
        met="none for this frame",
        advice="Render or copy the frame, or shorten the shot's range.",
        where=str(folder / name),
        frame=frame,
    )
