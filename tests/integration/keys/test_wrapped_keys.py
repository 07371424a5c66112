"""Keys on the disk are wrapped, and open with their master key alone."""

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from ledger.errors import ErasedEvidenceError, MasterKeyError
from ledger.keys.folder import KeyFolder
from ledger.keys.key_files import PLAIN
from ledger.keys.masters import MASTER_FILE
from ledger.keys.rewrapping import rewrap_all, wrap_all
from tests.integration.keys.conftest import REFERENCES, contents, fill

fork = multiprocessing.get_context("fork")


def files(root: Path) -> dict[str, bytes]:
    """All bytes below a keys folder."""
    found = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def test_wrapped_files_hold_no_key_in_clear(wrapped: KeyFolder) -> None:
    told = contents(wrapped.root)
    disk = files(wrapped.root)
    del disk["master.key"]
    for name, plain in told.items():
        assert (plain in disk[name]) == (name in PLAIN), name
        secret = plain if name in PLAIN else disk[name]
        assert len(secret) > 0
    clear = b"".join(disk[name] for name in disk if name not in PLAIN)
    for reference in REFERENCES:
        key = wrapped.blinding_key(reference)
        assert key not in clear
        assert key.hex().encode() not in clear


def test_the_same_keys_open_for_every_later_process(wrapped: KeyFolder) -> None:
    again = KeyFolder(wrapped.root)
    assert again.public_key("studio") == wrapped.public_key("studio")
    for reference in REFERENCES:
        assert again.blinding_key(reference) == wrapped.blinding_key(reference)
    assert again.credential_file("key.pem") == b"-----BEGIN key.pem"


def test_plain_keys_go_on_working_and_can_be_wrapped(plain: KeyFolder) -> None:
    before = contents(plain.root)
    done = wrap_all(plain.root)
    assert contents(plain.root) == before
    assert done.count == done.total == len(before) - len(PLAIN)
    # Whoever had the folder open goes on, too.
    assert plain.blinding_key("studio").hex().encode() == before["blind/studio"]
    clear = b"".join(
        raw for name, raw in files(plain.root).items() if name not in PLAIN
    )
    assert not [name for name in before if name not in PLAIN and before[name] in clear]
    assert wrap_all(plain.root).count == 0


def test_a_new_master_key_opens_the_same_keys_and_the_old_one_is_gone(
    wrapped: KeyFolder,
) -> None:
    before, old = contents(wrapped.root), (wrapped.root / "master.key").read_bytes()
    done = rewrap_all(wrapped.root)
    assert done.count == done.total
    assert contents(wrapped.root) == before
    key = old.split()[1]
    assert not [name for name, raw in files(wrapped.root).items() if key in raw]
    assert wrapped.make_blinding_key("person/new")


def test_without_the_master_key_nothing_opens_and_nothing_is_lost(
    wrapped: KeyFolder, tmp_path: Path
) -> None:
    before = contents(wrapped.root)
    (wrapped.root / "master.key").rename(tmp_path / "safe")
    disk = files(wrapped.root)
    late = KeyFolder(wrapped.root)
    for ask in (
        lambda: late.blinding_key("studio"),
        lambda: late.signing_key("studio"),
        lambda: late.make_blinding_key("person/new"),
        lambda: late.make_signing_key("party-new"),
    ):
        with pytest.raises(MasterKeyError):
            ask()
    with pytest.raises(ErasedEvidenceError):
        late.blinding_key("person/nobody")
    assert files(wrapped.root) == disk
    (tmp_path / "safe").rename(wrapped.root / "master.key")
    assert contents(wrapped.root) == before


def test_another_master_key_is_told_apart_before_anything_is_opened(
    wrapped: KeyFolder, tmp_path: Path
) -> None:
    other = KeyFolder(tmp_path / "other")
    other.make_master_key()
    master = wrapped.root / "master.key"
    own = master.read_bytes()
    master.write_bytes((other.root / "master.key").read_bytes())
    with pytest.raises(MasterKeyError, match="Bring that master key back"):
        KeyFolder(wrapped.root).blinding_key("studio")
    with pytest.raises(MasterKeyError):
        rewrap_all(wrapped.root)
    master.write_bytes(own)
    assert KeyFolder(wrapped.root).blinding_key("studio")


