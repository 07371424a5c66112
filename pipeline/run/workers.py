"""Worker processes: each with its own sealer, each gone when its parent is gone."""

import os
import signal
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final, Self

from pipeline.credentials.sealer import Sealer
from pipeline.errors import WorkerLostError
from pipeline.run.executor import AHEAD
from pipeline.run.frame import make_frame
from pipeline.run.frame_job import FrameJob, FrameResult

_sealers: Final[list[Sealer]] = []


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Certificate chain and key for sealing, as PEM."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)

    def sealer(self) -> Sealer:
        """A sealer for this process."""
        return Sealer(self.chain_pem, self.key_pem)


class Workers:
    """Makes frames, in this process or in several; an `Executor`.

    With one worker no process is started. Each worker makes its signer and its context
    once, and a frame as a whole: pixels never travel between processes.
    """

    def __init__(self, count: int, signing: SigningKey) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._sealer: Sealer | None = None
        self._waiting: deque[FrameJob] = deque()
        self._flying: set[Future[FrameResult]] = set()
        if count <= 1:
            # Nothing is taken before its turn, so one process does one thing at a time.
            self._most = 1
            self._sealer = signing.sealer()
            return
        self._most = AHEAD * count
        self._pool = ProcessPoolExecutor(
            max_workers=count,
            mp_context=get_context("spawn"),
            initializer=_start,
            initargs=(signing,),
        )

    @property
    def batch(self) -> int:
        """Frame by frame."""
        return 1

    def room(self) -> int:
        """How many more jobs may be handed over now."""
        return self._most - len(self._waiting) - len(self._flying)

    def busy(self) -> bool:
        """Whether a frame is in flight."""
        return bool(self._waiting or self._flying)

    def submit(self, jobs: Sequence[FrameJob]) -> None:
        """Hand jobs over.

        Raises:
            WorkerLostError: a worker process was killed.
        """
        if self._pool is None:
            self._waiting.extend(jobs)
            return
        try:
            self._flying.update(self._pool.submit(_make, job) for job in jobs)
        except BrokenProcessPool as error:
            raise _lost() from error

    def next(self) -> FrameResult:
        """Make a frame, or wait for one that is being made.

        Raises:
            JangbuError: of the frame that failed.
            WorkerLostError: a worker process was killed.
        """
        if self._sealer is not None:
            return make_frame(self._waiting.popleft(), self._sealer)
        done, _ = wait_for(self._flying, return_when=FIRST_COMPLETED)
        future = done.pop()
        self._flying.remove(future)
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise _lost() from error

    def close(self) -> None:
        """Let the processes go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._sealer is not None:
            self._sealer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lost() -> WorkerLostError:
    return WorkerLostError(
        "worker processes that live until the run ends",
        met="one that was killed",
        advice="Run again: committed cells are kept. Is there enough memory?",
    )


def _start(signing: SigningKey) -> None:
    # Ctrl-C reaches the whole group: what stops and tidies up is the parent's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    _sealers.append(signing.sealer())


def _die_with_parent() -> None:
    # A parent killed with -9 cannot tell its workers; without this they would wait
    # for work for ever, or finish a frame that nobody will commit.
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)


def _make(job: FrameJob) -> FrameResult:
    return make_frame(job, _sealers[0])
