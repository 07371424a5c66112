"""Exporting: what is added, what is never touched, and what is refused."""

from pathlib import Path

import pytest

from ledger.errors import (
    AlteredEvidenceError,
    ConflictingRecordError,
    ConsistencyError,
    LedgerError,
    LogError,
    MissingEvidenceError,
    RollbackError,
    StoreUnavailableError,
)
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.key_file import read_keys
from ledger.log.tiles import Tile, tiles_of
from ledger.log.tree import leaf_hash, root_of
from tests.simulators.public_logs import PublicLog, files_in, is_whole, paths_of


@pytest.mark.parametrize("size", [1, 255, 256, 257, 5000])
def test_an_export_holds_the_tree_and_nothing_else(size: int, tmp_path: Path) -> None:
    log = PublicLog(size)
    done = log.export(tmp_path / "out")
    assert (done.before, done.size, done.written) == (0, size, len(paths_of(size)))
    assert set(files_in(tmp_path / "out")) == paths_of(size)
    assert is_whole(tmp_path / "out", log)


def test_exporting_again_writes_nothing(tmp_path: Path) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert log.export(tmp_path).written == 0
    assert log.export(tmp_path, whole=True).written == 0
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("steps", [[1, 254, 1, 1], [300, 300, 5000, 7], [256, 256]])
def test_a_log_that_grew_is_exported_step_by_step(
    steps: list[int], tmp_path: Path
) -> None:
    log, size, out = PublicLog(), 0, tmp_path / "out"
    full: dict[str, int] = {}
    for step in steps:
        size += step
        log.grow(step).export(out)
        assert paths_of(size) <= set(files_in(out))
        assert is_whole(out, log)
        for path, inode in full.items():
            assert (out / path).stat().st_ino == inode, "a full tile was rewritten"
        for tile in tiles_of(size):
            if tile.full:
                full[tile.path] = (out / tile.path).stat().st_ino
                assert not (out / f"{tile.path}.p").exists()
    at_once = tmp_path / "at-once"
    log.export(at_once)
    both = files_in(out), files_in(at_once)
    assert all(both[0][path] == content for path, content in both[1].items())


def test_the_keys_stand_beside_with_the_sizes_that_they_sign(tmp_path: Path) -> None:
    log = PublicLog(3)
    log.export(tmp_path)
    (one,) = read_keys((tmp_path / "keys").read_bytes())
    assert (one.first, one.last, one.verifier) == (1, None, log.verifier)


def test_cosigned_checkpoints_and_tokens_go_along(tmp_path: Path) -> None:
    log, beside, out = PublicLog(300), tmp_path / "log", tmp_path / "out"
    witness = "— witness.example 7e57AAAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXc=\n"
    cosigned = log.log.note + witness.encode()
    for size, content in ((3, b"3"), (300, cosigned), (301, b"301")):
        place = beside / "cosigned" / f"{size:020d}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        token = beside / "tokens" / f"{size:020d}" / "tsa.example.tsr"
        token.parent.mkdir(parents=True)
        token.write_bytes(content)
    (beside / "cosigned" / ".1.tmp").write_bytes(b"")
    log.export(out, beside=beside)
    assert (out / "checkpoint").read_bytes() == cosigned
    extra = set(files_in(out)) - paths_of(300)
    assert extra == {
        *(f"cosigned/{size:020d}" for size in (3, 300)),
        *(f"tokens/{size:020d}/tsa.example.tsr" for size in (3, 300)),
    }
    assert is_whole(out, log)


def test_a_cosigned_note_of_another_tree_is_not_published(tmp_path: Path) -> None:
    log, other = PublicLog(4), PublicLog(4, seed="other ")
    place = tmp_path / "log" / "cosigned" / f"{4:020d}"
    place.parent.mkdir(parents=True)
    place.write_bytes(other.log.note)
    log.export(tmp_path / "out", beside=tmp_path / "log")
    assert (tmp_path / "out" / "checkpoint").read_bytes() == log.log.note


# --- refusals: what is there is kept ------------------------------------------------


def refused(log: PublicLog, folder: Path, error: type[LedgerError]) -> None:
    before = files_in(folder)
    for everything in (False, True):
        with pytest.raises(error):
            log.export(folder, whole=everything)
    assert files_in(folder) == before


def test_a_longer_history_is_kept(tmp_path: Path) -> None:
    PublicLog(300).export(tmp_path)
    refused(PublicLog(299), tmp_path, RollbackError)


@pytest.mark.parametrize("size", [300, 301, 700])
def test_another_history_is_kept(size: int, tmp_path: Path) -> None:
    PublicLog(300).export(tmp_path)
    refused(PublicLog(size, seed="rewritten "), tmp_path, ConsistencyError)


def test_a_log_rewritten_below_its_published_edge_is_refused(tmp_path: Path) -> None:
    log = PublicLog(600)
    log.export(tmp_path)
    log.log.raw_entries[3] = b"rewritten"
    log.grow(5)
    refused(log, tmp_path, ConsistencyError)


def test_entries_that_do_not_lead_to_the_checkpoint_are_refused(tmp_path: Path) -> None:
    log = PublicLog(5)
    log.export(tmp_path)
    log.grow(5)
    log.log.raw_entries[7] = b"edited after it was signed"
    refused(log, tmp_path, ConsistencyError)


def test_another_logs_tree_is_kept(tmp_path: Path) -> None:
    PublicLog(3, origin="jangbu.invalid/0123456789abcdef").export(tmp_path)
    refused(PublicLog(5), tmp_path, ConflictingRecordError)


def test_a_folder_with_something_else_in_it_is_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_bytes(b"work of years")
    refused(PublicLog(5), tmp_path, ConflictingRecordError)


def test_a_file_in_the_way_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(StoreUnavailableError):
        PublicLog(5).export(tmp_path / "out")


def test_an_edge_that_was_changed_is_refused_and_named(tmp_path: Path) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    log.grow(3)
    path = tmp_path / Tile(0, 1, 44).path
    good = path.read_bytes()
    path.write_bytes(bytes(32) + good[32:])
    with pytest.raises(LogError):
        log.export(tmp_path)
    path.unlink()
    with pytest.raises(MissingEvidenceError):
        log.export(tmp_path)
    path.write_bytes(good)
    log.export(tmp_path)
    assert is_whole(tmp_path, log)


def test_a_whole_export_mends_what_is_missing_and_refuses_what_differs(
    tmp_path: Path,
) -> None:
    log = PublicLog(600)
    log.export(tmp_path)
    lost, changed = tmp_path / Tile(0, 0).path, tmp_path / Tile(0, 1).path
    lost.unlink()
    log.grow(1).export(tmp_path)
    assert not is_whole(tmp_path, log)
    log.export(tmp_path, whole=True)
    assert is_whole(tmp_path, log)
    changed.write_bytes(bytes(8192))
    with pytest.raises(AlteredEvidenceError) as refusal:
        log.export(tmp_path, whole=True)
    assert refusal.value.where == "tile/0/001"


def test_a_checkpoint_signed_for_another_root_is_never_published(
    tmp_path: Path,
) -> None:
    log = PublicLog(4)
    root = root_of([leaf_hash(b"invented")])
    point = Checkpoint(origin=log.origin, size=4, root=root)
    log.log.note = sign_checkpoint(point, log.key)
    with pytest.raises(ConsistencyError):
        log.export(tmp_path)
    assert files_in(tmp_path) == {}
