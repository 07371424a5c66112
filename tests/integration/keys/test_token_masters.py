"""A master key inside a PKCS#11 token: SoftHSM, by the library that any token uses."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import MasterKeyError
from ledger.keys.folder import KeyFolder
from ledger.keys.master_tokens import PIN as PIN_VARIABLE
from ledger.keys.masters import read_places
from ledger.keys.rewrapping import rewrap_all, wrap_all
from tests.integration.keys.conftest import PIN, Token, contents, fill

fork = multiprocessing.get_context("fork")


def studio_key(root: Path) -> str:
    return KeyFolder(root).blinding_key("studio").hex()


def refused(root: Path) -> str:
    with pytest.raises(MasterKeyError) as caught:
        studio_key(root)
    return caught.value.code


def in_another_process(ask: Callable[[Path], str], root: Path) -> str:
    found = fork.SimpleQueue()
    child = fork.Process(target=lambda: found.put(ask(root)))
    child.start()
    child.join(60)
    assert child.exitcode == 0
    return str(found.get())


def test_keys_move_from_a_file_into_a_token_and_on_to_another_key_of_it(
    wrapped: KeyFolder, token: Token, tmp_path: Path
) -> None:
    before = contents(wrapped.root)
    moved = rewrap_all(wrapped.root, token.table(tmp_path / "to.toml"))
    assert moved.count == moved.total
    assert contents(wrapped.root) == before
    assert not (wrapped.root / "master.key").exists()
    newer = rewrap_all(wrapped.root, token.table(tmp_path / "to.toml", "newer"))
    assert newer.master != moved.master
    assert contents(wrapped.root) == before
    assert len(read_places(wrapped.root / "master.toml")) == 1


def test_keys_are_made_under_a_token_from_the_start_and_come_back_into_a_file(
    token: Token, tmp_path: Path
) -> None:
    root = tmp_path / "keys"
    folder = KeyFolder(root)
    folder.make_blinding_key("studio")
    wrap_all(root, token.table(tmp_path / "to.toml", "from the start"))
    before = contents(fill(folder).root)
    assert (root / "sign" / "studio.pem").read_bytes().startswith(b'{"master"')
    (tmp_path / "back.toml").write_text(
        f'[[master]]\nkind = "file"\npath = "{root / "master.key"}"\n'
    )
    rewrap_all(root, tmp_path / "back.toml")
    assert contents(root) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"pin-{PIN}", "pin-0000"),
        (f"pin-{PIN}", "absent"),
        ('token = "studio"', 'token = "another"'),
        ('key = "jangbu-master"', 'key = "absent"'),
        ("libsofthsm2.so", "absent.so"),
    ],
    ids=["wrong PIN", "no PIN", "another token", "another key", "no module"],
)
def test_what_a_token_refuses_is_told_and_loses_nothing(
    wrapped: KeyFolder, token: Token, tmp_path: Path, old: str, new: str
) -> None:
    rewrap_all(wrapped.root, token.table(tmp_path / "to.toml"))
    before = contents(wrapped.root)
    (token.root / "pin-0000").write_text("0000")
    table = wrapped.root / "master.toml"
    right = table.read_text()
    assert old in right
    table.write_text(right.replace(old, new))
    # In a process of its own: this one is logged in to the token already.
    assert in_another_process(refused, wrapped.root) == "keys.master"
    table.write_text(right)
    assert contents(wrapped.root) == before


def test_the_pin_may_come_from_the_environment(
    wrapped: KeyFolder, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = token.table(tmp_path / "to.toml", "by environment")
    lines = [one for one in table.read_text().splitlines() if "pin" not in one]
    table.write_text("\n".join(lines))
    monkeypatch.setenv(PIN_VARIABLE, PIN)
    rewrap_all(wrapped.root, table)
    assert KeyFolder(wrapped.root).blinding_key("studio")


def test_a_forked_process_has_a_session_of_its_own(
    wrapped: KeyFolder, token: Token, tmp_path: Path
) -> None:
    rewrap_all(wrapped.root, token.table(tmp_path / "to.toml"))
    key = KeyFolder(wrapped.root).blinding_key("studio")
    assert in_another_process(studio_key, wrapped.root) == key.hex()
    assert KeyFolder(wrapped.root).public_key("studio")


def test_one_key_of_a_token_is_asked_once_for_a_key_file(
    wrapped: KeyFolder, token: Token, tmp_path: Path
) -> None:
    rewrap_all(wrapped.root, token.table(tmp_path / "to.toml"))
    folder = KeyFolder(wrapped.root)
    assert folder.blinding_key("studio")
    # With the token out of reach, what was unwrapped goes on as long as its file does.
    (wrapped.root / "master.toml").write_text("gone")
    assert folder.blinding_key("studio")
    folder.files.destroy("blind/studio")
    assert not folder.has_blinding_key("studio")
