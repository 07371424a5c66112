"""What proofs cost out of a tree of a million entries, and against a plain library.

    python -m tests.benchmarks.bench_proofs [--leaves 1000000] [--proofs 500]

Prints one JSON document. Tiles lie on the disk as an export writes them. A `cold` proof
begins with an empty cache, a `warm` one finds the tiles that other proofs have used;
all times are of the CPU. The yardsticks: aics-tlog 0.2.1, which reads the same files;
pymerkle 7.0.0, which has every node of a smaller tree in memory; and one SHA-256 of a
node for each hash of a proof.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import aics_tlog

from ledger.evidence.tile_files import TileFiles
from ledger.log.proof import verify_consistency, verify_inclusion
from ledger.log.tile_tree import TileCache, TileTree
from ledger.log.tiles import TileEdge, Written
from ledger.log.tree import leaf_hash, node_hash

SEED = 20261122


def leaf(number: int) -> bytes:
    return b"entry %d" % number


def build(folder: Path, count: int) -> tuple[TileEdge, float]:
    """Write all hash tiles; the edge, and the CPU seconds of hashing."""
    edge, spent = TileEdge(), 0.0
    for start in range(0, count, 1 << 16):
        numbers = range(start, min(start + (1 << 16), count))
        begun = time.process_time()
        edge, full = edge.extend([leaf_hash(leaf(number)) for number in numbers])
        spent += time.process_time() - begun
        write(folder, full)
    write(folder, edge.partial())
    return edge, spent


def write(folder: Path, tiles: Iterable[Written]) -> None:
    for one in tiles:
        path = folder / one.tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(one.content)


def timed(work: Callable[[int], object], arguments: Iterable[int]) -> dict[str, float]:
    """CPU microseconds of each call."""
    spent = []
    for argument in arguments:
        begun = time.process_time_ns()
        work(argument)
        spent.append((time.process_time_ns() - begun) / 1000)
    spent.sort()
    return {
        "median_us": round(statistics.median(spent), 1),
        "p99_us": round(spent[len(spent) * 99 // 100], 1),
        "most_us": round(spent[-1], 1),
    }


def one_hash() -> float:
    """Microseconds of one node hash, as the library calls it."""
    left, right = sha256(b"left").digest(), sha256(b"right").digest()
    begun = time.process_time()
    for _ in range(100_000):
        node_hash(left, right)
    return (time.process_time() - begun) * 10


def yardstick(count: int, indexes: list[int]) -> dict[str, Any]:
    """The same proofs by pymerkle, of a smaller tree."""
    tree = import_module("pymerkle").InmemoryTree(algorithm="sha256")
    for number in range(count):
        tree.append_entry(leaf(number))
    indexes = [index % count for index in indexes[:50]]
    return {
        "leaves": count,
        "inclusion": timed(lambda at: tree.prove_inclusion(at + 1), indexes),
    }


def measure(count: int, proofs: int) -> dict[str, Any]:
    chosen = random.Random(SEED)  # noqa: S311  # a sample, not a secret
    indexes = [chosen.randrange(count) for _ in range(proofs)]
    sizes = [chosen.randrange(1, count) for _ in range(proofs)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        edge, hashing = build(folder, count)
        read = TileFiles(folder).read
        root = edge.root()

        def cold(index: int) -> object:
            return TileTree(count, TileCache(read)).inclusion_proof(index)

        warm = TileTree(count, TileCache(read))
        made = {
            "inclusion_cold": timed(cold, indexes),
            "inclusion_warm": timed(warm.inclusion_proof, indexes),
            "consistency_warm": timed(warm.consistency_proof, sizes),
        }
        paths = {index: warm.inclusion_proof(index) for index in indexes}
        grown = {size: warm.consistency_proof(size) for size in sizes}
        roots = {size: warm.range_root(0, size) for size in sizes}
        hashes = {index: warm.leaf(index) for index in indexes}
        theirs = aics_tlog.FileSystemTileReader(folder)
        other = timed(
            lambda at: aics_tlog.inclusion_proof_from_tiles(theirs, at, count),
            indexes[:10],
        )
    checked = timed(
        lambda index: verify_inclusion(hashes[index], index, count, paths[index], root),
        indexes,
    )
    continued = timed(
        lambda size: verify_consistency(size, count, roots[size], root, grown[size]),
        sizes,
    )
    single = one_hash()
    length = statistics.mean(map(len, paths.values()))
    return {
        "leaves": count,
        "proofs": proofs,
        "hashing_us_per_leaf": round(1e6 * hashing / count, 2),
        **made,
        "verify_inclusion": checked,
        "verify_consistency": continued,
        "node_hash_us": round(single, 2),
        "hashes_of_a_proof": round(length, 1),
        "verify_to_its_hashes": round(checked["median_us"] / (length * single), 2),
        "aics_tlog": {"inclusion_cold": other},
        "aics_tlog_to_ours_cold": round(
            other["median_us"] / made["inclusion_cold"]["median_us"], 1
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--proofs", type=int, default=500)
    parser.add_argument("--yardstick", type=int, default=100_000)
    given = parser.parse_args()
    found = measure(given.leaves, given.proofs)
    chosen = random.Random(SEED)  # noqa: S311
    other = yardstick(
        given.yardstick, [chosen.randrange(given.leaves) for _ in range(50)]
    )
    ratio = other["inclusion"]["median_us"] / found["inclusion_warm"]["median_us"]
    found["pymerkle_in_memory"] = other
    found["pymerkle_in_memory_to_ours_warm"] = round(ratio, 2)
    found["within"] = {
        "inclusion_under_2_ms": found["inclusion_cold"]["p99_us"] < 2000,
        "verification_under_100_us": found["verify_inclusion"]["p99_us"] < 100,
    }
    print(json.dumps(found, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
