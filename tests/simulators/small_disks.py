"""Small disks, real ones, and how they are filled."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted_disk(folder: Path, size: str, *, lazy: bool = False) -> Iterator[Path]:
    """A disk of a size such as "64k" at a folder; the test is skipped if none may be.

    Args:
        folder: made if it is not there.
        size: as tmpfs takes it.
        lazy: whether something may still be open on it at the end.
    """
    folder.mkdir(exist_ok=True)
    mount = [shutil.which("mount") or "mount", "-t", "tmpfs", "-o"]
    made = subprocess.run(
        [*mount, f"size={size},mode=755", "tmpfs", folder],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield folder
    finally:
        umount = [shutil.which("umount") or "umount", *(["--lazy"] if lazy else [])]
        subprocess.run([*umount, folder], check=True)


def fill(ballast: Path, room: int = 0) -> None:
    """Fill a disk but for some room."""
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 4_096):
            while True:
                try:
                    file.write(bytes(size))
                except OSError:
                    break
    os.truncate(ballast, max(0, ballast.stat().st_size - room))
