"""Golden bytes of a bundle and a trust file, and the pages that show them."""

import base64
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from ledger.encoding.digest import sha256_hex
from ledger.evidence.archive import read_archive
from ledger.evidence.steps.media import Readers
from ledger.evidence.trust import parse_trust
from ledger.evidence.verify import verify_bundle

REPOSITORY = Path(__file__).parents[3]
VECTORS = REPOSITORY / "tests" / "vectors"
SPECIFICATIONS = REPOSITORY / "docs" / "specs"
STORED: dict[str, Any] = json.loads((VECTORS / "bundle.json").read_text("utf-8"))
RAW = base64.b64decode(STORED["archive"])


def test_the_rebuild_script_gives_the_stored_vectors_byte_for_byte() -> None:
    rebuilt: str = runpy.run_path(str(VECTORS / "rebuild_bundle.py"))["build"]()
    assert (VECTORS / "bundle.json").read_bytes() == rebuilt.encode()


def test_the_stored_bundle_verifies_against_the_stored_trust_file() -> None:
    trust = parse_trust(STORED["trust_file"].encode())
    assert verify_bundle(RAW, trust, Readers()).exit_code == 0
    assert sha256_hex(RAW) == STORED["sha256"]
    parts = {part.name: part.content.decode() for part in read_archive(RAW)}
    assert parts == STORED["parts"]


@pytest.mark.parametrize(
    ("specification", "shown"),
    [
        ("trust-file.md", STORED["trust_file"]),
        ("trust-file.md", STORED["readers_trust_file"]),
        ("bundle.md", STORED["sha256"]),
        ("bundle.md", f"{STORED['length']:,} bytes"),
        ("bundle.md", STORED["first_header"]),
        ("bundle.md", STORED["end"]),
        ("bundle.md", STORED["index_payload"]),
        ("bundle.md", STORED["parts"]["statements.jsonl"].splitlines()[1]),
        ("bundle.md", STORED["parts"]["openings.jsonl"].strip()),
    ],
)
def test_the_specification_shows_the_stored_bytes(
    specification: str, shown: str
) -> None:
    assert shown in (SPECIFICATIONS / specification).read_text("utf-8")
