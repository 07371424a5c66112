"""Any value that can be committed comes out of the vault as it went in."""

import secrets
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.encoding.canonical import JsonValue
from ledger.encoding.commitment import Opening
from ledger.encoding.statement import KeptValue
from ledger.errors import AlteredEvidenceError, ConflictingRecordError
from ledger.vault.cipher import Sealed, Spot, data_key, seal, unseal
from ledger.vault.vault import Vault

texts = st.text(st.characters(codec="utf-8"), max_size=40).map(
    lambda text: unicodedata.normalize("NFC", text)
)
keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8)
scalars = texts | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1)
values: st.SearchStrategy[JsonValue] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
blinds = st.binary(min_size=32, max_size=32)
spots = st.builds(
    Spot,
    statement=st.text("0123456789abcdef", min_size=64, max_size=64),
    path=texts.map(lambda text: f"/{text}"),
)


@pytest.fixture(scope="module")
def vault() -> Iterator[Vault]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "production" / "vault.sqlite"
        yield Vault.create(path, lambda reference: reference.encode().ljust(32, b"\0"))


@settings(deadline=None, max_examples=60)
@given(value=values, blind=blinds, key_ref=st.sampled_from(["studio", "vendor/x"]))
def test_a_kept_value_opens_as_it_was_and_takes_no_other(
    vault: Vault, value: JsonValue, blind: bytes, key_ref: str
) -> None:
    statement = secrets.token_hex(32)
    opening = Opening(path="/body/any", value=value, blind=blind)
    kept = KeptValue(opening=opening, key_ref=key_ref)
    vault.keep_values(statement, [kept])
    vault.keep_values(statement, [kept])
    met = vault.open(statement, "/body/any")
    assert met == opening
    assert type(met.value) is type(value)
    other = Opening(path="/body/any", value=[value], blind=blind)
    with pytest.raises(ConflictingRecordError):
        vault.keep_values(statement, [KeptValue(opening=other, key_ref=key_ref)])


@given(key=blinds, spot=spots, plain=st.binary(max_size=200))
def test_sealing_is_undone_by_unsealing(key: bytes, spot: Spot, plain: bytes) -> None:
    assert unseal(data_key(key), spot, seal(data_key(key), spot, plain)) == plain


@given(key=blinds, spot=spots, plain=st.binary(max_size=60), data=st.data())
def test_any_flipped_bit_is_noticed(
    key: bytes, spot: Spot, plain: bytes, data: st.DataObject
) -> None:
    sealed = seal(data_key(key), spot, plain)
    whole = bytearray(sealed.nonce + sealed.ciphertext)
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    changed = Sealed(nonce=bytes(whole[:12]), ciphertext=bytes(whole[12:]))
    with pytest.raises(AlteredEvidenceError):
        unseal(data_key(key), spot, changed)


@given(key=blinds, other_key=blinds, spot=spots, other=spots)
def test_neither_another_key_nor_another_spot_opens(
    key: bytes, other_key: bytes, spot: Spot, other: Spot
) -> None:
    sealed = seal(data_key(key), spot, b"value")
    if other_key != key:
        with pytest.raises(AlteredEvidenceError):
            unseal(data_key(other_key), spot, sealed)
    if other != spot:
        with pytest.raises(AlteredEvidenceError):
            unseal(data_key(key), other, sealed)
