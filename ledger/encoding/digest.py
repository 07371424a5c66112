"""SHA-256 digests with their domain prefixes."""

import hashlib
from typing import cast

from ledger.records.identity import Digest

STATEMENT = b"jangbu/statement/1\0"
FIELD = b"jangbu/field/1\0"
BLIND = b"jangbu/blind/1\0"
KEY = b"jangbu/key/1\0"


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after another, 32 bytes."""
    return hashlib.sha256(b"".join(parts)).digest()


def sha256_hex(*parts: bytes) -> Digest:
    """SHA-256 of the parts one after another, 64 lower-case hex digits."""
    # The form holds by itself; `as_digest` would look at each digit again.
    return cast("Digest", hashlib.sha256(b"".join(parts)).hexdigest())
