"""A process of which one system call fails: strace answers in the kernel's place.

The call is not made at all, and the error is what the program sees. Nothing of the
program is replaced, so that SQLite's own calls are reached as well as ours.
"""

import mmap
import os
import select
import shutil
import subprocess
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from ledger.errors import JangbuError

_ROOM: Final = 1 << 16
DONE, REFUSED, STUMBLED = 0, 10, 11
_NEVER: Final = "none"


@dataclass(frozen=True, slots=True)
class Ended:
    """How such a process ended.

    Attributes:
        code: 0 done, 10 an error of our own, 11 another exception; below 0 a signal.
        told: the error.
        calls: how often each system call was made, those that failed included.
        injected: whether the call that was to fail was made at all.
    """

    code: int
    told: str
    calls: Counter[str]
    injected: bool


def tracing() -> str:
    """The tracer; skips the test where this machine has none or forbids it."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("no strace here")
    if subprocess.run([found, "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("tracing processes is not permitted here")
    return found


def failing(
    work: Callable[[], object],
    opened: Callable[[], object] = lambda: None,
    *,
    call: str = _NEVER,
    error: str = "EIO",
    at: int = 1,
) -> Ended:
    """Run something in a process of its own, where one call fails.

    Args:
        work: what is run.
        opened: run before it, while nothing fails yet.
        call: the system call; without one, all are counted and none fails.
        at: which of the calls of this name.
    """
    # Memory that both share: to write a result into it takes no system call.
    told = mmap.mmap(-1, _ROOM)
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        _work(work, opened, told, (ready[1], go[0]))
    os.read(ready[0], 1)
    with tempfile.NamedTemporaryFile("r") as record:
        tracer = _attached(child, Path(record.name), call, f"{error}:when={at}")
        os.write(go[1], b"!")
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        tracer.communicate(timeout=60)
        lines = record.read().splitlines()
    for end in (*ready, *go):
        os.close(end)
    return Ended(
        code=code,
        told=told[:].rstrip(b"\0").decode(errors="replace"),
        calls=Counter(_name(line) for line in lines if "(" in line),
        injected=any("(INJECTED)" in line for line in lines),
    )


def _name(line: str) -> str:
    return line.partition("(")[0].rpartition(" ")[2]


def _attached(
    process: int, record: Path, call: str, fault: str
) -> "subprocess.Popen[str]":
    wanted = ["-e", f"inject={call}:error={fault}"] if call != _NEVER else []
    traced = ["-e", f"trace={call}"] if call != _NEVER else []
    tracer = subprocess.Popen(
        [tracing_program(), "-f", "-o", record, *traced, *wanted, "-p", str(process)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    # Said once the process was interrupted: no later call of its goes unseen.
    said = tracer.stderr.readline()
    assert "attached" in said, said
    return tracer


def tracing_program() -> str:
    return shutil.which("strace") or "strace"


def _work(
    work: Callable[[], object],
    opened: Callable[[], object],
    told: mmap.mmap,
    pipes: tuple[int, int],
) -> None:
    code = DONE
    try:
        opened()
        os.write(pipes[0], b"!")
        # Not by reading: that might be the call that fails.
        select.select([pipes[1]], [], [])
        work()
    except JangbuError as error:
        code = REFUSED
        _tell(told, f"{error.code}: {error}")
    except BaseException:  # noqa: BLE001  # whatever comes out of it is the result
        code = STUMBLED
        _tell(told, traceback.format_exc())
    finally:
        os._exit(code)


def _tell(told: mmap.mmap, text: str) -> None:
    raw = text.encode()[-_ROOM:]
    told[: len(raw)] = raw
