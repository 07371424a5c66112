"""What may lie in wait in an output folder, and disks that are full or read-only."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fault.conftest import Undisturbed
from tests.simulators.logged_shot import (
    check_version,
    check_whole,
    entries,
    frames_in,
    of_kind,
)
from tests.simulators.shot_folder import COMMAND, Done, ShotFolder, ended, make_shot
from tests.simulators.small_disks import mounted_disk

pytestmark = pytest.mark.slow

FRAMES = range(1024, 1028)
FIRST = "SQ010_0040.1024.png"


@dataclass(frozen=True)
class Own:
    """A finished production and its output folder, of one's own."""

    shot: ShotFolder
    production: Path
    out: Path

    def run(self, *words: str) -> Done:
        return self.shot.run(self.production, "--out", self.out, *words)

    def refused(self, code: int, name: str) -> None:
        """Running again is refused, and states nothing."""
        before = entries(self.production)
        files = contents(self.out)
        done = self.run()
        assert (done.code, done.json["error"]["code"]) == (code, name), done.err
        assert str(self.out) in done.err
        assert str(self.out) not in done.out
        assert entries(self.production) == before
        assert contents(self.out) == files

    @property
    def record(self) -> Path:
        return self.out / ".jangbu" / "cells" / "32.json"


@pytest.fixture
def own(one_cell: ShotFolder, finished: Undisturbed, tmp_path: Path) -> Own:
    production = Path(shutil.copytree(finished.production, tmp_path / "prod"))
    out = Path(shutil.copytree(finished.out, tmp_path / "out"))
    return Own(one_cell, production, out)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_foreign_file_with_a_frame_s_name_is_left_alone(
    one_cell: ShotFolder, tmp_path: Path
) -> None:
    production = one_cell.copy_production("foreign")
    own = Own(one_cell, production, tmp_path / "out")
    own.out.mkdir()
    stranger = own.out / "SQ010_0040.1026.png"
    stranger.write_bytes(b"mine")
    done = own.run()
    assert (done.code, done.json["error"]["code"]) == (6, "run.output"), done.err
    assert frames_in(own.out) == [stranger]
    assert stranger.read_bytes() == b"mine"
    assert of_kind(production, "frame.set.1") == []
    stranger.unlink()
    assert own.run().code == 0
    check_whole(production, own.out, FRAMES)


def test_another_run_s_folder_is_left_alone(own: Own) -> None:
    other = own.production.parent / "other.toml"
    text = own.shot.recipe.read_text().replace("low = 2000", "low = 2001")
    other.write_text(text)
    for name in ("plate", "bg"):
        (other.parent / name).symlink_to(own.shot.root / name)
    before, files = entries(own.production), contents(own.out)
    words = ("-p", own.production, "--out", own.out, "--json")
    done = own.shot.command("run", other, *words)
    assert (done.code, done.json["error"]["code"]) == (6, "run.output"), done.err
    assert entries(own.production) == before
    assert contents(own.out) == files


def test_a_damaged_record_of_the_run_is_reported(own: Own) -> None:
    (own.out / ".jangbu" / "root.json").write_bytes(b'{"v":1}')
    own.refused(6, "run.output")


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b'{"v":1}',
        b"\xff\xfe",
        b'{"cell":32,"frames":[],"owner":"x","parcel":{},"set":"y","v":1}',
    ],
)
def test_a_damaged_record_of_a_cell_is_reported(own: Own, damage: bytes) -> None:
    own.record.write_bytes(damage)
    own.refused(4, "evidence.unreadable")


def test_a_record_that_names_another_cell_or_set_is_reported(own: Own) -> None:
    whole = own.record.read_bytes()
    (frame_set,) = of_kind(own.production, "frame.set.1")
    for text, other in (
        (b'"cell":32,"frames"', b'"cell":33,"frames"'),
        (f'"set":"{frame_set.id}","v"'.encode(), f'"set":"{"0" * 64}","v"'.encode()),
    ):
        assert text in whole
        own.record.write_bytes(whole.replace(text, other))
        own.refused(4, "evidence.unreadable")


def test_a_lost_record_of_a_cell_is_not_made_again(own: Own) -> None:
    own.record.unlink()
    own.refused(5, "evidence.missing")


def test_a_deleted_frame_is_reported_and_not_remade(own: Own) -> None:
    (own.out / FIRST).unlink()
    own.refused(6, "run.output")


