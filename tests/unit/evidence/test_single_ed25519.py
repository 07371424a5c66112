"""Signatures by whole numbers: RFC 8032 §7.1, and a library as the judge."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.evidence.single import ed25519
from ledger.evidence.single.ed25519 import GROUP_ORDER, P, verify_signature

VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33b"
            "acc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e1599"
            "6e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f2"
            "90ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
)


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_verify(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(one) for one in (key, message, signature)]
    assert verify_signature(parts[0], parts[1], parts[2])


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_no_vector_with_one_changed_bit_verifies(
    key: str, message: str, signature: str
) -> None:
    public, said, signed = (bytes.fromhex(one) for one in (key, message, signature))
    for bit in range(0, 512, 7):
        changed = bytearray(signed)
        changed[bit // 8] ^= 1 << bit % 8
        assert not verify_signature(public, said, bytes(changed))
    assert not verify_signature(public, said + b"\0", signed)


def test_a_signature_with_the_groups_order_added_is_refused() -> None:
    key, message, signature = (bytes.fromhex(one) for one in VECTORS[1])
    number = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    second = signature[:32] + number.to_bytes(32, "little")
    assert not verify_signature(key, message, second)


@pytest.mark.parametrize("height", sorted(ed25519.SMALL_HEIGHTS))
@pytest.mark.parametrize("sign", [0, 1])
def test_keys_under_which_anybody_can_sign_are_refused(height: int, sign: int) -> None:
    key = (height | sign << 255).to_bytes(32, "little")
    forged = (1).to_bytes(32, "little") + bytes(32)
    assert not any(verify_signature(key, bytes([n]), forged) for n in range(8))


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33), P.to_bytes(32, "little")])
def test_what_is_no_key_verifies_nothing(key: bytes) -> None:
    assert not verify_signature(key, b"", bytes(64))


@settings(max_examples=60)
@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=200),
    flip=st.none() | st.integers(0, 511),
)
def test_it_judges_as_a_library_does(
    seed: bytes, message: bytes, flip: int | None
) -> None:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes_raw()
    signature = bytearray(private.sign(message))
    if flip is not None:
        signature[flip // 8] ^= 1 << flip % 8
    assert verify_signature(public, message, bytes(signature)) == judged(
        public, message, bytes(signature)
    )


def judged(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True
