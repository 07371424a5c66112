"""What the keys folder remembers of keys that were destroyed: digests, and no names.

A line is written before a person's key is overwritten, so that a backup of the keys
that is older than the erasure does not bring the key back, even if the program died in
between. A uid is random: who does not have it learns nothing from its digest.
"""

from hashlib import sha256
from pathlib import Path
from typing import Final

from ledger.encoding.statement import KeyRef
from ledger.files import os_error, write_private

NAME: Final = "destroyed"

_CONTEXT: Final = b"jangbu/keys/destroyed/1\0"


def destroyed_in(root: Path) -> frozenset[str]:
    """Digests of the references of destroyed keys."""
    try:
        return frozenset((root / NAME).read_text("ascii").split())
    except FileNotFoundError:
        return frozenset()
    except OSError as error:
        raise os_error(error, root / NAME) from error


def digest_of(reference: KeyRef) -> str:
    """What stands for a reference; the lines of the file."""
    return sha256(_CONTEXT + reference.encode()).hexdigest()


def remember(root: Path, reference: KeyRef) -> None:
    """Remember that a key is about to be destroyed; durable on return.

    The caller holds the folder's lock.
    """
    there = destroyed_in(root)
    digest = digest_of(reference)
    if digest in there:
        return
    lines = "".join(f"{one}\n" for one in sorted(there | {digest}))
    try:
        write_private(root / NAME, lines.encode())
    except OSError as error:
        raise os_error(error, root / NAME) from error