def test_an_altered_frame_is_reported_and_not_remade(own: Own) -> None:
    content = bytearray((own.out / FIRST).read_bytes())
    content[len(content) // 2] ^= 1
    (own.out / FIRST).write_bytes(content)
    own.refused(6, "run.output")


def test_a_file_where_the_folder_should_be_is_refused(
    one_cell: ShotFolder, tmp_path: Path
) -> None:
    production = one_cell.copy_production("no-folder")
    file = tmp_path / "out"
    file.write_bytes(b"mine")
    before = entries(production)
    done = one_cell.run(production, "--out", file)
    assert (done.code, done.json["error"]["code"]) == (7, "store.unavailable")
    assert file.read_bytes() == b"mine"
    assert entries(production) == before


@pytest.mark.parametrize("begun", [False, True])
def test_a_read_only_folder_is_refused_before_anything_is_stated(
    one_cell: ShotFolder, finished: Undisturbed, tmp_path: Path, *, begun: bool
) -> None:
    production = Path(shutil.copytree(one_cell.production, tmp_path / "prod"))
    out = tmp_path / "out"
    if begun:
        production = Path(shutil.copytree(finished.production, tmp_path / "prod2"))
        shutil.copytree(finished.out, out)
    else:
        out.mkdir()
    before = entries(production)
    if os.geteuid() == 0:
        # For root only a mount is read-only; it ends with its namespace.
        script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        head = ["unshare", "-m", "sh", "-c", script, str(out)]
        if subprocess.run([*head, "true"], check=False).returncode:
            pytest.skip("no right to mount")
    else:
        head = []
        for folder in (out, *(path for path in out.rglob("*") if path.is_dir())):
            folder.chmod(0o500)
    words: list[str | Path] = [
        "run",
        one_cell.recipe,
        "-p",
        production,
        "--out",
        out,
        "--json",
    ]
    done = ended(one_cell.start_process([*head, COMMAND, *words]))
    assert (done.code, done.json["error"]["code"]) == (7, "store.unavailable"), done.err
    assert entries(production) == before


# --- full disks -------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two MiB."""
    with mounted_disk(tmp_path / "disk", "2m") as disk:
        yield disk


def _leave_room(disk: Path, room: int) -> None:
    # Written to the end of the disk and cut: what is free is then exactly known.
    with (disk / "ballast").open("wb", buffering=0) as file:
        free = shutil.disk_usage(disk).free
        os.posix_fallocate(file.fileno(), 0, free - room)


@pytest.mark.parametrize("kib", [8, 40])
def test_a_disk_that_fills_up_while_frames_are_written_loses_nothing(
    one_cell: ShotFolder, small_disk: Path, kib: int
) -> None:
    production = one_cell.copy_production(f"full{kib}")
    own = Own(one_cell, production, small_disk / "out")
    _leave_room(small_disk, kib << 10)
    done = own.run()
    assert (done.code, done.json["error"]["code"]) == (7, "store.full"), done.err
    assert frames_in(own.out) == []
    assert of_kind(production, "frame.set.1") == []
    assert list((own.out / ".jangbu" / "work").glob("*")) == []
    (small_disk / "ballast").unlink()
    again = own.run()
    assert again.code == 0, again.err
    check_whole(production, own.out, FRAMES)
    check_version(production)


def test_a_production_s_disk_that_is_full_at_any_point_loses_nothing(
    one_cell: ShotFolder, small_disk: Path
) -> None:
    production = Path(shutil.copytree(one_cell.production, small_disk / "prod"))
    out = one_cell.root / "full-production"
    for kib in range(4, 700, 120):
        _leave_room(small_disk, kib << 10)
        done = one_cell.run(production, "--out", out)
        (small_disk / "ballast").unlink()
        if done.code == 0:
            break
        assert (done.code, done.json["error"]["code"]) == (7, "store.full"), done.err
    done = one_cell.run(production, "--out", out)
    assert done.code == 0, done.err
    check_whole(production, out, FRAMES)
    check_version(production)
    fsck = one_cell.command("fsck", production, "--json")
    assert fsck.code == 0, fsck.err


def test_a_frame_that_cannot_be_written_whole_is_not_written_at_all(
    tmp_path: Path,
) -> None:
    shot = make_shot(tmp_path, range(1024, 1026), (640, 480))
    production, out = shot.production, tmp_path / "out"
    limit = 500 << 10  # more than the database needs, and less than a frame does
    words: list[str | Path] = ["--out", out, "--json", "--workers", "2"]
    script = f'ulimit -f {limit // 512}; exec "$0" "$@"'
    process = shot.start_process(
        ["sh", "-c", script, COMMAND, "run", shot.recipe, "-p", production, *words]
    )
    done = ended(process)
    assert (done.code, done.json["error"]["code"]) == (7, "store.full"), done.err
    assert done.json["error"]["frame"] in {1024, 1025}
    assert frames_in(out) == []
    assert list((out / ".jangbu" / "work").glob("*")) == []
    assert of_kind(production, "frame.set.1") == []
    assert len(of_kind(production, "run.1")) == 1
    again = shot.run(production, "--out", out)
    assert again.code == 0, again.err
    assert min(path.stat().st_size for path in frames_in(out)) > limit
    check_whole(production, out, range(1024, 1026))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
