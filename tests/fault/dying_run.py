"""A driver around the real command that dies at the n-th step that lasts.

    dying_run.py FOLDER STEP… -- WORD…

For each step the folder's production is copied to `FOLDER/<step>`, and a child runs
the command there with `--out FOLDER/<step>-out`; before the step it ends as after
`kill -9`. Then another child runs the command to its end. Steps are counted where
something becomes durable or visible: fsync, link, rename, unlink, mkdir, COMMIT.
With step 0 nothing dies, and the number of steps is printed; else exit codes are.

A run has two steps less where a sealed cell's digest, which is another one each time,
begins as that of another blob does and needs no folder of its own. One that ended well
for that, before its step came, is done again.
"""

import functools
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

# Imported here once, and not by each child anew.
import ledger.cli.run  # noqa: F401
from ledger.cli.main import app

STEPS = ("fsync", "link", "rename", "replace", "unlink", "mkdir", "rmdir")
DEAD = 9
TRIES = 4
"""At one chance in sixty of two steps less."""


class Bomb:
    """Counts steps, and ends the process before the chosen one."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def step(self, *_: object) -> None:
        self.count += 1
        if self.count == self.at:
            os._exit(DEAD)

    def plant(self) -> None:
        for name in STEPS:
            setattr(os, name, self._before(getattr(os, name)))
        event.listen(Engine, "commit", self.step)

    def _before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def counted(*args: object, **named: object) -> object:
            self.step()
            return real(*args, **named)

        return counted


def child(words: list[str], bomb: Bomb | None) -> int:
    """Run the command in a process of its own; its exit code."""
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        _run(words, bomb)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _run(words: list[str], bomb: Bomb | None) -> None:
    if bomb is not None:
        bomb.plant()
    code: object = 70
    try:
        app(words)
    except SystemExit as end:
        code = end.code
    if bomb is not None and not bomb.at:
        sys.stdout.write(f"{bomb.count}\n")
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 0)


def main() -> None:
    folder, rest = Path(sys.argv[1]), sys.argv[2:]
    split = rest.index("--")
    for step in map(int, rest[:split]):
        production, out = folder / str(step), folder / f"{step}-out"
        more = ["-p", str(production), "--out", str(out), "--workers", "1"]
        words = [*rest[split + 1 :], *more]
        died = 0
        for _ in range(TRIES if step else 1):
            for old in (production, out):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(folder / "prod", production)
            died = child(words, Bomb(step))
            if died == DEAD:
                break
        if step:
            sys.stdout.write(f"{step} {died} {child(words, None)}\n")


if __name__ == "__main__":
    main()
