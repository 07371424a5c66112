"""Which frames a renderer has finished: looked at from time to time, and cheaply.

A frame counts as finished when its file has kept size and time of change for a while
and is whole: it ends as its format ends, or it decodes. With a marker it counts once
the marker lies beside it and it is whole. A folder is listed once a round, however
many frames are awaited, and a file that was finished is never looked at again.
"""

import os
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ledger.encoding.cell import cells_of, frames_of
from ledger.errors import JangbuError
from ledger.files import os_error
from ledger.records.time import FrameRange
from pipeline.capture.files import read_input
from pipeline.capture.numbering import file_name, is_sequence
from pipeline.frames.rasters import read_raster
from pipeline.run.recipe import Recipe
from pipeline.run.time_map import TimeMap, source_frame

_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_JPEG_END: Final = b"\xff\xd9"
_JPEG_START: Final = b"\xff\xd8"
_PNG_START: Final = b"\x89PNG"
_JSON: Final = ".json"


@dataclass(slots=True)
class _Seen:
    """A file that is there and not finished.

    Attributes:
        since: when it was last seen to change, by a steady clock.
        refused: it stood still and was not whole; looked at again once it changes.
    """

    size: int
    changed: int
    since: float
    refused: bool = False


@dataclass(slots=True)
class _Awaited:
    """Files of one source in one folder: which are still awaited.

    Attributes:
        names: with the frames of the shot that wait for each; none where all do.
    """

    folder: Path
    names: dict[str, list[int]]
    seen: dict[str, _Seen] = field(default_factory=dict)


class HotFolder:
    """Tells which cells of a recipe have all their inputs.

    Attributes:
        settle: seconds for which a file must stay as it is.
        marker: how a name ends that says a frame is finished; `None` without.
    """

    def __init__(
        self, recipe: Recipe, folder: Path, *, settle: float, marker: str | None
    ) -> None:
        """Look at nothing yet.

        Args:
            recipe: whose inputs are awaited.
            folder: where the recipe's paths start.
            settle: seconds for which a file must stay as it is.
            marker: how a marker's name ends, after the frame's own name or in place
                of its suffix; `None` if the renderer leaves none.
        """
        self._settle = settle
        self._marker = marker
        self._sources = [
            source
            for named in _named(recipe)
            for source in _awaited(folder, named, recipe.frames)
        ]
        every = [one for source in self._sources for one in source.names.values()]
        self._waiting = Counter(frame for frames in every for frame in frames)
        self._needed_by_all = every.count([])
        self._cells = set(cells_of(recipe.frames))
        self._frames = recipe.frames

    def waiting(self) -> bool:
        """Whether a cell still lacks inputs."""
        return bool(self._cells)

    def ready(self) -> list[int]:
        """Cells whose inputs are all there now, each told once, in order.

        Raises:
            StoreError: a folder cannot be listed.
        """
        for source in self._sources:
            self._look(source)
        ready = [cell for cell in sorted(self._cells) if self._is_whole(cell)]
        self._cells.difference_update(ready)
        return ready

    def missing(self) -> tuple[int, str]:
        """A frame that is still awaited, and the name of a file that it lacks."""
        first = self._frames.start
        lacking = (
            (min(frames, default=first), str(source.folder / name))
            for source in self._sources
            for name, frames in source.names.items()
        )
        return min(lacking)

    def progress(self) -> tuple[int, int]:
        """What changes whenever something is new: inputs awaited, and their sizes."""
        awaited = sum(len(source.names) for source in self._sources)
        sizes = sum(
            one.size for source in self._sources for one in source.seen.values()
        )
        return awaited, sizes

    def _is_whole(self, cell: int) -> bool:
        return not self._needed_by_all and not any(
            self._waiting[frame] for frame in awaited_range(cell, self._frames).frames()
        )

    # --- one source ------------------------------------------------------------------

    def _look(self, source: _Awaited) -> None:
        if not source.names:
            return
        there = _listed(source.folder)
        for name in source.names.keys() & there.keys():
            entry = there[name]
            try:
                found = entry.stat()
            except FileNotFoundError:
                continue  # renamed meanwhile
            except OSError as error:
                raise os_error(error, Path(entry.path)) from error
            if self._finished(source, name, found, there):
                self._note(source.names.pop(name))
                source.seen.pop(name, None)

    def _note(self, frames: list[int]) -> None:
        self._needed_by_all -= not frames
        self._waiting.subtract(frames)

    def _finished(
        self,
        source: _Awaited,
        name: str,
        found: os.stat_result,
        there: Mapping[str, os.DirEntry[str]],
    ) -> bool:
        now = time.monotonic()
        seen = source.seen.get(name)
        if seen is None:
            # What was there long before we came has stood still long enough.
            age = max(0.0, time.time() - found.st_mtime)
            seen = _Seen(found.st_size, found.st_mtime_ns, now - age)
            source.seen[name] = seen
        elif (seen.size, seen.changed) != (found.st_size, found.st_mtime_ns):
            seen.size, seen.changed = found.st_size, found.st_mtime_ns
            seen.since, seen.refused = now, False
        if not self._told(name, now - seen.since, there) or seen.refused:
            return False
        seen.refused = not is_whole(Path(there[name].path))
        return not seen.refused

    def _told(
        self, name: str, stood: float, there: Mapping[str, os.DirEntry[str]]
    ) -> bool:
        if self._marker is None:
            return stood >= self._settle
        return bool(
            {name + self._marker, Path(name).stem + self._marker} & there.keys()
        )


