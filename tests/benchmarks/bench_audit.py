"""What an audit costs beside hashing the same leaves alone.

    python -m tests.benchmarks.bench_audit [--entries 20000] [--rounds 3] [--full]

Prints one JSON document. The log is a real one, in SQLite, in sheets of 1,000;
`audit` is `jangbu fsck --audit` without the start of the program, `alone` hashes the
same entries out of memory up to the same root. With --full, `fsck` is the whole check.
The best of some rounds counts; all times are of the CPU.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.evidence.fsck.audit import audit
from ledger.evidence.fsck.check import fsck
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.ledger_studio import LedgerStudio

SHEET = 1_000


def best(rounds: int, work: Callable[[], object]) -> float:
    """CPU seconds of the fastest round."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent)


def measured(folder: Path, entries: int, rounds: int, *, full: bool) -> dict[str, Any]:
    studio = LedgerStudio(folder)
    studio.found()
    while (size := studio.port.reader().size()) < entries:
        studio.state(*studio.elements(range(size, size + min(SHEET, entries - size))))
    raw = studio.port.reader().entries(0, entries)
    holdings = studio.holdings()
    report = audit(holdings)
    assert report.ok
    assert report.size == entries
    alone = best(rounds, lambda: root_of([leaf_hash(one) for one in raw]))
    audited = best(rounds, lambda: audit(holdings))
    found: dict[str, Any] = {
        "entries": entries,
        "bytes_of_an_entry": round(sum(map(len, raw)) / entries),
        "alone_us": round(alone / entries * 1e6, 2),
        "audit_us": round(audited / entries * 1e6, 2),
        "of_the_rate_alone": round(alone / audited, 3),
        "demanded": 0.2,
    }
    if full:
        with studio.vault.reading():
            spent = best(1, lambda: fsck(holdings))
        found["fsck_us"] = round(spent / entries * 1e6, 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(
            Path(folder) / "production", given.entries, given.rounds, full=given.full
        )
    print(json.dumps(found, indent=2))  # noqa: T201  # its output


if __name__ == "__main__":
    main()
