"""Sealing values: AES-256-GCM under a key that dies with the blinding key.

The data key is HKDF-SHA256 of the blinding key K. It is derived for each use and
kept nowhere, so destroying K makes every value under it unreadable, in this file and
in every copy of it. The statement's id and the path are authenticated with the value:
a row that is moved to another field does not open.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import AlteredEvidenceError, KeyStoreError

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32

_DATA_KEY: Final = b"jangbu/vault/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a value stands in the vault.

    Attributes:
        statement: id of the statement, 64 hex digits.
        path: JSON pointer of the field; "" for the statement's own blinds.
    """

    statement: str
    path: str

    def authenticated(self) -> bytes:
        """What is authenticated with the value; an id has one length, so no clash."""
        return (self.statement + self.path).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A value that only the holder of K can read."""

    nonce: bytes
    ciphertext: bytes


def data_key(blinding_key: bytes) -> bytes:
    """Derive the key that seals values from the key that blinds them.

    Raises:
        KeyStoreError: K is not 32 bytes.
    """
    if len(blinding_key) != KEY_BYTES:
        raise KeyStoreError(
            f"a blinding key of {KEY_BYTES} bytes",
            met=f"{len(blinding_key)} bytes",
            advice="Restore the keys folder from its backup.",
        )
    kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_DATA_KEY)
    return kdf.derive(blinding_key)


def seal(key: bytes, spot: Spot, plain: bytes) -> Sealed:
    """Seal a value at its spot under a data key."""
    # A random nonce is safe for some 2^32 values of one key; nobody has as many.
    nonce = secrets.token_bytes(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, plain, spot.authenticated())
    return Sealed(nonce=nonce, ciphertext=ciphertext)


def unseal(key: bytes, spot: Spot, sealed: Sealed) -> bytes:
    """Read a sealed value.

    Raises:
        AlteredEvidenceError: it was changed or moved, or sealed under another key.
    """
    try:
        return AESGCM(key).decrypt(
            sealed.nonce, sealed.ciphertext, spot.authenticated()
        )
    except (InvalidTag, ValueError) as error:
        raise altered(spot) from error


def altered(spot: Spot) -> AlteredEvidenceError:
    """The error for a row of the vault that is not as it was kept."""
    return AlteredEvidenceError(
        "a value as the vault sealed it",
        met="one that was changed, moved or sealed under another key",
        advice="Restore the vault from its backup, with the keys of this production.",
        where=f"{spot.statement} {spot.path}",
    )