def is_whole(path: Path) -> bool:
    """Whether a file is a finished picture, or a generator's record.

    Its end is looked at first, which is enough for PNG and JPEG; what ends otherwise is
    decoded.
    """
    try:
        content = read_input(path)
        if path.suffix.lower() == _JSON:
            return content.rstrip().endswith(b"}")
        if content.startswith(_PNG_START):
            return content.endswith(_PNG_END)
        if content.startswith(_JPEG_START) and content.endswith(_JPEG_END):
            return True
        read_raster(content, path.name)
    except JangbuError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Named:
    """Files that a layer reads.

    Attributes:
        whole: no frame can be made before all of them are there.
    """

    pattern: str
    time: TimeMap
    whole: bool


def _named(recipe: Recipe) -> Iterator[_Named]:
    for layer in recipe.layer:
        # What one call of a generator made is one asset, and stated once.
        whole = layer.generation is not None
        cutters = (one.path for one in layer.cutters())
        for pattern in (layer.source, layer.matte, *cutters):
            if pattern is not None:
                time = layer.time_map(still=not is_sequence(pattern))
                yield _Named(pattern, time, whole)
        if layer.generation is not None:
            yield _Named(layer.generation, TimeMap(still=True), whole=True)


def _awaited(folder: Path, named: _Named, frames: FrameRange) -> Iterable[_Awaited]:
    found: dict[Path, _Awaited] = {}
    whole = named.whole or named.time.still
    for frame in frames.frames():
        path = folder / file_name(named.pattern, source_frame(named.time, frame))
        source = found.setdefault(path.parent, _Awaited(path.parent, {}))
        name = unicodedata.normalize("NFC", path.name)
        waiting = source.names.setdefault(name, [])
        if not whole:
            waiting.append(frame)
    return found.values()


def _listed(folder: Path) -> dict[str, os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return {unicodedata.normalize("NFC", one.name): one for one in entries}
    except FileNotFoundError:
        return {}  # the renderer makes it with its first frame
    except OSError as error:
        raise os_error(error, folder) from error


def awaited_range(cell: int, whole: FrameRange) -> FrameRange:
    """The frames of a cell that a shot has."""
    inside = whole.intersect(
        FrameRange.between(frames_of(cell).start, frames_of(cell).stop, whole.rate)
    )
    assert inside is not None  # noqa: S101  # the cell is one of the shot's
    return inside
