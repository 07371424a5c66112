"""Checkpoints of logs that are not ours, as liberally as C2SP permits.

Our own logs write three lines and sign under their own name (checkpoint.py). Others may
add extension lines, have spaces in their origin, sign under another name, or let one
key sign twice. None of this weakens what is checked: a key that the reader already has
signed this text, and size and root are read from the text that it signed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.errors import CheckpointError
from ledger.log.note import Verifier, decode_base64, parse_note
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, MAX_SIZE

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCheckpoint:
    """What the text of a checkpoint says, and who signed it.

    Attributes:
        extensions: how many further lines there are; opaque.
        signers: names of the reader's keys that signed it; empty if none was given.
        unknown: signatures by other keys, which show nothing.
    """

    origin: str
    size: int
    root: bytes
    extensions: int
    signers: tuple[str, ...]
    unknown: int


def open_foreign_checkpoint(
    note: bytes, verifiers: Iterable[Verifier]
) -> ForeignCheckpoint:
    """Read a signed checkpoint of any log.

    Args:
        note: as served.
        verifiers: keys that the reader already has; without any, nothing is verified
            and `signers` is empty.

    Raises:
        CheckpointError: malformed; a signature of a known key fails; keys were given
            and none of them signed.
    """
    parsed = parse_note(note)
    known = {(one.name, one.key_id): one for one in verifiers}
    signers: list[str] = []
    for signature in parsed.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.verifies(parsed.text, signature.value):
            raise _refused("a signature that fits text and key", "one that does not")
        signers.append(signature.name)
    if known and not signers:
        raise _refused("a signature by the key that was given", "others' only")
    return _read(parsed.text, tuple(signers), len(parsed.signatures) - len(signers))


def _read(text: str, signers: tuple[str, ...], unknown: int) -> ForeignCheckpoint:
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise _refused("origin, size and root, and no empty line", "other lines")
    origin, size, root, *extensions = lines
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise _refused("a decimal size of 0 to 2^63 - 1", "another second line")
    decoded = decode_base64(root)
    if len(decoded) != HASH_BYTES:
        raise _refused(f"a root of {HASH_BYTES} bytes", f"{len(decoded)} bytes")
    if (int(size) == 0) != (decoded == EMPTY_ROOT):
        raise _refused("the empty root at size 0, and nowhere else", "another")
    return ForeignCheckpoint(
        origin=origin,
        size=int(size),
        root=decoded,
        extensions=len(extensions),
        signers=signers,
        unknown=unknown,
    )


def _refused(expected: str, met: str) -> CheckpointError:
    return CheckpointError(
        expected,
        met=met,
        advice="Do not rely on this checkpoint; fetch it again from its source.",
    )
