"""A Ray cluster of three local nodes, of which one can be killed.

Prints the cluster's address, then kills a node when a line comes in on standard input,
and ends when that is closed.
"""

import os
import sys

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"

from ray.cluster_utils import Cluster

STORE = 80 << 20


def main() -> None:
    head = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    others = [cluster.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(2)]
    sys.stdout.write(f"{cluster.address}\n")
    sys.stdout.flush()
    try:
        for _ in sys.stdin:
            cluster.remove_node(others.pop(), allow_graceful=False)
            sys.stdout.write("killed\n")
            sys.stdout.flush()
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
