"""SHA-256 digests with their domain prefixes."""

import hashlib

from ledger.records.identity import Digest, as_digest

STATEMENT = b"jangbu/statement/1\0"
FIELD = b"jangbu/field/1\0"
BLIND = b"jangbu/blind/1\0"
KEY = b"jangbu/key/1\0"


def sha256(*parts: bytes) -> bytes:
    """SHA-256 of the parts one after another, 32 bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def sha256_hex(*parts: bytes) -> Digest:
    """SHA-256 of the parts one after another, 64 lower-case hex digits."""
    return as_digest(sha256(*parts).hex())
