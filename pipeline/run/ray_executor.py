"""Frames made by actors of a Ray cluster (docs/reference/render-farm.md).

Actors are warm: each makes its signer and its context once. They write frames where the
output folder lies, which all nodes must see under one path; what they send back is the
leaves. Claims, decisions and commits stay with the one committer, so that a node may
die at any moment: its frames are made again by another, and none counts twice.
"""

import logging
import os
import socket
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import JangbuError
from pipeline.errors import ClusterError, WorkerLostError
from pipeline.run.executor import AHEAD
from pipeline.run.frame import make_frame
from pipeline.run.frame_job import FrameJob, FrameResult
from pipeline.run.output import both_names
from pipeline.run.workers import SigningKey

if TYPE_CHECKING:
    from pipeline.run.crew import Crew

_QUIET: Final = {
    # It would report to its makers over the network.
    "RAY_USAGE_STATS_ENABLED": "0",
    # A node without accelerators is one: nothing is to be set on it.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_BATCH: Final = 4
"""Frames of one cell that travel together: a call costs about a millisecond."""
_TRIES: Final = 5
"""How often a batch is made anew because its actor or its node died."""
_START_S: Final = 120
_CONNECT_S: Final = 10


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
        self._ray = _joined(crew.ray_address)
        actor = self._ray.remote(_Maker).options(
            num_cpus=1,
            memory=crew.need or None,
            scheduling_strategy="SPREAD",
            # Started elsewhere when its node is gone; what it was at is our business.
            max_restarts=-1,
            max_task_retries=0,
        )
        signing = self._ray.put(crew.signing)
        self._actors = [actor.remote(signing) for _ in range(crew.workers)]
        self._load: Counter[int] = Counter()
        self._flying: dict[Any, tuple[int, _Batch]] = {}
        self._done: deque[FrameResult | _Failed] = deque()
        try:
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
        most = AHEAD * _BATCH * len(self._actors)
        flying = sum(len(batch.jobs) for _, batch in self._flying.values())
        return max(0, most - flying - len(self._done))

    def busy(self) -> bool:
        """Whether a frame is in flight."""
        return bool(self._flying or self._done)

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

    # --- batches ---------------------------------------------------------------------

    def _send(self, batch: _Batch) -> None:
        number = min(range(len(self._actors)), key=lambda one: self._load[one])
        reference = self._actors[number].make.remote(_named_anew(batch))
        self._load[number] += 1
        self._flying[reference] = (number, batch)

    def _collect(self) -> None:
        done, _ = self._ray.wait(list(self._flying), num_returns=1)
        for reference in done:
            number, batch = self._flying.pop(reference)
            self._load[number] -= 1
            try:
                results = self._ray.get(reference)
            except self._ray.exceptions.RayError as error:
                self._again(batch, error)
                continue
            for job, result in zip(batch.jobs, results, strict=True):
                _name(job, batch.tries)
                self._done.append(result)

    def _again(self, batch: _Batch, error: Exception) -> None:
        if batch.tries + 1 >= _TRIES:
            raise WorkerLostError(
                "nodes that live until a few frames are made",
                met=f"a batch that was lost {_TRIES} times",
                advice="Run again: committed cells are kept. Is there enough memory?",
            ) from error
        self._send(_Batch(batch.jobs, batch.tries + 1))

    def _await_one(self) -> None:
        ready = [actor.ready.remote() for actor in self._actors]
        done, _ = self._ray.wait(ready, num_returns=1, timeout=_START_S)
        try:
            self._ray.get(done)
        except self._ray.exceptions.RayError as error:
            raise _no_cluster(str(error).partition("\n")[0]) from error
        if not done:
            raise _no_cluster(f"no room for a worker within {_START_S} s")


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


def _joined(address: str | None) -> Any:  # noqa: ANN401  # a library without types
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        raise _no_cluster("Ray is not installed") from error
    _refuse_silence(address)
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            include_dashboard=None if address else False,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise _no_cluster(str(error).partition("\n")[0]) from error
    return ray


def _refuse_silence(address: str | None) -> None:
    """Refuse an address where nobody listens: Ray itself would try for minutes.

    Raises:
        ClusterError: nobody listens there.
    """
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return  # "auto", or none: Ray looks at this machine
    try:
        socket.create_connection((host, int(port)), _CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise _no_cluster(f"nobody at {address}") from error


def _no_cluster(met: str) -> ClusterError:
    return ClusterError(
        "a Ray cluster with room for a worker",
        met=met,
        advice="Start one (`ray start --head`), name it with --ray-address, and "
        "install jangbu[ray] on every node.",
        where="--ray-address",
    )
