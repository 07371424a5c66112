"""Who makes frames, as the committer sees it: a bounded number of them at a time."""

from collections.abc import Sequence
from typing import Final, Protocol

from pipeline.run.frame_job import FrameJob, FrameResult

AHEAD: Final = 2
"""Frames in flight for each worker: the one it makes and the one it makes next."""


class Executor(Protocol):
    """Makes frames in this process, in several, or on other machines.

    Frames come back in any order. Never more than `room` says are handed over, so what
    is in memory does not depend on how long a shot is.

    Attributes:
        batch: how many jobs of one cell are best handed over at once.
    """

    @property
    def batch(self) -> int: ...

    def room(self) -> int:
        """How many more jobs may be handed over now."""
        ...

    def busy(self) -> bool:
        """Whether a frame is in flight."""
        ...

    def submit(self, jobs: Sequence[FrameJob]) -> None:
        """Hand jobs over; at most as many as there is room for."""
        ...

    def next(self) -> FrameResult:
        """Wait for a frame that is in flight.

        Raises:
            JangbuError: of the frame that failed; others are still in flight.
            WorkerLostError: nobody is left to make frames.
        """
        ...

    def close(self) -> None:
        """Let everybody go; what is in flight is given up."""
        ...
