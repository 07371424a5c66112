"""Frames made by actors of a Ray cluster (docs/reference/render-farm.md).

Actors are warm: each makes its signer and its context once. They write frames where the
output folder lies, which all nodes must see under one path; what they send back is the
leaves. Claims, decisions and commits stay with the one committer, so that a node may
die at any moment: its frames are made again by another, and none counts twice.
"""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import JangbuError
from pipeline.errors import WorkerLostError
from pipeline.run.executor import AHEAD
from pipeline.run.frame import make_frame
from pipeline.run.frame_job import FrameJob, FrameResult
from pipeline.run.output import both_names
from pipeline.run.ray_cluster import join, no_cluster
from pipeline.run.workers import SigningKey

if TYPE_CHECKING:
    from pipeline.run.crew import Crew

_BATCH: Final = 4
"""Frames of one cell that travel together: a call costs about a millisecond."""
_TRIES: Final = 5
"""How often a batch is made anew because its actor or its node died."""
_START_S: Final = 120
_PAUSE_S: Final = 0.2


@dataclass(slots=True)
class _Batch:
    """Frames on their way, and how often they were begun."""

    jobs: tuple[FrameJob, ...]
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Failed:
    """An error that a frame met; exceptions of ours travel as they are."""

    error: JangbuError


class _Maker:
    """What an actor is: a sealer, and the frames that it is asked for."""

    def __init__(self, signing: SigningKey) -> None:
        self._sealer = signing.sealer()

    def ready(self) -> bool:
        return True

    def make(self, jobs: tuple[FrameJob, ...]) -> list[FrameResult | _Failed]:
        return [self._one(job) for job in jobs]

    def _one(self, job: FrameJob) -> FrameResult | _Failed:
        try:
            return make_frame(job, self._sealer)
        except JangbuError as error:
            return _Failed(error)


