"""A person's own signing key: made on the person's device, for one production."""

from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.sheet import key_id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """A new key.

    Attributes:
        pem: the private half, PKCS #8, not encrypted.
        public_key: 64 hex digits.
    """

    pem: bytes
    public_key: str

    @property
    def key_id(self) -> str:
        """The key's id."""
        return key_id_of(bytes.fromhex(self.public_key))


def new_person_key() -> PersonKey:
    """Make a key."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return PersonKey(pem=pem, public_key=public_half(key).hex())


def public_half(key: Ed25519PrivateKey) -> bytes:
    """The raw public key, 32 bytes."""
    return key.public_key().public_bytes_raw()
