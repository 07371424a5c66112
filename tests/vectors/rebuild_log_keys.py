"""Rebuild log_keys.json: run this file; the tests compare without writing."""

import json
from pathlib import Path
from typing import Any

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.rotated_log import point, rotate
from tests.simulators.stated_log import StatedLog

TARGET = Path(__file__).with_name("log_keys.json")


def build() -> str:
    """Print the vectors: a log whose keys were rotated at entry 3."""
    log = StatedLog(seed="jangbu test log keys, public and worthless")
    before = log.log.note
    old = log.keys["log"]
    rotation = rotate(log, reason="compromised", good_until=2, continues=point(log, 3))
    stored = log.log.stored[-1]
    leaves = [leaf_hash(raw) for raw in log.log.raw_entries]
    whole = Checkpoint(origin=log.origin, size=len(leaves), root=root_of(leaves))
    vectors: dict[str, Any] = {
        "provenance": "Made by tests/vectors/rebuild_log_keys.py with Jangbu's own "
        "code and fixed, worthless keys; every run gives these bytes. "
        "tests/integration/test_log_keys_vectors.py follows the keys by "
        "docs/specs/checkpoint.md without it.",
        "origin": log.origin,
        "genesis": log.log.stored[0].raw.decode(),
        "entries": [raw.decode() for raw in log.log.raw_entries],
        "rotation": {
            "statement": rotation.raw.decode(),
            "blind": rotation.blind.hex(),
            "by_blind": rotation.by_blind.hex(),
            "sheet": log.log.sheets[stored.sheet].decode(),
        },
        "vkeys": [
            Verifier.of(log.origin, key).to_vkey() for key in (old, log.keys["log"])
        ],
        "before": before.decode(),
        "after": log.log.note.decode(),
        "after_by_the_old_key": sign_checkpoint(whole, old).decode(),
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
