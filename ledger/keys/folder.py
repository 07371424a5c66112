"""The key folder of a production: one file a key, readable by its owner alone.

    keys/
      sign/log.pem         checkpoints
      sign/studio.pem      admission root: keys, delegations, parties, bundles
      sign/pipeline.pem    machines: assets, runs, frames
      sign/recovery.pem    to be moved offline after init
      sign/party-<uid>.pem what a party states itself
      blind/<reference>    blinding keys K, 32 bytes in hex
      c2pa/                development chain and key

It is never part of a vault backup: destroying a blinding key is what erases a person.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.statement import KeyRef
from ledger.errors import ErasedEvidenceError, KeyStoreError, MissingKeyError
from ledger.files import os_error, sync_folder, write_private
from ledger.records.identity import Uid

SIGNING_KEYS = ("log", "studio", "pipeline", "recovery")
STATING_KEYS = ("studio", "pipeline")
_PARTY = "party-"


def party_key(uid: Uid) -> str:
    """The name of a party's own signing key: it tells the uid, which the log knows."""
    return f"{_PARTY}{uid}"


class KeyFolder:
    """Reads and makes the keys of one production."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # --- signing -----------------------------------------------------------------

    def make_signing_key(self, name: str) -> Ed25519PrivateKey:
        """Make a key unless there is one; the key."""
        path = self._signing_path(name)
        if path.exists():
            return self.signing_key(name)
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(path, pem)
        return key

    def signing_key(self, name: str) -> Ed25519PrivateKey:
        """A signing key.

        Raises:
            MissingKeyError: there is no such file.
            KeyStoreError: it holds no Ed25519 key.
        """
        path = self._signing_path(name)
        try:
            raw = path.read_bytes()
        except FileNotFoundError as error:
            raise _missing_signer(name, path) from error
        try:
            key = serialization.load_pem_private_key(raw, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise _unusable(_public_signer(name), path) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise _unusable(_public_signer(name), path)
        return key

    def has_signing_key(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return self._signing_path(name).exists()

    def destroy_signing_key(self, name: str) -> bool:
        """Overwrite and remove a key; whether there was one."""
        return _destroy(self._signing_path(name))

    def public_key(self, name: str) -> bytes:
        """The raw public half of a signing key, 32 bytes."""
        return self.signing_key(name).public_key().public_bytes_raw()

    # --- blinding ----------------------------------------------------------------

    def make_blinding_key(self, reference: KeyRef) -> bytes:
        """Make a blinding key unless there is one; the key."""
        path = self._blinding_path(reference)
        if not path.exists():
            write_private(path, secrets.token_bytes(32).hex().encode())
        return self.blinding_key(reference)

    def blinding_key(self, reference: KeyRef) -> bytes:
        """K of a reference, 32 bytes.

        Raises:
            MissingKeyError: the studio's or a vendor's key is not there.
            ErasedEvidenceError: a person's key is not there: it was destroyed.
        """
        path = self._blinding_path(reference)
        try:
            raw = path.read_bytes()
        except FileNotFoundError as error:
            if reference.startswith("person/"):
                raise ErasedEvidenceError(
                    "the blinding key of a person",
                    met="no such key",
                    advice="It was destroyed by an erasure; only the proofs remain.",
                ) from error
            raise _missing(_public_name(reference), path) from error
        try:
            key = bytes.fromhex(raw.decode("ascii"))
        except (ValueError, UnicodeDecodeError) as error:
            raise _unusable(_public_name(reference), path) from error
        if len(key) != 32:
            raise _unusable(_public_name(reference), path)
        return key

    def destroy_blinding_key(self, reference: KeyRef) -> bool:
        """Overwrite and remove a key; whether there was one."""
        return _destroy(self._blinding_path(reference))

    # --- content credentials -----------------------------------------------------

    def credential_file(self, name: str) -> bytes:
        """A file of the C2PA chain: `chain.pem`, `key.pem` or `root.pem`."""
        path = self.root / "c2pa" / name
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise _missing(f"C2PA {name}", path) from error

    def write_credential_file(self, name: str, content: bytes) -> None:
        """Write a file of the C2PA chain unless there is one."""
        path = self.root / "c2pa" / name
        if not path.exists():
            write_private(path, content)

    def _signing_path(self, name: str) -> Path:
        return self.root / "sign" / f"{name}.pem"

    def _blinding_path(self, reference: KeyRef) -> Path:
        return self.root / "blind" / reference.replace("/", "-")


class Signers(Mapping[str, Ed25519PrivateKey]):
    """Keys that statements are signed with, by name: `studio`, `pipeline`, `party-…`.

    Read at each use, so that a key that was made or destroyed meanwhile counts.
    """

    def __init__(self, keys: KeyFolder) -> None:
        self._keys = keys

    def __getitem__(self, name: str) -> Ed25519PrivateKey:
        """The key of a name.

        Raises:
            MissingKeyError: there is none, or it signs no statements.
        """
        if name not in STATING_KEYS and not name.startswith(_PARTY):
            raise _missing(name, self._keys.root)
        return self._keys.signing_key(name)

    def __contains__(self, name: object) -> bool:
        return name in set(self)

    def __iter__(self) -> Iterator[str]:
        files = sorted((self._keys.root / "sign").glob("*.pem"))
        for name in (file.stem for file in files):
            if name in STATING_KEYS or name.startswith(_PARTY):
                yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _destroy(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        # Without this a power cut could bring the name back.
        sync_folder(path.parent)
    except OSError as error:
        raise os_error(error, path) from error
    return True


def _public_signer(name: str) -> str:
    return "of a party" if name.startswith(_PARTY) else name


def _missing_signer(name: str, path: Path) -> MissingKeyError:
    if not name.startswith(_PARTY):
        return _missing(name, path)
    return MissingKeyError(
        "the party's own signing key in the production folder",
        met="no such file",
        advice="Add what the party may state to its [[party]], then jangbu register.",
        where=str(path),
    )


def _public_name(reference: KeyRef) -> str:
    # Without the uid: which person it is stands in `where`, for the terminal only.
    return f"blinding key {reference.partition('/')[0]}"


def _missing(name: str, path: Path) -> MissingKeyError:
    return MissingKeyError(
        f"the key {name!r} in the production folder",
        met="no such file",
        advice="Restore the keys folder from its backup; keys cannot be remade.",
        where=str(path),
    )


def _unusable(name: str, path: Path) -> KeyStoreError:
    return KeyStoreError(
        f"the key {name!r} in its own format",
        met="a file that holds none",
        advice="Restore the keys folder from its backup.",
        where=str(path),
    )
