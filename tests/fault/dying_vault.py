"""A process that is killed at its nth touch of the disk: opening, renaming, removing.

The interpreter itself reports these (PEP 578), so nothing of the program is replaced.
Writes are reached through the files that they go to: each is opened or renamed.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "sqlite3.connect"})
fork = multiprocessing.get_context("fork")


def killed_at(touch: int, work: Callable[[], object], below: Path) -> bool:
    """Run something in a process of its own; whether it was killed before its end."""

    def run() -> None:
        left = touch

        def look(event: str, given: tuple[object, ...]) -> None:
            nonlocal left
            if event not in EVENTS or str(below) not in " ".join(map(str, given)):
                return
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(look)
        work()
        os._exit(0)

    child = fork.Process(target=run)
    child.start()
    child.join(120)
    assert child.exitcode in {0, -signal.SIGKILL}, child.exitcode
    return child.exitcode != 0


def deaths(
    start: Callable[[], tuple[Callable[[], object], Path]], step: int = 1
) -> Iterator[int]:
    """Kill at the first touch, the next one, and so on, until the work gets through.

    Args:
        start: puts everything as it was, and gives the work and the folder it is in.
        step: how many touches to skip between deaths.
    """
    touch = 1
    while True:
        work, below = start()
        if not killed_at(touch, work, below):
            return
        yield touch
        touch += step
