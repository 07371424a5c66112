"""Rebuild bundle.json: run this file; the tests compare without writing."""

import base64
import json
from pathlib import Path

from ledger.encoding.digest import sha256_hex
from ledger.encoding.sheet import parse_envelope
from ledger.evidence import form
from ledger.evidence.archive import read_archive
from ledger.evidence.bundle import Request
from ledger.evidence.trust import with_outsiders
from tests.simulators.stated_log import StatedLog

TARGET = Path(__file__).with_name("bundle.json")
SEED = "jangbu test studio, public and worthless"
WITNESS = json.loads(TARGET.with_name("cosignature.json").read_text(encoding="utf-8"))[
    "vkey"
]


def build() -> str:
    """Print the vectors: the smallest log with a delegation, and one opened field."""
    log = StatedLog(seed=SEED)
    opened = ((log.delegation.id, "/body/party"),)
    raw = log.bundle(Request(disclose=opened)).to_bytes()
    index, *parts = read_archive(raw)
    vectors = {
        "provenance": "Made by tests/vectors/rebuild_bundle.py with Jangbu's own code; "
        "Ed25519 is deterministic, so every run gives these bytes.",
        "seed": f"a key is SHA-256 of the UTF-8 text: {SEED}/<name of the key>",
        "trust_file": log.trust().to_bytes().decode(),
        "readers_trust_file": with_outsiders(log.trust(), witnesses=[WITNESS])
        .to_bytes()
        .decode(),
        "sha256": sha256_hex(raw),
        "length": len(raw),
        "first_header": raw[: 30 + len(form.INDEX)].hex(),
        "end": raw[-22:].hex(),
        "index_payload": parse_envelope(index.content).payload.decode(),
        "parts": {part.name: part.content.decode() for part in (index, *parts)},
        "archive": base64.b64encode(raw).decode(),
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8")
