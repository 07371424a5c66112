"""Making cells one into the other: no worker is idle because a cell ends."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.encoding.cell import cell_of
from ledger.errors import JangbuError
from pipeline.errors import RecipeError, WorkerLostError
from pipeline.run.cell_work import CellWork
from pipeline.run.decided import Decided
from pipeline.run.events import How, Listener
from pipeline.run.executor import Executor
from pipeline.run.planned import Plan

_LONGEST_NAME: Final = 240
_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 1.0


@dataclass(slots=True)
class _Pending:
    """A cell that nobody has decided yet, as far as we know.

    Attributes:
        at: when to look again; somebody else had claimed it.
    """

    work: CellWork
    at: float = 0.0
    pause: float = _PAUSE_S

    def later(self) -> None:
        self.at = time.monotonic() + self.pause
        self.pause = min(2 * self.pause, _LONGEST_PAUSE_S)


class CellMaker:
    """The one committer: hands frames out, and decides cells as they come back.

    Frames go out in the order of their cells, so that a cell is whole soon after its
    last frame went out. While its last frames are being made, the next cell is claimed
    and begun. A cell counts when all its frames are there, and not before.
    """

    def __init__(self, executor: Executor, listener: Listener) -> None:
        """Begin with no cell.

        Args:
            executor: makes the frames.
            listener: is told what is done.
        """
        self._executor = executor
        self._listener = listener
        self._pending: deque[_Pending] = deque()
        self._open: dict[int, CellWork] = {}
        self._feeding: CellWork | None = None
        self._error: JangbuError | None = None
        self.done: dict[int, str] = {}
        """Id of the frame.set of each cell that is done."""

    def add(self, works: Iterable[CellWork]) -> None:
        """Take more cells on."""
        self._pending.extend(map(_Pending, works))

    def at_work(self) -> bool:
        """Whether a cell is left to make or to wait for."""
        return bool(self._pending or self._open)

    def hungry(self) -> bool:
        """Whether there is no cell left to begin with."""
        return not self._pending and self._feeding is None

    def run(self) -> dict[int, str]:
        """Make, or wait for, each cell; the id of its frame.set, by cell.

        Raises:
            JangbuError: what stopped it; cells that were committed stay committed.
        """
        while self.at_work():
            if not self.advance():
                time.sleep(_PAUSE_S)  # others are at work on all that is left
        return dict(sorted(self.done.items()))

    def advance(self) -> bool:
        """Do what can be done next; whether there was anything.

        Raises:
            JangbuError: a frame failed, and what was in flight with it has ended.
        """
        moved = self._error is None and self._feed()
        if self._executor.busy():
            self._collect()
            return True
        if self._error is not None:
            raise self._error
        return moved

    # --- handing out ---------------------------------------------------------------

    def _feed(self) -> bool:
        moved = False
        while (room := self._executor.room()) > 0:
            if self._feeding is None and not self._open_next():
                return moved
            moved = True
            if self._feeding is not None:
                self._hand_out(self._feeding, min(room, self._executor.batch))
        return moved

    def _hand_out(self, work: CellWork, most: int) -> None:
        jobs = work.jobs(most)
        if jobs:
            self._executor.submit(jobs)
        else:
            self._feeding = None

    def _open_next(self) -> bool:
        """Settle or open the next cell that can be; whether there was one."""
        now = time.monotonic()
        while self._pending and self._pending[0].at <= now:
            next_one = self._pending.popleft()
            if self._entered(next_one.work):
                return True
            next_one.later()
            self._pending.append(next_one)
        return False

    def _entered(self, work: CellWork) -> bool:
        decided = work.decided()
        if decided is None:
            if not work.claimed():
                return False
            # Somebody may have decided it between our look and our claim.
            decided = work.decided()
        if decided is None:
            self._begin(work)
            return True
        self._finish(work, decided, "found")
        return True

    def _begin(self, work: CellWork) -> None:
        work.begin()
        self._open[work.cell] = work
        self._feeding = work

    # --- taking in -----------------------------------------------------------------

    def _collect(self) -> None:
        try:
            result = self._executor.next()
        except WorkerLostError:
            raise
        except JangbuError as error:
            # Cells that were handed out whole before it may still become whole.
            self._error = self._error or error
            return
        self._listener.frame(result.frame)
        for work in self._open.values():
            work.renew()
        work = self._open[cell_of(result.frame)]
        if work.take(result):
            del self._open[work.cell]
            self._commit(work)

    def _commit(self, work: CellWork) -> None:
        decided = work.decide()
        if decided is None:
            self._pending.appendleft(_Pending(work))
            return
        self._finish(work, decided, "made")

    def _finish(self, work: CellWork, decided: Decided, how: How) -> None:
        work.finish(decided)
        self.done[work.cell] = decided.set
        how = "kept" if decided.parcel is None else how
        self._listener.cell(work.cell, decided.set, len(work.frames), how)


def check_file_name(plan: Plan) -> None:
    """Refuse a shot code that no file name can begin with.

    Raises:
        RecipeError: the code would lead out of the folder, hide the frames or be
            longer than file systems permit.
    """
    name = file_name(plan, plan.frames.end)
    if set(name) & {"/", "\0"} or name[0] == "." or len(name.encode()) > _LONGEST_NAME:
        raise RecipeError(
            f"a shot code without '/' that gives file names of up to {_LONGEST_NAME} "
            "bytes and does not begin with '.'",
            met=name,
            advice="Give the shot a code that can be part of a file name.",
            where="shot.code",
        )


def file_name(plan: Plan, frame: int) -> str:
    """The name of a sealed frame's file."""
    return f"{plan.code}.{frame:04d}{plan.output.suffix}"
