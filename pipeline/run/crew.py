"""Who makes a run's frames: processes of this machine, or a cluster."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.kernels.backends import Device
from pipeline.run.executor import Executor
from pipeline.run.workers import SigningKey, Workers

ExecutorName: TypeAlias = Literal["local", "ray"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """How many workers there are, and where.

    Attributes:
        workers: processes, or actors of a cluster.
        ray_address: of a cluster that runs; `None` for the one of the environment.
        need: bytes of memory that one may need.
        device: what computes their pictures.
    """

    signing: SigningKey
    workers: int
    executor: ExecutorName = "local"
    ray_address: str | None = None
    need: int = 0
    device: Device = "auto"

    @contextmanager
    def at_work(self) -> Iterator[Executor]:
        """Start everybody, and let everybody go at the end.

        Raises:
            ClusterError: there is no such cluster, or Ray is not installed.
        """
        executor = self._started()
        try:
            yield executor
        finally:
            executor.close()

    def _started(self) -> Executor:
        if self.executor == "local":
            return Workers(self.workers, self.signing)
        # Here, since Ray is a library of its own and takes its time.
        from pipeline.run.ray_executor import RayExecutor  # noqa: PLC0415

        return RayExecutor(self)
