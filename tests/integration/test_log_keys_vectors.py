"""The rotated log of the vectors, followed by the specification without our code."""

import base64
import hashlib
import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.errors import RetiredKeyError
from ledger.history.log_keys import LogKeys

REPOSITORY = Path(__file__).parents[2]
VECTORS = REPOSITORY / "tests" / "vectors"
OURS: dict[str, Any] = json.loads((VECTORS / "log_keys.json").read_bytes())
GENESIS: dict[str, Any] = json.loads(OURS["genesis"])
ROTATION: dict[str, Any] = json.loads(OURS["rotation"]["statement"])


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def jcs(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha(b"\1", root(leaves[:middle]), root(leaves[middle:]))


def opens(note: str, key: str) -> bool:
    text, _, signature = note.partition("\n\n")
    raw = base64.b64decode(signature.split(" ")[-1])[4:]
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(raw, f"{text}\n".encode())
    except InvalidSignature:
        return False
    return True


def test_the_rebuild_script_gives_the_stored_vectors_byte_for_byte() -> None:
    rebuilt: str = runpy.run_path(str(VECTORS / "rebuild_log_keys.py"))["build"]()
    assert (VECTORS / "log_keys.json").read_bytes() == rebuilt.encode()


def test_the_rotation_is_what_its_entry_commits_to() -> None:
    entry = json.loads(OURS["entries"][-1])
    raw = OURS["rotation"]["statement"].encode()
    assert raw == jcs(ROTATION)
    blind = bytes.fromhex(OURS["rotation"]["blind"])
    assert entry["id"] == sha(b"jangbu/statement/1\0", blind, sha(raw)).hex()
    assert (entry["kind"], entry["scope"], entry["refs"]) == ("rotation.1", {}, [])
    sheet = sha(OURS["rotation"]["sheet"].encode()).hex()
    context = [ROTATION["log"], ROTATION["kind"], ROTATION["key"], "/by", sheet]
    by_blind = bytes.fromhex(OURS["rotation"]["by_blind"])
    assert entry["by"] == {"#": sha(b"jangbu/field/1\0", by_blind, jcs(context)).hex()}


def test_the_recovery_key_of_genesis_signed_it() -> None:
    envelope = json.loads(OURS["rotation"]["sheet"])
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    key = Ed25519PublicKey.from_public_bytes(
        bytes.fromhex(GENESIS["body"]["recovery_key"])
    )
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)
    assert json.loads(payload)["ids"] == [json.loads(OURS["entries"][-1])["id"]]


def test_it_names_the_root_that_the_log_had() -> None:
    point = ROTATION["body"]["continues"]
    leaves = [one.encode() for one in OURS["entries"]]
    assert root(leaves[: point["size"]]).hex() == point["root"]


@pytest.mark.parametrize("name", ["before", "after", "after_by_the_old_key"])
def test_each_checkpoint_has_the_root_of_its_entries(name: str) -> None:
    origin, size, printed = OURS[name].splitlines()[:3]
    leaves = [one.encode() for one in OURS["entries"][: int(size)]]
    assert (origin, base64.b64decode(printed)) == (OURS["origin"], root(leaves))


def test_each_is_signed_by_the_key_of_its_size() -> None:
    old, new = GENESIS["body"]["log_key"], ROTATION["body"]["log_key"]
    signed = {
        name: (opens(OURS[name], old), opens(OURS[name], new))
        for name in ("before", "after", "after_by_the_old_key")
    }
    assert signed == {
        "before": (True, False),
        "after": (False, True),
        "after_by_the_old_key": (True, False),
    }


def test_our_reader_takes_the_two_and_refuses_the_third() -> None:
    keys = LogKeys()
    for index, body in ((0, GENESIS["body"]), (3, ROTATION["body"])):
        keys = keys.rotated(index, bytes.fromhex(body["log_key"]))
    for name in ("before", "after"):
        keys.open(OURS[name].encode(), OURS["origin"])
    with pytest.raises(RetiredKeyError):
        keys.open(OURS["after_by_the_old_key"].encode(), OURS["origin"])


def test_the_specification_shows_the_stored_bytes() -> None:
    page = (REPOSITORY / "docs" / "specs" / "checkpoint.md").read_text(encoding="utf-8")
    for name in ("before", "after"):
        assert f"```text log_keys.json#/{name}\n{OURS[name]}```" in page