class RayExecutor:
    """Makes frames on a cluster; an `Executor`."""

    def __init__(self, crew: "Crew") -> None:
        """Join the cluster and start the actors.

        Raises:
            ClusterError: Ray is not installed, there is no cluster, or no room in it.
        """
        self._ray = join(crew.ray_address)
        actor = self._ray.remote(_Maker).options(
            num_cpus=1,
            memory=crew.need or None,
            scheduling_strategy="SPREAD",
            # Started elsewhere when its node is gone; what it was at is our business.
            max_restarts=-1,
            max_task_retries=0,
        )
        # As it is, and not in the object store: what lies on a node dies with it.
        self._actors = [actor.remote(crew.signing) for _ in range(crew.workers)]
        self._flying: dict[Any, tuple[int, _Batch]] = {}
        self._asked: dict[Any, int] = {}
        self._load: dict[int, int] = {}
        self._waiting: deque[_Batch] = deque()
        self._done: deque[FrameResult | _Failed] = deque()
        try:
            for number in range(crew.workers):
                self._ask(number)
            self._await_one()
        except BaseException:
            self.close()
            raise

    @property
    def batch(self) -> int:
        """Some frames at once."""
        return _BATCH

    def room(self) -> int:
        """How many more jobs may be handed over now."""
        most = AHEAD * _BATCH * max(1, len(self._load))
        batches = [*self._waiting, *(batch for _, batch in self._flying.values())]
        taken = sum(len(batch.jobs) for batch in batches) + len(self._done)
        return max(0, most - taken)

    def busy(self) -> bool:
        """Whether a frame is in flight."""
        return bool(self._flying or self._waiting or self._done)

    def submit(self, jobs: Sequence[FrameJob]) -> None:
        """Hand jobs over, to the actor that has least to do."""
        self._send(_Batch(tuple(jobs)))

    def next(self) -> FrameResult:
        """Wait for a frame.

        Raises:
            JangbuError: of the frame that failed.
            WorkerLostError: a batch was lost again and again.
        """
        while not self._done:
            self._collect()
        found = self._done.popleft()
        if isinstance(found, _Failed):
            raise found.error
        return found

    def close(self) -> None:
        """End the actors, and leave the cluster as it was."""
        for actor in self._actors:
            with suppress(self._ray.exceptions.RayError):
                self._ray.kill(actor)
        self._ray.shutdown()

    # --- actors ----------------------------------------------------------------------

    def _ask(self, number: int) -> None:
        """Ask an actor whether it is there; it gets work once it has answered.

        One that was lost is started again by Ray, where there is room for it, or never.
        """
        self._load.pop(number, None)
        if number not in self._asked.values():
            self._asked[self._actors[number].ready.remote()] = number

    def _answered(self, reference: Any) -> None:  # noqa: ANN401  # a type of Ray's
        number = self._asked.pop(reference)
        try:
            self._ray.get(reference)
        except self._ray.exceptions.ActorUnavailableError:
            time.sleep(_PAUSE_S)
            self._ask(number)
            return
        except self._ray.exceptions.RayError:
            return  # gone for good
        self._load[number] = 0
        while self._waiting:
            self._send(self._waiting.popleft())

    def _await_one(self) -> None:
        until = time.monotonic() + _START_S
        while not self._load:
            left = max(0.0, until - time.monotonic())
            done, _ = self._ray.wait(list(self._asked), num_returns=1, timeout=left)
            for reference in done:
                self._answered(reference)
            if not (done and (self._load or self._asked)):
                raise no_cluster(f"no worker that started within {_START_S} s")

    # --- batches ---------------------------------------------------------------------

    def _send(self, batch: _Batch) -> None:
        if not self._load:
            self._waiting.append(batch)
            return
        number = min(self._load, key=lambda one: self._load[one])
        reference = self._actors[number].make.remote(_named_anew(batch))
        self._load[number] += 1
        self._flying[reference] = (number, batch)

    def _collect(self) -> None:
        awaited = [*self._flying, *self._asked]
        # While frames are made, they come; with nobody at work, somebody must answer.
        patience = None if self._flying else _START_S
        done: list[Any] = []
        if awaited:
            done, _ = self._ray.wait(awaited, num_returns=1, timeout=patience)
        if not done:
            raise _lost("no node that answers")
        for reference in done:
            if reference in self._asked:
                self._answered(reference)
            else:
                self._landed(reference)

    def _landed(self, reference: Any) -> None:  # noqa: ANN401  # a type of Ray's
        number, batch = self._flying.pop(reference)
        try:
            results = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._ask(number)
            if batch.tries + 1 >= _TRIES:
                raise _lost(f"a batch that was lost {_TRIES} times") from error
            self._send(_Batch(batch.jobs, batch.tries + 1))
            return
        if number in self._load:
            self._load[number] -= 1
        for job, result in zip(batch.jobs, results, strict=True):
            _name(job, batch.tries)
            self._done.append(result)


def _lost(met: str) -> WorkerLostError:
    return WorkerLostError(
        "nodes that live until a few frames are made",
        met=met,
        advice="Run again: committed cells are kept. Is there enough memory?",
    )


def _named_anew(batch: _Batch) -> tuple[FrameJob, ...]:
    # A dead node's frame may lie there half-written, and a node that was only cut off
    # may still write: each try has names of its own.
    if not batch.tries:
        return batch.jobs
    return tuple(
        replace(job, temporary=job.temporary.with_name(_again_name(job, batch.tries)))
        for job in batch.jobs
    )


def _again_name(job: FrameJob, tries: int) -> str:
    return f"{tries}.{job.temporary.name}"


def _name(job: FrameJob, tries: int) -> None:
    """Give what a later try wrote the names that the cell's record will know."""
    if not tries:
        return
    written = job.temporary.with_name(_again_name(job, tries))
    pairs = zip(both_names(written.name), both_names(job.temporary.name), strict=True)
    for name, known_as in pairs:
        # A frame that failed says so itself, and most have no manifest beside them.
        with suppress(FileNotFoundError):
            written.with_name(name).replace(job.temporary.with_name(known_as))
