"""`log check`: every file of a tree, changed, cut, lost or added, is named."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.errors import CheckpointError, UnreadableInputError
from ledger.evidence.tiled_log import check_tiled_log
from ledger.evidence.tiled_report import Fault, TiledReport
from ledger.evidence.verdict import State
from ledger.log.note import Verifier
from ledger.log.tiles import ENTRIES, Tile, tiles_of
from tests.simulators.public_logs import PublicLog, files_in

SIZE = 70_000
LOG = PublicLog(SIZE)
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "log"
    LOG.export(folder)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "log"
    PublicLog(600).export(folder)
    return folder


def check(folder: Path) -> TiledReport:
    return check_tiled_log(folder, [LOG.verifier])


def faults(report: TiledReport) -> dict[str, Fault]:
    return {one.path: one.fault for one in report.faults}


def test_a_tree_of_three_levels_is_whole(exported: Path) -> None:
    report = check(exported)
    assert (report.state, report.size, report.entries) == (State.VERIFIED, SIZE, SIZE)
    assert (report.tiles, report.bundles) == (277, 274)
    assert report.records is None
    assert report.to_json()["exit_code"] == 0


def test_without_a_key_the_origin_stays_unknown(small: Path) -> None:
    report = check_tiled_log(small, [])
    assert (report.state, report.exit_code) == (State.ORIGIN_UNKNOWN, 3)


def test_another_key_and_another_log_are_refused(small: Path, tmp_path: Path) -> None:
    stranger = Verifier(name=LOG.origin, public_key=b"\x07" * 32)
    with pytest.raises(CheckpointError):
        check_tiled_log(small, [stranger])
    with pytest.raises(UnreadableInputError):
        check_tiled_log(tmp_path, [LOG.verifier])


def test_an_empty_log_is_whole(tmp_path: Path) -> None:
    log = PublicLog(0)
    (tmp_path / "checkpoint").write_bytes(log.log.note)
    report = check(tmp_path)
    assert (report.state, report.size, report.tiles) == (State.VERIFIED, 0, 0)


# --- every file, every way ----------------------------------------------------------


def flip(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0" * 32)


def lose(path: Path) -> None:
    path.unlink()


def become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (flip, Fault.WRONG),
        (cut, Fault.MALFORMED),
        (lengthen, Fault.MALFORMED),
        (lose, Fault.MISSING),
        (become_folder, Fault.UNREADABLE),
    ],
)
@pytest.mark.parametrize(
    "tile", [one for one in tiles_of(600) if one.level >= 0], ids=lambda one: one.path
)
def test_a_tile_that_is_not_as_it_was_is_named_and_no_other(
    tile: Tile, change: Change, fault: Fault, small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    change(folder / tile.path)
    report = check(folder)
    met = faults(report)
    assert met.pop(tile.path) in (fault, Fault.UNREADABLE)
    assert met == {}
    assert (report.state, report.exit_code) == (State.FAILED, 5)


@pytest.mark.parametrize(
    "tile",
    [one for one in tiles_of(600) if one.level == ENTRIES],
    ids=lambda one: one.path,
)
@pytest.mark.parametrize("change", [flip, cut, lengthen, become_folder])
def test_a_bundle_that_is_not_as_it_was_is_named_and_no_other(
    tile: Tile, change: Change, small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    change(folder / tile.path)
    report = check(folder)
    assert set(faults(report)) == {tile.path}
    assert report.exit_code == 5


def test_a_log_without_its_entries_is_intact_and_open(
    small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    shutil.rmtree(folder / "tile" / "entries")
    report = check(folder)
    assert (report.state, report.exit_code) == (State.OPEN, 3)
    assert report.open_points == {"entries_not_here": 600}
    flip(folder / "tile/0/000")
    assert check(folder).state is State.FAILED


def test_entries_and_tile_changed_alike_do_not_lead_to_the_root(
    small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    forged = PublicLog(600, seed="forged ")
    forged.export(tmp_path / "forged")
    for tile in (Tile(ENTRIES, 0), Tile(0, 0)):
        shutil.copy(tmp_path / "forged" / tile.path, folder / tile.path)
    assert faults(check(folder)) == {
        "checkpoint": Fault.ROOT,
        "tile/1/000.p/2": Fault.WRONG,
    }


def test_leaves_that_are_nowhere_are_named_and_the_rest_is_still_looked_at(
    small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    for tile in (Tile(ENTRIES, 1), Tile(0, 1), Tile(1, 0, 2)):
        (folder / tile.path).unlink()
    cut(folder / "tile/0/002.p/88")
    assert faults(check(folder)) == {
        "tile/0/001": Fault.MISSING,
        "tile/0/002.p/88": Fault.MALFORMED,
        "tile/1/000.p/2": Fault.MISSING,
    }


# --- what else lies there -----------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["tile/0/7", "tile/notes.txt", "tile/entries/000.p/0", "tile/9/x/y"]
)
def test_a_stray_file_is_named_and_keeps_the_answer_open(
    name: str, small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"stray")
    report = check(folder)
    assert report.strays == (name,)
    assert (report.state, report.exit_code) == (State.OPEN, 3)


@pytest.mark.parametrize("name", ["tile/0/7", "tile/0/009", "tile/9/000", "tile/odd"])
@pytest.mark.parametrize("target", ["folder", "nothing"])
def test_a_stray_link_is_named_like_a_stray_file(
    name: str, target: str, small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    (tmp_path / "folder").mkdir()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(tmp_path / target)
    report = check(folder)
    assert (report.strays, report.ahead) == ((name,), ())
    assert (report.state, report.exit_code) == (State.OPEN, 3)


def test_older_partial_tiles_must_begin_what_they_became(tmp_path: Path) -> None:
    log = PublicLog(40)
    log.export(tmp_path)
    log.grow(5).export(tmp_path)
    report = check(tmp_path)
    assert (report.state, report.older) == (State.VERIFIED, 2)
    for tile in (Tile(0, 0, 40), Tile(ENTRIES, 0, 40)):
        good = (tmp_path / tile.path).read_bytes()
        flip(tmp_path / tile.path)
        assert faults(check(tmp_path)) == {tile.path: Fault.WRONG}
        (tmp_path / tile.path).write_bytes(good[: len(good) // 2])
        assert faults(check(tmp_path)) == {tile.path: Fault.WRONG}
        (tmp_path / tile.path).write_bytes(good)


def test_tiles_of_a_larger_tree_must_go_on_from_this_one(tmp_path: Path) -> None:
    log = PublicLog(300)
    log.export(tmp_path)
    note = (tmp_path / "checkpoint").read_bytes()
    log.grow(300).export(tmp_path)
    (tmp_path / "checkpoint").write_bytes(note)
    report = check(tmp_path)
    assert report.state is State.VERIFIED
    # Its partial tiles were taken away when they were full: the full ones serve.
    assert not (tmp_path / Tile(0, 1, 44).path).exists()
    assert set(report.ahead) == {
        *(Tile(level, 1).path for level in (ENTRIES, 0)),
        *(Tile(level, 2, 88).path for level in (ENTRIES, 0)),
        Tile(1, 0, 2).path,
    }
    path = tmp_path / Tile(1, 0, 2).path
    path.write_bytes(bytes(64))
    assert faults(check(tmp_path)) == {Tile(1, 0, 2).path: Fault.WRONG}


def test_files_beside_the_tiles_are_not_its_business(
    small: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(small, tmp_path / "log")
    (folder / "index.html").write_bytes(b"<p>")
    assert check(folder).state is State.VERIFIED


def test_no_single_byte_of_a_small_tree_can_be_changed(tmp_path: Path) -> None:
    log = PublicLog(9)
    log.export(tmp_path)
    for name, raw in files_in(tmp_path).items():
        if name == "keys":
            continue  # a help, which is not believed
        for at in range(len(raw)):
            (tmp_path / name).write_bytes(
                raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            )
            try:
                state = check(tmp_path).state
            except (CheckpointError, UnreadableInputError):
                state = State.FAILED
            assert state is State.FAILED, (name, at)
        (tmp_path / name).write_bytes(raw)
    assert check(tmp_path).state is State.VERIFIED
