"""The command `jangbu` without the second that its libraries take to import.

Stands on the path as the real one does, and is a process of its own to whoever calls
it: other arguments, folder, environment, streams, signals and exit code each time. What
is about starting, being killed, or what a process was started with takes the real one.
"""

import atexit
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

CLIENT: Final = Path(__file__).with_name("warm_client.py")
SERVER: Final = Path(__file__).with_name("warm_server.py")
PATIENCE_S: Final = 60


class WarmCommand:
    """A folder with an executable `jangbu`, and the process behind it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start the process.

        Args:
            environment: what Python starts with, such as its language; whatever is
                looked at later is that of each call.
        """
        # A width that is known at the start would hold for every call.
        sized = {"COLUMNS", "LINES"}
        kept = {name: environment[name] for name in environment if name not in sized}
        self._folder = tempfile.TemporaryDirectory(prefix="jangbu-warm-")
        self.folder = Path(self._folder.name)
        self.path = self.folder / "jangbu"
        source = CLIENT.read_text("utf-8")
        self.path.write_text(f"#!{sys.executable} -IS\n{source}", "utf-8")
        self.path.chmod(0o755)
        at = self.folder / "at"
        self._process = subprocess.Popen(
            [sys.executable, "-P", SERVER, at],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=kept,
        )
        until = time.monotonic() + PATIENCE_S
        while not at.exists():
            assert self._process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.01)

    def close(self) -> None:
        """End the process; calls that run go on."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._folder.cleanup()


@cache
def warm_jangbu() -> Path:
    """The command in the environment of these tests, for as long as they run."""
    command = WarmCommand(os.environ)
    atexit.register(command.close)
    return command.path
