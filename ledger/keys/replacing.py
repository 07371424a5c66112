"""Keys that wait beside those in force, until a rotation puts them into their place.

    sign/next-log.pem, sign/next-studio.pem, sign/next-recovery.pem

They are made before the rotation is signed, since it names them, and count for nothing
before it is in the log. Then they take the place of the old ones, which are destroyed:
nothing needs them any more, and whoever finds them could only do harm.
"""

from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import KeyStoreError
from ledger.files import read_bounded
from ledger.keys.folder import KeyFolder

REPLACED: Final = ("log", "studio", "recovery")
"""Names of the keys that a rotation replaces, all of them."""

_LARGEST: Final = 1 << 16


def next_name(name: str) -> str:
    """The name under which the next key of a name waits."""
    return f"next-{name}"


def make_next(keys: KeyFolder) -> None:
    """Make all keys of the next rotation, unless they are waiting already."""
    for name in REPLACED:
        keys.make_signing_key(next_name(name))


def put_in_place(keys: KeyFolder, name: str) -> bool:
    """Let the waiting key of a name take its place; whether there was one.

    Safe to repeat: the waiting key is destroyed last.
    """
    waiting = next_name(name)
    if not keys.has_signing_key(waiting):
        return False
    content = keys.files.read(f"sign/{waiting}.pem")
    keys.destroy_signing_key(name)
    keys.files.add(f"sign/{name}.pem", lambda: content)
    keys.destroy_signing_key(waiting)
    return True


def held_log_key(keys: KeyFolder, public_key: str) -> Ed25519PrivateKey | None:
    """The private half of a log key, in force or waiting; `None` if it is not here.

    Args:
        keys: the folder.
        public_key: raw, in hex.
    """
    for name in ("log", next_name("log")):
        if keys.has_signing_key(name):
            found = keys.signing_key(name)
            if found.public_key().public_bytes_raw().hex() == public_key:
                return found
    return None


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """A signing key from a file of its own, such as the recovery key's.

    Raises:
        UnreadableInputError: there is no such file.
        KeyStoreError: it holds no Ed25519 key.
    """
    raw = read_bounded(path, _LARGEST)
    try:
        key = serialization.load_pem_private_key(raw, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _no_key(path: Path) -> KeyStoreError:
    return KeyStoreError(
        "an Ed25519 private key in PEM (PKCS #8), not encrypted",
        met="a file that holds none",
        advice="Give the recovery key's file, recovery.pem.",
        where=str(path),
    )
