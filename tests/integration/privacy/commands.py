"""Calling the command in a sandbox: nothing that it leaves anywhere escapes notice.

HOME, TMPDIR and the working folder lie in the sandbox, and the umask is 0, so that a
mode is private only where the program says so itself.
"""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
PROC = Path("/proc")


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    arguments: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.out)
        return value


@dataclass
class Sandbox:
    """A place for a production, and everything else that a program could write to.

    Attributes:
        stray: what came out on stdout past the command's own document.
        arguments: command lines of all processes that were started by a command.
    """

    root: Path
    answers: list[Answer] = field(default_factory=list)
    stray: bytes = b""
    arguments: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in ("home", "tmp", "cwd"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def path(self, name: str) -> str:
        """A path in the sandbox as an argument."""
        return str(self.root / name)

    def jangbu(self, *commands: tuple[str, ...]) -> list[Answer]:
        """Call commands one after the other in one process."""
        results = self.root / "cwd" / "answers.json"
        ended = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("driver.py")), str(results)],
            input=json.dumps(commands).encode(),
            env=self._environment(),
            cwd=self.root / "cwd",
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        self.stray += ended.stdout
        answers = [
            Answer(command, row["code"], row["out"], row["err"])
            for command, row in zip(
                commands, json.loads(results.read_text("utf-8")), strict=True
            )
        ]
        results.unlink()
        self.answers += answers
        return answers

    def jangbu_alone(self, *arguments: str) -> Answer:
        """Call the installed command, and watch the processes that it starts."""
        with subprocess.Popen(
            [str(Path(sys.executable).with_name("jangbu")), *arguments],
            env=self._environment(),
            cwd=self.root / "cwd",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            umask=0,
        ) as process:
            watching = threading.Thread(target=self._watch, args=(process,))
            watching.start()
            out, err = process.communicate(timeout=60)
            watching.join(60)
        answer = Answer(arguments, process.returncode, out.decode(), err.decode())
        self.answers.append(answer)
        return answer

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            self.arguments |= {_command_line(child) for child in _below(process.pid)}
            time.sleep(0.02)

    def _environment(self) -> dict[str, str]:
        home = self.root / "home"
        kept = {
            name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ
        }
        return {
            **kept,
            "HOME": str(home),
            "TMPDIR": self.path("tmp"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _below(parent: int) -> set[int]:
    """Processes started by a process, and by these in turn."""
    parents: dict[int, int] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                # The name in parentheses may hold anything, so read from behind it.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            parents[int(entry.name)] = int(fields[1])
    found: set[int] = set()
    fresh = {parent}
    while fresh:
        fresh = {pid for pid, by in parents.items() if by in fresh} - found
        found |= fresh
    return found


def _command_line(process: int) -> bytes:
    try:
        return (PROC / str(process) / "cmdline").read_bytes()
    except OSError:
        return b""