def test_a_wrapped_key_that_was_renamed_does_not_open(wrapped: KeyFolder) -> None:
    blind = wrapped.root / "blind"
    (blind / "person-eve").write_bytes((blind / "studio").read_bytes())
    with pytest.raises(MasterKeyError):
        wrapped.blinding_key("person/eve")


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value | {"v": 2},
        lambda value: value | {"more": 1},
        lambda value: value | {"nonce": value["nonce"][:-2]},
        lambda value: value | {"nonce": "zz" * 12},
        lambda value: value | {"wrapped": "00"},
        lambda value: value | {"wrapped": "00" + value["wrapped"][2:]},
        lambda value: value | {"master": "é" * 16},
        lambda value: value | {"master": "0" * 16},
        lambda value: dict.fromkeys(["v"], value["v"]),
        lambda value: [value],
    ],
)
def test_a_wrapped_key_that_was_changed_is_refused(
    wrapped: KeyFolder, change: object
) -> None:
    path = wrapped.root / "blind" / "studio"
    value = json.loads(path.read_bytes())
    text = json.dumps(
        change(value),  # type: ignore[operator]
        separators=(",", ":"),
        sort_keys=True,
        ensure_ascii=False,
    )
    path.write_text(text if text.startswith("{") else "{" + text)
    with pytest.raises(MasterKeyError):
        KeyFolder(wrapped.root).blinding_key("studio")


def test_a_master_key_on_another_volume_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    monkeypatch.setenv(MASTER_FILE, str(volume / "key"))
    folder = KeyFolder(tmp_path / "keys")
    folder.make_master_key()
    before = contents(fill(folder).root)
    assert not (folder.root / "master.key").exists()
    monkeypatch.delenv(MASTER_FILE)
    assert contents(folder.root) == before
    # The volume is mounted elsewhere.
    volume.rename(tmp_path / "moved")
    with pytest.raises(MasterKeyError):
        contents(folder.root)
    monkeypatch.setenv(MASTER_FILE, str(tmp_path / "moved" / "key"))
    assert contents(folder.root) == before
    rewrap_all(folder.root)
    assert contents(folder.root) == before


def test_plain_keys_and_an_absent_volume_make_no_new_plain_key(
    plain: KeyFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MASTER_FILE, str(tmp_path / "nowhere" / "key"))
    assert plain.blinding_key("studio")
    with pytest.raises(MasterKeyError):
        plain.make_blinding_key("person/new")


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "[[master]]\n",
        '[[master]]\nkind = "file"\n',
        '[[master]]\nkind = "file"\npath = 7\n',
        '[[master]]\nkind = "card"\n',
        '[[master]]\nkind = "pkcs11"\nmodule = "m"\ntoken = "t"\n',
        '[other]\n[[master]]\nkind = "file"\npath = "master.key"\n',
        '[[master]]\nkind = "file"\npath = "absent.key"\n',
    ],
)
def test_a_table_of_masters_that_cannot_be_is_refused(
    wrapped: KeyFolder, text: str
) -> None:
    (wrapped.root / "master.toml").write_text(text)
    with pytest.raises(MasterKeyError):
        KeyFolder(wrapped.root).blinding_key("studio")


@pytest.mark.parametrize(
    "text", ["", "jangbu-master/1\n", "jangbu-master/1\n00\n", "x\n" + "0" * 64]
)
def test_a_file_of_masters_that_holds_none_is_refused(
    wrapped: KeyFolder, text: str
) -> None:
    (wrapped.root / "master.key").write_text(text)
    with pytest.raises(MasterKeyError):
        KeyFolder(wrapped.root).blinding_key("studio")


def test_of_many_processes_that_make_one_key_all_get_the_same(tmp_path: Path) -> None:
    root = tmp_path / "keys"
    KeyFolder(root).make_master_key()
    gate = fork.Barrier(6)
    found = fork.SimpleQueue()

    def make() -> None:
        gate.wait(60)
        found.put(KeyFolder(root).make_blinding_key("studio"))
        os._exit(0)

    makers = [fork.Process(target=make) for _ in range(6)]
    for maker in makers:
        maker.start()
    keys = {found.get() for _ in makers}
    for maker in makers:
        maker.join(60)
    assert keys == {KeyFolder(root).blinding_key("studio")}


def test_a_destroyed_key_is_gone_at_once_for_whoever_had_read_it(
    wrapped: KeyFolder,
) -> None:
    other, reference = KeyFolder(wrapped.root), REFERENCES[1]
    assert other.blinding_key(reference)
    path = wrapped.root / "blind" / reference.replace("/", "-")
    theirs = path.read_bytes()
    leftover = path.with_name(f".{path.name}.0123456789abcdef.tmp")
    leftover.write_bytes(theirs)  # of a process that died while it made the key
    assert wrapped.destroy_blinding_key(reference)
    with pytest.raises(ErasedEvidenceError):
        other.blinding_key(reference)
    disk = files(wrapped.root)
    assert not [name for name, raw in disk.items() if theirs in raw]
    assert not wrapped.destroy_blinding_key(reference)
