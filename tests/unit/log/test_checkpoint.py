import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import CheckpointError
from ledger.log.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.log.note import Verifier, sign_note
from ledger.log.tree import EMPTY_ROOT, MAX_SIZE, leaf_hash

ORIGIN = "jangbu.invalid/0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
VERIFIER = Verifier.of(ORIGIN, KEY)
ROOT = leaf_hash(b"")
CHECKPOINT = Checkpoint(origin=ORIGIN, size=1, root=ROOT)
ROOT_LINE = "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.to_text() == f"{ORIGIN}\n1\n{ROOT_LINE}\n"
    assert parse_checkpoint(CHECKPOINT.to_text()) == CHECKPOINT


def test_a_signed_checkpoint_opens_with_the_key_of_its_log() -> None:
    note = sign_checkpoint(CHECKPOINT, KEY)
    assert open_checkpoint(note, [VERIFIER], ORIGIN) == CHECKPOINT


def test_a_checkpoint_of_another_log_is_refused() -> None:
    note = sign_checkpoint(CHECKPOINT, KEY)
    with pytest.raises(CheckpointError, match="log's own key"):
        open_checkpoint(note, [VERIFIER], "jangbu.invalid/ffffffffffffffff")


def test_a_key_cannot_vouch_for_another_origin() -> None:
    note = sign_note(CHECKPOINT.to_text().replace("0", "1", 1), ORIGIN, KEY)
    with pytest.raises(CheckpointError, match="the log that was asked for"):
        open_checkpoint(note, [VERIFIER], ORIGIN)


def test_somebody_whom_we_know_cannot_speak_for_the_log() -> None:
    note = sign_note(CHECKPOINT.to_text(), "friend.example", KEY)
    with pytest.raises(CheckpointError, match="log's own key"):
        open_checkpoint(note, [VERIFIER, Verifier.of("friend.example", KEY)], ORIGIN)


def test_a_friend_may_sign_beside_the_log() -> None:
    own = sign_checkpoint(CHECKPOINT, KEY)
    text_bytes = len(CHECKPOINT.to_text().encode()) + 1
    friend = Verifier.of("friend.example", KEY)
    line = sign_note(CHECKPOINT.to_text(), friend.name, KEY)[text_bytes:]
    assert open_checkpoint(own + line, [VERIFIER], ORIGIN) == CHECKPOINT
    assert open_checkpoint(own + line, [friend, VERIFIER], ORIGIN) == CHECKPOINT


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    note = sign_note("anything\n", ORIGIN, KEY)
    with pytest.raises(CheckpointError, match="three lines"):
        open_checkpoint(note, [VERIFIER], ORIGIN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n1\n{ROOT_LINE}",
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n1\n{ROOT_LINE}\n\n",
        f"{ORIGIN}\n1\n{ROOT_LINE}\nan extension line\n",
        f"\n1\n{ROOT_LINE}\n",
        f"two words\n1\n{ROOT_LINE}\n",
        f"{ORIGIN}\n01\n{ROOT_LINE}\n",
        f"{ORIGIN}\n+1\n{ROOT_LINE}\n",
        f"{ORIGIN}\n-1\n{ROOT_LINE}\n",
        f"{ORIGIN}\n 1\n{ROOT_LINE}\n",
        f"{ORIGIN}\n1_0\n{ROOT_LINE}\n",
        f"{ORIGIN}\n\uff11\n{ROOT_LINE}\n",  # a digit to int() and to \d
        f"{ORIGIN}\n{MAX_SIZE + 1}\n{ROOT_LINE}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT_LINE}\n",
        f"{ORIGIN}\n\n{ROOT_LINE}\n",
        f"{ORIGIN}\n1\n{ROOT_LINE[:-1]}\n",
        f"{ORIGIN}\n1\n{ROOT_LINE[:-2]}1=\n",  # unused bits set
        f"{ORIGIN}\n1\n{ROOT_LINE[4:]}\n",
        f"{ORIGIN}\n1\n{ROOT_LINE.replace('+', '-')}\n",
        f"{ORIGIN}\n1\n\n",
        f"{ORIGIN}\r\n1\r\n{ROOT_LINE}\r\n",
        f"{ORIGIN}\n0\n{ROOT_LINE}\n",
        f"{ORIGIN}\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ],
)
def test_a_checkpoint_in_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse_checkpoint(text)


def test_sizes_reach_from_nothing_to_the_largest_index_of_a_database() -> None:
    for size, root in ((0, EMPTY_ROOT), (MAX_SIZE, ROOT)):
        checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root)
        assert parse_checkpoint(checkpoint.to_text()) == checkpoint
    with pytest.raises(CheckpointError, match="tree size"):
        Checkpoint(origin=ORIGIN, size=-1, root=ROOT)
