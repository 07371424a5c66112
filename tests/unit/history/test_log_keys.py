"""Which key opens which checkpoint."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.encoding.digest import sha256
from ledger.errors import CheckpointError, RetiredKeyError
from ledger.history.log_keys import LogKeys
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import parse_note
from ledger.log.tree import EMPTY_ROOT

LOG = "jangbu.invalid/0123456789abcdef"
FIRST, SECOND, STRANGER = (
    Ed25519PrivateKey.from_private_bytes(sha256(name))
    for name in (b"first", b"second", b"stranger")
)


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def note(size: int, key: Ed25519PrivateKey) -> bytes:
    root = b"\1" * 32 if size else EMPTY_ROOT
    return sign_checkpoint(Checkpoint(origin=LOG, size=size, root=root), key)


KEYS = LogKeys().rotated(0, raw(FIRST)).rotated(7, raw(SECOND))
"""Genesis, and a rotation at entry 7."""


@pytest.mark.parametrize("size", [0, 1, 7])
def test_before_the_rotation_genesis_key_signs(size: int) -> None:
    assert KEYS.at(size) == raw(FIRST)
    assert KEYS.open(note(size, FIRST), LOG).size == size
    with pytest.raises(CheckpointError) as refused:
        KEYS.open(note(size, SECOND), LOG)
    assert not isinstance(refused.value, RetiredKeyError)


@pytest.mark.parametrize("size", [8, 9, 1000])
def test_a_checkpoint_that_holds_the_rotation_is_signed_by_the_next_key(
    size: int,
) -> None:
    assert KEYS.open(note(size, SECOND), LOG).size == size
    with pytest.raises(RetiredKeyError) as refused:
        KEYS.open(note(size, FIRST), LOG)
    assert (refused.value.exit_code, refused.value.facts) == (5, {"size": size})


def test_the_old_key_may_sign_beside_the_new_one() -> None:
    lines = parse_note(note(8, FIRST)).signatures[0].to_line().encode()
    both = note(8, SECOND) + lines
    assert KEYS.open(both, LOG).size == 8
    assert KEYS.open(note(8, FIRST) + both.splitlines(keepends=True)[4], LOG).size == 8


@pytest.mark.parametrize("size", [1, 8])
def test_no_other_key_opens_anything(size: int) -> None:
    with pytest.raises(CheckpointError) as refused:
        KEYS.open(note(size, STRANGER), LOG)
    assert not isinstance(refused.value, RetiredKeyError)


def test_a_changed_size_opens_with_neither_key() -> None:
    for key, size in ((FIRST, 7), (SECOND, 8)):
        moved = note(size, key).replace(b"\n%d\n" % size, b"\n%d\n" % (15 - size))
        with pytest.raises(CheckpointError):
            KEYS.open(moved, LOG)


def test_another_logs_checkpoint_is_refused() -> None:
    with pytest.raises(CheckpointError):
        KEYS.open(note(8, SECOND), "jangbu.invalid/ffffffffffffffff")


def test_a_log_without_genesis_has_no_key() -> None:
    with pytest.raises(CheckpointError):
        LogKeys().open(note(0, FIRST), LOG)


def test_genesis_told_twice_is_one_period() -> None:
    once = LogKeys().rotated(0, raw(FIRST))
    assert once.rotated(0, raw(FIRST)) == once
