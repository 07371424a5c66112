"""Joining a Ray cluster: quietly, and not for minutes where nobody listens."""

import logging
import os
import socket
from typing import Any, Final

from pipeline.errors import ClusterError

_QUIET: Final = {
    # It would report to its makers over the network.
    "RAY_USAGE_STATS_ENABLED": "0",
    # A node without accelerators is one: nothing is to be set on it.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
_CONNECT_S: Final = 10


def join(address: str | None) -> Any:  # noqa: ANN401  # a library without types
    """Join a cluster, or start one on this machine; the library itself.

    Raises:
        ClusterError: Ray is not installed, or there is no such cluster.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray  # noqa: PLC0415  # optional, and slow to import
    except ImportError as error:
        raise no_cluster("Ray is not installed") from error
    _refuse_silence(address)
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            include_dashboard=None if address else False,
        )
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise no_cluster(str(error).partition("\n")[0]) from error
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
        raise no_cluster(f"nobody at {address}") from error


def no_cluster(met: str) -> ClusterError:
    """The error for a cluster that cannot be used."""
    return ClusterError(
        "a Ray cluster with room for a worker",
        met=met,
        advice="Start one (`ray start --head`), name it with --ray-address, and "
        "install jangbu[ray] on every node.",
        where="--ray-address",
    )
