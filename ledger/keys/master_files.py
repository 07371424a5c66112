"""Master keys in a file: one key a line, the last one in force.

    jangbu-master/1
    <64 hex>

There are two lines only while the master key is being replaced: files that are not
wrapped anew yet open with the first, and everything new is wrapped under the second.
The file may lie on another volume, or be brought by whoever starts the program.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import MasterKeyError, UnreadableInputError
from ledger.files import os_error, read_bounded, write_private
from ledger.keys.wrapped import KEY_BYTES, refused

_HEAD: Final = "jangbu-master/1"
_MOST: Final = 4096
_ID: Final = b"jangbu/master/1\0"


@dataclass(frozen=True, slots=True)
class FileMaster:
    """A master key that was read from a file; implements `ledger.keys.wrapped.Master`.

    Attributes:
        key: 32 bytes.
    """

    key: bytes = field(repr=False)

    @property
    def id(self) -> str:
        """Sixteen hex digits of a digest of the key."""
        return sha256(_ID + self.key).hexdigest()[:16]

    def seal(self, nonce: bytes, plain: bytes, authenticated: bytes) -> bytes:
        """Encrypt and authenticate."""
        return AESGCM(self.key).encrypt(nonce, plain, authenticated)

    def unseal(self, nonce: bytes, sealed: bytes, authenticated: bytes) -> bytes:
        """Decrypt what was sealed.

        Raises:
            MasterKeyError: it was sealed under another key, or was changed.
        """
        try:
            return AESGCM(self.key).decrypt(nonce, sealed, authenticated)
        except (InvalidTag, ValueError) as error:
            raise refused(
                "one that was changed or wrapped under another key",
                "Restore the key from its backup: jangbu vault restore-keys.",
            ) from error


def new_master() -> FileMaster:
    """A new master key, which is nowhere yet."""
    return FileMaster(secrets.token_bytes(KEY_BYTES))


def read_masters(path: Path) -> tuple[FileMaster, ...]:
    """The master keys of a file, the one in force last.

    Raises:
        MasterKeyError: no such file, or it has another form.
    """
    try:
        lines = read_bounded(path, _MOST).decode("ascii").splitlines()
        head, *keys = lines
        masters = tuple(FileMaster(bytes.fromhex(line)) for line in keys)
    except UnreadableInputError as error:
        raise missing_master(path) from error
    except ValueError as error:
        raise _unusable(path) from error
    if (
        head != _HEAD
        or not masters
        or any(len(one.key) != KEY_BYTES for one in masters)
    ):
        raise _unusable(path)
    return masters


def write_masters(path: Path, masters: Sequence[FileMaster]) -> None:
    """Write a file of master keys; what it held before is overwritten.

    Raises:
        StoreError: nothing was changed.
    """
    lines = [_HEAD, *(one.key.hex() for one in masters)]
    replace_secret(path, "".join(f"{line}\n" for line in lines).encode())


def replace_secret(path: Path, content: bytes) -> None:
    """Put another content in the place of a secret one, in one step.

    The new file is durable before the old one's bytes are overwritten: a death in
    between leaves either, never neither.
    """
    try:
        old = os.open(path, os.O_RDWR) if path.exists() else None
        try:
            write_private(path, content)
            if old is not None:
                os.pwrite(old, secrets.token_bytes(os.fstat(old).st_size), 0)
                os.fsync(old)
        finally:
            if old is not None:
                os.close(old)
    except OSError as error:
        raise os_error(error, path) from error


def missing_master(path: Path) -> MasterKeyError:
    """The error for a master key that is not where it should be."""
    return refused(
        "no file with the master key",
        "Bring it back, or say where it is (JANGBU_MASTER_KEY_FILE); nothing is lost.",
        str(path),
    )


def _unusable(path: Path) -> MasterKeyError:
    return refused(
        "a file that holds no master key",
        "Restore the file from where the master key's copy is kept.",
        str(path),
    )
