"""The key folder of a production: one file a key, readable by its owner alone.

    keys/
      master.key           wraps the others, unless it lies elsewhere
      destroyed            digests of what was destroyed
      sign/log.pem         checkpoints
      sign/access.pem      the log of reads
      sign/studio.pem      admission root: keys, delegations, parties, bundles
      sign/pipeline.pem    machines: assets, runs, frames
      sign/recovery.pem    to be moved offline after init
      sign/party-<uid>.pem what a party states itself
      blind/<reference>    blinding keys K, 32 bytes in hex
      c2pa/                development chain and key

All but the recovery key and certificates are wrapped (`ledger.keys.wrapped`) if there
is a master key; files of earlier versions are plain. The folder is never part of a
vault backup: destroying a blinding key is what erases a person.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.statement import KeyRef
from ledger.errors import (
    ErasedEvidenceError,
    KeyStoreError,
    MissingKeyError,
    StoreFullError,
)
from ledger.keys.destroyed import remember
from ledger.keys.key_files import KeyFiles
from ledger.keys.master_files import new_master, write_masters
from ledger.keys.masters import TOML, FilePlace, default_path, write_places
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
        self.files = KeyFiles(root)

    def make_master_key(self) -> None:
        """Make a master key in a file unless keys are wrapped already.

        The file is `keys/master.key`, or the one that JANGBU_MASTER_KEY_FILE names.
        """
        with self.files.locked():
            if (self.root / TOML).exists():
                return
            default = default_path(self.root)
            if not default.exists():
                write_masters(default, [new_master()])
            if default.parent != self.root:
                # Told here, too: the next call may lack the environment.
                write_places(self.root, [FilePlace(default)])

    # --- signing -----------------------------------------------------------------

    def make_signing_key(self, name: str) -> Ed25519PrivateKey:
        """Make a key unless there is one; the key."""
        self.files.add(_signing(name), _new_signing_key)
        return self.signing_key(name)

    def signing_key(self, name: str) -> Ed25519PrivateKey:
        """A signing key.

        Raises:
            MissingKeyError: there is no such file.
            KeyStoreError: it holds no Ed25519 key.
        """
        path = self.files.path(_signing(name))
        try:
            raw = self.files.read(_signing(name))
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
        return self.files.path(_signing(name)).exists()

    def destroy_signing_key(self, name: str) -> bool:
        """Overwrite and remove a key; whether there was one."""
        return self.files.destroy(_signing(name))

    def public_key(self, name: str) -> bytes:
        """The raw public half of a signing key, 32 bytes."""
        return self.signing_key(name).public_key().public_bytes_raw()

    # --- blinding ----------------------------------------------------------------

    def make_blinding_key(self, reference: KeyRef) -> bytes:
        """Make a blinding key unless there is one; the key."""
        self.files.add(_blinding(reference), _new_blinding_key)
        return self.blinding_key(reference)

    def has_blinding_key(self, reference: KeyRef) -> bool:
        """Whether there is a key of this reference."""
        return self.files.path(_blinding(reference)).exists()

    def blinding_key(self, reference: KeyRef) -> bytes:
        """K of a reference, 32 bytes.

        Raises:
            MissingKeyError: the studio's or a vendor's key is not there.
            ErasedEvidenceError: a person's key is not there: it was destroyed.
        """
        path = self.files.path(_blinding(reference))
        try:
            raw = self.files.read(_blinding(reference))
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
        """Overwrite and remove a key; whether there was one.

        A person's is remembered as destroyed, before anything else; but a full disk
        does not keep it from being destroyed.
        """
        if reference.startswith("person/") and self.has_blinding_key(reference):
            with suppress(StoreFullError), self.files.locked():
                remember(self.root, reference)
        return self.files.destroy(_blinding(reference))

    def held_keys(self, person: Uid) -> tuple[KeyRef, ...]:
        """Keys of what is held of a person, sorted (`ledger.vault.held`)."""
        prefix = f"person-{person}-held-"
        found = (self.root / "blind").glob(f"{prefix}*")
        holds = sorted(path.name.removeprefix(prefix) for path in found)
        return tuple(f"person/{person}/held/{hold}" for hold in holds)

    # --- content credentials -----------------------------------------------------

    def credential_file(self, name: str) -> bytes:
        """A file of the C2PA chain: `chain.pem`, `key.pem` or `root.pem`."""
        try:
            return self.files.read(f"c2pa/{name}")
        except FileNotFoundError as error:
            raise _missing(f"C2PA {name}", self.root / "c2pa" / name) from error

    def write_credential_file(self, name: str, content: bytes) -> None:
        """Write a file of the C2PA chain unless there is one."""
        self.files.add(f"c2pa/{name}", lambda: content)


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


def _signing(name: str) -> str:
    return f"sign/{name}.pem"


def _blinding(reference: KeyRef) -> str:
    return f"blind/{reference.replace('/', '-')}"


def _new_signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _new_blinding_key() -> bytes:
    return secrets.token_bytes(32).hex().encode()


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
