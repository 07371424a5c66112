"""The installed command, called as a user calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.simulators.warm_command import warm_jangbu

JANGBU = Path(sys.executable).with_name("jangbu")

Called = subprocess.CompletedProcess[str]


def jangbu(*arguments: object) -> Called:
    """Call the command, which is warm; it has five minutes."""
    return subprocess.run(
        [warm_jangbu(), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "COLUMNS": "200"},
    )


def document(done: Called) -> dict[str, Any]:
    """The one document on its standard output."""
    parsed: dict[str, Any] = json.loads(done.stdout)
    return parsed
