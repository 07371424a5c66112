"""Worker processes: each with its own sealer, each gone when its parent is gone."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Final, Self

from pipeline.credentials.sealer import Sealer
from pipeline.errors import WorkerLostError
from pipeline.run.frame import FrameJob, FrameResult, make_frame

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
    """Makes frames, in this process or in several.

    With one worker no process is started. Frames come back in any order.
    """

    def __init__(self, count: int, signing: SigningKey) -> None:
        self._pool: ProcessPoolExecutor | None = None
        self._sealer: Sealer | None = None
        if count <= 1:
            self._sealer = signing.sealer()
            return
        self._pool = ProcessPoolExecutor(
            max_workers=count,
            mp_context=get_context("spawn"),
            initializer=_start,
            initargs=(signing,),
        )

    def make(self, jobs: Iterable[FrameJob]) -> Iterator[FrameResult]:
        """Make frames; the first error stops the rest and is raised.

        Raises:
            JangbuError: of the frame that failed.
            WorkerLostError: a worker process was killed.
        """
        if self._sealer is not None:
            for job in jobs:
                yield make_frame(job, self._sealer)
            return
        assert self._pool is not None  # noqa: S101  # one of the two is set
        futures = [self._pool.submit(_make, job) for job in jobs]
        try:
            for future in as_completed(futures):
                yield future.result()
        except BrokenProcessPool as error:
            raise WorkerLostError(
                "worker processes that live until the run ends",
                met="one that was killed",
                advice="Run again: committed cells are kept. Is there enough memory?",
            ) from error
        finally:
            for future in futures:
                future.cancel()

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
