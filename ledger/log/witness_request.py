r"""The `add-checkpoint` request after C2SP (c2sp.org/tlog-witness).

    old <size>\n
    <base64 hash>\n     up to 63, an RFC 6962 consistency proof
    \n
    <signed checkpoint>

One encoding only: what was parsed is printed again and compared.
"""

import base64
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ledger.errors import CheckpointError
from ledger.log.checkpoint import Checkpoint, parse_checkpoint
from ledger.log.note import UnverifiedNote, decode_base64, parse_note
from ledger.log.tree import HASH_BYTES, MAX_SIZE

MAX_PROOF: Final = 63
MAX_REQUEST: Final = 1 << 17
SIZE_TYPE: Final = "text/x.tlog.size"

_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCheckpoint:
    """What a log asks a witness for; nothing in it is verified yet.

    Attributes:
        old: size of the checkpoint that the witness is thought to hold.
        proof: from `old` to the checkpoint's size.
        note: the signed checkpoint.
    """

    old: int
    proof: tuple[bytes, ...]
    note: UnverifiedNote

    def to_bytes(self) -> bytes:
        """Print the request's body."""
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"old {self.old}\n{hashes}\n".encode() + self.note.to_bytes()

    @property
    def origin(self) -> str:
        """The log's name, by the checkpoint's own account."""
        return self.note.text.partition("\n")[0]

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What the checkpoint says; `None` if it invents a root for an empty log."""
        return _read_text(self.note.text)


def parse_request(raw: bytes) -> AddCheckpoint:
    """Take a request apart without believing it.

    Raises:
        CheckpointError: not of the one permitted form.
    """
    if len(raw) > MAX_REQUEST:
        raise _refused(f"at most {MAX_REQUEST} bytes", f"{len(raw)} bytes")
    head, _, note = raw.partition(b"\n\n")
    try:
        first, *rest = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _refused("an old size and hashes in ASCII", "other bytes") from error
    old = _OLD.fullmatch(first)
    if old is None or int(old[1]) > MAX_SIZE:
        raise _refused("a first line such as: old 12", "another one")
    if len(rest) > MAX_PROOF:
        raise _refused(f"at most {MAX_PROOF} hashes", f"{len(rest)}")
    request = AddCheckpoint(
        old=int(old[1]),
        proof=tuple(map(_read_hash, rest)),
        note=parse_note(note),
    )
    _read_text(request.note.text)
    if request.to_bytes() != raw:
        raise _refused("the one permitted encoding", "another one")
    return request


def parse_size(body: bytes) -> int:
    """Read what a witness answers with 409: the size that it holds.

    Raises:
        CheckpointError: anything but a decimal size and a newline.
    """
    met = _SIZE.fullmatch(body)
    if met is None or int(met[1]) > MAX_SIZE:
        raise _refused("a size in decimal and a newline", "another answer")
    return int(met[1])


def parse_cosignature_lines(body: bytes, note: UnverifiedNote) -> bytes:
    """Put what a witness answers with 200 under the checkpoint, as a note.

    Raises:
        CheckpointError: anything but signature lines.
    """
    joined = f"{note.text}\n".encode() + body
    # Only then do the lines stand where they are taken to stand.
    if parse_note(joined).text != note.text:
        raise _refused("signature lines", "another answer")
    return joined


def origin_hash(origin: str) -> str:
    """What stands for a log in a witness's addresses: SHA-256 of its origin."""
    return sha256(origin.encode()).hexdigest()


def _read_text(text: str) -> Checkpoint | None:
    try:
        return parse_checkpoint(text)
    except CheckpointError:
        if _invents_a_root(text):
            return None
        raise


def _invents_a_root(text: str) -> bool:
    """Whether this is a checkpoint of size 0 with a well-formed, invented root."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[1] != "0":
        return False
    root = decode_base64(lines[2])
    return len(root) == HASH_BYTES and base64.b64encode(root).decode() == lines[2]


def _read_hash(line: str) -> bytes:
    found = decode_base64(line)
    if len(found) != HASH_BYTES:
        raise _refused(f"hashes of {HASH_BYTES} bytes", f"{len(found)} bytes")
    return found


def _refused(expected: str, met: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met=met,
        advice="See docs/specs/witness.md for the form of requests and answers.",
    )
