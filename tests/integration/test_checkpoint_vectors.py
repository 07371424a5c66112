"""Golden and published bytes of signed notes and checkpoints."""

import base64
import json
import runpy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from ledger.errors import CheckpointError
from ledger.log.checkpoint import open_checkpoint, parse_checkpoint
from ledger.log.note import Verifier, open_note, parse_note, sign_note
from ledger.log.proof import verify_consistency, verify_inclusion
from ledger.log.tree import Frontier

REPOSITORY = Path(__file__).parents[2]
VECTORS = REPOSITORY / "tests" / "vectors"
SPECIFICATION = REPOSITORY / "docs" / "specs" / "checkpoint.md"


def read(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return vectors


OURS = read("checkpoint.json")
PUBLISHED = read("signed_note.json")
PETER, ENOCH = PUBLISHED["keys"]
TEXT: str = PUBLISHED["text"]


def test_the_rebuild_script_gives_the_stored_vectors_byte_for_byte() -> None:
    rebuilt: str = runpy.run_path(str(VECTORS / "rebuild_checkpoint.py"))["build"]()
    assert (VECTORS / "checkpoint.json").read_bytes() == rebuilt.encode()


@pytest.mark.parametrize("row", OURS["sizes"], ids=lambda row: f"size {row['size']}")
def test_a_stored_checkpoint_opens_to_its_size_and_root(row: dict[str, Any]) -> None:
    verifier = Verifier.from_vkey(OURS["vkey"])
    checkpoint = open_checkpoint(row["note"].encode(), [verifier], OURS["origin"])
    assert (checkpoint.size, checkpoint.root.hex()) == (row["size"], row["root"])
    frontier = Frontier.from_bytes(bytes.fromhex(row["frontier"]))
    assert (frontier.size, frontier.root()) == (checkpoint.size, checkpoint.root)


def test_the_stored_proofs_connect_the_stored_roots() -> None:
    roots = [bytes.fromhex(row["root"]) for row in OURS["sizes"]]
    inclusion = [bytes.fromhex(part) for part in OURS["inclusion_of_1_in_3"]]
    consistency = [bytes.fromhex(part) for part in OURS["consistency_of_2_in_3"]]
    verify_inclusion(bytes.fromhex(OURS["leaf_hashes"][1]), 1, 3, inclusion, roots[3])
    verify_consistency(2, 3, roots[2], roots[3], consistency)


def test_the_stored_checkpoint_verifies_without_any_code_of_ours() -> None:
    one, two, three = (
        sha256(b"\x00" + entry.encode()).digest() for entry in OURS["entries"]
    )
    pair = sha256(b"\x01" + one + two).digest()
    root = base64.b64encode(sha256(b"\x01" + pair + three).digest()).decode()
    text = f"{OURS['origin']}\n3\n{root}\n"
    signature = base64.b64decode(OURS["sizes"][3]["note"].split(" ")[-1])
    key = base64.b64decode(OURS["vkey"].split("+", 2)[2])[1:]
    assert OURS["sizes"][3]["note"].startswith(text + "\n")
    Ed25519PublicKey.from_public_bytes(key).verify(signature[4:], text.encode())


def test_the_specification_shows_the_stored_bytes() -> None:
    page = SPECIFICATION.read_text(encoding="utf-8")
    last = OURS["sizes"][3]
    for shown in (OURS["vkey"], last["note"], last["frontier"], *OURS["entries"]):
        assert shown in page


@pytest.mark.parametrize("key", PUBLISHED["keys"], ids=lambda key: key["name"])
def test_a_published_note_opens_with_its_published_key(key: dict[str, str]) -> None:
    verifier = Verifier.from_vkey(key["vkey"])
    assert verifier.to_vkey() == key["vkey"]
    opened = open_note(f"{TEXT}\n{key['line']}".encode(), [verifier])
    assert opened.text == TEXT
    assert [signature.name for signature in opened.verified] == [key["name"]]


def test_a_note_of_two_published_keys_opens_with_either_or_both() -> None:
    note = f"{TEXT}\n{PETER['line']}{ENOCH['line']}".encode()
    peter, enoch = (Verifier.from_vkey(key["vkey"]) for key in (PETER, ENOCH))
    assert len(open_note(note, [peter]).unverified) == 1
    assert len(open_note(note, [peter, enoch]).verified) == 2
    with pytest.raises(CheckpointError):
        open_note(note, [])


def test_signing_with_the_published_seed_gives_the_published_bytes() -> None:
    seed = base64.b64decode(PETER["seed_base64_with_type"])[1:]
    note = sign_note(TEXT, PETER["name"], Ed25519PrivateKey.from_private_bytes(seed))
    assert note == f"{TEXT}\n{PETER['line']}".encode()


@pytest.mark.parametrize("vkey", PUBLISHED["refused_vkeys"].values())
def test_a_published_bad_key_is_refused(vkey: str) -> None:
    with pytest.raises(CheckpointError):
        Verifier.from_vkey(vkey)


def test_every_part_and_every_changed_byte_of_a_published_key_is_refused() -> None:
    vkey: str = PETER["vkey"]
    length = len(vkey)
    parts = {
        vkey[start:end] for start in range(length) for end in range(start, length + 1)
    }
    changed = {
        vkey[:at] + chr(ord(vkey[at]) + 1) + vkey[at + 1 :] for at in range(length)
    }
    for wrong in (parts | changed) - {vkey}:
        with pytest.raises(CheckpointError):
            Verifier.from_vkey(wrong)


@pytest.mark.parametrize("note", PUBLISHED["parsed_only"].values())
def test_an_example_of_the_c2sp_pages_parses_and_prints_alike(note: str) -> None:
    assert parse_note(note.encode()).to_bytes() == note.encode()


def test_the_example_of_c2sp_tlog_checkpoint_is_a_checkpoint() -> None:
    note = PUBLISHED["parsed_only"]["C2SP tlog-checkpoint.md"].encode()
    checkpoint = parse_checkpoint(parse_note(note).text)
    assert checkpoint.origin == "example.com/behind-the-sofa"
    assert checkpoint.size == 20852163
