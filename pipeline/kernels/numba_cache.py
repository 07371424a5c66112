"""Compiled kernels, kept between processes.

numba's own cache trusts what it finds: a stale callee in another file, a byte that
flipped, a folder that others can write to. Machine code that was read back is run, so
here a kept kernel counts only if

1. it lies in a folder that is the user's own and that nobody else can write to,
2. under a name that covers all sources of the kernels, the versions of numba, llvmlite,
   NumPy and Python, and the processor, and
3. its bytes have the SHA-256 that stands before them.

Otherwise it is compiled again. Nothing that fails here fails a run: without a usable
folder every process compiles for itself.
"""

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, TypeVar

from numba import njit
from numba.core import compiler, serialize

Function = TypeVar("Function", bound=Callable[..., Any])

SETTING: Final = "NUMBA_CACHE_DIR"
_DIGEST_BYTES: Final = 32
_result: Any = compiler.CompileResult
_dumps: Any = serialize.dumps
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def part(function: Function) -> Function:
    """Compile a function that kernels call; it is kept as a part of them."""
    # Without it LLVM calls some of them for every pixel or span.
    compiled: Any = njit(nogil=True, forceinline=True)(function)
    typed: Function = compiled
    return typed


def kernel(function: Function) -> Function:
    """Compile a function that Python calls, on first call, and keep the result."""
    compiled: Any = njit(nogil=True)(function)
    folder = private_folder()
    if folder is not None:
        compiled._cache = _Kept(function, folder)  # noqa: SLF001  # as enable_caching
    typed: Function = compiled
    return typed


@cache
def private_folder() -> Path | None:
    """The folder for compiled kernels; `None` if no folder is safe.

    `NUMBA_CACHE_DIR` if that is set, else the user's cache folder, else one of the
    user's own among the temporary files.
    """
    for root in _roots():
        folder = root.joinpath(_generation())
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if _is_private(root) and _is_private(folder):
                return folder
        except OSError:
            continue  # read-only, full, or somebody else's: the next one
    return None


def _roots() -> Iterator[Path]:
    if os.environ.get(SETTING):
        yield Path(os.environ[SETTING]).joinpath("jangbu")
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    yield Path(home).expanduser().joinpath("jangbu", "kernels")
    yield Path(tempfile.gettempdir(), f"jangbu-kernels-{os.getuid()}")


def _is_private(folder: Path) -> bool:
    status = folder.lstat()
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    return ours and not status.st_mode & _OTHERS_WRITE and os.access(folder, os.W_OK)


@cache
def _generation() -> str:
    digest = hashlib.sha256(sys.version.encode())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(f"\0{name}@{version(name)}".encode())
    # numba compares the file of the function itself; kernels have parts elsewhere.
    sources = (source for source in files("pipeline.kernels").iterdir())
    for source in sorted(sources, key=lambda file: file.name):
        if source.name.startswith(("numba_", "scalar")) and source.name.endswith(".py"):
            digest.update(f"\0{source.name}\0".encode() + source.read_bytes())
    return digest.hexdigest()[:32]


class _Kept:
    """What numba asks of a cache, over files with their digests."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._name = f"{function.__module__}.{function.__qualname__}"
        self._folder = folder
        self.hits = 0
        """How often a kept kernel was used."""

    @property
    def cache_path(self) -> str:
        return str(self._folder)

    def load_overload(self, signature: object, target: Any) -> object | None:  # noqa: ANN401  # numba's own types
        # Code that was read back calls what only this makes known: without it, it ends
        # the process. It is most of the time that loading takes.
        target.refresh()
        path = self._path(signature, target.codegen())
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, payload = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(payload).digest() != digest:
            return None  # damaged or cut off
        # Whoever could write here could as well write to our programs.
        reduced = pickle.loads(payload)  # noqa: S301
        rebuilt: object = _result._rebuild(target, *reduced)  # noqa: SLF001
        self.hits += 1
        return rebuilt

    def save_overload(self, signature: object, result: Any) -> None:  # noqa: ANN401  # numba's own types
        payload = _dumps(result._reduce())  # noqa: SLF001  # as numba's cache does
        path = self._path(signature, result.codegen)
        own = path.with_suffix(f".{os.getpid()}")
        try:
            # Several processes may be at it; each one's file is whole.
            own.write_bytes(hashlib.sha256(payload).digest() + payload)
            own.replace(path)
        except OSError:
            # A full disk costs the next process time, and nothing else.
            with suppress(OSError):
                own.unlink()

    def _path(self, signature: object, codegen: Any) -> Path:  # noqa: ANN401  # numba's
        key = repr((self._name, signature, codegen.magic_tuple()))
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self._folder.joinpath(f"{name}.kernel")
