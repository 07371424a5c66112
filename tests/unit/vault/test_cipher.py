"""A sealed value opens at its own spot, under its own key, and nowhere else."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.errors import AlteredEvidenceError, KeyStoreError
from ledger.vault.cipher import Sealed, Spot, data_key, seal, unseal

SPOT = Spot(statement="ab" * 32, path="/body/prompt")
KEY = data_key(bytes(range(32)))
EXPECTED_KEY = "a5da3bb16c8cc2d1f1d644507e9b2f54d56734fdc045f8bdc88537961ec7df5e"


def test_the_data_key_is_hkdf_of_the_blinding_key() -> None:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"jangbu/vault/1")
    assert kdf.derive(bytes(range(32))) == KEY
    # Computed once with an independent HKDF (RFC 5869 on hmac of the library).
    assert KEY.hex() == EXPECTED_KEY


def test_the_statement_and_the_path_are_what_is_authenticated() -> None:
    sealed = seal(KEY, SPOT, b"plain")
    aad = b"ab" * 32 + b"/body/prompt"
    assert AESGCM(KEY).decrypt(sealed.nonce, sealed.ciphertext, aad) == b"plain"


def test_the_same_value_is_never_sealed_the_same_way() -> None:
    assert seal(KEY, SPOT, b"plain") != seal(KEY, SPOT, b"plain")


@pytest.mark.parametrize(
    "spot",
    [
        Spot(statement="ab" * 32, path="/body/seed"),
        Spot(statement="ab" * 32, path=""),
        Spot(statement="cd" * 32, path="/body/prompt"),
    ],
)
def test_a_value_that_was_moved_does_not_open(spot: Spot) -> None:
    with pytest.raises(AlteredEvidenceError):
        unseal(KEY, spot, seal(KEY, SPOT, b"plain"))


@pytest.mark.parametrize("nonce", [b"", bytes(7), bytes(12), bytes(200)])
@pytest.mark.parametrize("ciphertext", [b"", bytes(15), bytes(40)])
def test_rows_of_any_length_are_refused_as_altered(
    nonce: bytes, ciphertext: bytes
) -> None:
    with pytest.raises(AlteredEvidenceError):
        unseal(KEY, SPOT, Sealed(nonce=nonce, ciphertext=ciphertext))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_blinding_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyStoreError):
        data_key(bytes(length))
