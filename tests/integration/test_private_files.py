"""Private files: whole or not at all, and nothing left of who was killed."""

import fcntl
import os
from pathlib import Path

from ledger.files import sweep_temporaries, write_private


def test_what_a_killed_writer_left_is_swept_and_files_stay(tmp_path: Path) -> None:
    write_private(tmp_path / "kept.json", b"{}")
    (tmp_path / ".kept.json.0123456789abcdef.tmp").write_bytes(b"{")
    sweep_temporaries(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]
    assert (tmp_path / "kept.json").stat().st_mode & 0o777 == 0o600


def test_nothing_is_swept_while_somebody_writes(tmp_path: Path) -> None:
    left = tmp_path / ".a.0123456789abcdef.tmp"
    left.write_bytes(b"{")
    writer = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(writer, fcntl.LOCK_SH)
    sweep_temporaries(tmp_path)
    assert left.exists()
    os.close(writer)
    sweep_temporaries(tmp_path)
    assert not left.exists()


def test_a_folder_that_is_not_there_is_nothing_to_sweep(tmp_path: Path) -> None:
    sweep_temporaries(tmp_path / "absent")
    assert not list(tmp_path.iterdir())
