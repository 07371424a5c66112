"""Checkpoints of others: read as liberally as C2SP permits, and no more."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import CheckpointError
from ledger.log.foreign import open_foreign_checkpoint
from ledger.log.note import Signature, UnverifiedNote, Verifier, sign_note
from ledger.log.tree import EMPTY_ROOT, leaf_hash

KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01")
NAME = "log.example/key-of-2026"
VERIFIER = Verifier.of(NAME, KEY)
ROOT = base64.b64encode(leaf_hash(b"one")).decode()
EMPTY = base64.b64encode(EMPTY_ROOT).decode()


def note(text: str, *, name: str = NAME) -> bytes:
    return sign_note(text, name, KEY)


def test_extension_lines_and_an_origin_of_several_words_are_read() -> None:
    raw = note(f"The log of a library + more\n1\n{ROOT}\nseen at night\nand more\n")
    point = open_foreign_checkpoint(raw, [VERIFIER])
    assert point.origin == "The log of a library + more"
    assert (point.size, point.root) == (1, leaf_hash(b"one"))
    assert (point.extensions, point.signers, point.unknown) == (2, (NAME,), 0)


def test_signatures_of_others_are_let_through_and_count_for_nothing() -> None:
    text = f"log.example\n1\n{ROOT}\n"
    other = Signature(name="witness.example", key_id=b"abcd", value=bytes(72))
    long = Signature(name="later.example", key_id=b"efgh", value=bytes(2428))
    own = Signature(name=NAME, key_id=VERIFIER.key_id, value=KEY.sign(text.encode()))
    raw = UnverifiedNote(text=text, signatures=(other, long, own, own)).to_bytes()
    point = open_foreign_checkpoint(raw, [VERIFIER])
    assert (point.signers, point.unknown) == ((NAME, NAME), 2)
    with pytest.raises(CheckpointError):
        open_foreign_checkpoint(raw, [Verifier.of("log.example", KEY)])


def test_without_keys_nobody_signed() -> None:
    point = open_foreign_checkpoint(note(f"log.example\n1\n{ROOT}\n"), [])
    assert (point.signers, point.unknown) == ((), 1)


def test_an_empty_log_has_the_empty_root() -> None:
    assert open_foreign_checkpoint(note(f"a\n0\n{EMPTY}\n"), [VERIFIER]).size == 0


@pytest.mark.parametrize(
    "text",
    [
        f"log.example\n1\n\n{ROOT}\n",
        "log.example\n1\n",
        f"log.example\n01\n{ROOT}\n",
        f"log.example\n-1\n{ROOT}\n",
        f"log.example\n٣\n{ROOT}\n",
        f"log.example\n9223372036854775808\n{ROOT}\n",
        f"log.example\n{'9' * 5000}\n{ROOT}\n",
        "log.example\n1\nAAAA\n",
        "log.example\n1\nnot base64\n",
        f"log.example\n0\n{ROOT}\n",
        f"log.example\n1\n{EMPTY}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        open_foreign_checkpoint(note(text), [VERIFIER])


def test_a_known_key_whose_signature_fails_lets_the_note_fall() -> None:
    raw = note(f"log.example\n1\n{ROOT}\n").replace(b"\n1\n", b"\n2\n")
    with pytest.raises(CheckpointError):
        open_foreign_checkpoint(raw, [VERIFIER])
