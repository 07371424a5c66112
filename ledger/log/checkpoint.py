"""Checkpoints after C2SP (c2sp.org/tlog-checkpoint): a log's signed size and root.

Three lines, no more: C2SP permits extension lines and advises against them, as
nobody can audit what they say; this version refuses them (docs/specs/checkpoint.md).
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import CheckpointError
from ledger.log.note import (
    Verifier,
    check_key_name,
    decode_base64,
    open_note,
    sign_note,
)
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

# [0-9] and not \d, which takes the digits of every script. The length is bounded
# here because int() refuses very long numbers with an error of its own.
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_LINES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log had become at one moment.

    Attributes:
        origin: the log's name, which is also the name of the key that signs.
        size: number of entries.
        root: RFC 6962 root over them, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        check_key_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise _refused("a tree size of 0 to 2^63 - 1", f"{self.size}")
        if len(self.root) != HASH_BYTES:
            raise _refused(f"a root of {HASH_BYTES} bytes", f"{len(self.root)} bytes")
        # An empty log with an invented root would let any history follow it.
        if (self.size == 0) != (self.root == EMPTY_ROOT):
            raise _refused("the empty root at size 0, and nowhere else", "another")

    def to_text(self) -> str:
        """Print the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Parse the text of a note that was opened before.

    Raises:
        CheckpointError: not of the one permitted form.
    """
    lines = text.split("\n")
    if len(lines) != _LINES + 1 or lines[-1]:
        raise _refused("origin, size and root on three lines", "other lines")
    origin, size, root, _ = lines
    if not _SIZE.fullmatch(size):
        raise _refused("a decimal size without leading zeros", "another second line")
    checkpoint = Checkpoint(origin=origin, size=int(size), root=decode_base64(root))
    if checkpoint.to_text() != text:
        raise _refused("the one permitted encoding", "another one")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, private_key: Ed25519PrivateKey) -> bytes:
    """Sign a checkpoint in the name of its log.

    Signing is irrevocable: never sign two roots at one size, nor a smaller
    size after a larger. That memory is the caller's; this function has none.
    """
    return sign_note(checkpoint.to_text(), checkpoint.origin, private_key)


def open_checkpoint(
    note: bytes, verifiers: Iterable[Verifier], origin: str
) -> Checkpoint:
    """Verify a signed checkpoint of the log that was asked for.

    Args:
        note: the signed note, as published.
        verifiers: keys that the reader already trusts; others' keys among them
            must verify, too, but cannot speak for the log.
        origin: the log that the reader asked for.

    Raises:
        CheckpointError: malformed, not signed by the log's own key, or of
            another log.
    """
    # 1. Signatures first: only verified bytes are parsed any further.
    opened = open_note(note, verifiers)
    # 2. The log itself must have signed, not only somebody whom we also know.
    if all(signature.name != origin for signature in opened.verified):
        raise _refused("a signature by the log's own key", "other keys' only")
    # 3. One key may serve one log only: it may not vouch for another origin.
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin != origin:
        raise _refused("a checkpoint of the log that was asked for", checkpoint.origin)
    return checkpoint


def _refused(expected: str, met: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met=met,
        advice="Do not rely on this checkpoint; fetch it again from its source.",
    )
