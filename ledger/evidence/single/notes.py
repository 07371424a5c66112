"""Signed notes, checkpoints, cosignatures and envelopes (C2SP, DSSE)."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from ledger.evidence.single.ed25519 import verify_signature
from ledger.evidence.single.encoding import (
    Refused,
    check_members,
    demand,
    key_id,
    parse_json,
    root_of,
    sha256,
)

SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
PLAIN_TYPE, COSIGNATURE_TYPE = 1, 4
TIME_BYTES = 8


@dataclass(frozen=True)
class VKey:
    """A C2SP verifier key: name, type of its signatures, public half."""

    name: str
    type: int
    public_key: bytes

    @property
    def hint(self) -> bytes:
        """The four bytes that stand before a signature."""
        name = self.name.encode() + b"\n"
        return sha256(name, bytes([self.type]), self.public_key)[:4]


@dataclass(frozen=True)
class Point:
    """Size and root of a log, as a checkpoint says them."""

    size: int
    root: bytes


def decode_base64(text: Any) -> bytes:
    """Read standard base64 in its one spelling."""
    try:
        raw = base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise Refused("no base64") from error
    demand(base64.b64encode(raw).decode() == text, "base64 in another spelling")
    return raw


def read_vkey(text: str) -> VKey:
    """Read `name+<8 hex>+<base64>`."""
    parts = text.split("+", 2)
    demand(len(parts) == 3 and parts[0], "no verifier key")
    raw = decode_base64(parts[2])
    demand(len(raw) == 33 and raw[0] in {PLAIN_TYPE, COSIGNATURE_TYPE}, "another key")
    key = VKey(name=parts[0], type=raw[0], public_key=raw[1:])
    demand(key.hint.hex() == parts[1], "a verifier key whose id is another's")
    return key


def split_note(note: bytes) -> tuple[str, list[tuple[str, bytes]]]:
    """Text and signatures of a signed note (c2sp.org/signed-note)."""
    try:
        text, blank, lines = note.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError as error:
        raise Refused("a note that is not UTF-8") from error
    demand(blank and lines.endswith("\n"), "a note without signatures")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        demand(dash == "—" and name, "no signature line")
        signatures.append((name, decode_base64(signature)))
    return text + "\n", signatures


def signed_by(note: bytes, key: VKey) -> bool:
    """Whether a key signed a note; one bad signature of it spoils the note."""
    text, signatures = split_note(note)
    found = [raw for name, raw in signatures if (name, raw[:4]) == (key.name, key.hint)]
    demand(len(found) <= 1, "two signatures of one key")
    return bool(found) and _fits(text, found[0][4:], key)


def _fits(text: str, raw: bytes, key: VKey) -> bool:
    said = text.encode()
    if key.type == COSIGNATURE_TYPE:
        # c2sp.org/tlog-cosignature: the time stands before the signature.
        at = int.from_bytes(raw[:TIME_BYTES], "big")
        said = f"cosignature/v1\ntime {at}\n".encode() + said
        raw = raw[TIME_BYTES:]
    demand(
        verify_signature(key.public_key, said, raw), f"a bad signature of {key.name}"
    )
    return True


def cosigned_at(note: bytes, key: VKey) -> int:
    """Seconds since 1970 at which a witness signed a note."""
    _, signatures = split_note(note)
    raw = next(
        raw for name, raw in signatures if (name, raw[:4]) == (key.name, key.hint)
    )
    return int.from_bytes(raw[4 : 4 + TIME_BYTES], "big")


def read_point(note: bytes, origin: str) -> Point:
    """Origin, size and root of a checkpoint (c2sp.org/tlog-checkpoint)."""
    lines = split_note(note)[0].split("\n")
    demand(len(lines) == 4 and not lines[3], "a checkpoint with other lines")
    demand(lines[0] == origin, "a checkpoint of another log")
    demand(SIZE.fullmatch(lines[1]), "a size in another spelling")
    root = decode_base64(lines[2])
    demand(len(root) == 32, "a root of another length")
    return Point(size=int(lines[1]), root=root)


def check_point(point: Point, leaves: list[bytes], what: str) -> None:
    """Whether the first entries of the log are those of a checkpoint."""
    demand(point.size <= len(leaves), f"{what}: of more entries than there are")
    demand(root_of(leaves[: point.size]) == point.root, f"{what}: of other entries")


def read_envelope(raw: bytes, kind: str) -> tuple[bytes, str, bytes]:
    """Payload, key id and signature of a DSSE envelope of one type."""
    value = parse_json(raw)
    check_members(value, "payload payloadType signatures")
    signatures = value["signatures"]
    demand(isinstance(signatures, list) and len(signatures) == 1, "another envelope")
    check_members(signatures[0], "keyid sig")
    demand(value["payloadType"] == kind, "an envelope of another type")
    return (
        decode_base64(value["payload"]),
        str(signatures[0]["keyid"]),
        decode_base64(signatures[0]["sig"]),
    )


def check_envelope(raw: bytes, kind: str, public_key: bytes) -> bytes:
    """The payload of an envelope that a key signed (DSSE 1.0.2)."""
    payload, signer, signature = read_envelope(raw, kind)
    demand(signer == key_id(public_key), "an envelope by another key")
    said = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    demand(verify_signature(public_key, said, signature), "a signature that fails")
    return payload
