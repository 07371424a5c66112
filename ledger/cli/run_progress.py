"""What a person sees of a run: bars for each shot and for all, speed and time left."""

import io
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from ledger.cli.output import console
from ledger.files import os_error
from pipeline.run.events import EventLines, How

_STDERR: Final = "-"
_WINDOW: Final = 64
"""Frames that the speed is measured over: some cells, so that it follows the shot."""


class Speed:
    """Frames per second over the last frames, and how long the rest takes."""

    def __init__(self) -> None:
        self._made: deque[float] = deque(maxlen=_WINDOW)

    def note(self, at: float) -> None:
        """A frame was made at a time of a steady clock, in seconds."""
        self._made.append(at)

    def per_second(self) -> float | None:
        """Frames per second; `None` before two frames were made."""
        if len(self._made) < 2 or self._made[-1] <= self._made[0]:
            return None
        return (len(self._made) - 1) / (self._made[-1] - self._made[0])

    def left(self, frames: float) -> str:
        """How long frames take at this speed, as people write it."""
        speed = self.per_second()
        if speed is None:
            return "-:--"
        minutes, seconds = divmod(round(frames / speed), 60)
        hours, minutes = divmod(minutes, 60)
        return (
            f"{hours}:{minutes:02d}:{seconds:02d}"
            if hours
            else (f"{minutes}:{seconds:02d}")
        )


class _SpeedColumn(ProgressColumn):
    def __init__(self, speed: Speed) -> None:
        super().__init__()
        self._speed = speed

    def render(self, task: Task) -> Text:
        speed = self._speed.per_second()
        left = self._speed.left((task.total or 0) - task.completed)
        return Text("" if speed is None else f"{speed:.1f} frames/s, {left} left")


class Bars:
    """A bar for the shot, and one for all if there are several; a `Listener`.

    Time left counts frames that are made now: cells that were there are no measure of
    how long the others take.
    """

    def __init__(self, frames: int, shots: int, *, shown: bool) -> None:
        """Begin with no shot.

        Args:
            frames: of all shots.
            shots: how many there are.
            shown: whether anybody sees it.
        """
        self._speed = Speed()
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            _SpeedColumn(self._speed),
            console=console,
            disable=not shown,
        )
        self._all = self.progress.add_task("all", total=frames) if shots > 1 else None
        self._shot: TaskID | None = None

    def shot(self, name: str, frames: int) -> None:
        """Go on with a shot."""
        if self._shot is not None:
            self.progress.update(self._shot, visible=False)
        self._shot = self.progress.add_task(name, total=frames)

    def frame(self, _frame: int) -> None:
        """A frame was made."""
        self._speed.note(time.monotonic())
        self._advance(1)

    def cell(self, _cell: int, _frame_set: str, frames: int, how: How) -> None:
        """A cell is there; its frames were counted if they were made."""
        if how != "made":
            self._advance(frames)

    def _advance(self, frames: int) -> None:
        for task in (self._shot, self._all):
            if task is not None:
                self.progress.advance(task, frames)


def visible(events: str | None) -> bool:
    """Whether bars can be seen: not between events on standard error."""
    return console.is_terminal and events != _STDERR


@contextmanager
def event_lines(named: str | None) -> Iterator[EventLines | None]:
    """Open where events go: a file, or standard error for "-"; `None` for nowhere.

    Raises:
        StoreError: the file cannot be written.
    """
    if named is None:
        yield None
        return
    with _opened(named) as stream:
        yield EventLines(stream)


def _opened(named: str) -> io.RawIOBase:
    if named == _STDERR:
        return io.FileIO(os.dup(2), "wb")
    try:
        return io.FileIO(named, "ab")
    except OSError as error:
        raise os_error(error, Path(named)) from error
