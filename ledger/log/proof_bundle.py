"""Proof bundles after C2SP (c2sp.org/tlog-proof, version 1): one entry, offline.

Text: the index, the inclusion proof, the checkpoint, and perhaps extra bytes, which
nobody signs. Ours hold the entry itself there, so that the bundle needs nothing else;
that it is the entry which the proof leads from is checked like everything else.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final

from ledger.errors import CheckpointError, InclusionError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import decode_base64
from ledger.log.proof import verify_inclusion
from ledger.log.tree import HASH_BYTES, MAX_SIZE, leaf_hash

HEADER: Final = "c2sp.org/tlog-proof@v1"
LARGEST: Final = 1 << 21
"""Bytes that are read of a bundle at most."""

_LONGEST_PROOF: Final = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBundle:
    """One entry's place in a log; nothing of it is believed before it was checked.

    Attributes:
        checkpoint: the signed note, verbatim.
        extra: opaque bytes, authenticated by nothing; `None` if there is no such line.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MAX_SIZE:
            raise _refused("an index of 0 to 2^63 - 1", f"{self.index}")
        if len(self.hashes) > _LONGEST_PROOF:
            raise _refused(f"up to {_LONGEST_PROOF} hashes", f"{len(self.hashes)}")
        if any(len(one) != HASH_BYTES for one in self.hashes):
            raise _refused(f"hashes of {HASH_BYTES} bytes", "other lengths")

    def to_bytes(self) -> bytes:
        """The one form of the bundle."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {_base64(self.extra)}")
        lines += [f"index {self.index}", *map(_base64, self.hashes), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    def check(self, entry: bytes, checkpoint: Checkpoint) -> None:
        """Check that the entry stands at the index, below an opened checkpoint.

        Raises:
            InclusionError: it does not.
        """
        verify_inclusion(
            leaf_hash(entry),
            self.index,
            checkpoint.size,
            self.hashes,
            checkpoint.root,
        )


def looks_like_proof_bundle(raw: bytes) -> bool:
    """Tell whether bytes begin as a bundle of any version does."""
    return raw.startswith(HEADER.partition("@")[0].encode())


def parse_proof_bundle(raw: bytes) -> ProofBundle:
    """Take a bundle apart without believing it.

    Raises:
        InclusionError: not of the one permitted form.
    """
    if len(raw) > LARGEST:
        raise _refused(f"a proof of up to {LARGEST} bytes", f"{len(raw)} bytes")
    head, separator, checkpoint = raw.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise _refused("a proof in ASCII", "other bytes") from error
    if not separator or first != HEADER:
        raise _refused(f"a proof that begins with {HEADER}", "another beginning")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _decoded(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None:
        raise _refused("a line with the index", "another line")
    bundle = ProofBundle(
        index=int(index[1]),
        hashes=tuple(map(_decoded, lines[1:])),
        checkpoint=checkpoint,
        extra=extra,
    )
    if bundle.to_bytes() != raw:
        raise _refused("the one permitted encoding", "another one")
    return bundle


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _decoded(text: str) -> bytes:
    try:
        return decode_base64(text)
    except CheckpointError as error:
        raise _refused("base64", "other characters") from error


def _refused(expected: str, met: str) -> InclusionError:
    return InclusionError(
        expected,
        met=met,
        advice="Do not rely on this proof; ask for it again from its source.",
    )
