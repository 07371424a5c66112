"""Calling the command within the test, where no sandbox is needed."""

import json
from typing import Any

from typer.testing import CliRunner

from ledger.cli.main import app


def jangbu(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and document of a command."""
    result = CliRunner().invoke(app, [*arguments, "--json"])
    document: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, document
