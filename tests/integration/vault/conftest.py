"""A production with a vault on the disk, two people, and statements about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.encoding.statement import Composed, Draft, Secret, compose
from ledger.keys.folder import KeyFolder
from ledger.records.identity import Uid, as_uid
from ledger.vault.vault import Vault

LOG = "jangbu.invalid/0123456789abcdef"
INSTANT = "2026-11-22T08:30:00.123456Z"


@pytest.fixture
def anna() -> Uid:
    return as_uid("a1" * 16)


@pytest.fixture
def bora() -> Uid:
    return as_uid("b2" * 16)


@pytest.fixture
def keys(tmp_path: Path, anna: Uid, bora: Uid) -> KeyFolder:
    folder = KeyFolder(tmp_path / "production" / "keys")
    for reference in (
        "studio",
        f"person/{anna}",
        f"person/{anna}/retained",
        f"person/{bora}",
        f"person/{bora}/retained",
    ):
        folder.make_blinding_key(reference)
    return folder


@pytest.fixture
def vault_path(tmp_path: Path) -> Path:
    return tmp_path / "production" / "vault.sqlite"


@pytest.fixture
def vault(vault_path: Path, keys: KeyFolder) -> Vault:
    return Vault.create(vault_path, keys.blinding_key)


@pytest.fixture
def generation(keys: KeyFolder) -> Callable[..., Composed]:
    """Compose a generation: the studio's prompt, asked for by a person."""

    def make(
        number: int,
        person: Uid,
        prompt: str = "비 오는 골목",
        blinded_by: str = "studio",
    ) -> Composed:
        body = {
            "provider": "a-provider",
            "model": "a-model",
            "model_version": "1",
            "source_type": "trainedAlgorithmicMedia",
            "prompt": Secret(prompt),
            "party": Secret(person, of=f"person/{person}"),
            "parameters": Secret({"paid": 3}, of=f"person/{person}/retained"),
            "inputs": [],
            "outputs": ["c" * 64],
        }
        draft = Draft(
            log=LOG,
            kind="generation.1",
            key=f"{number:032x}",
            body=body,
            at=INSTANT,
            blinded_by=blinded_by,
        )
        return compose(draft, keys.blinding_key)

    return make
