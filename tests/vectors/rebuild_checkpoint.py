"""Rebuild checkpoint.json: run this file; the tests compare without writing."""

import json
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import Verifier
from ledger.log.proof import consistency_proof, inclusion_proof
from ledger.log.tree import Frontier, leaf_hash

TARGET = Path(__file__).with_name("checkpoint.json")
ORIGIN = "jangbu.invalid/0123456789abcdef"
SEED_TEXT = "jangbu test key, public and worthless"
ENTRIES = ("first entry", "second entry", "third entry")


def build() -> str:
    """Print the vectors: one log of three entries at each of its four sizes."""
    private_key = Ed25519PrivateKey.from_private_bytes(
        sha256(SEED_TEXT.encode()).digest()
    )
    leaves = [leaf_hash(entry.encode()) for entry in ENTRIES]
    frontiers = [Frontier().extend(leaves[:size]) for size in range(len(leaves) + 1)]
    checkpoints = [
        Checkpoint(origin=ORIGIN, size=frontier.size, root=frontier.root())
        for frontier in frontiers
    ]
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_checkpoint.py with Jangbu's own "
        "code; Ed25519 is deterministic, so every run gives these bytes.",
        "seed": f"SHA-256 of the UTF-8 text: {SEED_TEXT}",
        "origin": ORIGIN,
        "vkey": Verifier.of(ORIGIN, private_key).to_vkey(),
        "entries": list(ENTRIES),
        "leaf_hashes": [leaf.hex() for leaf in leaves],
        "sizes": [
            {
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "frontier": frontier.to_bytes().hex(),
                "note": sign_checkpoint(checkpoint, private_key).decode(),
            }
            for checkpoint, frontier in zip(checkpoints, frontiers, strict=True)
        ],
        "inclusion_of_1_in_3": [part.hex() for part in inclusion_proof(leaves, 1, 3)],
        "consistency_of_2_in_3": [
            part.hex() for part in consistency_proof(leaves, 2, 3)
        ],
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
