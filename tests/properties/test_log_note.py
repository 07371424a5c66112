from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import CheckpointError
from ledger.log.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.log.note import Verifier, open_note, parse_note, sign_note
from ledger.log.tree import EMPTY_ROOT, MAX_SIZE

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "jangbu.invalid/0123456789abcdef"
VERIFIER = Verifier.of(ORIGIN, KEY)

printable = st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n")
texts = st.text(printable).map(lambda text: text + "\n")
names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]).filter(
        lambda sign: sign != "+"
    ),
    min_size=1,
)
seeds = st.binary(min_size=32, max_size=32)
roots = st.binary(min_size=32, max_size=32).filter(lambda root: root != EMPTY_ROOT)


@given(texts, names, seeds)
def test_every_signed_note_opens_and_prints_alike(
    text: str, name: str, seed: bytes
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    note = sign_note(text, name, key)
    assert parse_note(note).to_bytes() == note
    verifier = Verifier.from_vkey(Verifier.of(name, key).to_vkey())
    assert open_note(note, [verifier]).text == text


@given(texts, st.data())
def test_a_note_with_any_changed_byte_is_refused(
    text: str, data: st.DataObject
) -> None:
    note = bytearray(sign_note(text, ORIGIN, KEY))
    position = data.draw(st.integers(0, len(note) - 1))
    note[position] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CheckpointError):
        open_note(bytes(note), [VERIFIER])


@given(st.binary() | st.text().map(lambda text: text.encode(errors="surrogatepass")))
def test_any_bytes_are_one_note_or_refused(note: bytes) -> None:
    with suppress(CheckpointError):
        assert parse_note(note).to_bytes() == note


@given(st.text() | st.from_regex(r"[a-z]{1,3}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}"))
def test_any_text_is_one_verifier_key_or_refused(vkey: str) -> None:
    with suppress(CheckpointError):
        assert Verifier.from_vkey(vkey).to_vkey() == vkey


@given(st.integers(1, MAX_SIZE), roots)
def test_every_checkpoint_prints_signs_and_opens_alike(size: int, root: bytes) -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
    assert parse_checkpoint(checkpoint.to_text()) == checkpoint
    note = sign_checkpoint(checkpoint, KEY)
    assert open_checkpoint(note, [VERIFIER], ORIGIN) == checkpoint


@given(
    st.text()
    | st.from_regex(r"[a-z]{1,3}\n[0-9]{1,20}\n[A-Za-z0-9+/]{42}[A-Za-z0-9+/=]{2}\n")
)
def test_any_text_is_one_checkpoint_or_refused(text: str) -> None:
    with suppress(CheckpointError):
        assert parse_checkpoint(text).to_text() == text
