"""A keys folder with all sorts of keys, plain or wrapped, and a token for masters."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.keys.folder import SIGNING_KEYS, KeyFolder
from ledger.keys.key_files import KeyFiles

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
)
REFERENCES = ("studio", f"person/{'a1' * 16}", f"person/{'a1' * 16}/retained")
PIN = "1234"


def fill(folder: KeyFolder) -> KeyFolder:
    """Make every sort of key."""
    for name in (*SIGNING_KEYS, f"party-{'a1' * 16}"):
        folder.make_signing_key(name)
    for reference in REFERENCES:
        folder.make_blinding_key(reference)
    for name in ("root.pem", "chain.pem", "key.pem"):
        folder.write_credential_file(name, f"-----BEGIN {name}".encode())
    return folder


def contents(root: Path) -> dict[str, bytes]:
    """What every key file holds, unwrapped, as a new process would read it."""
    files = KeyFiles(root)
    return {name: files.read(name) for name in files.names()}


@pytest.fixture
def plain(tmp_path: Path) -> KeyFolder:
    """Keys as earlier versions wrote them."""
    return fill(KeyFolder(tmp_path / "keys"))


@pytest.fixture
def wrapped(tmp_path: Path) -> KeyFolder:
    """Keys that were wrapped from the start."""
    folder = KeyFolder(tmp_path / "keys")
    folder.make_master_key()
    return fill(folder)


@dataclass(frozen=True)
class Token:
    """A token of SoftHSM, which is an HSM in software."""

    root: Path
    module: str

    def table(self, path: Path, key: str = "jangbu-master", pin: str = PIN) -> Path:
        """Write a master.toml that names a key in the token."""
        pin_file = self.root / f"pin-{pin}"
        pin_file.write_text(pin + "\n")
        path.write_text(
            "[[master]]\n"
            'kind = "pkcs11"\n'
            f'module = "{self.module}"\n'
            'token = "studio"\n'
            f'key = "{key}"\n'
            f'pin_file = "{pin_file}"\n'
        )
        return path


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> Token:
    """One for the session: the library reads its settings once."""
    module = next((one for one in MODULES if Path(one).exists()), None)
    tool = shutil.which("softhsm2-util")
    if module is None or tool is None:
        pytest.skip("SoftHSM is not installed (softhsm2)")
    root = tmp_path_factory.mktemp("softhsm")
    (root / "tokens").mkdir()
    (root / "softhsm2.conf").write_text(
        f"directories.tokendir = {root / 'tokens'}\nobjectstore.backend = file\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(root / "softhsm2.conf")
    subprocess.run(
        [
            *(tool, "--init-token", "--free", "--label", "studio"),
            *("--pin", PIN, "--so-pin", "12345678"),
        ],
        check=True,
        capture_output=True,
    )
    return Token(root, module)
