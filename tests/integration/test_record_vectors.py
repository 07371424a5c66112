"""Golden bytes of records: rebuilt by our code, and computed again without it.

The second half uses hashlib, hmac and json only (and a foreign Ed25519), and follows
docs/specs/ line by line, so it is the specification that is tested.
"""

import hashlib
import hmac
import json
import runpy
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VECTORS = Path(__file__).parents[1] / "vectors"
NAMES = ("statement", "commitment", "sheet", "entry", "leaves")


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_bytes())
    return found


STATEMENT, COMMITMENT, SHEET, ENTRY, LEAVES = map(read, NAMES)


def jcs(value: object) -> bytes:
    """docs/specs/canonical-json.md, for values that are known to be permitted."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def blind(secret: bytes, *context: str) -> bytes:
    message = b"jangbu/blind/1\0" + jcs(list(context))
    return hmac.new(secret, message, hashlib.sha256).digest()


def commitment(blinded_by: bytes, *context: object) -> str:
    return sha(b"jangbu/field/1\0", blinded_by, jcs(list(context))).hex()


def root(leaves: list[bytes]) -> bytes:
    """docs/specs/checkpoint.md: split at the largest power of two below the count."""
    if len(leaves) == 1:
        return sha(b"\0", leaves[0])
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return sha(b"\1", root(leaves[:middle]), root(leaves[middle:]))


@pytest.mark.parametrize("name", NAMES)
def test_the_rebuild_script_gives_the_stored_records_byte_for_byte(name: str) -> None:
    built = runpy.run_path(str(VECTORS / "rebuild_records.py"))["build"]()
    stored = (VECTORS / f"{name}.json").read_bytes()
    assert stored == built[f"{name}.json"].encode()
    assert json.loads(stored)["provenance"]


@pytest.mark.parametrize("row", STATEMENT["statements"], ids=lambda row: row["title"])
def test_a_statements_id_is_the_one_that_the_specification_gives(
    row: dict[str, Any],
) -> None:
    raw = row["statement"].encode()
    said = json.loads(raw)
    assert jcs(said) == raw
    secret = bytes.fromhex(STATEMENT["blinding_key"])
    own = blind(secret, said["log"], said["kind"], said["key"], "")
    assert own.hex() == row["blind"]
    assert sha(b"jangbu/statement/1\0", own, sha(raw)).hex() == row["id"]
    assert sha(raw).hex() == row["sha256"]


@pytest.mark.parametrize("row", STATEMENT["statements"], ids=lambda row: row["title"])
def test_an_opening_leads_to_the_field_that_its_path_names(row: dict[str, Any]) -> None:
    said = json.loads(row["statement"])
    for opening in row["openings"]:
        field = said
        for step in opening["path"].split("/")[1:]:
            field = field[step]
        place = (said["log"], said["kind"], said["key"], opening["path"])
        blinded_by = bytes.fromhex(opening["blind"])
        assert field == {"#": commitment(blinded_by, *place, opening["value"])}


def test_blinds_and_commitments_follow_from_the_blinding_key() -> None:
    secret = bytes.fromhex(COMMITMENT["blinding_key"])
    said = hashlib.sha256(COMMITMENT["blinding_key_is"].split(": ")[1].encode())
    assert said.digest() == secret
    place = (COMMITMENT["log"], COMMITMENT["kind"], COMMITMENT["key"])
    for row in COMMITMENT["fields"]:
        own = blind(secret, *place, row["path"])
        assert own.hex() == row["blind"]
        assert commitment(own, *place, row["path"], row["value"]) == row["commitment"]
    for path, expected in COMMITMENT["blinds_of_no_field"].items():
        assert blind(secret, *place, path).hex() == expected


def test_the_key_of_a_cell_and_of_its_statement_follow_from_the_facts() -> None:
    cell = COMMITMENT["cell_key"]
    work = sha(jcs(["cell/1", COMMITMENT["log"], cell["run"], cell["cell"]])).hex()
    assert work == cell["cell_key"]
    row = COMMITMENT["machine_key"]
    message = b"jangbu/key/1\0" + jcs([COMMITMENT["log"], row["kind"], row["natural"]])
    secret = bytes.fromhex(COMMITMENT["blinding_key"])
    assert hmac.new(secret, message, hashlib.sha256).hexdigest()[:32] == row["key"]


def test_a_sheet_is_a_dsse_envelope_with_one_signature_by_the_key_it_names() -> None:
    raw = SHEET["envelope"].encode()
    envelope = json.loads(raw)
    assert jcs(envelope) == raw
    (signature,) = envelope["signatures"]
    payload = b64decode(envelope["payload"])
    assert payload.decode() == SHEET["payload"]
    kind = envelope["payloadType"].encode()
    signed = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
    assert signed.decode() == SHEET["signed_bytes"]
    public_key = bytes.fromhex(SHEET["public_key"])
    assert sha(public_key).hex()[:32] == signature["keyid"] == SHEET["key_id"]
    Ed25519PublicKey.from_public_bytes(public_key).verify(
        b64decode(signature["sig"]), signed
    )
    assert json.loads(payload)["ids"] == [row["id"] for row in STATEMENT["statements"]]
    assert sha(raw).hex() == SHEET["sha256"] == ENTRY["sheet"]


@pytest.mark.parametrize("row", ENTRY["entries"], ids=lambda row: row["at"])
def test_an_entry_is_the_projection_of_its_statement(row: dict[str, Any]) -> None:
    said = json.loads(row["statement"])
    place = (said["log"], said["kind"], said["key"])
    by = commitment(bytes.fromhex(row["by_blind"]), *place, "/by", ENTRY["sheet"])
    expected = {
        "v": 1,
        "kind": said["kind"],
        "id": row["id"],
        "scope": said["scope"],
        "refs": said["prev"],
        "by": {"#": by},
        "at": row["at"],
    }
    if "act" in said:
        expected["act"] = said["act"]
    if "held" in json.loads(row["entry"]):
        expected["held"] = True
    assert row["entry"].encode() == jcs(expected)
    assert sha(b"\0", row["entry"].encode()).hex() == row["leaf_hash"]


def test_an_entry_is_marked_as_held_when_its_time_repeats_the_one_before() -> None:
    marks = [json.loads(row["entry"]).get("held") for row in ENTRY["entries"]]
    assert marks == [None, None, True]


@pytest.mark.parametrize("name", ["asset", "measured", "sealed"])
def test_a_leaf_blob_has_the_stated_root_count_length_and_digest(name: str) -> None:
    blob = LEAVES[name]["blob"].encode()
    rows = blob.removesuffix(b"\n").split(b"\n")
    assert all(jcs(json.loads(row)) == row for row in rows)
    assert LEAVES[name]["leaf_hashes"] == [sha(b"\0", row).hex() for row in rows]
    assert LEAVES[name]["stated"] == {
        "root": root(rows).hex(),
        "count": len(rows),
        "length": len(blob),
        "blob": sha(blob).hex(),
    }


def test_the_sample_frame_set_states_the_sample_leaves() -> None:
    said = json.loads(STATEMENT["statements"][1]["statement"])
    assert said["body"]["measured"] == LEAVES["measured"]["stated"]
