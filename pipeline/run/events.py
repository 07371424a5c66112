"""What a run tells while it goes on (docs/reference/events.md).

Events are JSON lines without anything private: numbers, ids of statements, error codes.
"""

import io
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from ledger.errors import StoreUnavailableError

How: TypeAlias = Literal["made", "found", "kept"]
"""A cell was made now, was found made in this folder, or is kept of an earlier run."""
FORMAT: Final = 1


class Listener(Protocol):
    """Is told of frames and cells as they are done."""

    def frame(self, frame: int) -> None:
        """A frame was made; its cell may not be committed yet."""
        ...

    def cell(self, cell: int, frame_set: str, frames: int, how: How) -> None:
        """A cell is committed and its frames have their names."""
        ...


@dataclass(slots=True)
class Counted:
    """Counts what is done, and hands it on.

    Attributes:
        made: frames that were made now.
        kept: frames of cells that were there already.
    """

    others: tuple[Listener, ...] = ()
    made: int = 0
    kept: int = 0

    def frame(self, frame: int) -> None:
        """Count a frame that was made."""
        self.made += 1
        for one in self.others:
            one.frame(frame)

    def cell(self, cell: int, frame_set: str, frames: int, how: How) -> None:
        """Count the frames of a cell that was there."""
        if how != "made":
            self.kept += frames
        for one in self.others:
            one.cell(cell, frame_set, frames, how)


@dataclass(slots=True)
class EventLines:
    """Writes events as JSON lines, each at once and in one piece.

    Attributes:
        stream: takes bytes; unbuffered, so that a reader sees a line when it happened.
    """

    stream: io.RawIOBase
    shot: str = ""
    _since: float = field(default_factory=time.monotonic)
    _gone: bool = False

    def tell(self, event: str, facts: Mapping[str, Any]) -> None:
        """Write one event.

        Raises:
            StoreUnavailableError: the file cannot be written, or its disk is full.
        """
        if self._gone:
            return
        document: dict[str, Any] = {"v": FORMAT, "event": event}
        document["seconds"] = round(time.monotonic() - self._since, 3)
        if self.shot:
            document["shot"] = self.shot
        line = json.dumps({**document, **facts}, separators=(",", ":"))
        try:
            self.stream.write(line.encode() + b"\n")
        except BrokenPipeError:
            self._gone = True  # who listened has left; the run is not theirs to stop
        except OSError as error:
            raise StoreUnavailableError(
                "a file or pipe that takes events",
                met=os.strerror(error.errno or 0),
                advice="Name another with --events, or none.",
                where="--events",
            ) from error

    def frame(self, frame: int) -> None:
        """A frame was made."""
        self.tell("frame", {"frame": frame})

    def cell(self, cell: int, frame_set: str, frames: int, how: How) -> None:
        """A cell is done."""
        facts = {"cell": cell, "frame_set": frame_set, "frames": frames, "how": how}
        self.tell("cell", facts)
