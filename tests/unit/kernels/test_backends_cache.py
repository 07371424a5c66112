"""Compiled kernels that are kept: whose folder, which versions, which bytes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.kernels import numba_cache
from pipeline.kernels.numba_cache import kernel, private_folder

PROGRAM = """
from pipeline.kernels.numba_cache import kernel

def doubled(number):
    return 2 * number

compiled = kernel(doubled)
assert compiled(21) == 42
print("loaded" if compiled._cache.hits else "compiled")
"""


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name, value in {
        "XDG_CACHE_HOME": tmp_path / "xdg",
        "NUMBA_CACHE_DIR": tmp_path / "numba",
        "TMPDIR": tmp_path / "tmp",
    }.items():
        monkeypatch.setenv(name, str(value))
    (tmp_path / "tmp").mkdir()
    private_folder.cache_clear()
    yield
    private_folder.cache_clear()


def doubled(number: int) -> int:
    return 2 * number


def outcome() -> str:
    """Whether a process that begins now would load it or compile it."""
    compiled: Any = kernel(doubled)
    assert compiled(21) == 42
    return "loaded" if compiled._cache.hits else "compiled"


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "numba").rglob("*.kernel"))


def test_a_kernel_is_compiled_once(tmp_path: Path) -> None:
    assert outcome() == "compiled"
    assert outcome() == "loaded"
    (one,) = kept(tmp_path)
    assert one.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("how", ["flipped", "cut", "empty", "folder"])
def test_a_damaged_kernel_is_compiled_again(tmp_path: Path, how: str) -> None:
    outcome()
    (one,) = kept(tmp_path)
    whole = one.read_bytes()
    if how == "flipped":
        middle = len(whole) // 2
        one.write_bytes(
            whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        )
    elif how == "folder":
        one.unlink()
        one.mkdir()
    else:
        one.write_bytes(whole[: len(whole) // 3] if how == "cut" else b"")
    assert outcome() == "compiled"
    if how != "folder":
        assert outcome() == "loaded"
    leftovers = {path.name for path in one.parent.iterdir()} - {one.name}
    assert not leftovers


def started() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        env=os.environ.copy(),
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_compile_at_once_leave_one_whole_kernel(tmp_path: Path) -> None:
    processes = [started() for _ in range(3)]
    for process in processes:
        process.communicate(timeout=240)
        assert process.returncode == 0
    assert len(kept(tmp_path)) == 1
    later = started()
    assert later.communicate(timeout=240)[0].strip() == "loaded"


def test_a_folder_that_others_can_write_to_is_not_used(tmp_path: Path) -> None:
    shared = tmp_path / "numba" / "jangbu"
    shared.mkdir(parents=True)
    shared.chmod(0o777)
    found = private_folder()
    assert found is not None
    assert found.is_relative_to(tmp_path / "xdg" / "jangbu" / "kernels")


def test_a_link_to_another_folder_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "jangbu").symlink_to(other)
    found = private_folder()
    assert found is not None
    assert found.is_relative_to(tmp_path / "xdg")


def test_without_a_safe_folder_kernels_are_compiled_and_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    file.write_text("no folder")
    monkeypatch.setattr(numba_cache, "_roots", lambda: iter([file / "in it"]))
    assert private_folder() is None

    assert kernel(doubled)(21) == 42


def test_the_folder_bears_the_sources_and_versions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = private_folder()
    numba_cache._generation.cache_clear()
    private_folder.cache_clear()
    monkeypatch.setattr(numba_cache, "version", lambda _: "0.0.0")
    try:
        after = private_folder()
    finally:
        numba_cache._generation.cache_clear()
    assert before is not None
    assert after is not None
    assert before.parent == after.parent
    assert before != after
