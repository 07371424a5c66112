"""A key file that is wrapped under a master key: its form, and how it is opened.

    {"master":"<16 hex>","nonce":"<24 hex>","v":1,"wrapped":"<hex>"}

AES-256-GCM (NIST SP 800-38D) with a random nonce of 12 bytes. Authenticated with the
key are its master's id and its own name, such as `blind/studio`: a wrapped file that
is given another key's name does not open. Plain files, as earlier versions wrote them,
begin otherwise (hex digits, or a PEM header), so both forms may stand side by side.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from ledger.encoding import canonical
from ledger.errors import MalformedRecordError, MasterKeyError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
LARGEST: Final = 1 << 16
"""Of a key file: a PEM chain is far smaller."""

_CONTEXT: Final = b"jangbu/wrapped-key/1\0"


class Master(Protocol):
    """A key that wraps keys; where it lies is its own business."""

    @property
    def id(self) -> str:
        """16 hex digits that find it; they tell nothing about it."""

    def seal(self, nonce: bytes, plain: bytes, authenticated: bytes) -> bytes:
        """Encrypt and authenticate; ciphertext with its tag."""

    def unseal(self, nonce: bytes, sealed: bytes, authenticated: bytes) -> bytes:
        """Decrypt what was sealed.

        Raises:
            MasterKeyError: it was sealed under another key, or was changed.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A wrapped key, taken apart."""

    master: str
    nonce: bytes
    sealed: bytes

    def to_bytes(self) -> bytes:
        """Print as the content of a key file."""
        return canonical.encode(
            {
                "v": 1,
                "master": self.master,
                "nonce": self.nonce.hex(),
                "wrapped": self.sealed.hex(),
            }
        )


def is_wrapped(content: bytes) -> bool:
    """Whether a key file's content claims to be wrapped."""
    return content.startswith(b"{")


def authenticated(master: str, name: str) -> bytes:
    """What is authenticated with a key; an id has one length, so no clash."""
    return _CONTEXT + master.encode() + name.encode()


def wrap(master: Master, nonce: bytes, name: str, plain: bytes) -> bytes:
    """The content of the file of a wrapped key.

    Args:
        master: the master key in force.
        nonce: 12 random bytes, never used before.
        name: of the file within the keys folder, such as `blind/studio`.
        plain: what the file held.
    """
    sealed = master.seal(nonce, plain, authenticated(master.id, name))
    return Wrapped(master=master.id, nonce=nonce, sealed=sealed).to_bytes()


def parse(content: bytes, name: str) -> Wrapped:
    """Take a wrapped file apart.

    Raises:
        MasterKeyError: it does not have the one permitted form.
    """
    try:
        value = canonical.parse(content[: LARGEST + 1])
    except MalformedRecordError as error:
        raise _damaged(name) from error
    match value:
        case {
            "v": 1,
            "master": str(master),
            "nonce": str(nonce),
            "wrapped": str(sealed),
            **more,
        } if not more:
            return _parsed(master, nonce, sealed, name)
        case _:
            raise _damaged(name)


def _parsed(master: str, nonce: str, sealed: str, name: str) -> Wrapped:
    try:
        found = Wrapped(
            master=master, nonce=bytes.fromhex(nonce), sealed=bytes.fromhex(sealed)
        )
    except ValueError as error:
        raise _damaged(name) from error
    short = len(found.nonce) != NONCE_BYTES or len(found.sealed) < TAG_BYTES
    if short or not master.isascii() or len(master) != 16:
        raise _damaged(name)
    return found


def unwrap(master: Master, found: Wrapped, name: str) -> bytes:
    """What a wrapped file holds.

    Raises:
        MasterKeyError: it was changed, or renamed, or wrapped under another key.
    """
    context = authenticated(found.master, name)
    return master.unseal(found.nonce, found.sealed, context)


def refused(met: str, advice: str, where: str = "") -> MasterKeyError:
    """The error for what does not open."""
    return MasterKeyError(
        "a key that the master key of this production unwraps",
        met=met,
        advice=advice,
        where=where,
    )


def _damaged(name: str) -> MasterKeyError:
    return refused(
        "a wrapped key of another form",
        "Restore the key from its backup: jangbu vault restore-keys.",
        name,
    )
